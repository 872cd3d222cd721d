# Headers that most files read, parsed once: two thirds of a file's compile time was that. Four sets, each on top of what
# the ones before it have; a target takes one by rtpengine_precompiled(target SET). Files still include what they use.
#   plain     the standard library and Abseil
#   messages  the protocol between the processes (protobuf)
#   grpc      gRPC and its services
#   tests     messages, googletest; not optimised, as tests are
set(_plain <algorithm> <array> <atomic> <chrono> <cstdint> <cstring> <deque> <functional> <map> <memory> <mutex> <optional>
  <set> <span> <string> <string_view> <utility> <variant> <vector>
  <absl/container/flat_hash_map.h> <absl/status/statusor.h> <absl/strings/str_cat.h>)
set(_messages ${_plain} <rtpengine/v1/session.pb.h> <rtpengine/v1/worker.pb.h>)
set(_grpc ${_messages} <grpcpp/grpcpp.h>
  <rtpengine/v1/admin.grpc.pb.h> <rtpengine/v1/worker.grpc.pb.h>)
set(_tests ${_messages} <gmock/gmock.h> <gtest/gtest.h>)

# rtpengine_precompiled_set(SET libraries…)
function(rtpengine_precompiled_set set)
  add_library(rtpengine_precompiled_${set} OBJECT ${PROJECT_SOURCE_DIR}/tools/cmake/precompiled.cc)
  target_link_libraries(rtpengine_precompiled_${set} PRIVATE rtpengine_options ${ARGN})
  target_precompile_headers(rtpengine_precompiled_${set} PRIVATE ${_${set}})
endfunction()

function(rtpengine_precompiled target set)
  target_precompile_headers(${target} REUSE_FROM rtpengine_precompiled_${set})
endfunction()
