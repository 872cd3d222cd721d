// Options of mediad as settings of its parts.
#include "mediad/start/settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mediad::start {
namespace {

using base::options::Daemon;
using base::options::Environment;
using base::options::ParsedOptions;
using MosFormula = relay::EngineOptions::MosFormula;
using testing::ElementsAre;

ParsedOptions Parse(const std::string& file, int64_t cores = 4) {
  Environment environment;
  environment.cores = cores;
  auto parsed = base::options::ParseOptions(Daemon::kMediad, {}, file, environment);
  EXPECT_TRUE(parsed.ok()) << parsed.status();
  return parsed.ok() ? parsed->options : ParsedOptions();
}

TEST(MakeInterfaceOptions, TakesItemsPortsAndSections) {
  const auto options = MakeInterfaceOptions(Parse(
      "[rtpengine]\ninterface = pub/192.0.2.1;priv/10.0.0.1\nport-min = 20000\nport-max = 20999\n"
      "interfaces-config = iface\n"
      "[iface-b]\naddress = 192.0.2.2\n[other-c]\naddress = 192.0.2.3\n"
      "[iface-a]\naddress = 192.0.2.4\nexclude-ports = 1;2\n"));
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_THAT(options->interfaces, ElementsAre("pub/192.0.2.1", "priv/10.0.0.1"));
  EXPECT_EQ(options->port_min, 20000);
  EXPECT_EQ(options->port_max, 20999);
  ASSERT_EQ(options->sections.size(), 2u);
  EXPECT_EQ(options->sections[0].name, "b");
  EXPECT_EQ(options->sections[1].name, "a");
  EXPECT_THAT(options->sections[1].keys, ElementsAre(testing::Pair("address", "192.0.2.4"),
                                                     testing::Pair("exclude-ports", "1;2")));
}

TEST(MakeInterfaceOptions, NoInterfaceIsFatal) {
  for (const char* file :
       {"[rtpengine]\n", "[rtpengine]\ninterfaces-config = x\n[y-a]\naddress = 192.0.2.1\n"}) {
    const auto options = MakeInterfaceOptions(Parse(file));
    EXPECT_EQ(options.status().message(), "Cannot start without any configured interfaces");
  }
}

TEST(MakeInterfaceOptions, ControlPortsAreNotForMedia) {
  const auto options = MakeInterfaceOptions(
      Parse("[rtpengine]\ninterface = 192.0.2.1\nlisten-ng = 127.0.0.1:30002;30004\n"));
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_THAT(options->excluded_ports, ElementsAre(30002, 30004));
}

TEST(ListeningPorts, IgnoresWhatIsNoPort) {
  EXPECT_THAT(ListeningPorts({"2223", "127.0.0.1:2224", "[::1]:2225", "", "host:", "1.2.3.4:70000",
                              "0", "x:12y"}),
              ElementsAre(2223, 2224, 2225));
}

TEST(MakeEngineOptions, ShardsFollowThreadsWithinLimits) {
  EXPECT_EQ(MakeEngineOptions(Parse("[rtpengine]\n", 2)).shards, 1u);
  EXPECT_EQ(MakeEngineOptions(Parse("[rtpengine]\n", 64)).shards, 8u);
  EXPECT_EQ(MakeEngineOptions(Parse("[rtpengine]\nnum-threads = 3\n", 64)).shards, 3u);
  EXPECT_EQ(MakeEngineOptions(Parse("[rtpengine]\norphan-timeout = 7\n")).orphan_timeout_s, 7u);
}

TEST(ApplyMosWords, KnowsTheSpellings) {
  const struct {
    std::vector<std::string> words;
    bool listening;
    MosFormula formula;
  } cases[] = {
      {{}, false, MosFormula::kG107},           {{"CQ"}, false, MosFormula::kG107},
      {{"LQ"}, true, MosFormula::kG107},        {{"G.107"}, false, MosFormula::kLegacy},
      {{"g107"}, false, MosFormula::kLegacy},   {{"legacy", "LQ"}, true, MosFormula::kLegacy},
      {{"G.107.2"}, false, MosFormula::kG1072}, {{"g1072"}, false, MosFormula::kG1072},
      {{"LQ", "CQ"}, false, MosFormula::kG107},
  };
  for (const auto& c : cases) {
    relay::EngineOptions engine;
    ApplyMosWords(c.words, &engine);
    EXPECT_EQ(engine.mos_listening_quality, c.listening) << testing::PrintToString(c.words);
    EXPECT_EQ(engine.mos_formula, c.formula) << testing::PrintToString(c.words);
  }
}

TEST(Capabilities, TheKernelSaysWhyNot) {
  EXPECT_FALSE(KernelCapability(std::nullopt).available());
  EXPECT_NE(KernelCapability(std::nullopt).reason().find("table"), std::string::npos);
  EXPECT_EQ(KernelCapability(offload::Status{false, "no module", {}}).reason(), "no module");
  EXPECT_TRUE(KernelCapability(offload::Status{true, "", {}}).available());
}

TEST(Capabilities, SayWhyTheyAreMissing) {
  for (const auto& capability : Capabilities()) {
    EXPECT_FALSE(capability.name().empty());
    EXPECT_TRUE(capability.available() || !capability.reason().empty()) << capability.name();
  }
}

}  // namespace
}  // namespace mediad::start
