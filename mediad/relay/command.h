// What other threads ask of a shard. Values; moved through the shard's queue.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "mediad/offload/kernel.h"
#include "mediad/relay/call.h"
#include "rtpengine/v1/worker.pb.h"

namespace mediad::relay {

using ResultCallback = std::function<void(rtpengine::v1::CommandResult)>;

struct ApplyCommand {
  rtpengine::v1::Session session;
  bool refuse_new = false;  // draining
  ResultCallback done;
  // The calls that the session absorbs, taken from their shards; if it fails they go back through `put_back`.
  std::vector<HandedCall> handed = {};
  std::function<void(std::vector<HandedCall>)> put_back = {};
};

// A call leaves its shard, to become part of another; `done` gets null if it is not there.
struct TakeCommand {
  std::string owner, id;
  std::function<void(std::unique_ptr<Call>)> done;
};

// It comes back.
struct PutBackCommand {
  std::unique_ptr<Call> call;
};

struct DeleteCommand {
  rtpengine::v1::DeleteSession request;
  ResultCallback done;
};

struct QueryCommand {
  rtpengine::v1::QuerySession request;
  ResultCallback done;
};

// One shard's share of a page: it appends, then calls `done` with the page.
struct ListCommand {
  rtpengine::v1::ListSessions request;  // `after` empty: from this shard's start
  rtpengine::v1::CommandResult page;
  size_t octets = 0;                    // in the page so far
  std::function<void(ListCommand)> done;
};

// What the kernel has to say.
struct KernelCommand {
  offload::Delivery delivery;
};

using Command = std::variant<ApplyCommand, DeleteCommand, QueryCommand, ListCommand, TakeCommand,
                             PutBackCommand, KernelCommand>;

// Answers a command that will not be carried out.
void Refuse(Command command, rtpengine::v1::Error::Code code, const char* text);

rtpengine::v1::CommandResult ErrorResult(rtpengine::v1::Error::Code code, const char* text);

}  // namespace mediad::relay
