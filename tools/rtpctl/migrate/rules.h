// Rules of iptables that hand packets to the incumbent's module, as iptables-save prints them. Pure; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rtpctl::migrate {

struct PacketRule {
  std::string table;   // "filter"
  std::string chain;   // "INPUT"
  int position = 0;    // from 1, within the chain
  std::string text;    // behind "-A CHAIN ": "-p udp -j RTPENGINE --id 0"
  bool operator==(const PacketRule&) const = default;
};

// Those with target RTPENGINE, in order.
std::vector<PacketRule> HandlerRules(std::string_view saved);
// All of a chain, to see what stands at a position.
std::vector<PacketRule> RulesOf(std::string_view saved, std::string_view table, std::string_view chain);
// Whether a line of a saved rule set is such a rule: "[0:0] -A INPUT -p udp -j RTPENGINE --id 0".
bool IsHandlerRule(std::string_view line);
// The text with those lines commented out, the rest as it was.
std::string WithoutHandlerRules(std::string_view saved);

// Words of the command behind the program's name.
std::vector<std::string> DeleteCommand(const PacketRule& rule);
std::vector<std::string> InsertCommand(const PacketRule& rule);

}  // namespace rtpctl::migrate
