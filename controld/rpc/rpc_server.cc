#include "controld/rpc/rpc_server.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace controld::rpc {
namespace {

constexpr char kOption[] = "listen-grpc";
constexpr std::chrono::milliseconds kShutdownGrace{1000};
// A worker's frames stay below 2 MiB (worker.proto).
constexpr int kMaxReceived = 4 << 20;
// A connection without a sign of life: the kernel alone would notice after many minutes.
constexpr int kKeepaliveMs = 10'000, kKeepaliveTimeoutMs = 5'000;

// The controller's part of its status: calls, workers, and what keeps new calls away.
void FillStatus(shard::FleetHost& fleet, const call::Counters& calls,
                rtpengine::v1::GetStatusResponse* response) {
  response->set_calls(static_cast<uint64_t>(std::max<int64_t>(calls.calls.load(), 0)));
  bool ready = false;
  for (const auto& worker : fleet.Describe()) {
    auto* peer = response->add_peers();
    peer->set_name(worker.name());
    peer->set_address(worker.peer());
    peer->set_state(rtpengine::v1::WorkerState_Name(worker.state()));
    ready = ready || (worker.attached() && worker.state() == rtpengine::v1::READY);
  }
  for (const std::string& warning : fleet.Warnings()) response->add_warnings(warning);
  if (!ready) response->add_warnings("no worker is ready: new calls are refused");
}

}  // namespace

RpcServer::RpcServer(std::vector<std::string> addresses, runtime::ProcessFacts facts,
                     shard::FleetHost& fleet, shard::ShardPool& shards,
                     const StatisticsSources& sources, runtime::CompletionLoop& loop)
    : addresses_(std::move(addresses)),
      loop_(loop),
      fleet_(fleet),
      worker_(fleet),
      process_(std::move(facts),
               [&fleet, &calls = sources.calls](rtpengine::v1::GetStatusResponse* response) {
                 FillStatus(fleet, calls, response);
               }),
      workers_(fleet),
      calls_(shards, sources) {}

absl::StatusOr<std::unique_ptr<RpcServer>> RpcServer::Listen(
    std::vector<std::string> addresses, const runtime::TlsOptions& tls, runtime::ProcessFacts facts,
    shard::FleetHost& fleet, shard::ShardPool& shards, const StatisticsSources& sources,
    grpc::ServerBuilder& builder, runtime::CompletionLoop& loop) {
  std::unique_ptr<RpcServer> rpc(
      new RpcServer(std::move(addresses), std::move(facts), fleet, shards, sources, loop));
  if (auto status = runtime::AddListeningPorts(rpc->addresses_, kOption, tls, &builder);
      !status.ok()) {
    return status;
  }
  builder.SetMaxReceiveMessageSize(kMaxReceived);
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMs);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMs);
  // Workers send pings of their own; they are not to be punished for it.
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 1000);
  runtime::TuneForSmallFrames(&builder);
  builder.RegisterService(rpc->worker_.service());
  builder.RegisterService(rpc->process_.service());
  builder.RegisterService(rpc->workers_.service());
  builder.RegisterService(rpc->calls_.service());
  rpc->server_ = builder.BuildAndStart();
  if (auto status = runtime::FinishListening(rpc->addresses_, kOption, rpc->server_.get());
      !status.ok()) {
    return status;
  }
  rpc->worker_.Serve(loop);
  rpc->process_.Serve(loop);
  rpc->workers_.Serve(loop);
  rpc->calls_.Serve(loop);
  return rpc;
}

RpcServer::~RpcServer() {
  if (server_ == nullptr) return;
  fleet_.Shutdown();
  server_->Shutdown(std::chrono::system_clock::now() + kShutdownGrace);
  server_->Wait();
  loop_.AwaitUnused();
  runtime::RemoveSockets(addresses_);
}

}  // namespace controld::rpc
