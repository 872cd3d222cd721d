// rtpctl doctor --fix: every command that it calls harmless is run on a host that obeys it, and the
// finding is gone; on a host that cannot obey, the reason is told.
#include "tools/rtpctl/doctor/repair.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "tests/unit/tools/doctor/fake_host.h"
#include "tools/rtpctl/doctor/checks.h"
#include "tools/rtpctl/doctor/report.h"

namespace rtpctl::doctor {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

constexpr char kConfigFile[] = "/etc/rtpengine/rtpengine.conf";
constexpr char kLimits[] = "/proc/101/limits";

// Does what sysctl, modprobe and prlimit do; knows no other command, and takes nothing else.
class ObedientHost : public FakeHost {
 public:
  Output Run(const std::vector<std::string>& command) const override {
    auto* self = const_cast<ObedientHost*>(this);
    if (command == std::vector<std::string>{"modprobe", "nft_rtpengine"}) {
      self->AddModule("rtpengine authors");
      return {0, ""};
    }
    if (command.size() == 3 && command[0] == "sysctl" && command[1] == "-w") {
      const size_t sign = command[2].find('=');
      std::string path = "/proc/sys/" + command[2].substr(0, sign);
      std::replace(path.begin() + 10, path.end(), '.', '/');
      if (!Exists(path))
        return {1, "sysctl: cannot stat " + path + ": No such file or directory\n"};
      self->files[path] = command[2].substr(sign + 1) + "\n";
      return {0, command[2] + "\n"};
    }
    if (command.size() == 4 && command[0] == "prlimit" && command[2] == "101") {
      const std::string value = command[3].substr(std::string("--nofile=").size());
      self->files[kLimits] =
          "Max open files            " + value + "               " + value + " files\n";
      return {0, ""};
    }
    return FakeHost::Run(command);
  }
};

// On a host whose /proc/sys is read-only, without modprobe and prlimit.
class DisobedientHost : public FakeHost {
 public:
  Output Run(const std::vector<std::string>& command) const override {
    if (command[0] == "sysctl") return {1, "sysctl: permission denied on key \"x\"\n"};
    return FakeHost::Run(command);
  }
};

struct Fault {
  const char* id;
  std::function<void(FakeHost*)> make;
};

const std::vector<Fault>& Faults() {
  static const auto& faults = *new std::vector<Fault>{
      {"module-loaded",
       [](FakeHost* host) {
         host->Configure("table = 0");
         host->outputs["modinfo -F vermagic nft_rtpengine"] = {0, host->release + " SMP\n"};
       }},
      {"file-limit",
       [](FakeHost* host) {
         host->AddProcess("101", "rtpengine-mediad");
         host->files[kLimits] =
             "Max open files            1024                 4096                 files\n";
       }},
      {"port-range",
       [](FakeHost* host) {
         host->Configure("table = 0\nport-min = 30000\nport-max = 39999");
         host->files["/proc/sys/net/ipv4/ip_local_port_range"] = "32768\t60999\n";
         host->files["/proc/sys/net/ipv4/ip_local_reserved_ports"] = "8080\n";
       }},
      {"socket-buffers",
       [](FakeHost* host) { host->files["/proc/sys/net/core/rmem_max"] = "212992\n"; }},
      {"connection-tracking",
       [](FakeHost* host) {
         host->files["/proc/sys/net/netfilter/nf_conntrack_count"] = "900\n";
         host->files["/proc/sys/net/netfilter/nf_conntrack_max"] = "1000\n";
       }},
  };
  return faults;
}

std::vector<Finding> Look(const Host& host, const std::string& id) {
  return Examine(Examination(host, kConfigFile), {id});
}

TEST(Repairs, EveryHarmlessOneMendsWhatWasFound) {
  for (const Fault& fault : Faults()) {
    ObedientHost host;
    fault.make(&host);
    const std::vector<Finding> found = Look(host, fault.id);
    ASSERT_THAT(found, SizeIs(1));
    EXPECT_GE(found[0].verdict, Verdict::kWarning) << fault.id;
    const std::vector<Repair> repairs = MakeRepairs(host, found);
    ASSERT_THAT(repairs, SizeIs(1)) << fault.id;
    EXPECT_EQ(repairs[0].failure, "") << fault.id;
    EXPECT_EQ(repairs[0].id, fault.id);
    EXPECT_TRUE(AnyDone(repairs));
    const std::vector<Finding> after = Look(host, fault.id);
    EXPECT_EQ(after[0].verdict, Verdict::kGood) << fault.id << ": " << after[0].what;
    EXPECT_THAT(MakeRepairs(host, after), SizeIs(0)) << fault.id;
  }
}

// The list above is complete: a check with repairs that is not in it fails here.
TEST(Repairs, NoOtherCheckHasAny) {
  ObedientHost host;
  for (const Fault& fault : Faults()) fault.make(&host);
  host.synchronised = false;
  size_t with_repairs = 0;
  for (const Finding& finding : Examine(Examination(host, kConfigFile), {})) {
    with_repairs += finding.repairs.empty() ? 0 : 1;
  }
  EXPECT_EQ(with_repairs, Faults().size());
}

TEST(Repairs, WhatIsReservedAlreadyStays) {
  ObedientHost host;
  Faults()[2].make(&host);
  MakeRepairs(host, Look(host, "port-range"));
  EXPECT_EQ(host.files["/proc/sys/net/ipv4/ip_local_reserved_ports"], "8080,30000-39999\n");
}

TEST(Repairs, WhyOneFailedIsTold) {
  const struct {
    size_t fault;
    const char* why;
  } cases[] = {{0, "there is no program modprobe"},
               {1, "there is no program prlimit"},
               {2, "permission denied on key \"x\"; /proc/sys is a read-only file system"},
               {3, "read-only file system"}};
  for (const auto& c : cases) {
    DisobedientHost host;
    const Fault& fault = Faults()[c.fault];
    fault.make(&host);
    host.files["/proc/self/mounts"] =
        "proc /proc proc rw,nosuid 0 0\nproc /proc/sys proc rw 0 0\nproc /proc/sys proc ro,nosuid "
        "0 0\n";
    const std::vector<Finding> found = Look(host, fault.id);
    const std::vector<Repair> repairs = MakeRepairs(host, found);
    ASSERT_THAT(repairs, SizeIs(1)) << fault.id;
    EXPECT_THAT(repairs[0].failure, HasSubstr(c.why)) << fault.id;
    EXPECT_FALSE(AnyDone(repairs));
    EXPECT_THAT(RepairsText(repairs), HasSubstr(": failed: "));
    EXPECT_THAT(ReportJson(found, repairs), HasSubstr("\"done\": false"));
    EXPECT_EQ(Look(host, fault.id)[0].verdict, found[0].verdict);  // and it is still there
  }
}

TEST(Repairs, WhatFailsElsewhereIsNotBlamedOnTheFileSystem) {
  DisobedientHost host;
  host.files["/proc/self/mounts"] = "proc /proc/sys proc rw,relatime 0 0\n";
  Faults()[3].make(&host);
  const std::vector<Repair> repairs = MakeRepairs(host, Look(host, "socket-buffers"));
  EXPECT_EQ(repairs.at(0).failure, "sysctl: permission denied on key \"x\"");
}

TEST(Repairs, OutputOfProgramsIsMadeHarmless) {
  const std::vector<Repair> repairs = {{"clock", "the clock", "x", "a\033[2Jb"}};
  EXPECT_EQ(RepairsText(repairs), "fixing  the clock: x: failed: a\\x1b[2Jb\n");
}

}  // namespace
}  // namespace rtpctl::doctor
