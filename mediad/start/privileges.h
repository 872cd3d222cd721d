// What the process may do. Not here: that it may, which is the unit's or the image's matter. Before any thread.
#pragma once

namespace mediad::start {

// Makes CAP_NET_ADMIN effective for the calling thread, and those it starts, where it is permitted. A unit gives it that
// way; an image marks the file as permitted only, because one that is marked as effective cannot even be started in a
// container without the capability, where user space would do. -> whether it is effective.
bool UseNetAdmin();

}  // namespace mediad::start
