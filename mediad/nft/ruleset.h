// What is installed in the packet filter, as far as we have to know it: values without libnftnl's types.
//
// A rule is kept as facts (what it looks up, where it jumps, what it says), not as expressions: the same rule
// written by another release of nft, or restored from a file, has the same facts. No I/O. Any thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proto/base/endpoint.h"

namespace mediad::nft {

enum class Family : uint8_t { kInet, kIp, kIp6 };
std::string_view FamilyName(Family family);  // "inet", "ip", "ip6", as nft writes them

enum class Verdict : uint8_t { kNone, kAccept, kDrop, kReturn, kJump, kGoto, kOther };

struct PortRange {
  uint16_t first = 0;
  uint16_t last = 65535;
  bool operator==(const PortRange&) const = default;
};

struct Rule {
  uint64_t handle = 0;
  std::string comment;
  Verdict verdict = Verdict::kNone;  // kDrop: reject, too
  std::string target;                // of a jump or goto
  std::string set;                   // that is looked up, if exactly one is
  bool counter = false;
  bool udp = false;                  // only UDP matches
  std::optional<PortRange> ports;    // only these destination ports match
  bool conditional = false;          // there are conditions beside these
  bool foreign_handler = false;      // holds the reference's own expression or target
};

// Where a base chain hangs.
struct Hook {
  enum class Place : uint8_t { kInput, kPrerouting, kOther } place = Place::kInput;
  int32_t priority = 0;
  bool filter = true;        // type filter
  bool policy_drop = false;
  std::string name = "input";
};

struct Chain {
  std::string name;
  std::optional<Hook> hook;  // none: only jumps lead here
  std::vector<Rule> rules;   // in order
};

// The open ports, and what is said about each.
using Pinholes = std::map<base::Endpoint, std::string>;

struct Set {
  std::string name;
  base::Family media = base::Family::kNone;  // address family of an "address . port" set; kNone: another kind
  Pinholes elements;
};

struct Table {
  Family family = Family::kInet;
  std::string name;
  std::vector<Chain> chains;
  std::vector<Set> sets;

  const Chain* FindChain(std::string_view chain) const;
  const Set* FindSet(std::string_view set) const;
};

struct Ruleset {
  std::vector<Table> tables;

  const Table* Find(Family family, std::string_view table) const;
};

}  // namespace mediad::nft
