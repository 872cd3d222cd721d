// The worker's side of the worker stream, for all configured controllers: one ControllerLink each,
// a gRPC stream below it, the media plane above.
//
// One thread (the completion loop's) owns all links and serves all streams; the relay threads only
// post to it, so they never wait and no state is shared. Controllers do not know of each other:
// each commands the sessions it owns and hears their events.
#pragma once

#include <functional>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "mediad/rpc/command_server.h"
#include "mediad/rpc/controller_link.h"
#include "mediad/rpc/controller_stream.h"
#include "mediad/rpc/host_load.h"
#include "mediad/rpc/media_plane.h"
#include "proto/base/clock.h"
#include "proto/runtime/completion_loop.h"
#include "proto/runtime/credentials.h"
#include "rtpengine/v1/admin.pb.h"

namespace mediad::rpc {

// What the worker says of itself.
struct WorkerFacts {
  std::string name;
  uint64_t boot_epoch = 0;
  std::string build;
  std::vector<rtpengine::v1::Capability> capabilities;
  // Whether media goes through the kernel at this moment; called on the loop's thread. Null: not said.
  std::function<rtpengine::v1::Capability()> kernel_offload;
  // The interfaces with their ports of this moment; called on the loop's thread.
  std::function<void(google::protobuf::RepeatedPtrField<rtpengine::v1::Interface>*)> interfaces;
  std::function<void(google::protobuf::RepeatedPtrField<rtpengine::v1::InterfaceLoad>*)>
      interface_load;
  // The certificates of this moment, those due replaced; likewise. Null: there are none.
  std::function<void(google::protobuf::RepeatedPtrField<rtpengine::v1::Certificate>*)>
      certificates;
  // How it stands with the packet filter's rules; likewise. Null: none are kept.
  std::function<void(rtpengine::v1::FirewallReport*)> firewall;
  // What others were told, DTMF aside; likewise. Null: nothing.
  std::function<void(rtpengine::v1::ExportLoad*)> exports;
};

class WorkerClient {
 public:
  struct Options {
    std::vector<std::string> controllers;  // addresses; the same one twice counts once
    runtime::TlsOptions tls;
  };

  // Fails on addresses or certificates that cannot work. `loop` and `plane` outlive the client;
  // after Stop the loop is stopped before the client goes.
  static absl::StatusOr<std::unique_ptr<WorkerClient>> Create(Options options, WorkerFacts facts,
                                                              runtime::CompletionLoop& loop,
                                                              MediaPlane& plane);

  ~WorkerClient();

  // The loop runs while these are called, and is not the caller's thread.
  void Start();
  void Stop();  // ends the streams; sessions are not touched

  // For Engine::Start: to every attached controller that owns the session. Any thread, does not
  // wait.
  std::function<void(rtpengine::v1::Event)> event_sink();
  // The load of this moment. Any thread but the loop's; nullopt: the loop did not answer within `patience`.
  std::optional<rtpengine::v1::LoadReport> AskLoad(std::chrono::milliseconds patience);
  // The controllers and how it stands with them. Any thread.
  std::vector<rtpengine::v1::Peer> Peers() const;

 private:
  class ResultQueue;
  struct Connection;

  WorkerClient(Options options, WorkerFacts facts, runtime::CompletionLoop& loop,
               MediaPlane& plane);
  // All below: on the loop's thread.
  void Pump(Connection& connection);
  void Arm(Connection& connection);
  void OpenStream(Connection& connection);
  void ServeCommands(Connection& connection, std::vector<rtpengine::v1::Command> commands);
  void OnStateChange(Connection& connection);
  void OnDone(Connection& connection, uint64_t stream, const grpc::Status& status);
  void SendEvent(const rtpengine::v1::Event& event);
  void MeasureLoad();
  void AddExports(const relay::EngineTotals& totals);
  // Counters of this moment; what is per second stays.
  void RefreshLoad();
  void SendLoad();  // the last one measured, with the state of this moment
  rtpengine::v1::Hello MakeHello() const;
  void FinishIfStopped();

  const Options options_;
  const WorkerFacts facts_;
  MediaPlane& plane_;
  CommandServer server_;
  runtime::CompletionLoop& loop_;
  base::SystemRandom random_;
  LoadMeter meter_;
  rtpengine::v1::LoadReport load_;
  std::vector<std::unique_ptr<Connection>> connections_;
  bool attached_ = false;
  bool draining_ = false;
  bool stopping_ = false;
  bool running_ = false;  // between Start and Stop; their caller's
  runtime::CompletionLoop::TimerId load_timer_ = 0;
  std::promise<void> stopped_;
  mutable std::mutex peers_mutex_;
  std::vector<rtpengine::v1::Peer> peers_;  // guarded by peers_mutex_
};

}  // namespace mediad::rpc
