#include "proto/runtime/process_service.h"

#include <unistd.h>

#include <cstdio>
#include <memory>

#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/runtime/logging.h"
#include "proto/runtime/unary_method.h"
#include "proto/runtime/version.h"

namespace runtime {
namespace {

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

grpc::Status ChangeLevel(const rtpengine::v1::SetLogLevelRequest& request) {
  if (SetLogLevel(request.subsystem(), request.level())) return grpc::Status::OK;
  const bool bad_level = request.level() < 0 || request.level() > 7;
  return {grpc::StatusCode::INVALID_ARGUMENT,
          bad_level ? base::StrCat("log level ", request.level(), " is not between 0 and 7")
                    : base::StrCat("no subsystem is called '", request.subsystem(), "'")};
}

}  // namespace

void ProcessService::GetStatus(rtpengine::v1::GetStatusResponse* response) const {
  response->set_daemon(facts_.daemon);
  response->set_version(Version());
  response->set_name(facts_.name);
  response->set_started_unix(facts_.started_unix);
  response->set_resident_bytes(ResidentOctets());
  response->set_process_id(static_cast<uint32_t>(getpid()));
  for (const std::string& listener : facts_.listeners) response->add_listeners(listener);
  for (const std::string& warning : facts_.warnings) response->add_warnings(warning);
  fill_(response);
}

void ProcessService::Serve(CompletionLoop& loop) {
  using Service = rtpengine::v1::Process::AsyncService;
  using rtpengine::v1::LogLevels;
  ServeNow(loop, service_, &Service::RequestGetVersion,
           [this](const auto&, rtpengine::v1::GetVersionResponse* response) {
             response->set_daemon(facts_.daemon);
             response->set_version(Version());
             response->set_build(BuildDetails());
             return grpc::Status::OK;
           });
  ServeNow(loop, service_, &Service::RequestGetStatus,
           [this](const auto&, rtpengine::v1::GetStatusResponse* response) {
             GetStatus(response);
             return grpc::Status::OK;
           });
  ServeNow(loop, service_, &Service::RequestGetLogLevels, [](const auto&, LogLevels* response) {
    FillLevels(response);
    return grpc::Status::OK;
  });
  ServeNow(loop, service_, &Service::RequestSetLogLevel,
           [](const rtpengine::v1::SetLogLevelRequest& request, LogLevels* response) {
             const grpc::Status status = ChangeLevel(request);
             if (status.ok()) FillLevels(response);
             return status;
           });
}

}  // namespace runtime
