// What the fleet wants done: values that the shell carries out, in order, after the call returned.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "rtpengine/v1/worker.pb.h"

namespace controld::fleet {

using StreamId = uint64_t;   // given by the shell; never 0, never used twice
using CommandId = uint64_t;  // given by the fleet; unique in this process

// Why a stream ends; the shell turns it into a status of its RPC system.
enum class EndCode : uint8_t {
  kInvalid,       // the worker broke the protocol
  kPrecondition,  // protocol version
  kReplaced,      // the worker attached anew
  kLost,          // no sign of life: do not wait for the peer
  kOverload,      // it does not read what we send
  kShutdown,      // we end
};

struct SendMessage {
  StreamId stream;
  rtpengine::v1::ControllerMessage message;
};
struct EndStream {
  StreamId stream;
  EndCode code;
  std::string reason;
};
// A command's outcome, for whoever issued it.
struct DeliverResult {
  uint32_t issuer;
  rtpengine::v1::CommandResult result;
};
// One page of a worker's inventory: each record goes to the shard of its call.
struct InventoryPage {
  std::string worker;
  std::vector<rtpengine::v1::SessionRecord> records;
};
// To every shard; each answers with Fleet::ReleaseWaiting once it has dealt with it.
struct InventoryDone {
  std::string worker;
  StreamId stream;
};
// To the shard of the session.
struct SessionEvent {
  std::string worker;
  rtpengine::v1::Event event;
};
// To every shard: the worker stayed away for too long.
struct WorkerGone {
  std::string worker;
};
struct LogLine {
  bool warning;
  std::string text;
};

using Action = std::variant<SendMessage, EndStream, DeliverResult, InventoryPage, InventoryDone,
                            SessionEvent, WorkerGone, LogLine>;
using Actions = std::vector<Action>;

}  // namespace controld::fleet
