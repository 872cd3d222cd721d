// Options: precedence, types, limits, warnings and errors of command line and file (config.md §1).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "proto/base/options/parsed_options.h"
#include "proto/base/text.h"
#include "tests/unit/proto/base/guide_config.h"

namespace base::options {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

const Environment kMachine{.host_name = "media1", .cores = 6, .version = "1.2.3"};

absl::StatusOr<ParseResult> Parse(const std::vector<std::string>& arguments,
                                  const std::optional<std::string>& text = std::nullopt,
                                  Daemon daemon = Daemon::kControld) {
  const auto line = ParseCommandLine(arguments);
  if (!line.ok()) return line.status();
  return ParseOptions(daemon, *line, text, kMachine);
}

// [rtpengine] with these lines.
absl::StatusOr<ParseResult> ParseFile(std::string_view lines, std::vector<std::string> arguments = {},
                                      Daemon daemon = Daemon::kControld) {
  return Parse(arguments, StrCat("[rtpengine]\n", lines, "\n"), daemon);
}

std::string ErrorOf(const absl::StatusOr<ParseResult>& result) {
  return result.ok() ? "no error" : std::string(Message(result.status()));
}

TEST(OptionsTest, DefaultsWithoutFile) {
  const auto result = Parse({});
  ASSERT_TRUE(result.ok()) << ErrorOf(result);
  const ParsedOptions& options = result->options;
  EXPECT_EQ(options.Int("timeout"), 60);
  EXPECT_EQ(options.Int("num-threads"), 6);
  EXPECT_EQ(options.String("controller-name"), "media1");
  EXPECT_EQ(options.String("worker-name"), "media1");
  EXPECT_EQ(options.String("software-id"), "rtpengine-1-2-3");
  EXPECT_EQ(options.String("endpoint-learning"), "heuristic");
  EXPECT_EQ(options.Int("max-sessions"), -1);
  EXPECT_EQ(options.Int("log-level-internals"), -1);
  EXPECT_EQ(options.Double("max-load"), 0);
  EXPECT_THAT(options.List("listen-grpc"), ElementsAre("unix:/run/rtpengine/controld.sock"));
  EXPECT_THAT(options.List("controller"), ElementsAre("unix:/run/rtpengine/controld.sock"));
  EXPECT_THAT(options.List("listen-admin"), ElementsAre("unix:/run/rtpengine/mediad.sock"));
  EXPECT_THAT(options.List("listen-ng"), IsEmpty());
  EXPECT_THAT(options.List("mos"), ElementsAre("CQ"));
  EXPECT_FALSE(options.Bool("sip-source"));
  EXPECT_FALSE(options.IsSet("timeout"));
  EXPECT_EQ(options.file_name(), "");
  EXPECT_THAT(result->warnings, IsEmpty());
}

TEST(OptionsTest, FileAndCommandLine) {
  const auto result = ParseFile("timeout = 75\nsilent-timeout = 99\nsip-source = true",
                                {"--timeout=76", "--sip-source=false", "-d", "5"});
  ASSERT_TRUE(result.ok()) << ErrorOf(result);
  EXPECT_EQ(result->options.Int("timeout"), 76);
  EXPECT_EQ(result->options.Int("silent-timeout"), 99);
  EXPECT_EQ(result->options.Int("delete-delay"), 5);
  EXPECT_TRUE(result->options.Bool("sip-source"));  // a flag cannot be unset
  EXPECT_TRUE(result->options.IsSet("silent-timeout"));
}

TEST(OptionsTest, ListsOfTheCommandLineReplaceTheFiles) {
  auto result = ParseFile("interface = a/203.0.113.1 ; b/203.0.113.2;");
  EXPECT_THAT(result->options.List("interface"), ElementsAre("a/203.0.113.1", "b/203.0.113.2"));
  result = ParseFile("interface = a/203.0.113.1", {"-i", "x;y", "--interface=[2001:db8::1]"});
  ASSERT_TRUE(result.ok());
  EXPECT_THAT(result->options.List("interface"), ElementsAre("x;y", "[2001:db8::1]"));
}

TEST(OptionsTest, IntegersOfTheCommandLineMayBeHexadecimalOrOctal) {
  EXPECT_EQ(Parse({"--tos=0xb8"})->options.Int("tos"), 184);
  EXPECT_EQ(Parse({"-T", "0270"})->options.Int("tos"), 184);
  EXPECT_EQ(Parse({"--timeout=77", "--timeout=78"})->options.Int("timeout"), 78);
  EXPECT_EQ(Parse({"--table", "-1"})->options.Int("table"), -1);
  EXPECT_EQ(Parse({"-L7"})->options.Int("log-level"), 7);
  EXPECT_TRUE(Parse({"-fE"})->options.Bool("log-stderr"));
  EXPECT_EQ(Parse({"--log-mark-prefix="})->options.String("log-mark-prefix"), "");
  EXPECT_EQ(Parse({"--log-mark-prefix=[a,b]"})->options.String("log-mark-prefix"), "[a,b]");
}

TEST(OptionsTest, BadValuesSayWhereAndWhatIsAllowed) {
  EXPECT_EQ(ErrorOf(ParseFile("port-min = abc")),
            "/etc/rtpengine/rtpengine.conf:2: port-min = abc: not a decimal integer; allowed: an "
            "integer from 1 to 65535");
  EXPECT_EQ(ErrorOf(ParseFile("\ntos = 0xb8")),
            "/etc/rtpengine/rtpengine.conf:3: tos = 0xb8: not a decimal integer; allowed: an integer "
            "from 0 to 255");
  EXPECT_THAT(ErrorOf(ParseFile("tos = 0270")), HasSubstr("out of range"));
  EXPECT_THAT(ErrorOf(ParseFile("timeout =")), HasSubstr("not a decimal integer"));
  EXPECT_THAT(ErrorOf(ParseFile("timeout = 99999999999")), HasSubstr("out of range"));
  EXPECT_THAT(ErrorOf(ParseFile("foreground = yes")), HasSubstr("allowed: true, false, 1, 0"));
  EXPECT_THAT(ErrorOf(ParseFile("max-load = x")), HasSubstr("allowed: a number"));
  EXPECT_THAT(ErrorOf(ParseFile("delete-delay = -1")), HasSubstr("out of range"));
  EXPECT_THAT(ErrorOf(ParseFile("software-id = a\\qb")), HasSubstr("unknown escape"));
  EXPECT_THAT(ErrorOf(ParseFile("log-name = m\xfcller")), HasSubstr("not UTF-8"));
  EXPECT_THAT(ErrorOf(ParseFile("endpoint-learning = magic")),
              HasSubstr("allowed: one of delayed, immediate, off, heuristic"));
  EXPECT_THAT(ErrorOf(ParseFile("mos = CQ;XX")), HasSubstr("unknown word 'XX'"));
  EXPECT_THAT(ErrorOf(ParseFile("log-facility = user9")), HasSubstr("local7"));
  EXPECT_THAT(ErrorOf(Parse({"--port-min=30000x"})), StartsWith("--port-min=30000x: not an integer"));
  EXPECT_THAT(ErrorOf(Parse({"--port-min=99999999999999999999"})), HasSubstr("too large"));
  EXPECT_THAT(ErrorOf(Parse({"--port-min=40000", "--port-max=30000"})),
              HasSubstr("Invalid RTP port range"));
}

TEST(OptionsTest, CommandLineErrors) {
  EXPECT_EQ(ErrorOf(Parse({"--no-such-option"})), "Unknown option --no-such-option");
  EXPECT_EQ(ErrorOf(Parse({"--no-such-option=5"})), "Unknown option --no-such-option=5");
  EXPECT_EQ(ErrorOf(Parse({"-Z"})), "Unknown option -Z");
  EXPECT_EQ(ErrorOf(Parse({"--log-level-bogus=5"})), "Unknown option --log-level-bogus=5");
  EXPECT_EQ(ErrorOf(Parse({"--port-min"})), "Missing argument for --port-min");
  EXPECT_THAT(Parse({"stray"})->warnings,
              ElementsAre("argument 'stray' is not an option and is ignored"));
}

TEST(OptionsTest, ConfigFileChoice) {
  EXPECT_TRUE(ParseCommandLine({})->use_config_file);
  EXPECT_FALSE(ParseCommandLine({})->config_file_named);
  EXPECT_FALSE(ParseCommandLine({"--config-file=none"})->use_config_file);
  const auto line = ParseCommandLine({"--config-file", "/x.conf", "--config-section=inst2"});
  EXPECT_TRUE(line->config_file_named);
  EXPECT_EQ(line->config_file, "/x.conf");
  const auto result = ParseOptions(Daemon::kControld, *line, "[inst2]\ntimeout=74", kMachine);
  EXPECT_EQ(result->options.Int("timeout"), 74);
  EXPECT_EQ(ErrorOf(ParseOptions(Daemon::kControld, *line, "[rtpengine]\n", kMachine)),
            "/x.conf: the file has no section [inst2]");
  EXPECT_EQ(ErrorOf(ParseOptions(Daemon::kControld, *line, "junk", kMachine)),
            "/x.conf: line 1: “junk” is not a key-value pair, section header, or comment");
}

TEST(OptionsTest, NumbersThatMeanTheDefault) {
  const auto result = ParseFile(
      "timeout = 0\nsilent-timeout = -5\nfinal-timeout = -1\nmax-sessions = -7\nnum-threads = 0\n"
      "max-load = -1\ntable = -7");
  ASSERT_TRUE(result.ok()) << ErrorOf(result);
  EXPECT_EQ(result->options.Int("timeout"), 60);
  EXPECT_EQ(result->options.Int("silent-timeout"), 3600);
  EXPECT_EQ(result->options.Int("final-timeout"), 0);
  EXPECT_EQ(result->options.Int("max-sessions"), -1);
  EXPECT_EQ(result->options.Int("num-threads"), 6);
  EXPECT_EQ(result->options.Double("max-load"), 0);
  EXPECT_EQ(result->options.Int("table"), -1);
  EXPECT_EQ(ParseFile("final-timeout = 0")->options.Int("final-timeout"), 0);
  EXPECT_EQ(ParseFile("log-level = 9")->options.Int("log-level"), 9);
}

TEST(OptionsTest, WordsTakeTheTablesSpelling) {
  EXPECT_EQ(ParseFile("endpoint-learning = Delayed")->options.String("endpoint-learning"), "delayed");
  EXPECT_THAT(ParseFile("mos = lq;g.107.2")->options.List("mos"), ElementsAre("LQ", "G.107.2"));
  EXPECT_EQ(ParseFile("software-id = my soft/1.0_x-Y")->options.String("software-id"),
            "my-soft-1-0-x-Y");
  EXPECT_EQ(ParseFile("software-id = abc # comment")->options.String("software-id"),
            "abc---comment");
}

TEST(OptionsTest, WarnsOnceAboutWhatHasNoEffect) {
  // Unknown keys, keys nobody implements; not: keys of the other daemon, defaults.
  const auto result = ParseFile(
      "redis = 127.0.0.1:6379/1\nredis-expires = 86400\nxtables = false\nport-min = 10000\n"
      "timeout[de] = 73\nhttp-listen = 1\nTIMEOUT = 4");
  ASSERT_TRUE(result.ok()) << ErrorOf(result);
  EXPECT_THAT(result->warnings,
              ElementsAre("option 'redis' is accepted but has no effect in this version",
                          "/etc/rtpengine/rtpengine.conf:6: unknown option 'timeout[de]' is ignored",
                          "/etc/rtpengine/rtpengine.conf:7: unknown option 'http-listen' is ignored",
                          "/etc/rtpengine/rtpengine.conf:8: unknown option 'TIMEOUT' is ignored"));
}

TEST(OptionsTest, DeedsThatWouldNotBeDoneAreRefused) {
  EXPECT_EQ(ErrorOf(Parse({"--nftables-start"})), "option 'nftables-start' is for rtpengine-mediad");
  EXPECT_EQ(ErrorOf(Parse({"--codecs"})), "option 'codecs' is not available in this version");
}

TEST(OptionsTest, KernelTable) {
  EXPECT_THAT(ParseFile("table = 0", {}, Daemon::kControld)->warnings, IsEmpty());
  EXPECT_THAT(ParseFile("table = -1\nno-fallback = true", {}, Daemon::kMediad)->warnings, IsEmpty());
  // Whether the kernel has it is seen when it is opened.
  EXPECT_THAT(ParseFile("table = 0\nno-fallback = true", {}, Daemon::kMediad)->warnings, IsEmpty());
  EXPECT_EQ(ErrorOf(ParseFile("table = 256", {}, Daemon::kMediad)) == "no error", false);
  EXPECT_EQ(ErrorOf(ParseFile("kernel-hook = output", {}, Daemon::kMediad)) == "no error", false);
  EXPECT_EQ(ErrorOf(ParseFile("table = 0\nno-fallback = true", {}, Daemon::kControld)), "no error");
}

TEST(OptionsTest, OtherSectionsStayReadable) {
  const auto result = ParseFile("interfaces-config = if\n[if-a]\naddress = 203.0.113.1");
  ASSERT_TRUE(result.ok());
  ASSERT_NE(result->options.file().Find("if-a"), nullptr);
  EXPECT_EQ(result->options.file().Find("if-a")->Find("address")->value, "203.0.113.1");
  EXPECT_EQ(result->options.file_name(), kDefaultConfigFile);
}

TEST(OptionsTest, TheGuidesConfigurationLoadsInBothDaemons) {
  for (const Daemon daemon : {Daemon::kControld, Daemon::kMediad}) {
    const auto result = Parse({}, std::string(kGuideConfig), daemon);
    ASSERT_TRUE(result.ok()) << ErrorOf(result);
    const ParsedOptions& options = result->options;
    EXPECT_THAT(options.List("interface"), ElementsAre("pub/203.0.113.10"));
    EXPECT_THAT(options.List("listen-ng"), ElementsAre("127.0.0.1:2223"));
    EXPECT_EQ(options.Int("port-min"), 10000);
    EXPECT_EQ(options.Int("port-max"), 20000);
    EXPECT_EQ(options.Int("final-timeout"), 7200);
    EXPECT_EQ(options.Int("offer-timeout"), 60);
    EXPECT_EQ(options.Int("num-threads"), 4);
    EXPECT_EQ(options.String("log-facility"), "local1");
    EXPECT_EQ(options.String("nftables-chain"), "rtpengine");
    EXPECT_TRUE(options.IsSet("nftables-base-chain"));
    EXPECT_THAT(result->warnings, IsEmpty());
  }
}

TEST(OptionsTest, TheShippedConfigurationLoadsWithoutAWarning) {
  const auto root = std::filesystem::path(__FILE__).parent_path() / "../../../..";
  std::ifstream file(root / "deploy/rtpengine.conf");
  ASSERT_TRUE(file.is_open());
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  for (const Daemon daemon : {Daemon::kControld, Daemon::kMediad}) {
    const auto result = Parse({}, text, daemon);
    ASSERT_TRUE(result.ok()) << ErrorOf(result);
    EXPECT_THAT(result->warnings, IsEmpty());
    EXPECT_EQ(result->options.Int("tos"), 184);
    EXPECT_THAT(result->options.List("listen-ng"), ElementsAre("127.0.0.1:2223"));
    EXPECT_FALSE(result->options.List("interface").empty());
  }
}

TEST(OptionsDeathTest, WrongNamesAndTypesAreBugs) {
  const auto result = Parse({});
  EXPECT_DEATH(result->options.Int("no-such"), "option 'no-such'");
  EXPECT_DEATH(result->options.String("timeout"), "option 'timeout'");
}

}  // namespace
}  // namespace base::options
