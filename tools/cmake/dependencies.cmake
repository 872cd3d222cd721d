# Everything comes from the distribution's packages: the list is deploy/dependencies.txt.
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(Protobuf REQUIRED)
find_package(absl REQUIRED)
find_package(spdlog REQUIRED)
find_package(CLI11 REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(Boost 1.74 REQUIRED)  # headers only: Asio, Beast (docs/decisions/0008)
pkg_check_modules(GRPC REQUIRED IMPORTED_TARGET grpc++)
pkg_check_modules(SYSTEMD REQUIRED IMPORTED_TARGET libsystemd)
pkg_check_modules(SRTP2 REQUIRED IMPORTED_TARGET libsrtp2)
# The daemons' allocator: signalling is many small objects on several threads, where it saves a fifth of the CPU time
# (docs/decisions/0006). Sanitizers bring their own.
add_library(rtpengine_allocator INTERFACE)
if(NOT RTPENGINE_SANITIZE AND NOT RTPENGINE_FUZZ)
  pkg_check_modules(JEMALLOC REQUIRED IMPORTED_TARGET jemalloc)
  target_link_libraries(rtpengine_allocator INTERFACE PkgConfig::JEMALLOC)
  # Nothing in the program names a symbol of it.
  target_link_options(rtpengine_allocator INTERFACE -Wl,--no-as-needed)
endif()
find_program(PROTOC protoc REQUIRED)
find_program(GRPC_CPP_PLUGIN grpc_cpp_plugin REQUIRED)
