// connect, mesh, inject within one call (ng-protocol.md §6.16, §6.17, §6.19).
#include <gmock/gmock.h>

#include "tests/unit/controld/call/session_commands_fixture.h"

namespace controld::call {
namespace {

using ng::Command;
using ng::Flag;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

class LinkTest : public SessionCommandTest {
 protected:
  LinkTest() { Establish("c"); }

  void Published(const std::string& tag, int port, std::string_view formats = "8 0") {
    ng::Request request = Message(Command::kPublish, "c");
    request.from_tag = tag;
    request.sdp = Sdp("192.0.2.99", port, "", "RTP/AVP", formats);
    ASSERT_EQ(ResultOf(request), "ok");
  }
  ng::Request ConnectFor(const std::string& from, const std::string& to) {
    ng::Request request = Message(Command::kConnect, "c");
    request.from_tag = from;
    request.to_tag = to;
    return request;
  }
  ng::Request MeshFor(std::vector<ng::MeshTag> tags, std::initializer_list<Flag> flags = {}) {
    ng::Request request = Message(Command::kMesh, "c");
    request.calls = {"c"};
    request.tags = std::move(tags);
    return With(std::move(request), flags);
  }
  ng::Request InjectFor(Command command, const std::string& source, const std::string& to) {
    ng::Request request = Message(command, "c");
    request.source_tag = source;
    request.to_tag = to;
    return request;
  }
};

TEST_F(LinkTest, ConnectDissolvesWhatWas) {
  Published("P", 4200);
  EXPECT_EQ(ResultOf(ConnectFor("A", "P")), "ok");
  EXPECT_THAT(Routes(), UnorderedElementsAre(Pair("A", "P"), Pair("P", "A")));
  // Delete follows the new pair: B has nobody.
  Do(DeleteFor("c"));
  EXPECT_EQ(service_->size(), 0u);
}

TEST_F(LinkTest, ConnectToNobodyMakesSomebody) {
  EXPECT_EQ(ResultOf(ConnectFor("A", "new")), "ok");
  EXPECT_THAT(Routes(), UnorderedElementsAre(Pair("A", "new"), Pair("new", "A")));
  EXPECT_EQ(Running("new").port_set(), 0u);
}

TEST_F(LinkTest, ConnectErrors) {
  EXPECT_EQ(ErrorOf(Message(Command::kConnect, "c")), "No medias found (no monologues matched)");
  ng::Request request = ConnectFor("A", "");
  EXPECT_EQ(ErrorOf(request), "No to-tag in message");
  request.call_id = "d";
  EXPECT_EQ(ErrorOf(request), "Unknown call-ID(s)");
  const std::string before = Record().SerializeAsString();
  EXPECT_EQ(ErrorOf(ConnectFor("nobody", "B")), "From-tag given, but no such tag exists");
  EXPECT_EQ(Record().SerializeAsString(), before);
}

TEST_F(LinkTest, ConnectSaysThatNothingIsConverted) {
  Published("P", 4200, "18");
  EXPECT_EQ(Text(Do(ConnectFor("A", "P")), "warning"),
            "No codec in common between 'A' and 'P': media is passed on as it is");
}

TEST_F(LinkTest, MeshAddsListeners) {
  Published("P", 4200);
  EXPECT_EQ(ResultOf(MeshFor({{"P", {"A", "B"}}})), "ok");
  EXPECT_THAT(Routes(), UnorderedElementsAre(Pair("A", "B"), Pair("B", "A"), Pair("P", "A"),
                                             Pair("P", "B")));
  EXPECT_EQ(ResultOf(MeshFor({{"P", {"A"}}})), "ok");  // once is enough
  EXPECT_EQ(Routes().size(), 4u);
}

TEST_F(LinkTest, MeshCanBeginAnew) {
  Published("P", 4200);
  EXPECT_EQ(ResultOf(MeshFor({{"A", {"P"}}}, {Flag::kBidirectional, Flag::kUnsubscribe})), "ok");
  EXPECT_THAT(Routes(), UnorderedElementsAre(Pair("A", "P"), Pair("P", "A")));
  // A left its dialogue: it does not take B along, and the others go on.
  Do(DeleteFor("c"));
  EXPECT_EQ(service_->size(), 1u);
}

TEST_F(LinkTest, MeshErrorsChangeNothing) {
  const std::string before = Record().SerializeAsString();
  EXPECT_EQ(ErrorOf(MeshFor({{"", {"A"}}})), "Empty/missing from-tag");
  EXPECT_EQ(ErrorOf(MeshFor({{"zz", {"A"}}})), "Given from-tag not found");
  EXPECT_EQ(ErrorOf(MeshFor({{"A", {"zz"}}}, {Flag::kUnsubscribe})), "Given to-tag not found");
  EXPECT_EQ(ErrorOf(MeshFor({{"A", {"B"}}}, {Flag::kMix})), "Mixing is not supported by this build");
  ng::Request none = MeshFor({});
  none.calls.clear();
  EXPECT_EQ(ErrorOf(none), "Unknown call ID(s)");
  EXPECT_EQ(Record().SerializeAsString(), before);
}

TEST_F(LinkTest, InjectionIsHeardBesideTheCall) {
  Published("P", 4200);
  EXPECT_EQ(ResultOf(InjectFor(Command::kInjectStart, "P", "B")), "ok");
  EXPECT_THAT(Routes(), UnorderedElementsAre(Pair("A", "B"), Pair("B", "A"), Pair("P", "B")));
  EXPECT_EQ(ResultOf(InjectFor(Command::kInjectStop, "P", "B")), "ok");
  EXPECT_THAT(Routes(), UnorderedElementsAre(Pair("A", "B"), Pair("B", "A")));
  // What the dialogue made is not the injection's to end.
  EXPECT_EQ(ErrorOf(InjectFor(Command::kInjectStop, "A", "B")), "Failed to stop inject");
}

TEST_F(LinkTest, InjectErrors) {
  EXPECT_EQ(ErrorOf(InjectFor(Command::kInjectStart, "A", "")), "No to-tag in message");
  EXPECT_EQ(ErrorOf(InjectFor(Command::kInjectStart, "", "B")), "No source-tag in message");
  EXPECT_EQ(ErrorOf(InjectFor(Command::kInjectStart, "A", "zz")), "To-tag not found");
  EXPECT_EQ(ErrorOf(InjectFor(Command::kInjectStart, "zz", "B")), "Source-tag not found");
  EXPECT_EQ(ErrorOf(InjectFor(Command::kInjectStart, "B", "B")), "Trying to inject to self");
  EXPECT_EQ(ErrorOf(With(InjectFor(Command::kInjectStart, "A", "B"), {Flag::kMix})),
            "Mixing is not supported by this build");
}

}  // namespace
}  // namespace controld::call
