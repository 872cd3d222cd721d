// "--name value" arguments for the load generators: small, exact, fatal when wrong. Not for the
// daemons.
#pragma once

#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>

namespace bench {

[[noreturn]] inline void Die(const std::string& text) {
  std::fprintf(stderr, "%s\n", text.c_str());
  std::exit(1);
}

class CommandLine {
 public:
  // `known` lists every option with its default.
  CommandLine(int argc, char** argv, std::map<std::string, std::string> known)
      : values_(std::move(known)) {
    for (int i = 1; i < argc; i += 2) {
      const std::string_view argument = argv[i];
      if (!argument.starts_with("--") || !values_.contains(std::string(argument.substr(2)))) {
        Die("unknown argument '" + std::string(argument) + "'" + Usage());
      }
      if (i + 1 == argc) Die("missing value of " + std::string(argument));
      values_[std::string(argument.substr(2))] = argv[i + 1];
    }
  }

  const std::string& Text(const std::string& name) const { return values_.at(name); }
  uint32_t Number(const std::string& name) const {
    const std::string& text = values_.at(name);
    uint32_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size())
      Die("--" + name + " is no number: " + text);
    return value;
  }

 private:
  std::string Usage() const {
    std::string text = "; known are:";
    for (const auto& [name, value] : values_) text += "\n  --" + name + " (" + value + ")";
    return text;
  }

  std::map<std::string, std::string> values_;
};

}  // namespace bench
