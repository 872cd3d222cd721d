// A small HTTP server for what watches a daemon: /metrics, /livez, /readyz. By libmicrohttpd, on a thread of its own.
//
// GET and HEAD only; bodies of requests are not taken. Bounded: 64 connections, 16 of one address, 16 KiB each, closed
// after 10 s without a word. No TLS and no access list: listen on the loopback, or where the firewall decides.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace runtime {

struct HttpReply {
  int status = 200;
  std::string body;  // text/plain
};

class MetricsServer {
 public:
  // What a path ("/metrics", without a query) gets. On threads of the server's, one for each address.
  using Handler = std::function<HttpReply(std::string_view path)>;

  // `addresses`: "address:port" each; an error names the option. With none, the server is there and does nothing.
  static absl::StatusOr<std::unique_ptr<MetricsServer>> Listen(
      const std::vector<std::string>& addresses, std::string_view option, Handler handler);
  ~MetricsServer();  // waits for a reply that is being made
  MetricsServer(const MetricsServer&) = delete;
  MetricsServer& operator=(const MetricsServer&) = delete;

 private:
  struct Impl;
  explicit MetricsServer(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace runtime
