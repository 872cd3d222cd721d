// What a systemd unit of the incumbent says: its command line, its environment files, put together as systemd would.
//
// The subset that units of a daemon use (systemd.exec(5), systemd.service(5)): the [Service] section, continuation
// lines, quotes, $VAR and ${VAR}, prefixes of ExecStart; drop-ins are read after the unit. No specifiers but %%.
// Pure; any thread.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rtpctl::migrate {

using Environment = std::map<std::string, std::string, std::less<>>;

struct EnvironmentFile {
  std::string path;
  bool optional = false;  // "-" in front
};

struct UnitText {
  std::vector<std::string> exec_start;  // words, not yet expanded; empty: none
  std::vector<EnvironmentFile> environment_files;
  Environment environment;
  std::string user;
};

// `text` on top of what `unit` already says (a drop-in). Lines that are no assignment are passed over.
void ReadUnit(std::string_view text, UnitText* unit);

// KEY=VALUE lines as systemd reads them, and as a shell would for plain assignments.
void ReadEnvironmentFile(std::string_view text, Environment* environment);

// The words of ExecStart with variables put in.
std::vector<std::string> Expand(const std::vector<std::string>& words, const Environment& environment);

// Words as a shell has them: blanks apart, quotes of both kinds, backslash. An open quote ends with the text.
std::vector<std::string> SplitWords(std::string_view text);

}  // namespace rtpctl::migrate
