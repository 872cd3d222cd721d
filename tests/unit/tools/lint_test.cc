// rtpctl ng lint: the text, what exit status it leads to, and the templates of a configuration.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <sstream>

#include "tests/unit/proto/runtime/temporary_directory.h"
#include "tools/rtpctl/commands/commands.h"

namespace rtpctl {
namespace {

using testing::HasSubstr;

class LintCommandTest : public testing::Test {
 protected:
  LintCommandTest() { BuildCommandLine(&app_, &session_); }
  int Run(std::vector<std::string> words) {
    words.insert(words.begin(), {"ng", "lint"});
    std::reverse(words.begin(), words.end());
    app_.parse(words);
    return session_.RunCommand();
  }

  runtime::TemporaryDirectory directory_;
  std::ostringstream out_, error_;
  Session session_{out_, error_, {}};
  CLI::App app_;
};

TEST_F(LintCommandTest, WhatIsGood) {
  EXPECT_EQ(Run({"trust-address record-call=no", "ICE=remove"}), kExitOk);
  EXPECT_THAT(out_.str(), HasSubstr("this build does not record"));
}

TEST_F(LintCommandTest, WhatIsIgnoredIsRefused) {
  EXPECT_EQ(Run({"TOS=900"}), kExitRefused);
  EXPECT_THAT(out_.str(), HasSubstr("bad value"));
  EXPECT_THAT(out_.str(), HasSubstr("a number from 0 to 256"));
}

TEST_F(LintCommandTest, TemplatesWithoutAConfiguration) {
  EXPECT_EQ(Run({"template=webrtc"}), kExitOk);
  EXPECT_THAT(out_.str(), HasSubstr("depends on the configuration"));
}

TEST_F(LintCommandTest, TemplatesOfAConfiguration) {
  const std::string file = directory_.Write(
      "rtpengine.conf", "[rtpengine]\ntemplates = signalling\n[signalling]\nwebrtc = WebRTC\n");
  EXPECT_EQ(Run({"--config-file", file, "template=webrtc"}), kExitOk);
  EXPECT_THAT(out_.str(), HasSubstr("for a browser"));
  EXPECT_EQ(Run({"--config-file", file, "template=nonsense"}), kExitRefused);
  EXPECT_THAT(out_.str(), HasSubstr("'nonsense' not found"));
}

TEST_F(LintCommandTest, NoSuchFile) {
  EXPECT_EQ(Run({"--config-file", directory_.path() + "/none", "all"}), kExitUsage);
  EXPECT_THAT(error_.str(), HasSubstr("/none"));
}

}  // namespace
}  // namespace rtpctl
