// The real host behind the migration, below a directory of the test's own.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "tools/rtpctl/migrate/facts.h"
#include "tools/rtpctl/migrate/machine.h"
#include "tools/rtpctl/migrate/plan.h"

namespace rtpctl::migrate {
namespace {

using testing::HasSubstr;

class SystemMachineTest : public testing::Test {
 protected:
  SystemMachineTest() {
    std::string name = testing::TempDir() + "machine-XXXXXX";
    root_ = mkdtemp(name.data());
    machine_ = MakeSystemMachine(root_, [](const std::string&) { return false; });
  }
  ~SystemMachineTest() override { std::filesystem::remove_all(root_); }

  Attributes Mine(uint32_t mode, int64_t modified_ns = -1) const {
    return {mode, static_cast<uint32_t>(getuid()), static_cast<uint32_t>(getgid()), modified_ns};
  }
  FileState StateOf(const std::string& path) {
    const auto state = machine_->State(path);
    return state.ok() ? *state : FileState{FileKind::kOther, {}};
  }

  std::string root_;
  std::unique_ptr<Machine> machine_;
};

TEST_F(SystemMachineTest, AFileComesBackToTheNanosecond) {
  ASSERT_TRUE(machine_->MakeDirectory("/etc/a", 0755).ok());
  EXPECT_EQ(StateOf("/etc/a").kind, FileKind::kDirectory);
  const std::string content("\0x\n", 3);
  ASSERT_TRUE(machine_->Write("/etc/a/f", content, Mine(0640, 1'600'000'000'123'456'789)).ok());
  EXPECT_EQ(*machine_->Read("/etc/a/f"), content);
  EXPECT_EQ(StateOf("/etc/a/f").attributes, Mine(0640, 1'600'000'000'123'456'789));
  EXPECT_EQ(machine_->host().ListDirectory("/etc/a").size(), 1u);  // nothing is left beside it
  EXPECT_FALSE(machine_->RemoveDirectory("/etc/a").ok());
  ASSERT_TRUE(machine_->Remove("/etc/a/f").ok());
  ASSERT_TRUE(machine_->Remove("/etc/a/f").ok());
  EXPECT_EQ(StateOf("/etc/a/f").kind, FileKind::kAbsent);
  ASSERT_TRUE(machine_->RemoveDirectory("/etc/a").ok());
  ASSERT_TRUE(machine_->RemoveDirectory("/etc/a").ok());
}

TEST_F(SystemMachineTest, WhatFailsSaysWhereAndWhat) {
  EXPECT_THAT(std::string(machine_->Read("/no").status().message()), HasSubstr("cannot read /no: No such file"));
  EXPECT_THAT(std::string(machine_->Write("/no/such", "x", Mine(0600)).message()), HasSubstr("cannot write /no/such"));
  ASSERT_TRUE(machine_->Append("/log", "one\n").ok());
  ASSERT_TRUE(machine_->Append("/log", "two\n").ok());
  EXPECT_EQ(*machine_->Read("/log"), "one\ntwo\n");
  EXPECT_EQ(StateOf("/log").attributes.mode, 0600u);
  ASSERT_EQ(symlink("log", (root_ + "/link").c_str()), 0);
  EXPECT_FALSE(machine_->Append("/link", "x").ok());  // nobody leads the journal elsewhere
  EXPECT_EQ(StateOf("/link").kind, FileKind::kLink);
  EXPECT_EQ(machine_->ReadLink("/link"), "log");
  EXPECT_EQ(machine_->Resolve("/link"), "/log");
}

TEST_F(SystemMachineTest, OneAtATime) {
  ASSERT_TRUE(machine_->Lock("/lock").ok());
  EXPECT_THAT(std::string(machine_->Lock("/lock").message()), HasSubstr("another rtpctl migrate"));
}

TEST_F(SystemMachineTest, NobodyAnswersWhereNobodyListens) {
  EXPECT_FALSE(machine_->AnswersPing("127.0.0.1:1"));
  EXPECT_FALSE(machine_->AnswersPing("no such listener"));
}

TEST_F(SystemMachineTest, ACopyOfAHostIsPlannedAndCannotBeApplied) {
  ASSERT_TRUE(machine_->MakeDirectory("/etc/rtpengine", 0755).ok());
  ASSERT_TRUE(machine_->MakeDirectory("/etc/systemd/system", 0755).ok());
  ASSERT_TRUE(machine_->Write("/etc/rtpengine/rtpengine.conf",
                              "[rtpengine]\ninterface = any\nlisten-ng = 2223\nmqtt-host = 192.0.2.1\n", Mine(0644)).ok());
  ASSERT_TRUE(machine_->Write("/etc/systemd/system/rtpengine.service",
                              "[Service]\nExecStart=/usr/local/bin/rtpengine --config-file=/etc/rtpengine/rtpengine.conf\n",
                              Mine(0644)).ok());
  const Facts facts = Gather(*machine_);
  ASSERT_EQ(facts.units.size(), 1u);
  EXPECT_TRUE(facts.processes.empty());
  const Plan plan = PlanMigration(facts);
  EXPECT_FALSE(CanBeApplied(plan));
  ASSERT_EQ(plan.changes.size(), 2u);
  EXPECT_EQ(plan.changes[1].key, "mqtt-host");
}

}  // namespace
}  // namespace rtpctl::migrate
