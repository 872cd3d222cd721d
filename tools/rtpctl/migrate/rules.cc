// See rules.h.
#include "tools/rtpctl/migrate/rules.h"

#include <map>

#include "proto/base/text.h"
#include "tools/rtpctl/migrate/units.h"

namespace rtpctl::migrate {
namespace {

constexpr std::string_view kTarget = "RTPENGINE";

std::string_view TakeLine(std::string_view* text) {
  const size_t end = text->find('\n');
  const std::string_view line = text->substr(0, end);
  text->remove_prefix(end == std::string_view::npos ? text->size() : end + 1);
  return line;
}

// "-A CHAIN rest" behind counters, if there are any; nothing when the line is no rule.
std::string_view RuleOf(std::string_view line) {
  line = base::Trim(line);
  if (!line.empty() && line.front() == '[') {
    const size_t end = line.find("] ");
    if (end == std::string_view::npos) return {};
    line = base::Trim(line.substr(end + 2));
  }
  return line.substr(0, 3) == "-A " ? line : std::string_view();
}

template <typename Visit>
void ForEachRule(std::string_view saved, Visit visit) {
  std::string table;
  std::map<std::string, int, std::less<>> counts;
  while (!saved.empty()) {
    const std::string_view line = TakeLine(&saved);
    if (!line.empty() && line.front() == '*') {
      table = base::Trim(line.substr(1));
      counts.clear();
      continue;
    }
    const std::string_view rule = RuleOf(line);
    if (rule.empty()) continue;
    const std::string_view rest = base::Trim(rule.substr(3));
    const size_t blank = rest.find(' ');
    PacketRule out;
    out.table = table;
    out.chain = std::string(rest.substr(0, blank));
    out.position = ++counts[out.chain];
    if (blank != std::string_view::npos) out.text = std::string(base::Trim(rest.substr(blank + 1)));
    visit(std::move(out), line);
  }
}

}  // namespace

bool IsHandlerRule(std::string_view line) {
  const std::string_view rule = RuleOf(line);
  if (rule.find(kTarget) == std::string_view::npos) return false;
  // By word: a comment may mention the target.
  const std::vector<std::string> words = SplitWords(rule);
  for (size_t i = 0; i + 1 < words.size(); ++i) {
    if ((words[i] == "-j" || words[i] == "--jump") && words[i + 1] == kTarget) return true;
    if (words[i] == "--comment") ++i;
  }
  return false;
}

std::vector<PacketRule> HandlerRules(std::string_view saved) {
  std::vector<PacketRule> rules;
  ForEachRule(saved, [&rules](PacketRule rule, std::string_view line) {
    if (IsHandlerRule(line)) rules.push_back(std::move(rule));
  });
  return rules;
}

std::vector<PacketRule> RulesOf(std::string_view saved, std::string_view table, std::string_view chain) {
  std::vector<PacketRule> rules;
  ForEachRule(saved, [&](PacketRule rule, std::string_view) {
    if (rule.table == table && rule.chain == chain) rules.push_back(std::move(rule));
  });
  return rules;
}

std::string WithoutHandlerRules(std::string_view saved) {
  std::string text;
  while (!saved.empty()) {
    const bool ended = saved.find('\n') != std::string_view::npos;
    const std::string_view line = TakeLine(&saved);
    if (IsHandlerRule(line)) text += "# rtpctl migrate: of the former rtpengine: ";
    text += line;
    if (ended) text += '\n';
  }
  return text;
}

std::vector<std::string> DeleteCommand(const PacketRule& rule) {
  return {"-w", "-t", rule.table, "-D", rule.chain, std::to_string(rule.position)};
}

std::vector<std::string> InsertCommand(const PacketRule& rule) {
  std::vector<std::string> command = {"-w", "-t", rule.table, "-I", rule.chain, std::to_string(rule.position)};
  for (std::string& word : SplitWords(rule.text)) command.push_back(std::move(word));
  return command;
}

}  // namespace rtpctl::migrate
