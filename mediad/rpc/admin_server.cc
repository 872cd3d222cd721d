// See admin_server.h.
#include "mediad/rpc/admin_server.h"

#include <chrono>
#include <utility>

namespace mediad::rpc {
namespace {

constexpr char kDaemon[] = "mediad";
constexpr char kOption[] = "listen-admin";
constexpr std::chrono::milliseconds kShutdownGrace{200};

runtime::ProcessFacts FactsOf(const StatusSources& sources) {
  runtime::ProcessFacts facts;
  facts.daemon = kDaemon;
  facts.name = sources.worker_name;
  facts.started_unix = sources.started_unix;
  facts.listeners = sources.listeners;
  facts.warnings = sources.warnings;
  return facts;
}

void FillStatus(const StatusSources& sources, rtpengine::v1::GetStatusResponse* response) {
  response->set_calls(sources.sessions());
  if (sources.draining()) response->add_warnings("draining: new sessions are refused");
  if (const auto kernel = sources.kernel ? sources.kernel() : std::nullopt; kernel && !kernel->usable) {
    response->add_warnings("media goes through user space: " + kernel->reason);
  }
  bool attached = false;
  for (rtpengine::v1::Peer& peer : sources.peers()) {
    attached = attached || peer.state() == "attached";
    *response->add_peers() = std::move(peer);
  }
  if (!attached) {
    response->add_warnings("no controller is attached: no new calls reach this worker");
  }
}

}  // namespace

AdminServer::AdminServer(std::vector<std::string> addresses, StatusSources sources,
                         runtime::CompletionLoop& loop)
    : addresses_(std::move(addresses)),
      loop_(loop),
      service_(FactsOf(sources), [sources](rtpengine::v1::GetStatusResponse* response) {
        FillStatus(sources, response);
      }) {}

absl::StatusOr<std::unique_ptr<AdminServer>> AdminServer::Listen(std::vector<std::string> addresses,
                                                                 const runtime::TlsOptions& tls,
                                                                 StatusSources sources,
                                                                 grpc::ServerBuilder& builder,
                                                                 runtime::CompletionLoop& loop) {
  std::unique_ptr<AdminServer> admin(
      new AdminServer(std::move(addresses), std::move(sources), loop));
  if (admin->addresses_.empty()) return admin;
  if (auto status = runtime::AddListeningPorts(admin->addresses_, kOption, tls, &builder);
      !status.ok()) {
    return status;
  }
  builder.RegisterService(admin->service_.service());
  admin->server_ = builder.BuildAndStart();
  if (auto status = runtime::FinishListening(admin->addresses_, kOption, admin->server_.get());
      !status.ok()) {
    return status;
  }
  admin->service_.Serve(loop);
  return admin;
}

AdminServer::~AdminServer() {
  if (server_ == nullptr) return;
  server_->Shutdown(std::chrono::system_clock::now() + kShutdownGrace);
  server_->Wait();
  loop_.AwaitUnused();
  runtime::RemoveSockets(addresses_);
}

}  // namespace mediad::rpc
