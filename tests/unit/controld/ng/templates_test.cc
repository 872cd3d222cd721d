// Signalling templates from a configuration file.
#include "controld/ng/templates.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace controld::ng {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using testing::UnorderedElementsAre;

absl::StatusOr<Templates> Read(const std::string& text) {
  const auto parsed =
      base::options::ParseOptions(base::options::Daemon::kControld, {}, text, {});
  if (!parsed.ok()) return parsed.status();
  return ReadTemplates(parsed->options);
}

TEST(ReadTemplatesTest, TheSectionThatIsNamed) {
  const auto templates = Read(
      "[rtpengine]\ntemplates = signalling\n[signalling]\nWebRTC = WebRTC ICE=force\nplain = "
      "ICE=remove\n[other]\nx = y\n");
  ASSERT_TRUE(templates.ok()) << templates.status();
  EXPECT_THAT(*templates,
              UnorderedElementsAre(Pair("webrtc", "WebRTC ICE=force"), Pair("plain", "ICE=remove")));
}

TEST(ReadTemplatesTest, NoneAndMissing) {
  const auto none = Read("[rtpengine]\n[signalling]\nx = y\n");
  ASSERT_TRUE(none.ok()) << none.status();
  EXPECT_THAT(*none, IsEmpty());
  const auto missing = Read("[rtpengine]\ntemplates = signalling\n");
  ASSERT_FALSE(missing.ok());
  EXPECT_THAT(std::string(missing.status().message()), HasSubstr("signalling"));
}

}  // namespace
}  // namespace controld::ng
