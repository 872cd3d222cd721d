// See worker_client.h.
#include "mediad/rpc/worker_client.h"

#include <algorithm>
#include <utility>

#include "mediad/relay/batch_scope.h"
#include "proto/base/help_scope.h"
#include "proto/base/log.h"
#include "proto/base/text.h"

namespace mediad::rpc {
namespace {

using rtpengine::v1::Command;
using rtpengine::v1::CommandResult;
using rtpengine::v1::ControllerFrame;
using rtpengine::v1::WorkerState;

constexpr char kOption[] = "controller";
constexpr std::chrono::nanoseconds kLoadPeriod = std::chrono::seconds(1);
// A peer that vanished without a word is found after at most the sum of both. Controllers allow a
// ping each second and take offence at less: the margin is for jitter of the network.
constexpr int kKeepAliveTimeMs = 1200;
constexpr int kKeepAliveTimeoutMs = 1500;

grpc::ChannelArguments ChannelArguments() {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepAliveTimeMs);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepAliveTimeoutMs);
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  // Every attempt makes a connection of its own: when to try again is ControllerLink's decision.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  runtime::TuneForSmallFrames(&arguments);
  return arguments;
}

LinkOptions MakeLinkOptions(const std::string& address) {
  LinkOptions options;
  options.address = address;
  if (auto parsed = runtime::ParseRpcAddress(address); parsed.ok() && parsed->unix_socket()) {
    options.backoff_cap = std::chrono::seconds(2);
  }
  return options;
}

std::string Describe(const grpc::Status& status) {
  if (status.ok()) return "the controller ended the stream";
  return status.error_message().empty()
             ? base::StrCat("gRPC status ", static_cast<int>(status.error_code()))
             : status.error_message();
}

}  // namespace

// Results on their way from the media plane's threads to the loop: one wake-up for as many as
// gather, and then one frame.
class WorkerClient::ResultQueue {
 public:
  using Result = std::pair<uint64_t, CommandResult>;  // stream, result

  // True: the loop has to be told.
  bool Push(uint64_t stream, CommandResult&& result) {
    std::lock_guard<std::mutex> lock(mutex_);
    results_.emplace_back(stream, std::move(result));
    return results_.size() == 1;
  }
  std::vector<Result> Take() {
    std::lock_guard<std::mutex> lock(mutex_);
    return std::exchange(results_, {});
  }

 private:
  std::mutex mutex_;
  std::vector<Result> results_;
};

// A controller's link with its streams. Streams that were given up stay until gRPC is done with
// them.
struct WorkerClient::Connection final : ControllerStream::Listener {
  struct Stream {
    std::unique_ptr<ControllerStream> shell;
    bool released = false;
    bool read_due = false;  // a frame was taken in; the next read has not begun
  };

  Connection(WorkerClient& owner, size_t at, LinkOptions options)
      : client(owner), index(at), link(std::move(options), owner.random_) {}

  // `this` lives until every stream is done.
  void OnStreamFrame(uint64_t stream, ControllerFrame frame) override {
    if (auto it = streams.find(stream); it != streams.end()) it->second.read_due = true;
    link.OnFrame(stream, std::move(frame), base::ReadClocks());
    client.Pump(*this);
  }
  void OnStreamWritten(uint64_t stream) override {
    link.OnWritten(stream);
    client.Pump(*this);
  }
  void OnStreamBroken(uint64_t stream) override { Release(stream); }
  // Later: the stream is destroyed there.
  void OnStreamDone(uint64_t stream, const grpc::Status& status) override {
    client.loop_.Post([this, stream, status] { client.OnDone(*this, stream, status); });
  }

  void Release(uint64_t stream) {
    auto it = streams.find(stream);
    if (it == streams.end() || it->second.released) return;
    it->second.released = true;
    it->second.shell->Release();
  }
  void Cancel(uint64_t stream) {
    auto it = streams.find(stream);
    if (it == streams.end()) return;
    it->second.shell->Cancel();
    Release(stream);
  }

  void TakeResults() {
    for (auto& [stream, result] : results.Take()) link.SendResult(stream, std::move(result));
    client.Pump(*this);
  }

  WorkerClient& client;
  ResultQueue results;
  const size_t index;  // in peers_
  ControllerLink link;
  LinkState reported = LinkState::kStopped;
  std::map<uint64_t, Stream> streams;
  std::chrono::nanoseconds armed_for = std::chrono::nanoseconds::max();
  runtime::CompletionLoop::TimerId timer = 0;
};

absl::StatusOr<std::unique_ptr<WorkerClient>> WorkerClient::Create(Options options,
                                                                   WorkerFacts facts,
                                                                   runtime::CompletionLoop& loop,
                                                                   MediaPlane& plane) {
  std::vector<std::string> unique;
  for (const std::string& address : options.controllers) {
    if (std::find(unique.begin(), unique.end(), address) == unique.end()) unique.push_back(address);
  }
  options.controllers = std::move(unique);
  for (const std::string& address : options.controllers) {
    auto channel = runtime::MakeChannel(address, kOption, options.tls, ChannelArguments());
    if (!channel.ok()) return channel.status();
  }
  return std::unique_ptr<WorkerClient>(
      new WorkerClient(std::move(options), std::move(facts), loop, plane));
}

WorkerClient::WorkerClient(Options options, WorkerFacts facts, runtime::CompletionLoop& loop,
                           MediaPlane& plane)
    : options_(std::move(options)),
      facts_(std::move(facts)),
      plane_(plane),
      server_(plane),
      loop_(loop) {
  for (const std::string& address : options_.controllers) {
    connections_.push_back(
        std::make_unique<Connection>(*this, connections_.size(), MakeLinkOptions(address)));
    peers_.emplace_back().set_address(address);
    peers_.back().set_state(std::string(LinkStateName(LinkState::kStopped)));
  }
}

WorkerClient::~WorkerClient() = default;

void WorkerClient::Start() {
  running_ = true;
  loop_.Post([this] {
    draining_ = plane_.draining();
    MeasureLoad();
    load_timer_ = loop_.Every(kLoadPeriod, [this] { MeasureLoad(); });
    for (auto& connection : connections_) {
      connection->link.Start(base::ReadClocks());
      Pump(*connection);
    }
  });
}

void WorkerClient::Stop() {
  if (!std::exchange(running_, false)) return;
  loop_.Post([this] {
    stopping_ = true;
    loop_.Cancel(load_timer_);
    for (auto& connection : connections_) {
      connection->link.Stop();
      Pump(*connection);
    }
    FinishIfStopped();
  });
  stopped_.get_future().wait();
}

void WorkerClient::FinishIfStopped() {
  if (!stopping_) return;
  for (const auto& connection : connections_) {
    if (!connection->streams.empty()) return;
  }
  for (const auto& connection : connections_) loop_.Cancel(connection->timer);
  stopping_ = false;
  stopped_.set_value();
}

std::function<void(rtpengine::v1::Event)> WorkerClient::event_sink() {
  // A late event of the media plane finds the loop stopped and is dropped there.
  return [this](rtpengine::v1::Event event) {
    loop_.Post([this, event = std::move(event)] { SendEvent(event); });
  };
}

std::optional<rtpengine::v1::LoadReport> WorkerClient::AskLoad(std::chrono::milliseconds patience) {
  // Shared: who asked may have gone when the loop comes to it.
  auto answer = std::make_shared<std::promise<rtpengine::v1::LoadReport>>();
  std::future<rtpengine::v1::LoadReport> load = answer->get_future();
  loop_.Post([this, answer = std::move(answer)] {
    RefreshLoad();
    answer->set_value(load_);
  });
  if (load.wait_for(patience) != std::future_status::ready) return std::nullopt;
  return load.get();
}

std::vector<rtpengine::v1::Peer> WorkerClient::Peers() const {
  std::lock_guard<std::mutex> lock(peers_mutex_);
  return peers_;
}

void WorkerClient::Pump(Connection& connection) {
  while (true) {
    LinkActions actions = connection.link.TakeActions();
    if (actions.cancel) connection.Cancel(actions.cancel_stream);
    if (actions.open) {
      OpenStream(connection);
      continue;  // the Hello is the next action
    }
    auto stream = connection.streams.find(connection.link.stream());
    const bool usable = stream != connection.streams.end() && !stream->second.released;
    if (actions.write && usable) stream->second.shell->Write(*std::move(actions.write));
    OnStateChange(connection);
    ServeCommands(connection, std::move(actions.commands));
    if (usable && stream->second.read_due && connection.link.wants_read()) {
      stream->second.read_due = false;
      stream->second.shell->Read();
    }
    break;
  }
  Arm(connection);
}

void WorkerClient::Arm(Connection& connection) {
  const std::chrono::nanoseconds deadline = connection.link.next_deadline();
  if (deadline == connection.armed_for) return;
  loop_.Cancel(connection.timer);
  connection.armed_for = deadline;
  if (deadline == std::chrono::nanoseconds::max()) return;
  const auto delay = std::max(std::chrono::nanoseconds(0), deadline - base::ReadClocks().monotonic);
  connection.timer = loop_.After(delay, [this, &connection] {
    connection.armed_for =
        std::chrono::nanoseconds::max();  // fired: arm again whatever the deadline is
    connection.link.Tick(base::ReadClocks());
    Pump(connection);
  });
}

void WorkerClient::OpenStream(Connection& connection) {
  const uint64_t id = connection.link.stream();
  auto channel =
      runtime::MakeChannel(connection.link.address(), kOption, options_.tls, ChannelArguments());
  if (!channel.ok()) {  // a certificate that was fine at start and now is not
    connection.link.OnClosed(id, CloseReason::kRefused, base::Message(channel.status()),
                             base::ReadClocks());
    return;
  }
  auto& stream = connection.streams[id];
  stream.shell = std::make_unique<ControllerStream>(id, *std::move(channel), loop_, connection);
  stream.shell->Begin();
  stream.shell->Read();
  connection.link.OnOpened(MakeHello());
}

void WorkerClient::OnDone(Connection& connection, uint64_t stream, const grpc::Status& status) {
  connection.streams.erase(stream);
  const bool refused = status.error_code() == grpc::StatusCode::FAILED_PRECONDITION ||
                       status.error_code() == grpc::StatusCode::UNIMPLEMENTED ||
                       status.error_code() == grpc::StatusCode::PERMISSION_DENIED ||
                       status.error_code() == grpc::StatusCode::UNAUTHENTICATED;
  connection.link.OnClosed(stream, refused ? CloseReason::kRefused : CloseReason::kBroken,
                           Describe(status), base::ReadClocks());
  Pump(connection);
  FinishIfStopped();
}

void WorkerClient::ServeCommands(Connection& connection, std::vector<Command> commands) {
  const uint64_t stream = connection.link.stream();
  // This thread carries them out itself where the media plane has nothing else to do.
  const base::HelpScope help;
  for (Command& command : commands) {
    if (command.has_ping()) {
      RefreshLoad();
      connection.link.SendLoad(load_);
    }
    // The media plane answers from its own threads, perhaps when the loop is stopped already.
    auto done = [this, &connection, stream](CommandResult result) {
      if (connection.results.Push(stream, std::move(result))) {
        relay::BatchScope::AtEnd(
            [this, &connection] { loop_.Post([&connection] { connection.TakeResults(); }); });
      }
    };
    server_.Serve(connection.link.controller_name(), std::move(command), std::move(done));
  }
  if (!commands.empty() && plane_.draining() != draining_) {
    draining_ = !draining_;
    base::log::Log(
        base::log::Severity::kNotice, base::log::Subsystem::kControl, {},
        draining_ ? "Draining: no new sessions" : "Draining ended: ready for new sessions",
        ", as controller '", connection.link.controller_name(), "' asked");
    loop_.Post([this] { SendLoad(); });
  }
}

void WorkerClient::OnStateChange(Connection& connection) {
  const LinkState state = connection.link.state();
  if (state == connection.reported) return;
  connection.reported = state;
  {
    std::lock_guard<std::mutex> lock(peers_mutex_);
    rtpengine::v1::Peer& peer = peers_[connection.index];
    peer.set_name(connection.link.controller_name());
    peer.set_state(connection.link.trouble().empty()
                       ? std::string(LinkStateName(state))
                       : base::StrCat(LinkStateName(state), ": ", connection.link.trouble()));
  }
  if (state == LinkState::kAttached) connection.link.SendLoad(load_);
  const bool attached =
      std::any_of(connections_.begin(), connections_.end(),
                  [](const auto& other) { return other->link.state() == LinkState::kAttached; });
  if (attached != attached_) plane_.SetAttached(attached_ = attached);
  if (state == LinkState::kAttached) loop_.Post([this, &connection] { Pump(connection); });
}

void WorkerClient::SendEvent(const rtpengine::v1::Event& event) {
  for (auto& connection : connections_) {
    if (connection->link.controller_name() != event.owner()) continue;
    connection->link.SendEvent(event);
    Pump(*connection);
  }
}

void WorkerClient::MeasureLoad() {
  const relay::EngineTotals totals = plane_.Totals();
  load_ = meter_.Report(ReadHostSample(), totals, base::ReadClocks());
  AddExports(totals);
  facts_.interface_load(load_.mutable_interfaces());
  if (facts_.certificates) facts_.certificates(load_.mutable_certificates());
  if (facts_.firewall) facts_.firewall(load_.mutable_firewall());
  if (facts_.kernel_offload) *load_.mutable_kernel_offload() = facts_.kernel_offload();
  SendLoad();
}

void WorkerClient::AddExports(const relay::EngineTotals& totals) {
  load_.mutable_exports()->set_dtmf_events(totals.dtmf_events);
  load_.mutable_exports()->set_dtmf_suppressed(totals.dtmf_suppressed);
  if (facts_.exports) facts_.exports(load_.mutable_exports());
}

void WorkerClient::RefreshLoad() {
  const relay::EngineTotals totals = plane_.Totals();
  load_.set_sessions(totals.sessions);
  load_.set_packets(totals.packets);
  load_.set_bytes(totals.bytes);
  load_.set_errors(totals.errors);
  load_.set_active_media(static_cast<uint32_t>(totals.active_media));
  SetKernelCounters(totals, load_.mutable_kernel());
  AddExports(totals);
  load_.clear_interfaces();
  facts_.interface_load(load_.mutable_interfaces());
}

void WorkerClient::SendLoad() {
  const bool draining = plane_.draining();
  load_.set_state(!draining               ? WorkerState::READY
                  : load_.sessions() == 0 ? WorkerState::DRAINED
                                          : WorkerState::DRAINING);
  for (auto& connection : connections_) {
    connection->link.SendLoad(load_);
    Pump(*connection);
  }
}

rtpengine::v1::Hello WorkerClient::MakeHello() const {
  rtpengine::v1::Hello hello;
  hello.set_protocol_version(1);
  hello.set_name(facts_.name);
  hello.set_boot_epoch(facts_.boot_epoch);
  hello.set_build(facts_.build);
  facts_.interfaces(hello.mutable_interfaces());
  if (facts_.certificates) facts_.certificates(hello.mutable_certificates());
  if (facts_.kernel_offload) *hello.add_capabilities() = facts_.kernel_offload();
  for (const auto& capability : facts_.capabilities) *hello.add_capabilities() = capability;
  hello.set_state(plane_.draining() ? WorkerState::DRAINING : WorkerState::READY);
  hello.set_sessions(plane_.Totals().sessions);
  return hello;
}

}  // namespace mediad::rpc
