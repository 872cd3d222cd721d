// What the configuration says about the packet filter, and where the rules go by that.
//
// Two placements: a table of our own, or a chain in the administrator's table `filter` with a jump from his base
// chain. Resolve() turns the settings and what is installed into targets, one for each address family.
// Pure. Any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "mediad/nft/ruleset.h"
#include "proto/base/options/parsed_options.h"

namespace mediad::nft {

struct Settings {
  bool wanted = false;        // rules are kept while mediad runs
  bool kernel_table = false;  // a kernel forwarding table is configured
  bool own_table = true;
  std::string instance;       // who marks rules as his: the worker's name
  std::string table;          // of our own
  std::string chain;
  // In the administrator's table: the chain that gets the jump; "none": he makes it himself; empty: our chain
  // hangs on the input hook.
  std::string base_chain;
  std::vector<Family> families;  // empty: those where the base chain is
  bool append = false;           // the jump goes to the end of the base chain
  int32_t priority = 0;          // of a base chain of ours
  int64_t table_number = -1;     // of the kernel forwarding table, as the reference's comments name it
  std::optional<PortRange> media_ports;  // for advice
};

inline constexpr std::string_view kFilterTable = "filter";
inline constexpr std::string_view kNoBaseChain = "none";

// Fails on names that nft could not print or read again.
absl::StatusOr<Settings> MakeSettings(const base::options::ParsedOptions& options);
// Warnings for the log about options that have no effect together with the others.
std::vector<std::string> Warnings(const base::options::ParsedOptions& options);

// Where the rules of one address family go.
struct Target {
  Family family = Family::kInet;
  std::string table;
  bool owns_table = false;
  std::string chain;
  std::optional<Hook> hook;         // of our chain
  std::string base_chain;           // gets a jump; empty: none does
  bool append = false;
  std::string set4, set6;           // empty: not in this family
  std::string set(base::Family media) const { return media == base::Family::kIpv4 ? set4 : set6; }
};

// A failure says in words what is missing, and the command that makes it.
absl::StatusOr<std::vector<Target>> Resolve(const Settings& settings, const Ruleset& installed);
// The same without asking whether the administrator's chains are there: all places the rules may be.
std::vector<Target> AllTargets(const Settings& settings);

// ---- marks: comments by which rules are recognised
// "rtpengine NAME: text".
std::string Mark(const Settings& settings, std::string_view text);
bool IsMarked(const Rule& rule);                             // by any worker
bool IsMarkedBy(const Settings& settings, const Rule& rule);
// A rule that the reference daemon's chain holds.
bool IsReferences(const Rule& rule);
// Text as a comment: printable, without quotes, at most 120 octets.
std::string CommentText(std::string_view text);

}  // namespace mediad::nft
