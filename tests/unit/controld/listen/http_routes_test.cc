// HTTP requests to actions: methods, paths, content types, percent escapes, sub-protocols.
#include "controld/listen/http_routes.h"

#include <gtest/gtest.h>

#include <string>

namespace controld::listen {
namespace {

HttpRoute Get(std::string_view target) { return RouteHttp({"GET", target, "", false}); }
HttpAction Post(std::string_view target, std::string_view type, bool length = true) {
  return RouteHttp({"POST", target, type, length}).action;
}

TEST(HttpRoutesTest, Get) {
  EXPECT_EQ(Get("/ping").action, HttpAction::kPing);
  EXPECT_EQ(Get("/livez").action, HttpAction::kLive);
  EXPECT_EQ(Get("/readyz?verbose").action, HttpAction::kReady);
  EXPECT_EQ(Get("/metrics").action, HttpAction::kMetrics);
  EXPECT_EQ(Get("/metrics?x=y").action, HttpAction::kMetrics);
  for (const char* path : {"/", "", "/nothing", "/ng", "/ng-plain", "/cli", "/pingx", "/PING", "*"}) {
    EXPECT_EQ(Get(path).action, HttpAction::kNotFound) << path;
  }
}

TEST(HttpRoutesTest, AdminCommandsInThePath) {
  EXPECT_EQ(Get("/cli/list+sessions+all").action, HttpAction::kAdminPath);
  EXPECT_EQ(Get("/cli/list+sessions+all").command, "list sessions all");
  EXPECT_EQ(Get("/cli/terminate+a%40b%2fc%3F?x").command, "terminate a@b/c?");
  EXPECT_EQ(Get("/cli/a%4").command, "a%4");
  EXPECT_EQ(Get("/cli/a%zz%").command, "a%zz%");
  EXPECT_EQ(Get("/cli/").command, "");
}

TEST(HttpRoutesTest, PostWantsTheRightTypeAndALength) {
  constexpr char kNg[] = "application/x-rtpengine-ng", kJson[] = "application/json";
  EXPECT_EQ(Post("/ng", kNg), HttpAction::kNg);
  EXPECT_EQ(Post("/ng-plain", kNg), HttpAction::kNgPlain);
  EXPECT_EQ(Post("/ng-plain", kJson), HttpAction::kNgPlain);
  EXPECT_EQ(Post("/ng-plain", "Application/JSON; charset=utf-8"), HttpAction::kNgPlain);
  EXPECT_EQ(Post("/cli", "text/plain"), HttpAction::kAdminBody);
  EXPECT_EQ(Post("/ng", kJson), HttpAction::kNotFound);
  EXPECT_EQ(Post("/ng", "text/plain"), HttpAction::kNotFound);
  EXPECT_EQ(Post("/ng", ""), HttpAction::kNotFound);
  EXPECT_EQ(Post("/cli", kJson), HttpAction::kNotFound);
  EXPECT_EQ(Post("/ping", kNg), HttpAction::kNotFound);
  EXPECT_EQ(Post("/ng", kNg, false), HttpAction::kNotFound);
  EXPECT_EQ(Post("/ng", std::string(kNg) + std::string(64, ' ')), HttpAction::kNotFound);
}

TEST(HttpRoutesTest, RepliesHaveTheTypeOfTheRequest) {
  EXPECT_EQ(RouteHttp({"POST", "/ng-plain", "application/json", true}).content_type,
            "application/json");
  EXPECT_EQ(RouteHttp({"POST", "/ng", "application/x-rtpengine-ng", true}).content_type,
            "application/x-rtpengine-ng");
  EXPECT_EQ(Get("/metrics").content_type, "text/plain");
}

TEST(HttpRoutesTest, OtherMethods) {
  EXPECT_EQ(RouteHttp({"OPTIONS", "/anything", "", false}).action, HttpAction::kEmpty);
  EXPECT_EQ(RouteHttp({"PUT", "/ng", "application/x-rtpengine-ng", true}).action,
            HttpAction::kNotFound);
  EXPECT_EQ(RouteHttp({"HEAD", "/ping", "", false}).action, HttpAction::kNotFound);
}

TEST(HttpRoutesTest, Bearer) {
  EXPECT_EQ(BearerToken("Bearer abc"), "abc");
  EXPECT_EQ(BearerToken("bearer  abc "), "abc");
  EXPECT_EQ(BearerToken("Basic abc"), "");
  EXPECT_EQ(BearerToken("Bearer"), "");
  EXPECT_EQ(BearerToken(""), "");
}

TEST(HttpRoutesTest, SubProtocols) {
  EXPECT_EQ(ChooseWsProtocol("ng.rtpengine.com"), WsProtocol::kNg);
  EXPECT_EQ(ChooseWsProtocol("chat , ng-plain.rtpengine.com,echo.rtpengine.com"),
            WsProtocol::kNgPlain);
  EXPECT_EQ(ChooseWsProtocol("NG.rtpengine.com"), std::nullopt);
  EXPECT_EQ(ChooseWsProtocol(""), std::nullopt);
  for (const auto protocol :
       {WsProtocol::kEcho, WsProtocol::kAdmin, WsProtocol::kNg, WsProtocol::kNgPlain}) {
    EXPECT_EQ(ChooseWsProtocol(WsProtocolName(protocol)), protocol);
  }
}

}  // namespace
}  // namespace controld::listen
