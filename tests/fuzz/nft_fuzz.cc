// Any octets as netlink messages of nf_tables, through what takes them apart without libnftnl (which trusts the
// kernel): rules with unknown expressions, notifications; then plans for what was read.
#include <libmnl/libmnl.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "mediad/nft/check.h"
#include "mediad/nft/decode.h"
#include "mediad/nft/plan.h"
#include "mediad/nft/syntax.h"

namespace {

using namespace mediad::nft;

Settings MakeSettings(bool own_table) {
  Settings settings;
  settings.wanted = settings.kernel_table = true;
  settings.own_table = own_table;
  settings.instance = "w1";
  settings.table = "rtpengine";
  settings.chain = own_table ? "input" : "rtpengine";
  settings.base_chain = "input";
  settings.table_number = 0;
  return settings;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0 || size > 65536) return 0;
  // Aligned, as a socket's buffer is.
  std::vector<uint64_t> buffer(size / sizeof(uint64_t) + 1);
  std::memcpy(buffer.data(), data, size);
  Ruleset ruleset;
  ruleset.tables.push_back(
      {Family::kInet, "filter", {{"input", Hook{}, {}}, {"rtpengine", std::nullopt, {}}}, {}});
  int left = static_cast<int>(size);
  for (const auto* message = reinterpret_cast<const nlmsghdr*>(buffer.data());
       mnl_nlmsg_ok(message, left); message = mnl_nlmsg_next(message, &left)) {
    if (message->nlmsg_len > static_cast<uint32_t>(left)) break;  // mnl_nlmsg_ok() takes it for negative
    AddUnknownRule(message, &ruleset);
    const auto heard = ParseNotification(message);
    if (heard && heard->process.size() + heard->table.size() > size) std::abort();
  }
  for (const bool own_table : {true, false}) {
    const Settings settings = MakeSettings(own_table);
    const auto plan = PlanInstallation(settings, ruleset, {}, false);
    if (plan.ok()) Syntax(*plan);
    Syntax(PlanRemoval(settings, ruleset));
    Missing(settings, ruleset);
    Check(settings, ruleset);
  }
  return 0;
}
