// See session.h.
#include "tools/rtpctl/client/session.h"

#include <chrono>

#include "proto/base/text.h"
#include "tools/rtpctl/output/text.h"

namespace rtpctl {
namespace {

constexpr int kReconnectMs = 500;

// Which daemon probably listens there, from the name of its socket.
std::string DaemonAt(const std::string& target) {
  return target.find("mediad") != std::string::npos ? "mediad" : "controld";
}

std::string Unreachable(const std::string& detail, const GlobalOptions& options) {
  const std::string daemon = DaemonAt(options.target);
  std::string text = base::StrCat("cannot reach ", daemon, " at ", options.target,
                                  ": is rtpengine-", daemon, " running?");
  if (detail.find("Permission denied") != std::string::npos) {
    text = base::StrCat(
        "cannot reach ", daemon, " at ", options.target,
        ": permission denied. Run rtpctl as root or as a member of the socket's group.");
  } else if (detail.find("handshake") != std::string::npos ||
             detail.find("certificate") != std::string::npos) {
    text = base::StrCat("cannot reach ", daemon, " at ", options.target,
                        ": TLS failed. Check --tls-ca, --tls-cert and --tls-key.");
  }
  return base::StrCat(
      text, "\n  ", Printable(detail),
      "\n  Another address: option --target or environment variable RTPCTL_TARGET.");
}

}  // namespace

Verdict JudgeStatus(const grpc::Status& status, bool connected, const GlobalOptions& options) {
  const std::string detail = Printable(status.error_message());
  switch (status.error_code()) {
    case grpc::StatusCode::OK: return {kExitOk, ""};
    case grpc::StatusCode::UNAVAILABLE:
      if (connected) return {kExitRefused, detail};
      return {kExitUnreachable, Unreachable(status.error_message(), options)};
    case grpc::StatusCode::DEADLINE_EXCEEDED:
      return {kExitUnreachable, base::StrCat("no answer from ", options.target, " within ",
                                             FormatNumber(options.timeout_s, 1),
                                             " s. More patience: --timeout SECONDS.")};
    case grpc::StatusCode::UNIMPLEMENTED:
      return {kExitRefused,
              base::StrCat("the daemon at ", options.target,
                           " does not offer this: a mediad knows no calls and no workers, ",
                           "ask its controld.")};
    case grpc::StatusCode::NOT_FOUND: return {kExitRefused, detail.empty() ? "not found" : detail};
    default:
      return {kExitRefused, detail.empty()
                                ? base::StrCat("the daemon refused (gRPC status ",
                                               static_cast<int>(status.error_code()), ")")
                                : detail};
  }
}

int Session::Connect() {
  const std::string error = Dial();
  return error.empty() ? kExitOk : Fail(kExitUsage, error);
}

std::string Session::Dial() {
  if (channel_ != nullptr) return {};
  const bool tls_complete = !options_.tls.certificate.empty() && !options_.tls.key.empty() &&
                            !options_.tls.authority.empty();
  auto address = runtime::ParseRpcAddress(options_.target);
  if (address.ok() && !address->unix_socket() && !tls_complete && !options_.tls.insecure) {
    return base::StrCat("target ", options_.target, " is TCP: give --tls-cert, ",
                        "--tls-key and --tls-ca, or --insecure to do without.");
  }
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  // A daemon that comes back while somebody looks on is seen at once.
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, kReconnectMs);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, kReconnectMs);
  auto channel = runtime::MakeChannel(options_.target, "target", options_.tls, arguments);
  if (!channel.ok()) return std::string(base::Message(channel.status()));
  channel_ = *std::move(channel);
  return {};
}

void Session::Prepare(grpc::ClientContext* context) const {
  const auto timeout = std::chrono::duration<double>(options_.timeout_s);
  context->set_deadline(std::chrono::system_clock::now() +
                        std::chrono::duration_cast<std::chrono::milliseconds>(timeout));
}

int Session::Judge(const grpc::Status& status) {
  if (status.ok()) return kExitOk;
  const bool connected = channel_->GetState(false) == GRPC_CHANNEL_READY;
  const Verdict verdict = JudgeStatus(status, connected, options_);
  return Fail(verdict.exit_status, verdict.text);
}

bool Session::PrintedJson(const google::protobuf::Message& message, JsonLayout layout) {
  if (!options_.json) return false;
  out_ << ToJson(message, layout) << std::flush;
  return true;
}

int Session::Fail(int status, const std::string& text) {
  error_ << "rtpctl: " << text << "\n";
  return status;
}

}  // namespace rtpctl
