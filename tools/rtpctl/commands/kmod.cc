// rtpctl kmod: the kernel module, asked directly: no daemon is needed, but CAP_NET_ADMIN in its network namespace.
#include <array>
#include <nlohmann/json.hpp>

#include "kmod/uapi/rtpengine.h"
#include "mediad/offload/netlink/table_access.h"
#include "proto/base/text.h"
#include "tools/rtpctl/commands/commands.h"
#include "tools/rtpctl/output/text.h"

namespace rtpctl {
namespace {

using mediad::offload::FamilyInfo;
using mediad::offload::Message;
using mediad::offload::ModuleInfo;
using mediad::offload::NetlinkSocket;
using mediad::offload::TableInfo;
using mediad::offload::TestResult;

const char* HookName(mediad::offload::Hook hook) {
  switch (hook) {
    case mediad::offload::Hook::kPrerouting: return "prerouting";
    case mediad::offload::Hook::kInputFirst: return "input-first";
    case mediad::offload::Hook::kInputLast: return "input-last";
  }
  return "unknown";
}

// By enum rtpengine_reason.
std::string ReasonName(uint16_t reason) {
  static constexpr std::array<const char*, RTPENGINE_REASON_MAX + 1> kNames = {
      "none",          "up: malformed", "up: fragment",  "up: STUN",         "up: DTLS",
      "up: not RTP",   "up: RTCP",      "up: source",    "up: payload type", "up: SSRC",
      "up: SRTP",      "up: memory",    "up: TTL",       "up: checksum",     "drop: source",
      "drop: payload type", "drop: RTCP", "drop: sink",  "drop: all",        "drop: authentication",
      "drop: replay",  "drop: SRTP",    "drop: memory",  "output: route",    "output: memory",
      "output: SRTP",  "output: send",  "output: filtered", "up: IPsec"};
  return reason < kNames.size() ? kNames[reason] : base::StrCat("reason ", reason);
}

nlohmann::json ToJson(const ModuleInfo& module, const std::vector<TableInfo>& tables) {
  nlohmann::json out = {{"version", module.version}, {"flows", module.flows}, {"maxFlows", module.max_flows},
                        {"suites", module.suites},   {"tables", nlohmann::json::array()}};
  for (const TableInfo& table : tables) {
    nlohmann::json reasons = nlohmann::json::object();
    for (const auto& [reason, count] : table.reasons) reasons[ReasonName(reason)] = count;
    out["tables"].push_back({{"id", table.id}, {"hook", HookName(table.hook)}, {"priority", table.priority},
                             {"flows", table.flows}, {"owner", table.owner}, {"lingerMs", table.linger_ms},
                             {"lingerLeftMs", table.linger_left_ms}, {"eventsLost", table.events_lost},
                             {"reasons", std::move(reasons)}});
  }
  return out;
}

// The module, found and asked who it is.
struct Module {
  NetlinkSocket socket;
  FamilyInfo family;
  ModuleInfo info;
};

int Find(Session* session, Module* module) {
  const auto failure = OpenFamily(&module->socket, &module->family, &module->info);
  return failure.errno_value == 0 ? kExitOk : session->Fail(kExitUnreachable, failure.words);
}

int Status(Session* session) {
  Module module;
  if (const int status = Find(session, &module); status != kExitOk) return status;
  std::vector<TableInfo> tables;
  const auto request = mediad::offload::ListTablesMessage(module.family.id, 3);
  const auto listed = module.socket.Ask(request, 3, [&tables](const Message& message) {
    if (auto table = mediad::offload::ReadTable(message)) tables.push_back(*std::move(table));
  });
  if (listed.errno_value != 0) return session->Fail(kExitRefused, listed.text);
  if (session->options().json) {
    session->out() << ToJson(module.info, tables).dump(2) << "\n";
  } else {
    session->out() << ModuleText(module.info, tables, session->style());
  }
  return kExitOk;
}

int Selftest(Session* session) {
  Module module;
  if (const int status = Find(session, &module); status != kExitOk) return status;
  std::vector<TestResult> tests;
  const auto request = mediad::offload::SelftestMessage(module.family.id, 3);
  const auto run = module.socket.Ask(request, 3, [&tests](const Message& message) {
    for (TestResult& test : mediad::offload::ReadTests(message)) tests.push_back(std::move(test));
  }, std::chrono::seconds(60));
  if (run.errno_value != 0) return session->Fail(kExitRefused, run.text);
  bool passed = !tests.empty();
  nlohmann::json json = nlohmann::json::array();
  Table table({{"TEST"}, {"RESULT"}, {"DETAIL"}});
  for (const TestResult& test : tests) {
    const bool ok = test.result == 0;
    passed = passed && ok;
    const std::string result = ok ? "passed" : base::StrCat("failed (", test.result, ")");
    table.Add({Printable(test.name), {result, ok ? Color::kGood : Color::kBad}, Printable(test.detail)});
    json.push_back({{"name", test.name}, {"result", test.result}, {"detail", test.detail}});
  }
  if (session->options().json) {
    session->out() << json.dump(2) << "\n";
  } else {
    session->out() << table.Render(session->style());
  }
  return passed ? kExitOk : session->Fail(kExitRefused, "the self-tests of the module failed");
}

}  // namespace

std::string ModuleText(const ModuleInfo& module, const std::vector<TableInfo>& tables, const Style& style) {
  Fields fields;
  fields.Add("module", base::StrCat("nft_rtpengine ", Printable(module.version)));
  fields.Add("flows", base::StrCat(module.flows, " of ", module.max_flows));
  std::string out = fields.Render(style);
  if (tables.empty()) return out + "No table is in use in this network namespace.\n";
  Table table({{"TABLE", true}, {"HOOK"}, {"PRIORITY", true}, {"FLOWS", true}, {"OWNER"}, {"LINGERS"}});
  for (const TableInfo& one : tables) {
    const bool owned = one.owner != 0;
    table.Add({std::to_string(one.id), HookName(one.hook), std::to_string(one.priority), std::to_string(one.flows),
               owned ? Cell(base::StrCat("port ", one.owner)) : Cell("none", Color::kWarning),
               base::StrCat((owned ? one.linger_ms : one.linger_left_ms) / 1000, owned ? " s" : " s left")});
  }
  out += table.Render(style);
  Table reasons({{"TABLE", true}, {"NOT FORWARDED BECAUSE"}, {"PACKETS", true}});
  for (const TableInfo& one : tables) {
    for (const auto& [reason, count] : one.reasons) {
      reasons.Add({std::to_string(one.id), ReasonName(reason), std::to_string(count)});
    }
  }
  return reasons.empty() ? out : out + reasons.Render(style);
}

void AddKmod(CLI::App* parent, Session* session) {
  auto* status = parent->add_subcommand("status", "Whether the module is there, and its tables");
  status->footer("Example:\n  rtpctl kmod status");
  status->callback([session] { session->set_command([session] { return Status(session); }); });
  auto* selftest = parent->add_subcommand("selftest", "Runs the module's own tests");
  selftest->footer("Example:\n  rtpctl kmod selftest");
  selftest->callback([session] { session->set_command([session] { return Selftest(session); }); });
}

}  // namespace rtpctl
