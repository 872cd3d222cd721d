// rtpctl doctor: every check with its fault made, and without.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "tests/unit/tools/doctor/fake_host.h"
#include "tools/rtpctl/doctor/checks.h"
#include "tools/rtpctl/doctor/report.h"

namespace rtpctl::doctor {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr char kConfigFile[] = "/etc/rtpengine/rtpengine.conf";

Finding Look(const FakeHost& host, const std::string& id) {
  const Examination examination(host, kConfigFile);
  std::vector<Finding> findings = Examine(examination, {id});
  EXPECT_EQ(findings.size(), 1u);
  return findings.empty() ? Finding() : findings[0];
}

Verdict VerdictOf(const FakeHost& host, const std::string& id) { return Look(host, id).verdict; }

// A finding that is bad says why it matters.
void ExpectFound(const Finding& finding, Verdict verdict, const std::string& what, const std::string& fix) {
  EXPECT_EQ(finding.verdict, verdict) << finding.what;
  EXPECT_THAT(finding.what, HasSubstr(what));
  EXPECT_THAT(finding.fix, HasSubstr(fix));
  EXPECT_FALSE(finding.why.empty());
}

class DoctorTest : public testing::Test {
 protected:
  FakeHost host_;
};

TEST_F(DoctorTest, EveryCheckIsDocumented) {
  const std::string source = __FILE__;
  std::ifstream file(source.substr(0, source.rfind("tests/unit/")) + "docs/troubleshooting.md");
  std::stringstream text;
  text << file.rdbuf();
  for (const Check& check : Checks()) {
    EXPECT_THAT(text.str(), HasSubstr("\n### " + std::string(check.id) + "\n"));
  }
}

// A reader of an installed host finds the document, too.
TEST_F(DoctorTest, TheDocumentIsNamedWhereItIs) {
  EXPECT_EQ(Look(host_, "clock").docs, "docs/troubleshooting.md#clock");
  host_.files["/usr/share/rtpengine/docs/troubleshooting.md"] = "";
  EXPECT_EQ(Look(host_, "clock").docs, "/usr/share/rtpengine/docs/troubleshooting.md#clock");
}

TEST_F(DoctorTest, AHostWithNothingIsLookedAtWithoutAFailure) {
  FakeHost bare;
  bare.files.clear();
  bare.programs.clear();
  bare.ruleset = absl::PermissionDeniedError("no");
  bare.synchronised.reset();
  const Examination examination(bare, kConfigFile);
  size_t skipped = 0;
  for (const Finding& finding : Examine(examination, {})) {
    EXPECT_FALSE(finding.what.empty()) << finding.id;
    if (finding.id != "configuration") {
      EXPECT_NE(finding.verdict, Verdict::kFailure) << finding.id;
    }
    skipped += finding.verdict == Verdict::kSkipped ? 1 : 0;
  }
  EXPECT_GT(skipped, 5u);
}

TEST_F(DoctorTest, Configuration) {
  EXPECT_EQ(VerdictOf(host_, "configuration"), Verdict::kGood);
  host_.Configure("no-such-key = 1");
  ExpectFound(Look(host_, "configuration"), Verdict::kNotice, "no-such-key", "rtpctl migrate reference");
  host_.Configure("no-such-key = 1\nnor-this-one = 1");
  EXPECT_NE(Look(host_, "configuration").what.find("no-such-key"), std::string::npos);
  EXPECT_NE(Look(host_, "configuration").what.find("\n"), std::string::npos);
  EXPECT_NE(Look(host_, "configuration").what.find("nor-this-one"), std::string::npos);
  host_.Configure("port-min = many");
  ExpectFound(Look(host_, "configuration"), Verdict::kFailure, "port-min", "--foreground");
  host_.files.erase(kConfigFile);
  ExpectFound(Look(host_, "configuration"), Verdict::kFailure, "no such file", "rtpengine-controld");
}

// A file may have several sections, and each daemon's command line says which is its.
TEST_F(DoctorTest, AnotherSection) {
  host_.files[kConfigFile] = "[edge]\ntable = 0\nport-min = 30000\n";
  ExpectFound(Look(host_, "configuration"), Verdict::kFailure, "no section [rtpengine]", "--foreground");
  const Examination edge(host_, kConfigFile, "edge");
  EXPECT_EQ(edge.configuration_error(), "");
  EXPECT_EQ(edge.mediad()->Int("port-min"), 30000);
  host_.AddProcess("101", "rtpengine-mediad", "/etc/rtpengine/rtpengine.conf --config-section=edge");
  std::string& line = host_.files["/proc/101/cmdline"];
  line[line.find(' ')] = '\0';
  EXPECT_EQ(Examination(host_, kConfigFile, "edge").NoWorker(), "");
  EXPECT_THAT(Examination(host_, kConfigFile).OtherConfigurations(),
              testing::ElementsAre("--config-file=/etc/rtpengine/rtpengine.conf --config-section=edge"));
}

// The marks of a worker's rules have its name: with another one they would be missing.
TEST_F(DoctorTest, TheWorkerHasTheNameOfTheHost) {
  EXPECT_EQ(Examination(host_, kConfigFile).mediad()->String("worker-name"), "media1");
  host_.Configure("worker-name = second");
  EXPECT_EQ(Examination(host_, kConfigFile).mediad()->String("worker-name"), "second");
}

TEST_F(DoctorTest, Names) {
  host_.Configure("interface = pub/192.0.2.1!198.51.100.1;eth0\nlisten-ng = 127.0.0.1:2223;[::1]:2223;2224");
  host_.files["/sys/class/net/eth0/mtu"] = "1500";
  EXPECT_EQ(VerdictOf(host_, "names"), Verdict::kGood);
  host_.Configure("interface = pub/192.0.2.1!media.example.org");
  ExpectFound(Look(host_, "names"), Verdict::kWarning, "media.example.org", "getent");
  host_.Configure("listen-ng = proxy.example.org:2223");
  ExpectFound(Look(host_, "names"), Verdict::kWarning, "proxy.example.org", "getent ahosts proxy.example.org");
  host_.files["/etc/hosts"] = "127.0.0.1 localhost\n192.0.2.9\tedge proxy.example.org # ours\n# x other\n";
  EXPECT_EQ(VerdictOf(host_, "names"), Verdict::kGood);
  host_.Configure("listen-ng = localhost:2223;edge:2223");
  EXPECT_EQ(VerdictOf(host_, "names"), Verdict::kGood);
  for (const char* text : {"127.0.0.1", "ours", "other"}) {
    host_.Configure(std::string("interface = 192.0.2.1!") + text);
    EXPECT_EQ(VerdictOf(host_, "names"), text[0] == '1' ? Verdict::kGood : Verdict::kWarning) << text;
  }
}

// Whatever is resolved at start.
TEST_F(DoctorTest, NamesOfServersAndSections) {
  for (const char* line : {"homer = h.example.org:9060", "graphite = h.example.org:2003",
                           "dtmf-log-dest = h.example.org:9", "controller = h.example.org:9091",
                           "listen-metrics = h.example.org:9901", "listen-grpc = h.example.org:9091"}) {
    host_.Configure(line);
    ExpectFound(Look(host_, "names"), Verdict::kWarning, "h.example.org in ", "getent ahosts h.example.org");
  }
  host_.files[kConfigFile] =
      "[rtpengine]\ninterfaces-config = if\n[if-pub]\naddress = 192.0.2.1\nadvertised = pub.example.org\n";
  ExpectFound(Look(host_, "names"), Verdict::kWarning, "pub.example.org in section [if-pub]", "getent");
}

TEST_F(DoctorTest, NgExposed) {
  host_.Configure("listen-ng = 127.0.0.1:2223;[::1]:2223;localhost:2224");
  EXPECT_EQ(VerdictOf(host_, "ng-exposed"), Verdict::kGood);
  host_.Configure("listen-ng = 192.0.2.1:2223");
  ExpectFound(Look(host_, "ng-exposed"), Verdict::kWarning, "192.0.2.1:2223", "listen-ng-allow");
  host_.Configure("listen-ng = 2223");  // every address
  EXPECT_EQ(VerdictOf(host_, "ng-exposed"), Verdict::kWarning);
  host_.Configure("listen-ng = 192.0.2.1:2223\nlisten-ng-allow = 192.0.2.7");
  EXPECT_EQ(VerdictOf(host_, "ng-exposed"), Verdict::kGood);
  host_.Configure("listen-ng = 192.0.2.1:2223\nlisten-ng-allow = 0.0.0.0/0");
  ExpectFound(Look(host_, "ng-exposed"), Verdict::kFailure, "everybody", "listen-ng-allow");
}

// gRPC without certificates is command over everything, too, and has no list of who may.
TEST_F(DoctorTest, GrpcExposed) {
  host_.Configure("listen-grpc = 0.0.0.0:9091\ngrpc-insecure = true");
  ExpectFound(Look(host_, "ng-exposed"), Verdict::kFailure, "listen-grpc = 0.0.0.0:9091", "tls-cert");
  host_.Configure("listen-admin = 192.0.2.1:9092\ngrpc-insecure = true");
  ExpectFound(Look(host_, "ng-exposed"), Verdict::kFailure, "listen-admin = 192.0.2.1:9092", "tls-cert");
  host_.Configure("listen-grpc = 127.0.0.1:9091;unix:/run/x;[::1]:9091\ngrpc-insecure = true");
  EXPECT_EQ(VerdictOf(host_, "ng-exposed"), Verdict::kGood);
  host_.Configure("listen-grpc = 0.0.0.0:9091\ntls-cert = /a\ntls-key = /b\ntls-ca = /c");
  EXPECT_EQ(VerdictOf(host_, "ng-exposed"), Verdict::kGood);
}

// openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -subj /CN=x -days 200
constexpr char kCertificate[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBbTCCAROgAwIBAgIUf0NwKGQQIcvtCsZt7ckvbfrJg/cwCgYIKoZIzj0EAwIw\n"
    "DDEKMAgGA1UEAwwBeDAeFw0yNjExMjgwNDQyMzhaFw0yNzA2MTYwNDQyMzhaMAwx\n"
    "CjAIBgNVBAMMAXgwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQQjH7bFTaSBmp3\n"
    "8eWq7CdOUGv+fNyuFrUrb6zEbAhaf+ohBd5hAYtCmjT9bQfBqvVI+i1ITAZgqcHp\n"
    "QgJPKkCQo1MwUTAdBgNVHQ4EFgQU/uqYU198UvnSyc79dHU12HsEv3EwHwYDVR0j\n"
    "BBgwFoAU/uqYU198UvnSyc79dHU12HsEv3EwDwYDVR0TAQH/BAUwAwEB/zAKBggq\n"
    "hkjOPQQDAgNIADBFAiEA/7sd2LfTvm3+66vwauFMpZrcmcByc4fs4J533dZdKrAC\n"
    "IAvuCMhGMPdeTRHKr2xJrNr5Ee6VbVl9I5Hb65nw4Vz2\n"
    "-----END CERTIFICATE-----\n";
constexpr int64_t kCertificateEndsUnix = 1813120958;
constexpr int64_t kDay = 86400;

TEST_F(DoctorTest, Certificates) {
  EXPECT_EQ(VerdictOf(host_, "certificates"), Verdict::kSkipped);
  host_.Configure("listen-https = 127.0.0.1:2227\nhttps-cert = /etc/host.pem");
  ExpectFound(Look(host_, "certificates"), Verdict::kFailure, "cannot be read", "ls -l");
  host_.files["/etc/host.pem"] = "no certificate";
  ExpectFound(Look(host_, "certificates"), Verdict::kFailure, "holds no certificate", "ls -l");
  host_.files["/etc/host.pem"] = kCertificate;
  host_.now_unix = kCertificateEndsUnix - 100 * kDay;
  EXPECT_EQ(VerdictOf(host_, "certificates"), Verdict::kGood);
  host_.now_unix = kCertificateEndsUnix - 10 * kDay;
  ExpectFound(Look(host_, "certificates"), Verdict::kWarning, "ends in 10 days", "openssl x509");
  host_.now_unix = kCertificateEndsUnix + 60;
  ExpectFound(Look(host_, "certificates"), Verdict::kFailure, "has ended", "openssl x509");
}

TEST_F(DoctorTest, Running) {
  ExpectFound(Look(host_, "running"), Verdict::kNotice, "neither", "rtpengine.target");
  host_.AddProcess("100", "rtpengine-controld");
  ExpectFound(Look(host_, "running"), Verdict::kNotice, "only rtpengine-controld", "rtpengine-mediad");
  host_.AddProcess("101", "rtpengine-mediad");
  EXPECT_EQ(VerdictOf(host_, "running"), Verdict::kGood);
}

// An instance has rules and a table of its own: those of the default file are not missing.
TEST_F(DoctorTest, AWorkerWithAnotherFile) {
  host_.Configure("table = 0\nnftables = on");
  host_.AddModule("The rtpengine authors");
  host_.files["/proc/rtpengine/control"] = "";
  host_.AddProcess("100", "rtpengine-controld");
  host_.AddProcess("101", "rtpengine-mediad", "/etc/rtpengine/media1.conf");
  ExpectFound(Look(host_, "running"), Verdict::kNotice, "/etc/rtpengine/media1.conf",
              "rtpctl doctor --config-file=/etc/rtpengine/media1.conf");
  EXPECT_EQ(VerdictOf(host_, "firewall-rules"), Verdict::kSkipped);
  EXPECT_EQ(VerdictOf(host_, "firewall-blocks"), Verdict::kSkipped);
  EXPECT_EQ(VerdictOf(host_, "proc-tree"), Verdict::kGood);
  host_.files["/etc/rtpengine/media1.conf"] = host_.files[kConfigFile];
  const Examination other(host_, "/etc/rtpengine/media1.conf");
  EXPECT_EQ(Examine(other, {"firewall-rules"})[0].verdict, Verdict::kFailure);
  EXPECT_EQ(Examine(other, {"proc-tree"})[0].verdict, Verdict::kWarning);
  EXPECT_EQ(Examine(other, {"running"})[0].verdict, Verdict::kGood);
  // Who reads none may have been told the same on its command line.
  host_.AddProcess("101", "rtpengine-mediad", "none");
  EXPECT_EQ(VerdictOf(host_, "firewall-rules"), Verdict::kFailure);
  EXPECT_EQ(VerdictOf(host_, "running"), Verdict::kGood);
}

TEST_F(DoctorTest, Versions) {
  EXPECT_EQ(VerdictOf(host_, "versions"), Verdict::kSkipped);
  Examination examination(host_, kConfigFile);
  examination.controller_version = "0.2.0";
  examination.workers.emplace();
  examination.workers->push_back({"media1", "rtpengine-0.2.0"});  // as a worker says it
  EXPECT_EQ(CheckVersions(examination).verdict, Verdict::kGood);
  examination.workers->push_back({"media2", "rtpengine-0.1.0"});
  ExpectFound(CheckVersions(examination), Verdict::kNotice, "media2 has 0.1.0",
              "rtpctl workers drain media2 --wait");
}

TEST_F(DoctorTest, Signalling) {
  EXPECT_EQ(VerdictOf(host_, "signalling"), Verdict::kSkipped);
  Examination examination(host_, kConfigFile);
  examination.signalling.emplace();
  EXPECT_EQ(CheckSignalling(examination).verdict, Verdict::kGood);  // started just now
  examination.signalling->uptime_s = 900;
  ExpectFound(CheckSignalling(examination), Verdict::kNotice, "no NG message has come in 15 minutes", "tcpdump");
  examination.signalling->refused = 7;
  ExpectFound(CheckSignalling(examination), Verdict::kFailure, "7 NG messages", "listen-ng-allow");
  examination.signalling->messages = 100;
  ExpectFound(CheckSignalling(examination), Verdict::kNotice, "7 NG messages", "grep -i refused");
  examination.signalling->refused = 0;
  EXPECT_EQ(CheckSignalling(examination).verdict, Verdict::kGood);
}

TEST_F(DoctorTest, NothingAboutTheKernelWithoutATable) {
  host_.Configure("table = -1");
  for (const char* id : {"kernel-headers", "module-built", "module-signed", "module-loaded", "proc-tree", "capabilities"}) {
    EXPECT_EQ(VerdictOf(host_, id), Verdict::kSkipped) << id;
  }
}

TEST_F(DoctorTest, KernelHeaders) {
  host_.Configure("table = 0");
  ExpectFound(Look(host_, "kernel-headers"), Verdict::kWarning, "6.1.0-56-amd64",
              "apt-get install -y linux-headers-6.1.0-56-amd64");
  host_.files["/etc/os-release"] = "ID=\"almalinux\"\nID_LIKE=\"rhel centos fedora\"\n";
  EXPECT_THAT(Look(host_, "kernel-headers").fix, HasSubstr("dnf install -y kernel-devel-6.1.0-56-amd64"));
  host_.files["/lib/modules/6.1.0-56-amd64/build/Makefile"] = "";
  EXPECT_EQ(VerdictOf(host_, "kernel-headers"), Verdict::kGood);
}

TEST_F(DoctorTest, ModuleBuilt) {
  host_.Configure("table = 0");
  ExpectFound(Look(host_, "module-built"), Verdict::kWarning, "no nft_rtpengine", "dkms autoinstall");
  host_.outputs["modinfo -F vermagic nft_rtpengine"] = {0, "6.1.0-55-amd64 SMP\n"};
  host_.files["/usr/src/nft_rtpengine-1.0/dkms.conf"] = "";
  ExpectFound(Look(host_, "module-built"), Verdict::kWarning, "6.1.0-55-amd64, not for 6.1.0-56-amd64",
              "dkms install --force nft_rtpengine/1.0 -k 6.1.0-56-amd64\nmodprobe nft_rtpengine");
  host_.AddModule("The rtpengine authors");
  EXPECT_EQ(VerdictOf(host_, "module-built"), Verdict::kGood);
  host_.outputs.clear();
  host_.programs.clear();
  EXPECT_EQ(VerdictOf(host_, "module-built"), Verdict::kSkipped);
}

TEST_F(DoctorTest, ModuleSigned) {
  host_.Configure("table = 0");
  host_.AddModule("The rtpengine authors");
  EXPECT_EQ(VerdictOf(host_, "module-signed"), Verdict::kGood);
  host_.files["/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"] =
      std::string("\x06\0\0\0\x01", 5);
  ExpectFound(Look(host_, "module-signed"), Verdict::kWarning, "Secure Boot is on", "mokutil --import");
  host_.outputs["modinfo -F signer nft_rtpengine"] = {0, "DKMS module signing key\n"};
  EXPECT_EQ(VerdictOf(host_, "module-signed"), Verdict::kGood);
}

TEST_F(DoctorTest, ModuleLoaded) {
  host_.Configure("table = 0");
  Finding finding = Look(host_, "module-loaded");
  ExpectFound(finding, Verdict::kWarning, "not loaded", "modprobe nft_rtpengine");
  EXPECT_TRUE(finding.repairs.empty());  // there is nothing to load
  host_.outputs["modinfo -F vermagic nft_rtpengine"] = {0, "6.1.0-56-amd64 SMP\n"};
  EXPECT_THAT(Look(host_, "module-loaded").repairs, ElementsAre(ElementsAre("modprobe", "nft_rtpengine")));
  host_.AddModule("The rtpengine authors");
  EXPECT_EQ(VerdictOf(host_, "module-loaded"), Verdict::kGood);
}

TEST_F(DoctorTest, OtherModules) {
  host_.AddModule("The rtpengine authors");
  EXPECT_EQ(VerdictOf(host_, "other-modules"), Verdict::kGood);
  host_.AddModule("Somebody Else <somebody@example.org>");
  ExpectFound(Look(host_, "other-modules"), Verdict::kFailure, "Somebody Else", "rmmod nft_rtpengine");
  FakeHost old;
  old.files["/sys/module/xt_RTPENGINE/refcnt"] = "1";
  ExpectFound(Look(old, "other-modules"), Verdict::kFailure, "xt_RTPENGINE", "rmmod xt_RTPENGINE");
  // Beside ours: ours has one, too.
  old.AddModule("The rtpengine authors");
  ExpectFound(Look(old, "other-modules"), Verdict::kFailure, "xt_RTPENGINE", "rmmod xt_RTPENGINE");
  old.outputs["modinfo -F author xt_RTPENGINE"] = {0, "The rtpengine authors\n"};
  EXPECT_EQ(VerdictOf(old, "other-modules"), Verdict::kGood);
}

TEST_F(DoctorTest, ProcTree) {
  host_.Configure("table = 0");
  EXPECT_EQ(VerdictOf(host_, "proc-tree"), Verdict::kSkipped);
  host_.AddModule("The rtpengine authors");
  EXPECT_EQ(VerdictOf(host_, "proc-tree"), Verdict::kFailure);
  host_.files["/proc/rtpengine/control"] = "";
  EXPECT_EQ(VerdictOf(host_, "proc-tree"), Verdict::kGood);
  host_.AddProcess("101", "rtpengine-mediad");
  ExpectFound(Look(host_, "proc-tree"), Verdict::kWarning, "/proc/rtpengine/0", "restart rtpengine-mediad");
  host_.files["/proc/rtpengine/0/list"] = "";
  EXPECT_EQ(VerdictOf(host_, "proc-tree"), Verdict::kGood);
}

TEST_F(DoctorTest, Capabilities) {
  host_.Configure("table = 0");
  EXPECT_EQ(VerdictOf(host_, "capabilities"), Verdict::kSkipped);
  host_.AddProcess("101", "rtpengine-mediad");
  EXPECT_EQ(VerdictOf(host_, "capabilities"), Verdict::kGood);
  host_.files["/proc/101/status"] = "CapEff:\t0000000000000400\n";
  ExpectFound(Look(host_, "capabilities"), Verdict::kFailure, "101", "AmbientCapabilities");
}

// As nft has it: "table inet filter { chain input { type filter hook input; policy drop; } }".
mediad::nft::Ruleset PolicyDrop() {
  mediad::nft::Chain input;
  input.name = "input";
  input.hook.emplace();
  input.hook->policy_drop = true;
  mediad::nft::Table filter;
  filter.name = "filter";
  filter.chains.push_back(input);
  mediad::nft::Ruleset ruleset;
  ruleset.tables.push_back(filter);
  return ruleset;
}

TEST_F(DoctorTest, FirewallRules) {
  host_.Configure("table = -1");
  EXPECT_EQ(VerdictOf(host_, "firewall-rules"), Verdict::kSkipped);  // none are wanted
  host_.Configure("nftables = on");
  EXPECT_EQ(VerdictOf(host_, "firewall-rules"), Verdict::kSkipped);  // nobody keeps them
  host_.AddProcess("101", "rtpengine-mediad");
  Finding finding = Look(host_, "firewall-rules");
  EXPECT_EQ(finding.verdict, Verdict::kFailure);
  EXPECT_FALSE(finding.what.empty());
  EXPECT_THAT(finding.fix, HasSubstr("rtpctl nft apply"));
  host_.ruleset = absl::PermissionDeniedError("no permission");
  EXPECT_EQ(VerdictOf(host_, "firewall-rules"), Verdict::kSkipped);
}

TEST_F(DoctorTest, FirewallBlocks) {
  host_.Configure("nftables = on");
  EXPECT_EQ(VerdictOf(host_, "firewall-blocks"), Verdict::kSkipped);
  host_.AddProcess("101", "rtpengine-mediad");
  host_.ruleset = PolicyDrop();
  ExpectFound(Look(host_, "firewall-blocks"), Verdict::kFailure, "policy drop", "nft");
}

TEST_F(DoctorTest, FirewallBlocksWhereNoRulesOfOursAreWanted) {
  host_.Configure("table = -1\nport-min = 30000\nport-max = 30999");
  EXPECT_EQ(VerdictOf(host_, "firewall-blocks"), Verdict::kGood);
  host_.ruleset = PolicyDrop();
  const Finding finding = Look(host_, "firewall-blocks");
  ExpectFound(finding, Verdict::kFailure, "policy drop",
              "nft insert rule inet filter input udp dport 30000-30999 accept");
  EXPECT_THAT(finding.what + finding.fix, testing::Not(HasSubstr("rtpctl nft")));  // of no rules of ours
  mediad::nft::Ruleset open = PolicyDrop();
  mediad::nft::Rule accept;
  accept.verdict = mediad::nft::Verdict::kAccept;
  accept.ports = mediad::nft::PortRange{30000, 30999};
  open.tables[0].chains[0].rules.push_back(accept);
  host_.ruleset = open;
  EXPECT_EQ(VerdictOf(host_, "firewall-blocks"), Verdict::kGood);
}

// A section of interfaces-config may have ports of its own.
TEST_F(DoctorTest, PortsOfSections) {
  const std::string sections =
      "interfaces-config = if\n[if-a]\naddress = 192.0.2.1\nport-min = 40000\nport-max = 41000\n"
      "[if-b]\naddress = 192.0.2.2\n[if-c]\nalias = a\n";
  host_.Configure("table = -1\nport-min = 10000\nport-max = 10999\n" + sections);
  host_.ruleset = PolicyDrop();
  mediad::nft::Rule accept;
  accept.verdict = mediad::nft::Verdict::kAccept;
  accept.ports = mediad::nft::PortRange{10000, 10999};
  host_.ruleset->tables[0].chains[0].rules.push_back(accept);
  ExpectFound(Look(host_, "firewall-blocks"), Verdict::kFailure, "policy drop", "udp dport 40000-41000 accept");
  EXPECT_THAT(Look(host_, "firewall-blocks").fix, testing::Not(HasSubstr("10000")));
  host_.files["/proc/sys/net/ipv4/ip_local_port_range"] = "32768\t60999\n";
  ExpectFound(Look(host_, "port-range"), Verdict::kWarning, "40000-41000", "ip_local_reserved_ports=40000-41000");
  // Each section has one: the general range is nobody's.
  host_.Configure("table = -1\nport-min = 33000\nport-max = 33999\ninterfaces-config = if\n[if-a]\naddress = "
                  "192.0.2.1\nport-min = 10000\nport-max = 10999\n");
  EXPECT_EQ(VerdictOf(host_, "firewall-blocks"), Verdict::kGood);
  EXPECT_EQ(VerdictOf(host_, "port-range"), Verdict::kGood);
  EXPECT_THAT(Look(host_, "port-range").what, HasSubstr("10000-10999"));
}

TEST_F(DoctorTest, LegacyRules) {
  EXPECT_EQ(VerdictOf(host_, "legacy-rules"), Verdict::kGood);
  host_.outputs["iptables-save"] = {0, "*filter\n-A INPUT -p udp -j RTPENGINE --id 0\nCOMMIT\n"};
  ExpectFound(Look(host_, "legacy-rules"), Verdict::kFailure, "-A INPUT -p udp -j RTPENGINE --id 0",
              "iptables -D INPUT -p udp -j RTPENGINE --id 0");
  host_.outputs.clear();
  mediad::nft::Ruleset ruleset = PolicyDrop();
  mediad::nft::Rule foreign;
  foreign.foreign_handler = true;
  ruleset.tables[0].chains[0].rules.push_back(foreign);
  host_.ruleset = ruleset;
  ExpectFound(Look(host_, "legacy-rules"), Verdict::kFailure, "which nft cannot print", "systemctl stop");
}

TEST_F(DoctorTest, InterfaceAddresses) {
  host_.Configure("interface = pub/192.0.2.1!198.51.100.1;lo/127.0.0.1");
  ExpectFound(Look(host_, "interface-addresses"), Verdict::kFailure, "192.0.2.1",
              "ip address add 192.0.2.1/PREFIX");
  host_.addresses = {*base::IpAddress::Parse("192.0.2.1")};
  EXPECT_EQ(VerdictOf(host_, "interface-addresses"), Verdict::kGood);
  host_.files[kConfigFile] =
      "[rtpengine]\ninterfaces-config = interface\n[interface-pub]\naddress = 192.0.2.2\n";
  ExpectFound(Look(host_, "interface-addresses"), Verdict::kFailure, "192.0.2.2", "ip address");
}

TEST_F(DoctorTest, Advertised) {
  host_.Configure("interface = pub/10.0.0.5");
  ExpectFound(Look(host_, "advertised"), Verdict::kNotice, "10.0.0.5",
              "interface = pub/10.0.0.5!PUBLIC");
  host_.Configure("interface = pub/10.0.0.5!192.168.1.5");  // a NAT in front of another
  ExpectFound(Look(host_, "advertised"), Verdict::kNotice, "192.168.1.5", "interface = pub/10.0.0.5!PUBLIC");
  host_.Configure("interfaces-config = if\n[if-pub]\naddress = 10.0.0.5");
  ExpectFound(Look(host_, "advertised"), Verdict::kNotice, "10.0.0.5", "section [if-pub]");
  host_.Configure("interface = pub/10.0.0.5!203.0.113.10;fd00::1!2001:db8::1");
  EXPECT_EQ(VerdictOf(host_, "advertised"), Verdict::kGood);
  for (const char* address : {"172.31.0.1", "192.168.1.1", "100.64.0.1", "fd00::1"}) {
    host_.Configure(std::string("interface = ") + address);
    EXPECT_EQ(VerdictOf(host_, "advertised"), Verdict::kNotice) << address;
  }
  host_.Configure("interface = 172.32.0.1");
  EXPECT_EQ(VerdictOf(host_, "advertised"), Verdict::kGood);
}

TEST_F(DoctorTest, PortRange) {
  host_.Configure("port-min = 30000\nport-max = 39999");
  EXPECT_EQ(VerdictOf(host_, "port-range"), Verdict::kSkipped);
  host_.files["/proc/sys/net/ipv4/ip_local_port_range"] = "32768\t60999\n";
  host_.files["/proc/sys/net/ipv4/ip_local_reserved_ports"] = "\n";
  Finding finding = Look(host_, "port-range");
  ExpectFound(finding, Verdict::kWarning, "32768-60999", "sysctl -w");
  EXPECT_THAT(finding.repairs,
              ElementsAre(ElementsAre("sysctl", "-w", "net.ipv4.ip_local_reserved_ports=30000-39999")));
  host_.files["/proc/sys/net/ipv4/ip_local_reserved_ports"] = "8080,33000-40000\n";
  finding = Look(host_, "port-range");  // not all of it
  EXPECT_THAT(finding.fix, HasSubstr("=8080,33000-40000,30000-39999"));
  host_.files["/proc/sys/net/ipv4/ip_local_reserved_ports"] = "35000-45000,8080,30000-34999\n";
  EXPECT_EQ(VerdictOf(host_, "port-range"), Verdict::kGood);
  host_.Configure("port-min = 10000\nport-max = 20000");
  EXPECT_EQ(VerdictOf(host_, "port-range"), Verdict::kGood);
}

TEST_F(DoctorTest, FileLimit) {
  EXPECT_EQ(VerdictOf(host_, "file-limit"), Verdict::kSkipped);
  host_.AddProcess("101", "rtpengine-mediad");
  EXPECT_EQ(VerdictOf(host_, "file-limit"), Verdict::kGood);
  host_.files["/proc/101/limits"] = "Max open files            1024                 524288               files\n";
  ExpectFound(Look(host_, "file-limit"), Verdict::kWarning, "1024", "edit rtpengine-mediad");
  FakeHost other;
  other.AddProcess("102", "rtpengine-controld");
  other.files["/proc/102/limits"] = host_.files["/proc/101/limits"];
  ExpectFound(Look(other, "file-limit"), Verdict::kWarning, "1024", "edit rtpengine-controld");
}

TEST_F(DoctorTest, SocketBuffers) {
  host_.files["/proc/sys/net/core/rmem_max"] = "212992\n";
  ExpectFound(Look(host_, "socket-buffers"), Verdict::kWarning, "208 KiB", "rmem_max=8388608");
  host_.files["/proc/sys/net/core/rmem_max"] = "8388608\n";
  EXPECT_EQ(VerdictOf(host_, "socket-buffers"), Verdict::kGood);
}

TEST_F(DoctorTest, ConnectionTracking) {
  EXPECT_EQ(VerdictOf(host_, "connection-tracking"), Verdict::kGood);
  host_.files["/proc/sys/net/netfilter/nf_conntrack_max"] = "1000\n";
  host_.files["/proc/sys/net/netfilter/nf_conntrack_count"] = "799\n";
  EXPECT_NE(VerdictOf(host_, "connection-tracking"), Verdict::kFailure);
  host_.files["/proc/sys/net/netfilter/nf_conntrack_count"] = "900\n";
  ExpectFound(Look(host_, "connection-tracking"), Verdict::kFailure, "900 of 1000", "nf_conntrack_max=20000");
  host_.Configure("port-min = 30000\nport-max = 30399");
  ExpectFound(Look(host_, "connection-tracking"), Verdict::kFailure, "900 of 1000", "nf_conntrack_max=2000");
}

// A table that is full before the media ports are in use.
TEST_F(DoctorTest, ConnectionTrackingForMediaPorts) {
  host_.files["/proc/sys/net/netfilter/nf_conntrack_max"] = "8192\n";
  host_.files["/proc/sys/net/netfilter/nf_conntrack_count"] = "0\n";  // nobody tracks
  EXPECT_EQ(VerdictOf(host_, "connection-tracking"), Verdict::kGood);
  host_.files["/proc/sys/net/netfilter/nf_conntrack_count"] = "3\n";
  ExpectFound(Look(host_, "connection-tracking"), Verdict::kWarning, "3 of 8192 entries in use, for 10000 media ports",
              "nf_conntrack_max=20000");
  host_.Configure("port-min = 30000\nport-max = 33999");
  EXPECT_EQ(VerdictOf(host_, "connection-tracking"), Verdict::kGood);
}

TEST_F(DoctorTest, ReceiveQueues) {
  const std::string device = "/sys/class/net/eth0/";
  host_.files[device + "device/vendor"] = "x";
  host_.files[device + "queues/rx-0/rps_cpus"] = "00000000,00000000\n";
  host_.files["/sys/class/net/lo/queues/rx-0/rps_cpus"] = "0\n";  // no hardware
  ExpectFound(Look(host_, "receive-queues"), Verdict::kWarning, "eth0",
              "ethtool -L eth0 combined 4   # where the device can\n"
              "echo f > /sys/class/net/eth0/queues/rx-0/rps_cpus");
  for (const auto& [processors, mask] : {std::pair(2u, "3"), {6u, "3f"}, {32u, "ffffffff"}, {35u, "7,ffffffff"}}) {
    host_.processors = processors;
    EXPECT_THAT(Look(host_, "receive-queues").fix, HasSubstr(std::string("\necho ") + mask + " > ")) << processors;
  }
  host_.processors = 1;
  EXPECT_EQ(VerdictOf(host_, "receive-queues"), Verdict::kGood);
  host_.processors = 4;
  host_.files[device + "queues/rx-0/rps_cpus"] = "0000000f\n";
  EXPECT_EQ(VerdictOf(host_, "receive-queues"), Verdict::kGood);
  host_.files[device + "queues/rx-0/rps_cpus"] = "0\n";
  host_.files[device + "queues/rx-1/rps_cpus"] = "0\n";
  EXPECT_EQ(VerdictOf(host_, "receive-queues"), Verdict::kGood);
}

TEST_F(DoctorTest, Clock) {
  EXPECT_EQ(VerdictOf(host_, "clock"), Verdict::kGood);
  host_.synchronised = false;
  ExpectFound(Look(host_, "clock"), Verdict::kNotice, "clock", "chrony");
}

TEST_F(DoctorTest, LogFiles) {
  host_.Configure("log-facility = local1\nlog-facility-cdr = local2");
  ExpectFound(Look(host_, "log-files"), Verdict::kWarning, "no /dev/log", "systemd-journald");
  host_.files["/dev/log"] = "";
  EXPECT_THAT(Look(host_, "log-files").what, HasSubstr("journalctl -t rtpengine"));
  host_.files["/usr/sbin/rsyslogd"] = "";
  host_.files["/etc/rsyslog.conf"] = "# local1.* /x\n*.*;local1.none\t/var/log/syslog\n";
  ExpectFound(Look(host_, "log-files"), Verdict::kNotice, "log-facility = local1", "local1.* /var/log/rtpengine/rtpengine.log");
  host_.files["/etc/rsyslog.d/rtpengine.conf"] = "local1.*\t/var/log/rtpengine/rtpengine.log\n";
  ExpectFound(Look(host_, "log-files"), Verdict::kWarning, "/var/log/rtpengine/rtpengine.log: there is no such directory",
              "systemd-tmpfiles");
  host_.files["/var/log/rtpengine/x"] = "";
  ExpectFound(Look(host_, "log-files"), Verdict::kNotice, "log-facility-cdr = local2", "rtpengine-cdr.log");
  host_.files["/etc/rsyslog.d/rtpengine.conf"] += "local2.* -/var/log/rtpengine/rtpengine-cdr.log\n& stop\n";
  EXPECT_EQ(Look(host_, "log-files").what, "/var/log/rtpengine/rtpengine.log, /var/log/rtpengine/rtpengine-cdr.log");
  host_.files["/etc/rsyslog.d/rtpengine.conf"] = "local1.* @192.0.2.1\nlocal2.* @192.0.2.1";  // another host's files
  EXPECT_EQ(VerdictOf(host_, "log-files"), Verdict::kGood);
  host_.Configure("log-facility = daemon");
  EXPECT_EQ(VerdictOf(host_, "log-files"), Verdict::kGood);
  host_.Configure("log-stderr = true");
  EXPECT_EQ(VerdictOf(host_, "log-files"), Verdict::kGood);
}

TEST(DoctorReport, TellsWhatIsWrongAndCountsTheRest) {
  std::vector<Finding> findings = {
      {.id = "a", .title = "one", .what = "fine"},
      {.id = "b", .title = "two", .verdict = Verdict::kFailure, .what = "bro\x1bken", .why = "matters", .fix = "x\ny"},
  };
  findings[1].docs = "docs/troubleshooting.md#b";
  const std::string text = ReportText(findings, false, Style());
  EXPECT_EQ(text,
            "failure two: bro\\x1bken\n"
            "        why: matters\n"
            "        fix: x\n"
            "             y\n"
            "        see: docs/troubleshooting.md#b\n"
            "2 checks: 1 failures, 0 warnings, 0 notices, 0 skipped\n");
  EXPECT_THAT(ReportText(findings, true, Style()), HasSubstr("good    one: fine\n"));
  EXPECT_THAT(ReportJson(findings, {}), HasSubstr("\"verdict\": \"failure\""));
  EXPECT_THAT(ReportJson(findings, {}), HasSubstr("\"failures\": 1"));
}

}  // namespace
}  // namespace rtpctl::doctor
