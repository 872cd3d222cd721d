// The command line, taken apart by CLI11 with the options of the table: see parsed_options.h.
//
// CLI11 throws; nothing leaves this file but a status.
#include <CLI/CLI.hpp>

#include <algorithm>
#include <utility>

#include "proto/base/options/parsed_options.h"
#include "proto/base/text.h"

namespace base::options {
namespace {

std::string Names(const OptionSpec& spec) {
  std::string names;
  if (spec.letter != 0) names = StrCat("-", spec.letter, ",");
  return StrCat(names, "--", spec.name);
}

// Every value is kept, in order: which of them counts is decided where the types are known.
std::vector<std::pair<const OptionSpec*, CLI::Option*>> Declare(CLI::App* app) {
  std::vector<std::pair<const OptionSpec*, CLI::Option*>> declared;
  for (const OptionSpec& spec : Table()) {
    CLI::Option* option = nullptr;
    if (spec.type == Type::kFlag) {
      option = app->add_flag(Names(spec));
    } else {
      option = app->add_option(Names(spec));
      option->expected(1)->allow_extra_args(false);
    }
    option->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    declared.emplace_back(&spec, option);
  }
  return declared;
}

// CLI11 takes an empty value for a missing one, splits "[a,b]" and looks for options in values. A mark in
// front of every value keeps it from interpreting what is ours to interpret.
constexpr char kMark = '\x01';

bool TakesValue(std::string_view word) {
  for (const OptionSpec& spec : Table()) {
    const bool long_form = word.substr(0, 2) == "--";
    if (long_form ? word.substr(2) == spec.name : word[1] == spec.letter) return spec.type != Type::kFlag;
  }
  return false;
}

std::vector<std::string> Mark(const std::vector<std::string>& arguments) {
  std::vector<std::string> marked;
  for (size_t i = 0; i < arguments.size(); ++i) {
    const std::string& word = arguments[i];
    const bool option = word.size() >= 2 && word.front() == '-' && word != "--";
    const bool is_long = option && word[1] == '-';
    const size_t end = is_long ? word.find('=') : word.size() > 2 ? 2 : std::string::npos;
    if (!option || !TakesValue(std::string_view(word).substr(0, end))) {
      marked.push_back(word);
    } else if (end != std::string::npos) {
      marked.push_back(word.substr(0, is_long ? end + 1 : end) + kMark +
                       word.substr(is_long ? end + 1 : end));
    } else {
      marked.push_back(word);
      if (i + 1 < arguments.size()) marked.push_back(kMark + arguments[++i]);
    }
  }
  return marked;
}

void Unmark(std::vector<std::string>* values) {
  for (std::string& value : *values) {
    if (!value.empty() && value.front() == kMark) value.erase(0, 1);
  }
}

absl::Status UnknownOption(std::string_view word) {
  return absl::InvalidArgumentError(StrCat("Unknown option ", word));
}

// What CLI11 says about a missing value starts with the option's name.
absl::Status Translate(const CLI::ParseError& error) {
  const std::string text = error.what();
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr) {
    return absl::InvalidArgumentError(
        StrCat("Missing argument for ", std::string_view(text).substr(0, text.find_first_of(": "))));
  }
  return absl::InvalidArgumentError(text);
}

void Interpret(CommandLine* line) {
  const auto last = [&](std::string_view name) -> const std::string* {
    const auto found = line->values.find(name);
    return found == line->values.end() ? nullptr : &found->second.back();
  };
  if (const std::string* file = last("config-file")) {
    line->config_file = *file;
    line->config_file_named = true;
    line->use_config_file = *file != "none";
  }
  if (const std::string* section = last("config-section")) line->config_section = *section;
  line->help = last("help") != nullptr;
  line->version = last("version") != nullptr;
}

}  // namespace

absl::StatusOr<CommandLine> ParseCommandLine(const std::vector<std::string>& arguments) {
  CLI::App app;
  app.set_help_flag();
  app.allow_extras();
  CommandLine line;
  try {
    const auto declared = Declare(&app);
    std::vector<std::string> words = Mark(arguments);
    std::reverse(words.begin(), words.end());  // CLI11 wants a stack
    app.parse(std::move(words));
    for (const auto& [spec, option] : declared) {
      if (option->count() == 0) continue;
      std::vector<std::string> values = option->results();
      if (values.empty()) values.emplace_back();
      Unmark(&values);
      line.values.emplace(spec->name, std::move(values));
    }
    for (const std::string& word : app.remaining()) {
      if (word.size() > 1 && word.front() == '-' && word != "--") return UnknownOption(word);
      line.stray.push_back(word);
    }
  } catch (const CLI::ParseError& error) {
    return Translate(error);
  } catch (const CLI::Error& error) {
    return absl::InternalError(error.what());
  }
  Interpret(&line);
  return line;
}

}  // namespace base::options
