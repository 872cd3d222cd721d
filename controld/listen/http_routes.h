// What an HTTP request asks for (ng-protocol.md §1.3): method, path and content type to an action.
//
// The rules of paths and types only; no sockets, no library. Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace controld::listen {

struct HttpHead {
  std::string_view method;        // "GET"
  std::string_view target;        // as in the request line
  std::string_view content_type;  // empty: absent
  bool has_content_length = false;
};

enum class HttpAction : uint8_t {
  kNotFound,  // 404, "not found\n"; a wrong content type too
  kEmpty,     // 200, no body: OPTIONS
  kPing,
  kMetrics,
  kLive,   // /livez: this process answers
  kReady,  // /readyz: calls can be taken
  kAdminPath,  // the command is in the path
  kAdminBody,
  kNg,       // body: cookie and payload
  kNgPlain,  // body: payload
};

struct HttpRoute {
  HttpAction action = HttpAction::kNotFound;
  std::string command;  // kAdminPath
  // Of a reply: "application/json" when the request was that.
  std::string_view content_type = "text/plain";
};

HttpRoute RouteHttp(const HttpHead& head);

// "Bearer abc" → "abc"; empty when it is something else.
std::string_view BearerToken(std::string_view authorization);

// The sub-protocols of WebSocket.
enum class WsProtocol : uint8_t { kEcho, kAdmin, kNg, kNgPlain };
std::string_view WsProtocolName(WsProtocol protocol);
// The first of the offered ones (a comma-separated list) that we know.
std::optional<WsProtocol> ChooseWsProtocol(std::string_view offered);

}  // namespace controld::listen
