// See command_server.h.
#include "mediad/rpc/command_server.h"

#include <utility>

#include "proto/base/text.h"

namespace mediad::rpc {
namespace {

using rtpengine::v1::Command;
using rtpengine::v1::CommandResult;
using rtpengine::v1::Error;

Error MakeError(Error::Code code, std::string text) {
  Error error;
  error.set_code(code);
  error.set_text(std::move(text));
  return error;
}

std::optional<Error> CheckOwner(std::string_view controller, std::string_view owner) {
  if (owner == controller) return std::nullopt;
  return MakeError(Error::INVALID,
                   base::StrCat("sessions of owner '", owner, "' are not controller '", controller,
                                "'s to command"));
}

std::optional<Error> CheckSession(std::string_view controller, std::string_view owner,
                                  std::string_view id) {
  if (id.size() > kMaxSessionIdOctets) {
    return MakeError(Error::LIMIT, base::StrCat("session id of ", id.size(),
                                                " octets; the limit is ", kMaxSessionIdOctets));
  }
  return CheckOwner(controller, owner);
}

std::optional<Error> CheckApply(std::string_view controller,
                                const rtpengine::v1::ApplySession& apply) {
  if (!apply.has_session()) return MakeError(Error::INVALID, "apply without a session");
  const size_t record = apply.session().record().size();
  if (record > kMaxRecordOctets) {
    return MakeError(Error::LIMIT, base::StrCat("record of ", record, " octets; the limit is ",
                                                kMaxRecordOctets));
  }
  return CheckSession(controller, apply.session().owner(), apply.session().id());
}

}  // namespace

std::optional<Error> RefuseCommand(std::string_view controller, const Command& command) {
  switch (command.command_case()) {
    case Command::kApply: return CheckApply(controller, command.apply());
    case Command::kDelete:
      return CheckSession(controller, command.delete_().owner(), command.delete_().id());
    case Command::kQuery:
      return CheckSession(controller, command.query().owner(), command.query().id());
    case Command::kList: return CheckOwner(controller, command.list().owner());
    case Command::kDrain:
    case Command::kPing: return std::nullopt;
    case Command::COMMAND_NOT_SET: break;
  }
  return MakeError(Error::UNSUPPORTED, "a command this worker does not know");
}

void FitIntoFrame(rtpengine::v1::ListSessionsResult* page, size_t limit) {
  size_t octets = page->ByteSizeLong();
  while (octets > limit && page->sessions_size() > 1) {
    // At most the record's own size is taken off: never too much, the loop looks again.
    octets -= page->sessions(page->sessions_size() - 1).ByteSizeLong();
    page->mutable_sessions()->RemoveLast();
    page->set_more(true);
  }
}

void CommandServer::Serve(const std::string& controller, Command command, Done done) {
  const uint64_t id = command.id();
  if (auto refusal = RefuseCommand(controller, command)) {
    CommandResult result;
    result.set_id(id);
    *result.mutable_error() = *std::move(refusal);
    return done(std::move(result));
  }
  auto answer = [id, done = std::move(done)](CommandResult result) {
    result.set_id(id);
    if (result.has_list()) FitIntoFrame(result.mutable_list(), kMaxResultOctets);
    done(std::move(result));
  };
  switch (command.command_case()) {
    case Command::kApply:
      return plane_.Apply(std::move(*command.mutable_apply()), std::move(answer));
    case Command::kDelete:
      return plane_.Delete(std::move(*command.mutable_delete_()), std::move(answer));
    case Command::kQuery:
      return plane_.Query(std::move(*command.mutable_query()), std::move(answer));
    case Command::kList: return plane_.List(std::move(*command.mutable_list()), std::move(answer));
    case Command::kDrain: plane_.SetDraining(command.drain().drain()); return answer({});
    default: return answer({});  // Ping: the answer is the message
  }
}

}  // namespace mediad::rpc
