// What this build calls itself. Constant; any thread.
#pragma once

#include <string>

namespace runtime {

const char* Version();      // "0.1.0", the CMake project's version
std::string SoftwareId();   // "rtpengine-0.1.0"
std::string BuildDetails(); // compiler and library versions, for people

}  // namespace runtime
