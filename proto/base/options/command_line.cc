// The command line, taken apart by CLI11 with the options of the table: see parsed_options.h.
//
// CLI11 throws; nothing leaves this file but a status.
#include <CLI/CLI.hpp>

#include <unordered_map>

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
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));  // CLI11 wants a stack
    for (const auto& [spec, option] : declared) {
      if (option->count() == 0) continue;
      std::vector<std::string> values = option->results();
      if (values.empty()) values.emplace_back();
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
