// One run of rtpctl: the options every sub-command has, the connection, and where the output goes.
//
// Single-threaded. Exit statuses are part of the interface: scripts rely on them.
#pragma once

#include <grpcpp/grpcpp.h>

#include <functional>
#include <memory>
#include <ostream>
#include <string>

#include "proto/runtime/credentials.h"
#include "rtpengine/v1/admin.grpc.pb.h"
#include "tools/rtpctl/output/json.h"
#include "tools/rtpctl/output/table.h"

namespace rtpctl {

inline constexpr int kExitOk = 0;
inline constexpr int kExitRefused = 1;  // the daemon said no, or there is no such thing
inline constexpr int kExitUsage = 2;
inline constexpr int kExitUnreachable = 3;  // no daemon there, or no answer in time

inline constexpr char kDefaultTarget[] = "unix:/run/rtpengine/controld.sock";

struct GlobalOptions {
  std::string target = kDefaultTarget;
  runtime::TlsOptions tls;
  double timeout_s = 5;
  bool json = false;
};

class Session {
 public:
  // The streams outlive the session. `style` is for people; without a terminal it has no colours
  // and no width.
  Session(std::ostream& out, std::ostream& error, Style style)
      : out_(out), error_(error), style_(style) {}

  GlobalOptions& options() { return options_; }
  const GlobalOptions& options() const { return options_; }
  std::ostream& out() { return out_; }
  const Style& style() const { return style_; }

  // The sub-command the command line names: run once parsing is over.
  void set_command(std::function<int()> command) { command_ = std::move(command); }
  int RunCommand() { return command_ ? command_() : kExitUsage; }

  // One call. Returns kExitOk, or reports the error and returns the exit status for it.
  // `method` is a member of the service's stub, as in Call(&Calls::Stub::GetCall, request,
  // &response).
  template <typename Stub, typename Request, typename Response>
  int Call(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
           const Request& request, Response* response) {
    if (const int failure = Connect(); failure != kExitOk) return failure;
    grpc::ClientContext context;
    Prepare(&context);
    Stub stub(channel_);
    return Judge((stub.*method)(&context, request, response));
  }

  // The same for what may fail: says nothing; true: there was an answer.
  template <typename Stub, typename Request, typename Response>
  bool Try(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
           const Request& request, Response* response) {
    if (!Dial().empty()) return false;
    grpc::ClientContext context;
    Prepare(&context);
    Stub stub(channel_);
    return (stub.*method)(&context, request, response).ok();
  }

  // For who asks in its own way; null: the target is none, and that has been reported.
  std::shared_ptr<grpc::Channel> Channel() { return Connect() == kExitOk ? channel_ : nullptr; }

  // Writes `message` if --json was given.
  bool PrintedJson(const google::protobuf::Message& message,
                   JsonLayout layout = JsonLayout::kIndented);
  // "rtpctl: <text>" on the error stream; returns `status`.
  int Fail(int status, const std::string& text);

 private:
  int Connect();
  std::string Dial();  // empty, or why the target is no address
  void Prepare(grpc::ClientContext* context) const;
  int Judge(const grpc::Status& status);

  GlobalOptions options_;
  std::ostream& out_;
  std::ostream& error_;
  const Style style_;
  std::function<int()> command_;
  std::shared_ptr<grpc::Channel> channel_;
};

// What a failed call means. `connected`: the daemon was there when it failed.
struct Verdict {
  int exit_status;
  std::string text;
};
Verdict JudgeStatus(const grpc::Status& status, bool connected, const GlobalOptions& options);

}  // namespace rtpctl
