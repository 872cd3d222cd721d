// What a migration reads: units, environment files, iptables-save, configuration files, its own journal; and the table.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "proto/base/options/option_spec.h"
#include "tools/rtpctl/migrate/backup.h"
#include "tools/rtpctl/migrate/configuration.h"
#include "tools/rtpctl/migrate/option_table.h"
#include "tools/rtpctl/migrate/report.h"
#include "tools/rtpctl/migrate/rules.h"
#include "tools/rtpctl/migrate/units.h"

namespace rtpctl::migrate {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

TEST(OptionTableTest, TheDocumentIsUpToDate) {
  const std::string source = __FILE__;
  std::ifstream file(source.substr(0, source.rfind("tests/unit/")) + "docs/migrating.md");
  std::stringstream text;
  text << file.rdbuf();
  EXPECT_TRUE(text.str() == ReferenceText())
      << "docs/migrating.md does not say what the tables say: run rtpctl migrate reference > docs/migrating.md";
}

TEST(OptionTableTest, HasEveryOptionOfTheIncumbentThatTheDaemonsKnow) {
  EXPECT_EQ(IncumbentOptions().size(), 213u);
  for (const IncumbentOption& option : IncumbentOptions()) {
    EXPECT_NE(base::options::FindOption(option.name), nullptr) << option.name;
    EXPECT_EQ(FindIncumbentOption(option.name), &option) << option.name << " is there twice";
  }
  // What neither daemon implements is an option of the incumbent, or nobody would know it.
  for (const base::options::OptionSpec& spec : base::options::Table()) {
    if (spec.owner != base::options::Owner::kNone) continue;
    EXPECT_NE(FindIncumbentOption(spec.name), nullptr) << spec.name;
  }
}

TEST(OptionTableTest, WhateverIsNotTheSameSaysWhy) {
  for (const IncumbentOption& option : IncumbentOptions()) {
    EXPECT_EQ(NoteOf(option).empty(), VerdictOf(option) == OptionVerdict::kSame) << option.name;
  }
  EXPECT_EQ(VerdictOf(*FindIncumbentOption("timeout")), OptionVerdict::kSame);
  EXPECT_EQ(VerdictOf(*FindIncumbentOption("iptables-chain")), OptionVerdict::kMapped);
  EXPECT_EQ(VerdictOf(*FindIncumbentOption("listen-cli")), OptionVerdict::kDifferent);
  EXPECT_EQ(FindIncumbentOption("no-such-option"), nullptr);
}

std::string Rewritten(std::string_view text, const Arguments& arguments = {}) {
  const auto configuration = RewriteConfiguration(text, "rtpengine", arguments);
  return configuration.ok() ? configuration->text : std::string(configuration.status().message());
}

TEST(ConfigurationTest, WhatIsTheSameStaysToTheOctet) {
  const std::string text =
      "; = x\r\n# a comment\n[other]\nredis = 1.2.3.4:6379/1\n[rtpengine]\n\n  interface =  pub/192.0.2.1 \n"
      "timeout=60\r\nlisten-ng = 127.0.0.1:2223\n[rtpengine-testing]\npidfile = /x\n#end";
  const std::string valid = text.substr(text.find("# a"));
  EXPECT_EQ(Rewritten(valid), valid);
  EXPECT_EQ(Rewritten("[rtpengine]"), "[rtpengine]");
}

TEST(ConfigurationTest, WhatIsNotSupportedIsCommentedOutBelowTheReason) {
  EXPECT_EQ(Rewritten("[rtpengine]\ntos = 184\n redis = 127.0.0.1:6379/1\r\nport-min = 30000\n"),
            "[rtpengine]\ntos = 184\n# rtpctl migrate: redis: not supported: no Redis: calls are kept by the media "
            "workers, and a restarted daemon has them back from there\r\n#  redis = 127.0.0.1:6379/1\r\n"
            "port-min = 30000\n");
}

TEST(ConfigurationTest, AValueThatIsTheDefaultDoesNoHarm) {
  const std::string text = "[rtpengine]\nrecording-format = raw\nredis-expires = 86400\nrecord-both = false\n";
  EXPECT_EQ(Rewritten(text), text);
  EXPECT_NE(Rewritten("[rtpengine]\nrecording-format = eth\n"), "[rtpengine]\nrecording-format = eth\n");
}

TEST(ConfigurationTest, ANoteDependsOnTheValue) {
  const std::string loopback = "[rtpengine]\nlisten-ng = 127.0.0.1:2223\nlisten-cli = 127.0.0.1:9900\ntable = 0\n";
  EXPECT_EQ(Rewritten(loopback), loopback);
  const std::string open = "[rtpengine]\nlisten-ng = 127.0.0.1:2223; 192.0.2.1:2223\nlisten-cli = 9900\n";
  const auto configuration = RewriteConfiguration(open, "rtpengine", {});
  ASSERT_TRUE(configuration.ok());
  ASSERT_EQ(configuration->changes.size(), 2u);
  EXPECT_FALSE(configuration->changes[0].taken_out);
  EXPECT_EQ(configuration->changes[0].line, 2);
  EXPECT_THAT(configuration->text, HasSubstr("listened to: name proxies elsewhere there\nlisten-ng = 127"));
  // A second time adds nothing.
  EXPECT_EQ(Rewritten(configuration->text), configuration->text);
}

TEST(ConfigurationTest, AnotherKeyTakesThePlace) {
  EXPECT_THAT(Rewritten("[rtpengine]\niptables-chain = rtp\n"), HasSubstr("\n# iptables-chain = rtp\nnftables = on\n"));
  EXPECT_THAT(Rewritten("[rtpengine]\nnftables = off\niptables-chain = rtp\n"), Not(HasSubstr("nftables = on")));
  EXPECT_THAT(Rewritten("[rtpengine]\ndebug-srtp = true"), HasSubstr("\n# debug-srtp = true\nlog-level-srtp = 7\n"));
  EXPECT_THAT(Rewritten("[rtpengine]\npidfile = /run/x.pid"), HasSubstr("\n# pidfile = /run/x.pid\n"));
}

TEST(ConfigurationTest, TheCommandLineComesIntoTheFile) {
  const Arguments arguments = {{"table", {"5"}},         {"tos", {"0xb8"}},      {"interface", {"a/1.2.3.4", "b/1.2.3.5"}},
                               {"pidfile", {"/x"}},      {"sip-source", {"1"}},  {"log-name", {"a\\b\n"}},
                               {"redis", {"1.2.3.4:5"}}, {"config-file", {"x"}}, {"timeout", {"1", "77"}}};
  const std::string text = Rewritten("[rtpengine]\ninterface = old/9.9.9.9\nlisten-ng = 2223\ntimeout = 5\n", arguments);
  for (const char* line : {"\ntable = 5\n", "\ntos = 184\n", "\ninterface = a/1.2.3.4;b/1.2.3.5\n", "\nsip-source = true\n",
                           "\nlog-name = a\\\\b\\n\n", "\n# redis = 1.2.3.4:5\n", "\n# interface = old/9.9.9.9\n",
                           "\ntimeout = 77\n", "\n# timeout = 5\n"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
  EXPECT_THAT(text, Not(HasSubstr("pidfile")));
  EXPECT_THAT(text, Not(HasSubstr("config-file")));
}

TEST(ConfigurationTest, WhatTheIncumbentWouldNotReadIsRefused) {
  EXPECT_THAT(Rewritten("timeout = 5\n"), HasSubstr("line 1"));
  EXPECT_THAT(Rewritten("[rtpengine]\nnonsense\n"), HasSubstr("line 2"));
  EXPECT_THAT(Rewritten("[other]\n"), HasSubstr("no section [rtpengine]"));
  const auto unknown = RewriteConfiguration("[rtpengine]\nno-such = 1\n", "rtpengine", {});
  ASSERT_TRUE(unknown.ok());
  EXPECT_THAT(unknown->unknown, ElementsAre("no-such"));
}

TEST(UnitTest, CommandLine) {
  UnitText unit;
  ReadUnit("[Unit]\nExecStart=/bin/no\n[Service]\n# ExecStart=/bin/no\nUser=root\nEnvironment=A=1 \"B=x y\"\n"
           "EnvironmentFile=-/etc/default/rtpengine\nExecStart=+/usr/bin/rtpengine \\\n  --table=$A \\\n"
           "# within\n  -i '${B}' $C ${D}\n",
           &unit);
  EXPECT_EQ(unit.user, "root");
  ASSERT_EQ(unit.environment_files.size(), 1u);
  EXPECT_EQ(unit.environment_files[0].path, "/etc/default/rtpengine");
  EXPECT_TRUE(unit.environment_files[0].optional);
  Environment environment = unit.environment;
  ReadEnvironmentFile("# x\nC=\"-n 2223 -L 7\"\nexport D=one two # three\nA = 4\n", &environment);
  EXPECT_THAT(Expand(unit.exec_start, environment),
              ElementsAre("/usr/bin/rtpengine", "--table=4", "-i", "x y", "-n", "2223", "-L", "7", "one two"));
  ReadUnit("[Service]\nExecStart=\nExecStart=/opt/rtpengine %% $$\n", &unit);
  EXPECT_THAT(Expand(unit.exec_start, {}), ElementsAre("/opt/rtpengine", "%", "$"));
}

constexpr char kSaved[] =
    "# Generated\n*mangle\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -j RETURN\nCOMMIT\n*filter\n:INPUT ACCEPT [5:300]\n"
    ":rtpengine - [0:0]\n-A INPUT -p udp -j rtpengine\n[7:42] -A INPUT -p udp -m comment --comment \"-j RTPENGINE no\" -j ACCEPT\n"
    "-A INPUT -p udp -m comment --comment \"a b\" -j RTPENGINE --id 0\n-A rtpengine -p udp -j RTPENGINE --id 0\nCOMMIT\n";

TEST(RulesTest, HandlersWithTheirPlaces) {
  const std::vector<PacketRule> rules = HandlerRules(kSaved);
  ASSERT_EQ(rules.size(), 2u);
  EXPECT_EQ(rules[0], (PacketRule{"filter", "INPUT", 3, "-p udp -m comment --comment \"a b\" -j RTPENGINE --id 0"}));
  EXPECT_EQ(rules[1].chain, "rtpengine");
  EXPECT_EQ(rules[1].position, 1);
  EXPECT_THAT(DeleteCommand(rules[0]), ElementsAre("-w", "-t", "filter", "-D", "INPUT", "3"));
  EXPECT_THAT(InsertCommand(rules[0]), ElementsAre("-w", "-t", "filter", "-I", "INPUT", "3", "-p", "udp", "-m", "comment",
                                                   "--comment", "a b", "-j", "RTPENGINE", "--id", "0"));
  EXPECT_EQ(RulesOf(kSaved, "filter", "INPUT").size(), 3u);
  EXPECT_THAT(HandlerRules("nonsense\n[ -A\n-A\n-A X"), IsEmpty());
}

TEST(RulesTest, AFileWithoutThem) {
  const std::string text = WithoutHandlerRules(kSaved);
  EXPECT_THAT(HandlerRules(text), IsEmpty());
  EXPECT_EQ(RulesOf(text, "filter", "INPUT").size(), 2u);
  EXPECT_EQ(WithoutHandlerRules(text), text);
  EXPECT_EQ(WithoutHandlerRules("no rule, no end"), "no rule, no end");
}

TEST(StepTest, ComesBackFromJson) {
  std::vector<Step> steps(3);
  steps[0] = {.action = Action::kWriteFile, .subject = "/x", .content = std::string("\0\xff\n", 3),
              .attributes = {.mode = 0640, .uid = 1, .gid = 2}, .why = "w"};
  steps[1] = {.command = {"a", "b c"}, .undo_command = {"d"}};
  const auto read = ParseSteps(StepsJson(steps));
  ASSERT_TRUE(read.ok());
  ASSERT_EQ(read->size(), 3u);
  EXPECT_EQ((*read)[0].content, steps[0].content);
  EXPECT_EQ((*read)[0].attributes, steps[0].attributes);
  EXPECT_EQ((*read)[1].command, steps[1].command);
  EXPECT_EQ((*read)[1].undo_command, steps[1].undo_command);
  for (const char* text : {"", "{}", "[1]", "[{}]", "[{\"action\": \"fly\"}]"}) EXPECT_FALSE(ParseSteps(text).ok()) << text;
}

TEST(ManifestTest, NamesNothingOutside) {
  const std::string head = R"({"format": "rtpctl migrate 1", "files": [{"path": "/x", "kind": "file", "mode": 420, "uid": 0, )"
                           R"("gid": 0, "modified_ns": 5, "link": "", "sum": "", "saved": ")";
  EXPECT_TRUE(ParseManifest(head + "files/0001\"}]}").ok());
  EXPECT_FALSE(ParseManifest(head + "/etc/shadow\"}]}").ok());
  EXPECT_FALSE(ParseManifest(head + "files/../../x\"}]}").ok());
  EXPECT_FALSE(ParseManifest("{\"format\": \"other\"}").ok());
}

}  // namespace
}  // namespace rtpctl::migrate
