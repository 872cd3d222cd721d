// Whatever files of a host hold: units, environment files, saved rules, a configuration, and a backup of our own.
//
// A configuration that is rewritten is still one, keeps every line that was in it, and a second time stays as it is; a
// rule set without the handlers has none, and its other rules.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "proto/base/key_file.h"
#include "tools/rtpctl/migrate/backup.h"
#include "tools/rtpctl/migrate/configuration.h"
#include "tools/rtpctl/migrate/rules.h"
#include "tools/rtpctl/migrate/units.h"

namespace {

using namespace rtpctl::migrate;

void Require(bool condition) {
  if (!condition) std::abort();
}

void TryConfiguration(std::string_view text, const Arguments& arguments) {
  const auto once = RewriteConfiguration(text, "rtpengine", arguments);
  if (!once.ok()) {
    Require(!once.status().message().empty());
    return;
  }
  Require(base::KeyFile::Parse(once->text).ok());
  if (!arguments.empty()) return;
  Require(once->text.size() >= text.size());
  Require(once->changes.empty() == (once->text == text));
  const auto twice = RewriteConfiguration(once->text, "rtpengine", {});
  Require(twice.ok() && twice->text == once->text);
}

void TryRules(std::string_view text) {
  for (const PacketRule& rule : HandlerRules(text)) {
    Require(rule.position >= 1);
    Require(InsertCommand(rule).size() >= 6 && DeleteCommand(rule).size() == 6);
  }
  const std::string without = WithoutHandlerRules(text);
  Require(HandlerRules(without).empty());
  Require(WithoutHandlerRules(without) == without);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size < 16384 ? size : 16384);
  UnitText unit;
  ReadUnit(text, &unit);
  Environment environment = unit.environment;
  ReadEnvironmentFile(text, &environment);
  (void)Expand(unit.exec_start, environment);
  (void)SplitWords(text);
  TryRules(text);
  TryConfiguration(text, {});
  // No argument has a NUL.
  const std::string argument(text.substr(0, std::min<size_t>(20, text.find('\0'))));
  TryConfiguration(text, {{"interface", {argument}}, {"table", {"0x5"}}, {"redis", {"x"}}});
  (void)ReadJournal(text);
  (void)ParseSteps(text);
  (void)ParseManifest(text);
  return 0;
}
