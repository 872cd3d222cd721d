#include "controld/listen/ng_server.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_format.h"
#include "controld/listen/dump.h"
#include "controld/ng/framing.h"
#include "proto/base/log.h"
#include "proto/base/text.h"

namespace controld::listen {

using base::log::Context;
using base::log::Enabled;
using base::log::Log;
using base::log::Severity;
using base::log::Subsystem;
using ng::ErrorReply;

namespace {

constexpr int64_t kDefaultListLimit = 32;

// The error-reason when the reply is an error; nullopt otherwise.
std::optional<std::string_view> ErrorOf(const ng::Dictionary& reply) {
  const ng::Value* result = reply.Find("result");
  if (result == nullptr || result->string() == nullptr || *result->string() != "error") return {};
  const ng::Value* reason = reply.Find("error-reason");
  if (reason == nullptr || reason->string() == nullptr) return std::string_view();
  return *reason->string();
}

// A reply that its transport cannot carry: what clients look at first, and why the rest is missing. (Commands
// that change a call are refused before they do; see controld/call/reply_room.h.)
// A client that got nothing would take the node for dead.
ng::Dictionary Shortened(const ng::Dictionary& reply, size_t octets) {
  ng::Dictionary out;
  const ng::Value* sdp = reply.Find("sdp");
  const ng::Value* result = reply.Find("result");
  if (sdp != nullptr || result == nullptr) return ErrorReply(ng::kReplyDoesNotFit);
  out.Add("warning", base::StrCat("Reply of ", octets, " octets does not fit a datagram: left out"));
  out.Add("result", *result);
  return out;
}

// The kept reply of a command that came by a transport that carries more.
std::string TooLarge(std::string_view cookie, std::string_view reply) {
  const bool json = reply.size() > cookie.size() + 1 && reply[cookie.size() + 1] == '{';
  return ng::EncodeReply(cookie, json ? ng::Encoding::kJson : ng::Encoding::kBencode,
                         ErrorReply(ng::kReplyDoesNotFit));
}

// A shard that cannot keep up sheds load as a session limit does (ng-protocol.md §6.1), so that
// proxies try their next node at once.
ng::Dictionary OverloadReply(const ng::Request& request) {
  if (request.command != ng::Command::kOffer) return ErrorReply("Load limit exceeded");
  if (!request.Has(ng::Flag::kSupportsLoadLimit)) {
    return ErrorReply("Parallel session limit reached");
  }
  ng::Dictionary reply;
  reply.Add("result", "load limit");
  reply.Add("message", "Load limit exceeded");
  return reply;
}

}  // namespace

// One command from reception to reply. Replying is its end; destroyed without a reply it answers
// with an error, so that a client never waits for nothing and the cookie does not stay "running".
class NgServer::Transaction {
 public:
  // `cookie` is the beginning of `message`; empty: there is none.
  Transaction(NgServer& server, std::string_view message, std::string_view cookie,
              const ReplyPath& path, base::Now now)
      : server_(server),
        message_(message),
        cookie_size_(cookie.size()),
        path_(path),
        started_(now.monotonic),
        clients_(server.clients_.Get(path.peer.address)) {}

  ~Transaction() {
    if (replied_ || server_.quiet_.load(std::memory_order_relaxed)) return;
    server_.counters_.abandoned.fetch_add(1, std::memory_order_relaxed);
    Reply(ErrorReply("Command was given up"));
  }

  std::string_view cookie() const { return std::string_view(message_).substr(0, cookie_size_); }
  std::string_view payload() const {
    return std::string_view(message_).substr(cookie_size_ == 0 ? 0 : cookie_size_ + 1);
  }
  const base::Endpoint& peer() const { return path_.peer; }
  ng::ReplyRoom room() const {
    const size_t before = cookie_size_ == 0 ? 0 : cookie_size_ + 1;
    return {encoding_, path_.sink->max_reply() - std::min(before, path_.sink->max_reply())};
  }
  // Of a ping nothing is traced; of everything else what comes and what goes.
  void Trace() {
    traced_ = static_cast<bool>(server_.options_.trace);
    if (traced_) server_.TraceIn(message_, path_, call_id_);
  }
  Context context() const {
    Context context;
    context.call_id = call_id_;
    return context;
  }

  void set_encoding(ng::Encoding encoding) { encoding_ = encoding; }
  void Describe(const ng::Request& request, const std::string& command_text,
                const ng::Dictionary& dictionary) {
    command_ = request.command;
    command_text_ = command_text;
    const ng::Value* literal = dictionary.Find("call-id");
    if (request.call_id) {
      call_id_ = *request.call_id;
    } else if (literal != nullptr && literal->string() != nullptr) {
      call_id_ = *literal->string();  // of commands that we don't know
    }
    if (request.Has(ng::Flag::kDebug)) following_ = base::log::Following(call_id_);
  }

  void Reply(const ng::Dictionary& reply) {
    if (std::exchange(replied_, true)) return;
    const std::string out = ng::EncodeReply(cookie(), encoding_, reply);
    Send(path_, out, reply);
    const base::Now now = base::ReadClocks();
    if (cookie_size_ != 0) {
      for (const ReplyPath& waiter : server_.cookies_.Complete(cookie(), out, now.monotonic)) {
        Send(waiter, out, reply);
      }
    }
    const auto error = ErrorOf(reply);
    const auto elapsed = now.monotonic - started_;
    clients_->Count(command_, elapsed, error.has_value());
    server_.clients_.times().Count(command_, elapsed);
    if (error) server_.counters_.errors.fetch_add(1, std::memory_order_relaxed);
    LogReply(reply, error, elapsed);
  }

 private:
  void Send(const ReplyPath& path, const std::string& encoded, const ng::Dictionary& reply) const {
    if (encoded.size() <= path.sink->max_reply()) return SendAs(path, encoded);
    SendAs(path, ng::EncodeReply(cookie(), encoding_, Shortened(reply, encoded.size())));
  }
  void SendAs(const ReplyPath& path, const std::string& octets) const {
    if (traced_) server_.TraceOut(octets, path, call_id_);
    path.sink->SendReply(path, octets);
  }
  void LogReply(const ng::Dictionary& reply, std::optional<std::string_view> error,
                std::chrono::nanoseconds elapsed) const {
    if (error) {
      if (Enabled(Severity::kWarning, Subsystem::kControl, context())) {
        Log(Severity::kWarning, Subsystem::kControl, context(), "Protocol error in packet from ",
            peer().ToString(), ": ", *error, " [", payload(), "]");
      }
    } else if (Enabled(Severity::kInfo, Subsystem::kControl, context())) {
      const int64_t us = std::max<int64_t>(elapsed.count(), 0) / 1000;
      Log(Severity::kInfo, Subsystem::kControl, context(), "Replying to '", command_text_,
          "' from ", peer().ToString(), " (elapsed time ",
          absl::StrFormat("%d.%06d", us / 1'000'000, us % 1'000'000), " sec)");
    }
    if (Enabled(Severity::kDebug, Subsystem::kControl, context())) {
      Log(Severity::kDebug, Subsystem::kControl, context(), "Response dump for '", command_text_,
          "' to ", peer().ToString(), ": ", DumpForLog(reply));
    }
  }

  NgServer& server_;
  const std::string message_;  // as received: cookie, space, payload; or the payload alone
  const size_t cookie_size_;
  const ReplyPath path_;
  const std::chrono::nanoseconds started_;
  ClientCounters* const clients_;
  ng::Encoding encoding_ = ng::Encoding::kBencode;
  ng::Command command_ = ng::Command::kUnknown;
  std::string command_text_, call_id_;
  base::log::Following following_;  // the command that asks for it is shown, too
  bool replied_ = false, traced_ = false;
};

NgServer::NgServer(CookieCache& cookies, ClientStatistics& clients, Dispatcher& dispatcher,
                   Options options)
    : cookies_(cookies), clients_(clients), dispatcher_(dispatcher), options_(std::move(options)) {}

bool NgServer::Admit(const ReplyPath& path, base::Now now) {
  counters_.received.fetch_add(1, std::memory_order_relaxed);
  return options_.access == nullptr ||
         options_.access->AdmitMessage(path.peer.address, now.monotonic);
}

NgServer::Reception NgServer::ReceivePlain(std::string_view payload, const ReplyPath& path,
                                           base::Now now) {
  if (!Admit(path, now)) return Reception::kRefused;
  Execute(std::make_shared<Transaction>(*this, payload, std::string_view(), path, now));
  return Reception::kTaken;
}

NgServer::Reception NgServer::Receive(std::string_view message, const ReplyPath& path,
                                      base::Now now) {
  if (!Admit(path, now)) return Reception::kRefused;
  const std::optional<ng::Message> parts = ng::SplitCookie(message);
  if (!parts) {
    counters_.no_cookie.fetch_add(1, std::memory_order_relaxed);
    if (Enabled(Severity::kWarning, Subsystem::kControl)) {
      Log(Severity::kWarning, Subsystem::kControl, {}, "Received invalid NG data (no cookie) from ",
          path.peer.ToString(), ": ", message);
    }
    return Reception::kNoCookie;
  }
  const CookieTable::Result known = cookies_.Begin(parts->cookie, path, now.monotonic);
  if (known.verdict == CookieTable::Verdict::kNew) {
    Execute(std::make_shared<Transaction>(*this, message, parts->cookie, path, now));
    return Reception::kTaken;
  }
  counters_.duplicates.fetch_add(1, std::memory_order_relaxed);
  if (Enabled(Severity::kInfo, Subsystem::kControl)) {
    Log(Severity::kInfo, Subsystem::kControl, {}, "Detected command from ", path.peer.ToString(),
        " as a duplicate");
  }
  const std::optional<std::string> traced = TracedCallId(parts->payload);
  if (traced) TraceIn(message, path, *traced);
  if (known.verdict == CookieTable::Verdict::kAnswered) {
    const bool fits = known.reply.size() <= path.sink->max_reply();
    const std::string reply = fits ? known.reply : TooLarge(parts->cookie, known.reply);
    if (traced) TraceOut(reply, path, *traced);
    path.sink->SendReply(path, reply);
  }
  return Reception::kTaken;
}

void NgServer::TraceIn(std::string_view message, const ReplyPath& path, std::string_view call_id) const {
  options_.trace({path.peer, {path.local, path.local_port}, call_id, message});
}

void NgServer::TraceOut(std::string_view message, const ReplyPath& path, std::string_view call_id) const {
  options_.trace({{path.local, path.local_port}, path.peer, call_id, message});
}

std::optional<std::string> NgServer::TracedCallId(std::string_view payload) const {
  if (!options_.trace) return std::nullopt;
  const ng::DecodedPayload decoded = ng::DecodePayload(payload);
  if (decoded.command == ng::Command::kPing) return std::nullopt;
  const ng::Value* call_id = decoded.dictionary.Find("call-id");
  return call_id == nullptr || call_id->string() == nullptr ? std::string() : *call_id->string();
}

void NgServer::Execute(std::shared_ptr<Transaction> transaction) {
  ng::DecodedPayload decoded = ng::DecodePayload(transaction->payload());
  transaction->set_encoding(decoded.encoding);
  const ng::Value* command = decoded.dictionary.Find("command");
  if (command == nullptr || command->string() == nullptr) {
    if (!decoded.detail.empty()) {
      Log(Severity::kDebug, Subsystem::kControl, {}, decoded.error, ": ", decoded.detail);
    }
    transaction->Trace();
    return transaction->Reply(ErrorReply(decoded.error));
  }
  ng::Request request =
      decoded.ok() ? ng::ParseRequest(decoded.dictionary, {decoded.encoding, &options_.templates,
                                                           options_.transport_words})
                   : ng::Request();
  request.room = transaction->room();
  transaction->Describe(request, *command->string(), decoded.dictionary);
  if (decoded.command != ng::Command::kPing) transaction->Trace();
  LogRequest(*transaction, *command->string(), decoded.dictionary);
  if (!decoded.ok()) return transaction->Reply(ErrorReply(decoded.error));
  for (const std::string& warning : request.warnings) {
    Log(Severity::kWarning, Subsystem::kCore, transaction->context(), warning);
  }
  Dispatch(std::move(transaction), std::move(request));
}

void NgServer::LogRequest(const Transaction& transaction, const std::string& command,
                          const ng::Dictionary& dictionary) {
  if (Enabled(Severity::kInfo, Subsystem::kControl, transaction.context())) {
    Log(Severity::kInfo, Subsystem::kControl, transaction.context(), "Received command '", command,
        "' from ", transaction.peer().ToString());
  }
  if (Enabled(Severity::kDebug, Subsystem::kControl, transaction.context())) {
    Log(Severity::kDebug, Subsystem::kControl, transaction.context(), "Dump for '", command,
        "' from ", transaction.peer().ToString(), ": ", DumpForLog(dictionary));
  }
}

void NgServer::Dispatch(std::shared_ptr<Transaction> transaction, ng::Request&& request) {
  switch (request.command) {
    case ng::Command::kPing: {
      ng::Dictionary pong;
      pong.Add("result", "pong");
      return transaction->Reply(pong);
    }
    case ng::Command::kList:
      return List(std::move(transaction), request);
    case ng::Command::kStatistics:
      return Statistics(std::move(transaction));
    case ng::Command::kCli:
      return RunAdmin(std::move(transaction), request);
    case ng::Command::kUnknown:
      return transaction->Reply(ErrorReply("No command handler"));
    default: {  // about calls
      // std::function wants to be copyable, hence a shared transaction.
      Dispatcher::Respond respond = [transaction](const ng::Dictionary& reply) {
        transaction->Reply(reply);
      };
      if (dispatcher_.Handle(std::move(request), transaction->peer(), std::move(respond))) return;
      counters_.overloaded.fetch_add(1, std::memory_order_relaxed);
      return transaction->Reply(OverloadReply(request));
    }
  }
}

void NgServer::Statistics(std::shared_ptr<Transaction> transaction) {
  if (!options_.statistics) return transaction->Reply(ErrorReply("No command handler"));
  options_.statistics([transaction](ng::Dictionary tree) {
    ng::Dictionary reply;
    reply.Add("statistics", std::move(tree));
    reply.Add("result", "ok");
    transaction->Reply(reply);
  });
}

void NgServer::RunAdmin(std::shared_ptr<Transaction> transaction, const ng::Request& request) {
  if (options_.admin == nullptr) return transaction->Reply(ErrorReply("No command handler"));
  if (!request.body) return transaction->Reply(ErrorReply("No 'body' in message"));
  options_.admin->Run(*request.body, [transaction](std::string output) {
    ng::Dictionary reply;
    reply.Add("response", std::move(output));
    reply.Add("result", "ok");
    transaction->Reply(reply);
  });
}

void NgServer::List(std::shared_ptr<Transaction> transaction, const ng::Request& request) {
  const int64_t limit = request.limit.value_or(kDefaultListLimit);
  if (limit < 0) return transaction->Reply(ErrorReply("invalid limit, must be >= 0"));
  // One reply is one datagram: what does not fit is left out (call-ids of 8 octets would fill it).
  constexpr int64_t kMostThatFit = 6000;
  dispatcher_.List(static_cast<size_t>(std::min(limit, kMostThatFit)),
                   [transaction](std::vector<std::string> call_ids) {
                     constexpr size_t kMostOctets = 60'000;
                     size_t octets = 0;
                     ng::List calls;
                     for (std::string& call_id : call_ids) {
                       octets += call_id.size() + 6;
                       if (octets > kMostOctets) break;
                       calls.emplace_back(std::move(call_id));
                     }
                     ng::Dictionary reply;
                     reply.Add("calls", std::move(calls));
                     reply.Add("result", "ok");
                     transaction->Reply(reply);
                   });
}

}  // namespace controld::listen
