#include "controld/listen/http_routes.h"

#include "proto/base/text.h"

namespace controld::listen {
namespace {

constexpr std::string_view kNgType = "application/x-rtpengine-ng";
constexpr std::string_view kJsonType = "application/json";
constexpr std::string_view kTextType = "text/plain";
// Longer ones are refused as unknown ones are.
constexpr size_t kMaxContentType = 63;
constexpr std::string_view kAdminPrefix = "/cli/";

struct WsName {
  WsProtocol protocol;
  std::string_view name;
};
constexpr WsName kWsNames[] = {
    {WsProtocol::kEcho, "echo.rtpengine.com"},
    {WsProtocol::kAdmin, "cli.rtpengine.com"},
    {WsProtocol::kNg, "ng.rtpengine.com"},
    {WsProtocol::kNgPlain, "ng-plain.rtpengine.com"},
};

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// '+' is a space; "%41" an octet; a '%' without two digits is itself.
std::string DecodePath(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const int high = text[i] == '%' && i + 2 < text.size() ? HexDigit(text[i + 1]) : -1;
    const int low = high < 0 ? -1 : HexDigit(text[i + 2]);
    if (low >= 0) {
      out.push_back(static_cast<char>(high * 16 + low));
      i += 2;
    } else {
      out.push_back(text[i] == '+' ? ' ' : text[i]);
    }
  }
  return out;
}

// Without parameters ("; charset=utf-8").
std::string_view MediaType(std::string_view content_type) {
  if (content_type.size() > kMaxContentType) return {};
  return base::Trim(content_type.substr(0, content_type.find(';')));
}

HttpRoute RouteGet(std::string_view path) {
  if (path == "/ping") return {HttpAction::kPing, {}};
  if (path == "/metrics") return {HttpAction::kMetrics, {}};
  if (path == "/livez") return {HttpAction::kLive, {}};
  if (path == "/readyz") return {HttpAction::kReady, {}};
  if (path.substr(0, kAdminPrefix.size()) == kAdminPrefix) {
    return {HttpAction::kAdminPath, DecodePath(path.substr(kAdminPrefix.size()))};
  }
  return {};
}

HttpRoute RoutePost(std::string_view path, std::string_view type) {
  const bool is_ng = base::EqualsIgnoreCase(type, kNgType);
  const bool is_json = base::EqualsIgnoreCase(type, kJsonType);
  if (path == "/ng" && is_ng) return {HttpAction::kNg, {}, kNgType};
  if (path == "/ng-plain" && is_ng) return {HttpAction::kNgPlain, {}, kNgType};
  if (path == "/ng-plain" && is_json) return {HttpAction::kNgPlain, {}, kJsonType};
  if (path == "/cli" && base::EqualsIgnoreCase(type, kTextType)) return {HttpAction::kAdminBody, {}};
  return {};
}

}  // namespace

HttpRoute RouteHttp(const HttpHead& head) {
  const std::string_view path = head.target.substr(0, head.target.find('?'));
  if (head.method == "OPTIONS") return {HttpAction::kEmpty, {}};
  if (head.method == "GET") return RouteGet(path);
  if (head.method == "POST" && head.has_content_length) {
    return RoutePost(path, MediaType(head.content_type));
  }
  return {};
}

std::string_view BearerToken(std::string_view authorization) {
  constexpr std::string_view kScheme = "Bearer ";
  if (!base::EqualsIgnoreCase(authorization.substr(0, kScheme.size()), kScheme)) return {};
  return base::Trim(authorization.substr(kScheme.size()));
}

std::string_view WsProtocolName(WsProtocol protocol) {
  for (const WsName& row : kWsNames) {
    if (row.protocol == protocol) return row.name;
  }
  return {};
}

std::optional<WsProtocol> ChooseWsProtocol(std::string_view offered) {
  while (!offered.empty()) {
    const size_t comma = offered.find(',');
    const std::string_view name = base::Trim(offered.substr(0, comma));
    for (const WsName& row : kWsNames) {
      if (row.name == name) return row.protocol;
    }
    offered = comma == offered.npos ? std::string_view() : offered.substr(comma + 1);
  }
  return std::nullopt;
}

}  // namespace controld::listen
