// See admin_service.h.
#include "mediad/rpc/admin_service.h"

#include <unistd.h>

#include <chrono>
#include <utility>

#include "mediad/rpc/host_load.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/runtime/logging.h"
#include "proto/runtime/version.h"

namespace mediad::rpc {
namespace {

constexpr char kDaemon[] = "mediad";
constexpr char kOption[] = "listen-admin";
constexpr std::chrono::milliseconds kShutdownGrace{200};

grpc::ServerUnaryReactor* Finish(grpc::CallbackServerContext* context,
                                 const grpc::Status& status = grpc::Status::OK) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  reactor->Finish(status);
  return reactor;
}

void FillLevels(rtpengine::v1::LogLevels* response) {
  for (uint8_t i = 0; i < static_cast<uint8_t>(base::log::Subsystem::kCount); ++i) {
    const auto subsystem = static_cast<base::log::Subsystem>(i);
    (*response->mutable_levels())[std::string(base::log::SubsystemName(subsystem))] =
        runtime::LogLevel(subsystem);
  }
}

}  // namespace

grpc::ServerUnaryReactor* AdminService::GetVersion(grpc::CallbackServerContext* context,
                                                   const rtpengine::v1::GetVersionRequest*,
                                                   rtpengine::v1::GetVersionResponse* response) {
  response->set_daemon(kDaemon);
  response->set_version(runtime::Version());
  response->set_build(runtime::BuildDetails());
  return Finish(context);
}

grpc::ServerUnaryReactor* AdminService::GetStatus(grpc::CallbackServerContext* context,
                                                  const rtpengine::v1::GetStatusRequest*,
                                                  rtpengine::v1::GetStatusResponse* response) {
  response->set_daemon(kDaemon);
  response->set_version(runtime::Version());
  response->set_name(sources_.worker_name);
  response->set_started_unix(sources_.started_unix);
  response->set_resident_bytes(ReadHostSample().resident_octets);
  response->set_calls(sources_.sessions());
  response->set_process_id(static_cast<uint32_t>(getpid()));
  for (const std::string& listener : sources_.listeners) response->add_listeners(listener);
  for (const std::string& warning : sources_.warnings) response->add_warnings(warning);
  if (sources_.draining()) response->add_warnings("draining: new sessions are refused");
  bool attached = false;
  for (rtpengine::v1::Peer& peer : sources_.peers()) {
    attached = attached || peer.state() == "attached";
    *response->add_peers() = std::move(peer);
  }
  if (!attached)
    response->add_warnings("no controller is attached: no new calls reach this worker");
  return Finish(context);
}

grpc::ServerUnaryReactor* AdminService::GetLogLevels(grpc::CallbackServerContext* context,
                                                     const rtpengine::v1::GetLogLevelsRequest*,
                                                     rtpengine::v1::LogLevels* response) {
  FillLevels(response);
  return Finish(context);
}

grpc::ServerUnaryReactor* AdminService::SetLogLevel(
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

absl::StatusOr<std::unique_ptr<AdminServer>> AdminServer::Listen(std::vector<std::string> addresses,
                                                                 const runtime::TlsOptions& tls,
                                                                 StatusSources sources) {
  std::unique_ptr<AdminServer> admin(new AdminServer(std::move(addresses), std::move(sources)));
  if (admin->addresses_.empty()) return admin;
  grpc::ServerBuilder builder;
  if (auto status = runtime::AddListeningPorts(admin->addresses_, kOption, tls, &builder);
      !status.ok()) {
    return status;
  }
  builder.RegisterService(&admin->service_);
  admin->server_ = builder.BuildAndStart();
  if (auto status = runtime::FinishListening(admin->addresses_, kOption, admin->server_.get());
      !status.ok()) {
    return status;
  }
  return admin;
}

AdminServer::~AdminServer() {
  if (server_ == nullptr) return;
  server_->Shutdown(std::chrono::system_clock::now() + kShutdownGrace);
  server_->Wait();
  runtime::RemoveSockets(addresses_);
}

}  // namespace mediad::rpc
