// See units.h.
#include "tools/rtpctl/migrate/units.h"

#include "proto/base/text.h"

namespace rtpctl::migrate {
namespace {

bool IsNameCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// Calls `visit` with each line, continued ones put together, comments left out.
template <typename Visit>
void ForEachLine(std::string_view text, Visit visit) {
  std::string whole;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    std::string_view line = base::Trim(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (!line.empty() && (line.front() == '#' || line.front() == ';')) continue;  // also within a continued line
    const bool continued = !line.empty() && line.back() == '\\';
    if (continued) line.remove_suffix(1);
    whole += line;
    if (continued) {
      whole += ' ';
      continue;
    }
    visit(std::string_view(whole));
    whole.clear();
  }
  if (!whole.empty()) visit(std::string_view(whole));
}

void Assign(std::string_view key, std::string_view value, UnitText* unit) {
  if (key == "ExecStart") {
    if (value.empty()) {
      unit->exec_start.clear();
      return;
    }
    // @ - : + ! say how it is run, not what.
    const size_t begin = value.find_first_not_of("@-:+!");
    if (begin != std::string_view::npos) unit->exec_start = SplitWords(value.substr(begin));
  } else if (key == "EnvironmentFile") {
    const bool optional = !value.empty() && value.front() == '-';
    if (value.empty()) unit->environment_files.clear();
    else unit->environment_files.push_back({std::string(value.substr(optional ? 1 : 0)), optional});
  } else if (key == "Environment") {
    for (const std::string& word : SplitWords(value)) {
      const size_t equals = word.find('=');
      if (equals != std::string::npos) unit->environment[word.substr(0, equals)] = word.substr(equals + 1);
    }
  } else if (key == "User") {
    unit->user = value;
  }
}

std::string ValueOf(const Environment& environment, std::string_view name) {
  const auto found = environment.find(name);
  return found == environment.end() ? std::string() : found->second;
}

}  // namespace

std::vector<std::string> SplitWords(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  bool open = false;  // a word has begun, be it an empty one in quotes
  char quote = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote == 0 && base::IsBlank(c)) {
      if (open) words.push_back(std::move(word));
      word.clear();
      open = false;
      continue;
    }
    open = true;
    if (c == quote) quote = 0;
    else if (quote == 0 && (c == '"' || c == '\'')) quote = c;
    else if (c == '\\' && quote != '\'' && i + 1 < text.size()) word += text[++i];
    else word += c;
  }
  if (open) words.push_back(std::move(word));
  return words;
}

void ReadUnit(std::string_view text, UnitText* unit) {
  bool service = false;
  ForEachLine(text, [&](std::string_view line) {
    line = base::Trim(line);
    if (!line.empty() && line.front() == '[') service = line == "[Service]";
    const size_t equals = line.find('=');
    if (!service || equals == std::string_view::npos) return;
    Assign(base::Trim(line.substr(0, equals)), base::Trim(line.substr(equals + 1)), unit);
  });
}

void ReadEnvironmentFile(std::string_view text, Environment* environment) {
  ForEachLine(text, [environment](std::string_view line) {
    line = base::Trim(line);
    if (line.substr(0, 7) == "export ") line = base::Trim(line.substr(7));
    const size_t equals = line.find('=');
    if (equals == std::string_view::npos || equals == 0) return;
    std::string value;
    const std::string_view raw = base::Trim(line.substr(equals + 1));
    const bool quoted = !raw.empty() && (raw.front() == '"' || raw.front() == '\'');
    // Unquoted, systemd takes the rest of the line; what comes behind a # after a blank is a comment to shells.
    if (quoted) {
      const std::vector<std::string> words = SplitWords(raw);
      value = words.empty() ? std::string() : words[0];
    } else {
      value = std::string(base::Trim(raw.substr(0, raw.find(" #"))));
    }
    (*environment)[std::string(base::Trim(line.substr(0, equals)))] = value;
  });
}

std::vector<std::string> Expand(const std::vector<std::string>& words, const Environment& environment) {
  std::vector<std::string> expanded;
  for (const std::string& word : words) {
    // $VAR as a word of its own becomes as many words as it has.
    if (word.size() > 1 && word[0] == '$' && word[1] != '{' && word[1] != '$') {
      for (std::string& part : SplitWords(ValueOf(environment, word.substr(1)))) expanded.push_back(std::move(part));
      continue;
    }
    std::string out;
    for (size_t i = 0; i < word.size(); ++i) {
      if (word[i] == '%' && i + 1 < word.size() && word[i + 1] == '%') ++i;
      if (word[i] != '$' || i + 1 >= word.size()) {
        out += word[i];
        continue;
      }
      if (word[i + 1] == '$') {
        out += word[++i];
        continue;
      }
      const bool brace = word[i + 1] == '{';
      size_t end = i + (brace ? 2 : 1);
      const size_t begin = end;
      while (end < word.size() && IsNameCharacter(word[end])) ++end;
      if (brace && (end == word.size() || word[end] != '}')) {
        out += word[i];
        continue;
      }
      out += ValueOf(environment, word.substr(begin, end - begin));
      i = brace ? end : end - 1;
    }
    expanded.push_back(std::move(out));
  }
  return expanded;
}

}  // namespace rtpctl::migrate
