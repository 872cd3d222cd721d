// Choice of interface and family (sdp-rewriting.md §9.8).
#include "controld/negotiate/interfaces.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "controld/call/call_model.h"
#include "tests/unit/controld/call/fake_gateway.h"

namespace controld::negotiate {
namespace {

using base::Family;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// pub (both families, the default), priv (IPv4), pool:1 and pool:2 (a group), alias "outside" of
// pub.
call::WorkerView View() {
  call::WorkerView view;
  view.name = "w1";
  view.interfaces = {call::FakeInterface("pub", "203.0.113.5"),
                     call::FakeInterface("pub", "2001:db8::5"),
                     call::FakeInterface("priv", "10.0.0.5"),
                     call::FakeInterface("pool:1", "10.1.0.1", "", "pool"),
                     call::FakeInterface("pool:2", "10.1.0.2", "", "pool"),
                     call::FakeAlias("outside", "pub")};
  return view;
}

struct Case {
  const char* why;
  const char* name;
  Family family;
  const char* before;  // the leg's interface; "" = a new leg
  Family family_before;
  const char* interface;
  Family chosen;
  const char* warning;  // a part of it; "" = none
};

TEST(ChooseInterface, Table) {
  constexpr Family k4 = Family::kIpv4, k6 = Family::kIpv6, kAny = Family::kNone;
  const Case cases[] = {
      {"default", "", k4, "", kAny, "pub", k4, ""},
      {"default, IPv6", "", k6, "", kAny, "pub", k6, ""},
      {"default, no family", "", kAny, "", kAny, "pub", k4, ""},
      {"named", "priv", k4, "", kAny, "priv", k4, ""},
      {"alias", "outside", k6, "", kAny, "pub", k6, ""},
      {"unknown name", "dmz", k4, "", kAny, "pub", k4, "Interface 'dmz' not found, using default"},
      {"internal selects IPv4", "internal", k6, "", kAny, "pub", k4, ""},
      {"external selects IPv6", "external", k4, "", kAny, "pub", k6, ""},
      {"group", "pool", k4, "", kAny, "pool", k4, ""},
      {"member of a group", "pool:2", k4, "", kAny, "pool:2", k4, ""},
      {"a leg keeps its member", "pool", k4, "pool:2", k4, "pool:2", k4, ""},
      {"a leg stays", "", k4, "priv", k4, "priv", k4, ""},
      {"a leg stays without a family", "", kAny, "priv", k4, "priv", k4, ""},
      {"another name moves it", "pub", k4, "priv", k4, "pub", k4, ""},
      {"family switch without a name: default", "", k6, "priv", k4, "pub", k6, ""},
      {"family switch with its name", "pub", k6, "pub", k4, "pub", k6, ""},
      {"family not there", "priv", k6, "", kAny, "pub", k6, "Interface 'priv' has no IPv6"},
  };
  const call::WorkerView view = View();
  for (const Case& test : cases) {
    SCOPED_TRACE(test.why);
    call::Media media;
    media.set_interface(test.before);
    if (test.family_before != kAny) media.set_family(call::ToProto(test.family_before));
    std::vector<std::string> warnings;
    EXPECT_TRUE(ChooseInterface(&media, test.name, test.family, view, &warnings));
    EXPECT_EQ(media.interface(), test.interface);
    EXPECT_EQ(call::FromProto(media.family()), test.chosen);
    if (*test.warning == '\0') {
      EXPECT_THAT(warnings, IsEmpty());
    } else {
      EXPECT_THAT(warnings, ElementsAre(HasSubstr(test.warning)));
    }
  }
}

TEST(ChooseInterface, InternalMayBeAConfiguredName) {
  call::WorkerView view = View();
  view.interfaces.push_back(call::FakeInterface("external", "10.9.0.1"));
  call::Media media;
  std::vector<std::string> warnings;
  EXPECT_TRUE(ChooseInterface(&media, "external", Family::kIpv4, view, &warnings));
  EXPECT_EQ(media.interface(), "external");
  EXPECT_EQ(media.family(), rtpengine::v1::IPV4);
}

TEST(ChooseInterface, TheOtherFamilyWhenNoInterfaceHasIt) {
  const call::WorkerView view = call::FakeView();  // IPv4 only
  call::Media media;
  std::vector<std::string> warnings;
  EXPECT_TRUE(ChooseInterface(&media, "", Family::kIpv6, view, &warnings));
  EXPECT_EQ(media.interface(), "default");
  EXPECT_EQ(media.family(), rtpengine::v1::IPV4);
  EXPECT_THAT(warnings, ElementsAre(HasSubstr("No interface has an IPv6 address")));
}

TEST(ChooseInterface, NoAddressAtAll) {
  call::WorkerView view;
  call::Media media;
  std::vector<std::string> warnings;
  EXPECT_FALSE(ChooseInterface(&media, "", Family::kIpv4, view, &warnings));
}

TEST(ChooseInterface, AGroupIsTheDefault) {
  call::WorkerView view;
  view.interfaces = {call::FakeInterface("pool:1", "10.1.0.1", "", "pool"),
                     call::FakeInterface("pool:2", "10.1.0.2", "", "pool")};
  call::Media media;
  std::vector<std::string> warnings;
  EXPECT_TRUE(ChooseInterface(&media, "", Family::kIpv4, view, &warnings));
  EXPECT_EQ(media.interface(), "pool");
}

}  // namespace
}  // namespace controld::negotiate
