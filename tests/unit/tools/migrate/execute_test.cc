// rtpctl migrate on a fake host: the plan, every change failing or crashing in turn, and the way back.
#include "tools/rtpctl/migrate/execute.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/tools/migrate/fake_machine.h"
#include "tools/rtpctl/migrate/report.h"

namespace rtpctl::migrate {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;

constexpr char kConfig[] = "/etc/rtpengine/rtpengine.conf";
constexpr char kBackup[] = "/root/before";
constexpr char kForeign[] = "/lib/modules/6.1.0/updates/nft_rtpengine.ko";
constexpr char kConfiguration[] =
    "# ours\n[rtpengine]\ninterface = pub/192.0.2.1\nlisten-ng = 127.0.0.1:2223\ntable = 0\nnum-threads = 4\n"
    "redis = 127.0.0.1:6379/5\npidfile = /run/x.pid\n";

// As the usual guide leaves a host: source build, iptables, our packages just installed.
FakeMachine Guide() {
  FakeMachine host;
  host.Write(kConfig, kConfiguration);
  host.state.files[kConfig].attributes = {.mode = 0600, .uid = 0, .gid = 0, .modified_ns = 1'600'000'000'123'456'789};
  host.Write("/etc/systemd/system/rtpengine.service",
             "[Service]\nEnvironmentFile=-/etc/default/rtpengine\nExecStart=/usr/local/bin/rtpengine "
             "--pidfile=/run/rtpengine/rtpengine.pid --config-file=/etc/rtpengine/rtpengine.conf $OPTIONS\n");
  host.Write("/etc/default/rtpengine", "OPTIONS=\"--timeout=61\"\n");
  host.Write("/etc/rsyslog.d/rtpengine.conf", "local1.* /var/log/rtpengine/rtpengine.log\n");
  host.Write("/etc/iptables/rules.v4", "*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -p udp -j RTPENGINE --id 0\nCOMMIT\n");
  host.Write("/etc/modules-load.d/rtpengine.conf", "xt_RTPENGINE\n");
  host.Write("/etc/passwd", "root:x:0:0::/root:/bin/sh\nrtpengine:x:104:107::/:/bin/false\n");
  host.Write("/etc/group", "rtpengine:x:107:\n");
  for (const char* ours : {"/usr/sbin/rtpengine-controld", "/usr/sbin/rtpengine-mediad",
                           "/usr/lib/systemd/system/rtpengine-controld.service",
                           "/usr/lib/systemd/system/rtpengine-mediad.service"}) {
    host.Write(ours, "ours");
  }
  host.state.units = {{"rtpengine.service", {true, true}},
                      {"rtpengine-controld.service", {false, false}},
                      {"rtpengine-mediad.service", {false, false}}};
  host.state.rules["iptables filter INPUT"] = {"-i lo -j ACCEPT", "-p udp -j RTPENGINE --id 0",
                                               "-p udp -m comment --comment \"a b\" -j RTPENGINE --id 0", "-j DROP"};
  host.state.rules["ip6tables filter INPUT"] = {"-p udp -j RTPENGINE --id 0"};
  host.state.modules["xt_RTPENGINE"] = {"proc_mask=7", "proc_uid=104"};
  return host;
}

// What is left of a host when the records of the migration are left out.
FakeState Host(const FakeMachine& machine) {
  FakeState state = machine.state;
  for (auto file = state.files.begin(); file != state.files.end();) {
    const bool ours = file->first.rfind("/root/", 0) == 0 || file->first == kPointer;
    file = ours ? state.files.erase(file) : std::next(file);
  }
  return state;
}

Plan PlanOf(FakeMachine& machine) { return PlanMigration(Gather(machine)); }

void Quiet(const std::string&) {}

std::string Finding(const Plan& plan, const std::string& id) {
  for (const doctor::Finding& finding : plan.findings) {
    if (finding.id == id) return finding.what;
  }
  return {};
}

absl::Status ApplyTo(FakeMachine* machine) { return Apply(machine, PlanOf(*machine), kBackup, Quiet); }

// For loops over many hosts that are the same.
absl::Status ApplyToGuides(FakeMachine* machine) {
  static const Plan& plan = *new Plan([] {
    FakeMachine host = Guide();
    return PlanOf(host);
  }());
  return Apply(machine, plan, kBackup, Quiet);
}

Stage StageOf(FakeMachine* machine) {
  const auto situation = Look(machine, "");
  EXPECT_TRUE(situation.ok()) << situation.status();
  return situation.ok() ? situation->stage : Stage::kNone;
}

void ExpectMigrated(FakeMachine& host) {
  EXPECT_EQ(host.state.units["rtpengine.service"], std::make_pair(false, false));
  EXPECT_EQ(host.state.units["rtpengine-controld.service"], std::make_pair(true, true));
  EXPECT_EQ(host.state.units["rtpengine-mediad.service"], std::make_pair(true, true));
  EXPECT_THAT(host.state.rules["iptables filter INPUT"], testing::ElementsAre("-i lo -j ACCEPT", "-j DROP"));
  EXPECT_TRUE(host.state.rules["ip6tables filter INPUT"].empty());
  EXPECT_EQ(host.state.modules.count("xt_RTPENGINE"), 0u);
  EXPECT_EQ(host.state.modules.count("nft_rtpengine"), 1u);
  const std::string& text = host.Content(kConfig);
  EXPECT_THAT(text, HasSubstr("\n# redis = 127.0.0.1:6379/5\n"));
  EXPECT_THAT(text, HasSubstr("\n# pidfile = /run/x.pid\n"));
  EXPECT_THAT(text, HasSubstr("\ntimeout = 61\n"));
  EXPECT_THAT(text, HasSubstr("\nnum-threads = 4\n"));
  // The daemons do not run as root.
  EXPECT_EQ(host.state.files[kConfig].attributes.mode, 0640u);
  EXPECT_EQ(host.state.files[kConfig].attributes.gid, 107u);
  EXPECT_EQ(host.Content("/etc/modules-load.d/rtpengine.conf"), "nft_rtpengine\n");
  EXPECT_THAT(host.Content("/etc/iptables/rules.v4"), HasSubstr("# rtpctl migrate: of the former rtpengine: -A"));
}

TEST(MigratePlanTest, TheGuidesHost) {
  FakeMachine host = Guide();
  const FakeState before = host.state;
  const Plan plan = PlanOf(host);
  EXPECT_TRUE(CanBeApplied(plan));
  EXPECT_EQ(host.state, before);  // planning changes nothing
  const std::string text = PlanText(plan, {});
  for (const char* part : {"the former daemon: Version: 11.5.1", "rtpengine.service, running, enabled",
                           "iptables -t filter -A INPUT -p udp -j RTPENGINE --id 0 (rule 2)", "kernel module xt_RTPENGINE",
                           "WARNING Redis: will be without effect: redis", "stop and disable rtpengine.service",
                           "unload kernel module xt_RTPENGINE", "write /etc/rtpengine/rtpengine.conf",
                           "check that NG is answered at 127.0.0.1:2223", "Nothing was changed."}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
  EXPECT_THAT(PlanJson(plan), HasSubstr("\"can_be_applied\": true"));
}

TEST(MigratePlanTest, WhatKeepsItFromBeingApplied) {
  struct Case {
    const char* id;
    const char* what;
    void (*spoil)(FakeMachine*);
  };
  const Case cases[] = {
      {"privileges", "not root", [](FakeMachine* host) { host->root = false; }},
      {"systemctl", "no systemctl", [](FakeMachine* host) { host->programs.erase("systemctl"); }},
      {"installed", "/usr/sbin/rtpengine-mediad", [](FakeMachine* host) { host->state.files.erase("/usr/sbin/rtpengine-mediad"); }},
      {"installed", "user and group", [](FakeMachine* host) { host->state.files.erase("/etc/group"); }},
      {"configuration", "there is no /etc/rtpengine", [](FakeMachine* host) { host->state.files.erase(kConfig); }},
      {"configuration", "line 1", [](FakeMachine* host) { host->Write(kConfig, "nonsense\n"); }},
      {"configuration", "no section", [](FakeMachine* host) { host->Write(kConfig, "[x]\n"); }},
      {"configuration", "port-min = many", [](FakeMachine* host) { host->Write(kConfig, "[rtpengine]\nport-min = many\n"); }},
      {"configuration", "no interface", [](FakeMachine* host) { host->Write(kConfig, "[rtpengine]\nlisten-ng = 2223\n"); }},
      {"configuration", "no listener", [](FakeMachine* host) { host->Write(kConfig, "[rtpengine]\ninterface = any\nlisten-udp = 5\n"); }},
      {"command-line", "no-such", [](FakeMachine* host) { host->Write("/etc/default/rtpengine", "OPTIONS=--no-such\n"); }},
      {"several", "2 units", [](FakeMachine* host) {
         host->Write("/etc/systemd/system/second.service", "[Service]\nExecStart=/usr/bin/rtpengine -f\n");
         host->state.units["second.service"] = {true, false};
       }},
      {"no-unit", "process 77", [](FakeMachine* host) {
         host->state.files.erase("/etc/systemd/system/rtpengine.service");
         host->incumbent_stays = true;
       }},
  };
  for (const Case& one : cases) {
    FakeMachine host = Guide();
    one.spoil(&host);
    const Plan plan = PlanOf(host);
    EXPECT_FALSE(CanBeApplied(plan)) << one.what;
    EXPECT_THAT(Finding(plan, one.id), HasSubstr(one.what));
    EXPECT_THAT(PlanText(plan, {}), HasSubstr("have to be mended"));
  }
}

TEST(MigratePlanTest, AHostWithoutToolsIsPlannedWithoutThem) {
  FakeMachine host = Guide();
  host.programs = {"systemctl"};
  host.state.modules.clear();
  const Plan plan = PlanOf(host);
  EXPECT_TRUE(CanBeApplied(plan));
  for (const Step& step : plan.steps) EXPECT_NE(step.action, Action::kRemoveRules);
}

TEST(MigratePlanTest, AnotherFileAndSectionGoIntoDropIns) {
  FakeMachine host = Guide();
  host.Write("/etc/rtp.conf", "[second]\ninterface = any\nlisten-ng = 127.0.0.1:2223\n");
  host.Write("/etc/systemd/system/rtpengine.service",
             "[Service]\nExecStart=/usr/local/bin/rtpengine --config-file /etc/rtp.conf --config-section=second\n");
  const FakeState before = Host(host);
  ASSERT_TRUE(ApplyTo(&host).ok());
  EXPECT_THAT(host.Content("/etc/systemd/system/rtpengine-mediad.service.d/migrated.conf"),
              HasSubstr("\nExecStart=\nExecStart=/usr/sbin/rtpengine-mediad --foreground --config-file=/etc/rtp.conf "
                        "--config-section=second\n"));
  ASSERT_TRUE(RollBack(&host, kBackup, Quiet).ok());
  EXPECT_EQ(Host(host), before);
}

TEST(MigrateTest, ThereAndBack) {
  FakeMachine host = Guide();
  const FakeState before = Host(host);
  std::vector<std::string> lines;
  const Plan plan = PlanOf(host);
  ASSERT_TRUE(Apply(&host, plan, kBackup, [&lines](const std::string& line) { lines.push_back(line); }).ok());
  EXPECT_THAT(lines, Contains("stop and disable rtpengine.service"));
  ExpectMigrated(host);
  EXPECT_EQ(StageOf(&host), Stage::kApplied);
  EXPECT_EQ(host.Content("/root/before/iptables-save.txt").find("*filter"), 0u);
  EXPECT_EQ(host.Content("/root/before/rtpengine-version.txt"), "Version: 11.5.1\n");
  const auto situation = Look(&host, "");
  ASSERT_TRUE(situation.ok());
  EXPECT_THAT(SituationText(*situation, {}), HasSubstr("applied"));
  EXPECT_THAT(SituationJson(*situation), HasSubstr("\"stage\": \"applied\""));
  ASSERT_TRUE(RollBack(&host, kBackup, Quiet).ok());
  EXPECT_EQ(Host(host), before);
  EXPECT_EQ(StageOf(&host), Stage::kNone);
  const auto old = Look(&host, kBackup);
  ASSERT_TRUE(old.ok());
  EXPECT_EQ(old->stage, Stage::kRolledBack);
}

TEST(MigrateTest, AForeignModuleOfOurNameIsTakenAwayAndComesBack) {
  FakeMachine host = Guide();
  host.foreign_module = kForeign;
  host.Write(kForeign, std::string("\x7f" "ELF\0", 5));
  host.state.modules = {{"nft_rtpengine", {"proc_mask=7"}}};
  const FakeState before = Host(host);
  ASSERT_TRUE(ApplyTo(&host).ok());
  EXPECT_EQ(host.state.files.count(kForeign), 0u);
  EXPECT_TRUE(host.state.modules["nft_rtpengine"].empty());  // ours, without their parameters
  ASSERT_TRUE(RollBack(&host, kBackup, Quiet).ok());
  EXPECT_EQ(Host(host), before);
}

TEST(MigrateTest, WithoutOurModuleMediaGoesThroughUserSpace) {
  FakeMachine host = Guide();
  host.our_module = false;
  const FakeState before = Host(host);
  ASSERT_TRUE(ApplyTo(&host).ok());
  EXPECT_EQ(host.state.modules.count("nft_rtpengine"), 0u);
  ASSERT_TRUE(RollBack(&host, kBackup, Quiet).ok());
  EXPECT_EQ(Host(host), before);
}

TEST(MigrateTest, EveryChangeThatFailsLeavesTheHostAsItWas) {
  FakeMachine whole = Guide();
  ASSERT_TRUE(ApplyToGuides(&whole).ok());
  ASSERT_GT(whole.changes, 40);
  for (int change = 0; change < whole.changes; ++change) {
    FakeMachine host = Guide();
    const FakeState before = Host(host);
    host.fail_change = change;
    const absl::Status status = ApplyToGuides(&host);
    // Loading our module is the one thing that may fail.
    if (status.ok()) {
      EXPECT_EQ(host.state.modules.count("nft_rtpengine"), 0u) << change;
      continue;
    }
    EXPECT_EQ(Host(host), before) << change << ": " << status;
    EXPECT_EQ(StageOf(&host), Stage::kNone) << change;
  }
}

TEST(MigrateTest, ACrashBeforeAnyChangeCanBeResumed) {
  for (int left = 0;; ++left) {
    FakeMachine host = Guide();
    host.changes_left = left;
    const bool through = ApplyToGuides(&host).ok();
    host.Restart();
    if (through) break;
    const Stage stage = StageOf(&host);
    if (stage == Stage::kNone) {
      EXPECT_EQ(Host(host), Host(Guide())) << left;
      continue;
    }
    ASSERT_EQ(stage, Stage::kInterrupted) << left;
    const absl::Status status = Resume(&host, kBackup, Quiet);
    ASSERT_TRUE(status.ok()) << left << ": " << status;
    ExpectMigrated(host);
    ASSERT_TRUE(RollBack(&host, kBackup, Quiet).ok()) << left;
    EXPECT_EQ(Host(host), Host(Guide())) << left;
  }
}

TEST(MigrateTest, ACrashBeforeAnyChangeCanBeTakenBack) {
  for (int left = 0;; ++left) {
    FakeMachine host = Guide();
    host.changes_left = left;
    const bool through = ApplyToGuides(&host).ok();
    host.Restart();
    if (through) break;
    if (StageOf(&host) == Stage::kNone) continue;
    const absl::Status status = RollBack(&host, kBackup, Quiet);
    ASSERT_TRUE(status.ok()) << left << ": " << status;
    EXPECT_EQ(Host(host), Host(Guide())) << left;
  }
}

TEST(MigrateTest, ACrashOfARollbackCanBeGoneOnWith) {
  for (int left = 0;; ++left) {
    FakeMachine host = Guide();
    ASSERT_TRUE(ApplyToGuides(&host).ok());
    host.changes_left = left;
    const bool through = RollBack(&host, kBackup, Quiet).ok();
    host.Restart();
    if (!through) {
      const auto situation = Look(&host, kBackup);
      ASSERT_TRUE(situation.ok()) << left << situation.status();
      ASSERT_TRUE(RollBack(&host, kBackup, Quiet).ok()) << left;
    }
    EXPECT_EQ(Host(host), Host(Guide())) << left;
    if (through) break;
  }
}

TEST(MigrateTest, AFailingCommandIsSaidInWordsAndTakenBack) {
  struct Case {
    const char* command;
    const char* says;
  };
  for (const Case& one : {Case{"systemctl stop rtpengine.service", "Access denied"},
                          Case{"systemctl disable rtpengine.service", "no"},
                          Case{"iptables -w", "Resource temporarily unavailable"},
                          Case{"rmmod xt_RTPENGINE", "Module xt_RTPENGINE is in use"},
                          Case{"systemctl enable rtpengine-mediad", "masked"},
                          Case{"systemctl restart rtpengine-mediad", "Job failed"}}) {
    FakeMachine host = Guide();
    const FakeState before = Host(host);
    host.failing[one.command] = one.says;
    const absl::Status status = ApplyToGuides(&host);
    EXPECT_THAT(std::string(status.message()), HasSubstr(one.says));
    EXPECT_THAT(std::string(status.message()), HasSubstr("the host is as it was"));
    EXPECT_EQ(Host(host), before) << one.command;
  }
}

TEST(MigrateTest, AModuleThatIsHeldNamesWhoHoldsIt) {
  FakeMachine host = Guide();
  host.failing["rmmod"] = "Module xt_RTPENGINE is in use";
  EXPECT_THAT(std::string(ApplyTo(&host).message()), HasSubstr("another network namespace"));
  host = Guide();
  host.failing["rmmod"] = "Module xt_RTPENGINE is in use";
  host.incumbent_stays = true;
  const auto plan = PlanOf(host);
  Step step{.action = Action::kUnloadModule, .subject = "xt_RTPENGINE"};
  Plan only = plan;
  only.steps = {step};
  EXPECT_THAT(std::string(Apply(&host, only, kBackup, Quiet).message()), HasSubstr("process 77 (rtpengine)"));
}

TEST(MigrateTest, WhatDoesNotServeIsTakenBack) {
  void (*const faults[])(FakeMachine*) = {[](FakeMachine* host) { host->answers = false; },
                                          [](FakeMachine* host) { host->has_worker = false; },
                                          [](FakeMachine* host) { host->incumbent_stays = true; }};
  const char* const says[] = {"no answer to an NG ping at 127.0.0.1:2223", "no media worker takes calls",
                              "still runs (process 77)"};
  for (int i = 0; i < 3; ++i) {
    FakeMachine host = Guide();
    const FakeState before = Host(host);
    faults[i](&host);
    const absl::Status status = ApplyTo(&host);
    EXPECT_THAT(std::string(status.message()), HasSubstr(says[i]));
    EXPECT_EQ(Host(host), before);
    EXPECT_LE(host.waited_ms, 31000);
  }
}

TEST(MigrateTest, ARollbackThatCannotDoEverythingSaysWhatAndGoesOnLater) {
  FakeMachine host = Guide();
  ASSERT_TRUE(ApplyTo(&host).ok());
  host.failing["modprobe xt_RTPENGINE"] = "Exec format error";
  const absl::Status status = RollBack(&host, kBackup, Quiet);
  EXPECT_THAT(std::string(status.message()), HasSubstr("Exec format error"));
  EXPECT_TRUE(host.state.units["rtpengine.service"].second);  // everything else is done
  EXPECT_EQ(StageOf(&host), Stage::kRollbackInterrupted);
  host.failing.clear();
  ASSERT_TRUE(RollBack(&host, kBackup, Quiet).ok());
  EXPECT_EQ(Host(host), Host(Guide()));
}

TEST(MigrateTest, AFileChangedSinceIsPutBackAndKept) {
  FakeMachine host = Guide();
  ASSERT_TRUE(ApplyTo(&host).ok());
  host.Write(kConfig, "mine\n");
  ASSERT_TRUE(RollBack(&host, kBackup, Quiet).ok());
  EXPECT_EQ(Host(host), Host(Guide()));
  EXPECT_EQ(host.Content("/root/before/changed_etc_rtpengine_rtpengine.conf"), "mine\n");
}

TEST(MigrateTest, ABackupThatWasChangedOrIsNoneOfOursIsRefusedAndNothingDone) {
  for (const char* file : {"files/0001", "manifest.json", "plan.json", "journal"}) {
    FakeMachine host = Guide();
    ASSERT_TRUE(ApplyTo(&host).ok());
    std::string& content = host.state.files[std::string(kBackup) + "/" + file].content;
    ASSERT_FALSE(content.empty()) << file;
    content[content.size() / 2] ^= 1;
    const FakeState before = host.state;
    EXPECT_FALSE(Look(&host, "").ok()) << file;
    EXPECT_THAT(std::string(RollBack(&host, kBackup, Quiet).message()), HasSubstr("changed"));
    EXPECT_EQ(host.state, before) << file;
  }
  FakeMachine host = Guide();
  EXPECT_THAT(std::string(Look(&host, "/etc").status().message()), HasSubstr("no backup of rtpctl migrate"));
  host.Write("/root/before/something", "x");
  EXPECT_THAT(std::string(ApplyTo(&host).message()), HasSubstr("is not empty"));
  ASSERT_TRUE(Apply(&host, PlanOf(host), "/root/other", Quiet).ok());
  host.state.files["/root/other/journal"].attributes.mode = 0666;
  EXPECT_THAT(std::string(Look(&host, "").status().message()), HasSubstr("not trusted"));
}

TEST(MigrateTest, PasswordsAreNotShown) {
  FakeMachine host = Guide();
  host.Write(kConfig, std::string(kConfiguration) + "redis-write = hunter2@127.0.0.1:6379/5\nmysql-pass = hunter2\n");
  host.Write("/etc/default/rtpengine", "OPTIONS=\"--redis=hunter2@127.0.0.1:6379/5 --mqtt-pass hunter2\"\n");
  const Plan plan = PlanOf(host);
  EXPECT_TRUE(CanBeApplied(plan));
  EXPECT_THAT(PlanText(plan, {}), Not(HasSubstr("hunter2")));
  EXPECT_THAT(PlanJson(plan), Not(HasSubstr("hunter2")));
}

}  // namespace
}  // namespace rtpctl::migrate
