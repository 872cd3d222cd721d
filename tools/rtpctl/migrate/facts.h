// What a host says about the incumbent that runs on it, and about us: read once, as values, for the plan.
//
// Gather is the shell around the parsers (units.h, rules.h); everything that decides is in plan.cc. Single-threaded.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tools/rtpctl/migrate/machine.h"
#include "tools/rtpctl/migrate/units.h"

namespace rtpctl::migrate {

struct FoundUnit {
  std::string name;   // "rtpengine.service"
  std::string path;
  UnitText text;
  std::vector<std::string> words;  // its command line, variables put in
  bool enabled = false;
  bool active = false;
};

struct RunningProcess {
  std::string pid;
  std::vector<std::string> words;  // its command line
};

struct FoundFile {
  FileState state;
  std::string content;   // of a regular file
  std::string leads_to;  // of a link
  bool readable = true;
};

struct FoundRules {
  std::string tool;   // "iptables"
  std::string saved;  // what TOOL-save prints
};

// Of a kernel module on disk or in the kernel.
struct FoundModule {
  bool loaded = false;
  std::string file;    // on disk; empty: none
  bool foreign = false;  // another author's
};

struct Facts {
  bool privileged = false;
  bool has_systemctl = false;
  std::vector<FoundUnit> units;             // of the incumbent
  std::vector<RunningProcess> processes;    // likewise
  std::string recording_unit;               // its recording daemon's, when active
  std::map<std::string, FoundFile> files;   // by path; all that may have to do with it and are there
  std::vector<FoundRules> rules;            // of tools that are there
  bool nft_handler = false;                 // its rules are in nftables
  FoundModule xt, nft;                      // xt_RTPENGINE, nft_rtpengine
  std::string version;                      // what the incumbent prints
  std::string nft_ruleset;                  // what nft prints
  std::vector<std::string> missing;         // programs and units of ours that are not installed
  std::optional<uint32_t> uid, gid;         // of user and group rtpengine
  std::vector<std::string> unreadable;      // path and why
};

Facts Gather(const Machine& machine);
// Processes of the incumbent in this network namespace.
std::vector<RunningProcess> IncumbentProcesses(const Machine& machine);

// The value of --NAME or -L in a command line, or the fallback.
std::string OptionOf(const std::vector<std::string>& words, std::string_view name, char letter,
                     std::string_view fallback);

}  // namespace rtpctl::migrate
