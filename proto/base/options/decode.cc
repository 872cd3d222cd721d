// Values of options: see decode.h.
#include "proto/base/options/decode.h"

#include <cerrno>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "proto/base/key_file.h"
#include "proto/base/text.h"

namespace base::options {
namespace {

// Plain integers are 32 bits wide, as the consumers' are, unless the table says more.
double Minimum(const OptionSpec& spec) {
  if (spec.minimum != kNoMinimum || spec.type != Type::kInteger) return spec.minimum;
  return std::numeric_limits<int32_t>::min();
}
double Maximum(const OptionSpec& spec) {
  if (spec.maximum != kNoMaximum || spec.type != Type::kInteger) return spec.maximum;
  return std::numeric_limits<int32_t>::max();
}

absl::Status Refuse(const OptionSpec& spec, std::string_view reason) {
  return absl::InvalidArgumentError(StrCat(reason, "; allowed: ", AllowedText(spec)));
}

// Finds `text` among the allowed words; the table's spelling is what consumers compare with.
bool Canonical(const OptionSpec& spec, std::string* text) {
  if (spec.allowed.empty()) return true;
  std::string_view rest = spec.allowed;
  while (true) {
    const size_t bar = rest.find('|');
    const std::string_view word = rest.substr(0, bar);
    if (EqualsIgnoreCase(word, *text)) {
      *text = std::string(word);
      return true;
    }
    if (bar == std::string_view::npos) return false;
    rest.remove_prefix(bar + 1);
  }
}

template <typename Number>
absl::StatusOr<Value> Limited(const OptionSpec& spec, Number number,
                              const Environment& environment) {
  const auto value = static_cast<double>(number);
  const bool replaced = (spec.rule == Rule::kNonPositiveIsDefault && value <= 0) ||
                        (spec.rule == Rule::kNegativeIsDefault && value < 0);
  if (replaced) return DefaultValue(spec, environment);
  if (value < Minimum(spec) || value > Maximum(spec)) return Refuse(spec, "out of range");
  return Value(number);
}

absl::StatusOr<Value> CheckedString(const OptionSpec& spec, std::string text) {
  if (!Canonical(spec, &text)) return Refuse(spec, "unknown word");
  return Value(std::move(text));
}

absl::StatusOr<Value> CheckedList(const OptionSpec& spec, std::vector<std::string> list) {
  for (std::string& element : list) {
    if (!Canonical(spec, &element)) return Refuse(spec, StrCat("unknown word '", element, "'"));
  }
  return Value(std::move(list));
}

absl::StatusOr<int64_t> ArgumentInteger(const std::string& text) {
  if (text.empty() || IsBlank(text.front())) return absl::InvalidArgumentError("not an integer");
  char* end = nullptr;
  errno = 0;
  const long long value = std::strtoll(text.c_str(), &end, 0);
  if (errno == ERANGE) return absl::OutOfRangeError("the number is too large");
  if (*end != '\0') return absl::InvalidArgumentError("not an integer");
  return value;
}

std::string DefaultText(const OptionSpec& spec, const Environment& environment) {
  if (spec.fallback == "@cores") return std::to_string(environment.cores);
  if (spec.fallback == "@host") return environment.host_name;
  if (spec.fallback == "@software") return "rtpengine-" + environment.version;
  return std::string(spec.fallback);
}

std::string NumberText(double number) {
  return std::to_string(static_cast<int64_t>(number));
}

}  // namespace

std::string AllowedText(const OptionSpec& spec) {
  if (!spec.allowed.empty()) {
    std::string words = spec.type == Type::kList ? "any of " : "one of ";
    for (const char c : spec.allowed) words += c == '|' ? std::string(", ") : std::string(1, c);
    return words;
  }
  switch (spec.type) {
    case Type::kFlag: return "true, false, 1, 0";
    case Type::kString: return "a text in UTF-8 with the escapes \\s \\n \\t \\r \\\\";
    case Type::kList: return "texts in UTF-8 separated by ;";
    case Type::kInteger:
      return StrCat("an integer from ", NumberText(Minimum(spec)), " to ",
                    NumberText(Maximum(spec)));
    case Type::kDouble: return "a number";
  }
  return {};
}

absl::StatusOr<Value> DecodeFileValue(const OptionSpec& spec, std::string_view raw,
                                      const Environment& environment) {
  switch (spec.type) {
    case Type::kFlag: {
      const absl::StatusOr<bool> flag = DecodeBool(raw);
      if (!flag.ok()) return Refuse(spec, Message(flag.status()));
      return Value(*flag);
    }
    case Type::kInteger: {
      const absl::StatusOr<int64_t> number = DecodeInteger(raw);
      if (!number.ok()) return Refuse(spec, Message(number.status()));
      return Limited(spec, *number, environment);
    }
    case Type::kDouble: {
      const absl::StatusOr<double> number = DecodeDouble(raw);
      if (!number.ok()) return Refuse(spec, Message(number.status()));
      return Limited(spec, *number, environment);
    }
    case Type::kString: {
      absl::StatusOr<std::string> text = DecodeString(raw);
      if (!text.ok()) return Refuse(spec, Message(text.status()));
      return CheckedString(spec, *std::move(text));
    }
    case Type::kList: {
      absl::StatusOr<std::vector<std::string>> list = DecodeList(raw);
      if (!list.ok()) return Refuse(spec, Message(list.status()));
      return CheckedList(spec, *std::move(list));
    }
  }
  return absl::InternalError("unknown type");
}

absl::StatusOr<Value> DecodeArguments(const OptionSpec& spec, const std::vector<std::string>& values,
                                      const Environment& environment) {
  const std::string& last = values.back();
  switch (spec.type) {
    case Type::kFlag: return Value(true);
    case Type::kInteger: {
      const absl::StatusOr<int64_t> number = ArgumentInteger(last);
      if (!number.ok()) return Refuse(spec, Message(number.status()));
      return Limited(spec, *number, environment);
    }
    case Type::kDouble: {
      const absl::StatusOr<double> number = DecodeDouble(last);
      if (!number.ok()) return Refuse(spec, Message(number.status()));
      return Limited(spec, *number, environment);
    }
    case Type::kString: return CheckedString(spec, last);
    case Type::kList: return CheckedList(spec, values);
  }
  return absl::InternalError("unknown type");
}

Value DefaultValue(const OptionSpec& spec, const Environment& environment) {
  const std::string text = DefaultText(spec, environment);
  switch (spec.type) {
    case Type::kFlag: return false;
    case Type::kInteger: return text.empty() ? int64_t{0} : DecodeInteger(text).value_or(0);
    case Type::kDouble: return text.empty() ? 0.0 : DecodeDouble(text).value_or(0);
    case Type::kString: return text;
    case Type::kList:
      return DecodeList(text).value_or(std::vector<std::string>());
  }
  return false;
}

}  // namespace base::options
