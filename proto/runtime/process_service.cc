#include "proto/runtime/process_service.h"

#include <unistd.h>

#include <cstdio>
#include <memory>

#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/runtime/logging.h"
#include "proto/runtime/version.h"

namespace runtime {
namespace {

grpc::ServerUnaryReactor* Finish(grpc::CallbackServerContext* context,
                                 const grpc::Status& status = grpc::Status::OK) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  reactor->Finish(status);
  return reactor;
}

uint64_t ResidentOctets() {
  const std::unique_ptr<FILE, int (*)(FILE*)> file(std::fopen("/proc/self/statm", "re"),
                                                   std::fclose);
  unsigned long long total = 0, resident = 0;
  if (file == nullptr || std::fscanf(file.get(), "%llu %llu", &total, &resident) != 2) return 0;
  return resident * static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
}

void FillLevels(rtpengine::v1::LogLevels* response) {
  for (uint8_t i = 0; i < static_cast<uint8_t>(base::log::Subsystem::kCount); ++i) {
    const auto subsystem = static_cast<base::log::Subsystem>(i);
    (*response->mutable_levels())[std::string(base::log::SubsystemName(subsystem))] =
        LogLevel(subsystem);
  }
}

}  // namespace

grpc::ServerUnaryReactor* ProcessService::GetVersion(grpc::CallbackServerContext* context,
                                                     const rtpengine::v1::GetVersionRequest*,
                                                     rtpengine::v1::GetVersionResponse* response) {
  response->set_daemon(facts_.daemon);
  response->set_version(Version());
  response->set_build(BuildDetails());
  return Finish(context);
}

grpc::ServerUnaryReactor* ProcessService::GetStatus(grpc::CallbackServerContext* context,
                                                    const rtpengine::v1::GetStatusRequest*,
                                                    rtpengine::v1::GetStatusResponse* response) {
  response->set_daemon(facts_.daemon);
  response->set_version(Version());
  response->set_name(facts_.name);
  response->set_started_unix(facts_.started_unix);
  response->set_resident_bytes(ResidentOctets());
  response->set_process_id(static_cast<uint32_t>(getpid()));
  for (const std::string& listener : facts_.listeners) response->add_listeners(listener);
  for (const std::string& warning : facts_.warnings) response->add_warnings(warning);
  fill_(response);
  return Finish(context);
}

grpc::ServerUnaryReactor* ProcessService::GetLogLevels(grpc::CallbackServerContext* context,
                                                       const rtpengine::v1::GetLogLevelsRequest*,
                                                       rtpengine::v1::LogLevels* response) {
  FillLevels(response);
  return Finish(context);
}

grpc::ServerUnaryReactor* ProcessService::SetLogLevel(
    grpc::CallbackServerContext* context, const rtpengine::v1::SetLogLevelRequest* request,
    rtpengine::v1::LogLevels* response) {
  if (!runtime::SetLogLevel(request->subsystem(), request->level())) {
    const std::string text =
        request->level() < 0 || request->level() > 7
            ? base::StrCat("log level ", request->level(), " is not between 0 and 7")
            : base::StrCat("no subsystem is called '", request->subsystem(), "'");
    return Finish(context, {grpc::StatusCode::INVALID_ARGUMENT, text});
  }
  FillLevels(response);
  return Finish(context);
}

}  // namespace runtime
