// Service Process of admin.proto, the same in every daemon: version, status, log levels.
#pragma once

#include <grpcpp/grpcpp.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "proto/runtime/completion_loop.h"
#include "rtpengine/v1/admin.grpc.pb.h"

namespace runtime {

// What is known at start.
struct ProcessFacts {
  std::string daemon;  // "controld", "mediad"
  std::string name;    // controller-name or worker-name
  int64_t started_unix = 0;
  std::vector<std::string> listeners;  // "ng udp 127.0.0.1:2223"
  std::vector<std::string> warnings;   // of the configuration
};

class ProcessService {
 public:
  // Adds what only the daemon knows: calls, peers, warnings. Called on the loop's thread; must not
  // block.
  using FillStatus = std::function<void(rtpengine::v1::GetStatusResponse* response)>;

  ProcessService(ProcessFacts facts, FillStatus fill)
      : facts_(std::move(facts)), fill_(std::move(fill)) {}

  grpc::Service* service() { return &service_; }
  // After BuildAndStart, before the loop starts.
  void Serve(CompletionLoop& loop);

 private:
  void GetStatus(rtpengine::v1::GetStatusResponse* response) const;

  const ProcessFacts facts_;
  const FillStatus fill_;
  rtpengine::v1::Process::AsyncService service_;
};

}  // namespace runtime
