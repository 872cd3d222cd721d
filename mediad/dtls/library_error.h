// The library's error queue as text. It belongs to the thread; nothing of it outlives the call that
// asks.
#pragma once

#include <string>

namespace mediad::dtls {

// "no shared cipher": the reason of the last error; "unknown error" without one. Empties the queue.
std::string TakeLibraryError();

}  // namespace mediad::dtls
