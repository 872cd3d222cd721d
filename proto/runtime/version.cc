// See version.h. RTPENGINE_VERSION comes from CMake.
#include "proto/runtime/version.h"

#include <google/protobuf/stubs/common.h>
#include <grpcpp/grpcpp.h>
#include <openssl/crypto.h>

#include "proto/base/text.h"

namespace runtime {

const char* Version() { return RTPENGINE_VERSION; }

std::string SoftwareId() { return base::StrCat("rtpengine-", Version()); }

std::string BuildDetails() {
#if defined(__clang__)
  constexpr const char* kCompiler = "clang " __clang_version__;
#else
  constexpr const char* kCompiler = "gcc " __VERSION__;
#endif
  return base::StrCat(kCompiler, ", gRPC ", grpc::Version(), ", protobuf ",
                      google::protobuf::internal::VersionString(GOOGLE_PROTOBUF_VERSION), ", ",
                      static_cast<const char*>(OpenSSL_version(OPENSSL_VERSION)));
}

}  // namespace runtime
