#include "proto/runtime/metrics_server.h"

#include <microhttpd.h>

#include <cerrno>
#include <cstdarg>
#include <cstring>
#include <utility>

#include "proto/base/endpoint.h"
#include "proto/base/log.h"
#include "proto/base/text.h"

namespace runtime {
namespace {

constexpr unsigned kConnections = 64;
constexpr unsigned kConnectionsOfOne = 16;
constexpr size_t kConnectionMemory = 16 * 1024;
constexpr unsigned kIdleSeconds = 10;

struct DaemonDeleter {
  void operator()(MHD_Daemon* daemon) const { MHD_stop_daemon(daemon); }
};
using DaemonPtr = std::unique_ptr<MHD_Daemon, DaemonDeleter>;

MHD_Result Send(MHD_Connection* connection, int status, std::string_view body) {
  // libmicrohttpd copies what it is given.
  MHD_Response* const response = MHD_create_response_from_buffer(
      body.size(), const_cast<char*>(body.data()), MHD_RESPMEM_MUST_COPY);
  if (response == nullptr) return MHD_NO;
  MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, "text/plain; version=0.0.4");
  const MHD_Result queued = MHD_queue_response(connection, static_cast<unsigned>(status), response);
  MHD_destroy_response(response);
  return queued;
}

// Called for the head of a request, for each part of a body, and at the end: any state of ours marks the first.
MHD_Result OnRequest(void* handler, MHD_Connection* connection, const char* path,
                     const char* method, const char*, const char*, size_t* body, void** state) {
  static char seen;
  if (*state == nullptr) {
    *state = &seen;
    return MHD_YES;
  }
  if (*body != 0) {  // read and forgotten
    *body = 0;
    return MHD_YES;
  }
  if (std::strcmp(method, MHD_HTTP_METHOD_GET) != 0 &&
      std::strcmp(method, MHD_HTTP_METHOD_HEAD) != 0) {
    return Send(connection, MHD_HTTP_METHOD_NOT_ALLOWED, "method not allowed\n");
  }
  const HttpReply reply = (*static_cast<const MetricsServer::Handler*>(handler))(path);
  return Send(connection, reply.status, reply.body);
}

void Log(void*, const char* format, va_list arguments) {
  char text[256];
  std::vsnprintf(text, sizeof text, format, arguments);
  base::log::Log(base::log::Severity::kDebug, base::log::Subsystem::kHttp, {},
                 base::Trim(std::string_view(text)));
}

}  // namespace

struct MetricsServer::Impl {
  Handler handler;
  std::vector<DaemonPtr> daemons;
};

absl::StatusOr<std::unique_ptr<MetricsServer>> MetricsServer::Listen(
    const std::vector<std::string>& addresses, std::string_view option, Handler handler) {
  auto impl = std::make_unique<Impl>();
  impl->handler = std::move(handler);
  for (const std::string& text : addresses) {
    const auto endpoint = base::Endpoint::Parse(text);
    if (!endpoint || endpoint->port == 0) {
      return absl::InvalidArgumentError(
          base::StrCat("Option ", option, ": '", text, "' is not an address:port"));
    }
    sockaddr_storage address{};
    endpoint->ToSockaddr(&address);
    unsigned family = 0;
    if (address.ss_family == AF_INET6) family = MHD_USE_IPv6;
    DaemonPtr daemon(MHD_start_daemon(
        MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_POLL | MHD_USE_ERROR_LOG | family,
        endpoint->port, nullptr, nullptr, OnRequest, &impl->handler, MHD_OPTION_EXTERNAL_LOGGER,
        Log, nullptr, MHD_OPTION_SOCK_ADDR, &address, MHD_OPTION_LISTENING_ADDRESS_REUSE, 1u,
        MHD_OPTION_CONNECTION_LIMIT, kConnections, MHD_OPTION_PER_IP_CONNECTION_LIMIT,
        kConnectionsOfOne, MHD_OPTION_CONNECTION_MEMORY_LIMIT, kConnectionMemory,
        MHD_OPTION_CONNECTION_TIMEOUT, kIdleSeconds, MHD_OPTION_END));
    if (daemon == nullptr) {
      return absl::UnavailableError(base::StrCat("Option ", option, ": cannot listen on ", text,
                                                 ": ", std::strerror(errno)));
    }
    impl->daemons.push_back(std::move(daemon));
  }
  return std::unique_ptr<MetricsServer>(new MetricsServer(std::move(impl)));
}

MetricsServer::MetricsServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
MetricsServer::~MetricsServer() = default;

}  // namespace runtime
