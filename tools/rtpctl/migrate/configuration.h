// The incumbent's configuration file as ours: only what cannot stay is changed, every other octet does.
//
// Pure: text in, text and a list of changes out. Lines that are taken out are commented out below their reason, so
// the file remains the administrator's, in his order and with his comments. Any thread.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "tools/rtpctl/migrate/option_table.h"

namespace rtpctl::migrate {

// Options by long name, with their values in order: of a command line.
using Arguments = std::map<std::string, std::vector<std::string>, std::less<>>;

struct ConfigurationChange {
  int line = 0;  // in the old file, from 1; 0: it comes from the command line
  std::string key;
  std::string value;
  OptionVerdict verdict = OptionVerdict::kSame;
  std::string note;
  bool taken_out = false;  // commented out (and perhaps replaced); false: only a comment above
};

struct Configuration {
  std::string text;
  std::vector<ConfigurationChange> changes;
  std::vector<std::string> unknown;  // keys that neither the incumbent nor we have; they stay
};

// `arguments`: what the incumbent's command line said, beyond what units say (IsOfTheUnit). Fails when the file is none
// that the incumbent would have read, or has no such section.
absl::StatusOr<Configuration> RewriteConfiguration(std::string_view text, std::string_view section,
                                                   const Arguments& arguments);

// Options of a command line that our own units decide: file, section, foreground, pid file, where the log goes.
bool IsOfTheUnit(std::string_view option);

}  // namespace rtpctl::migrate
