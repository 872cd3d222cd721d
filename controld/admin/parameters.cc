#include "controld/admin/parameters.h"

#include <cerrno>
#include <cmath>
#include <limits>

#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "proto/base/text.h"

namespace controld::admin {
namespace {

constexpr int64_t kMicroseconds = 1'000'000;
// So that microseconds, and a point in time that far away, fit.
constexpr int64_t kMostSeconds = 1'000'000'000;

// Timeouts: whole seconds. `fallback` is what 0 means, as it is for the option. The answers name
// all of them `timeout`, and scripts compare that.
struct Timeout {
  std::string_view item, label, params_name, diff_name;
  int64_t Parameters::*value;
  int64_t fallback;
};
constexpr Timeout kTimeouts[] = {
    {"silenttimeout", "SILENT_TIMEOUT", "silent_timeout_us", "silent-timeout",
     &Parameters::silent_timeout_s, 3600},
    {"timeout", "TIMEOUT", "timeout_us", "timeout", &Parameters::timeout_s, 60},
    {"finaltimeout", "FINAL_TIMEOUT", "final_timeout_us", "final-timeout",
     &Parameters::final_timeout_s, 0},
    {"offertimeout", "OFFER_TIMEOUT", "offer_timeout_us", "offer-timeout",
     &Parameters::offer_timeout_s, 3600},
};

const Timeout* FindTimeout(std::string_view item) {
  for (const Timeout& timeout : kTimeouts) {
    if (timeout.item == item) return &timeout;
  }
  return nullptr;
}

enum class Reading : uint8_t { kNumber, kNoDigits, kOutOfRange };

Reading ReadNumber(std::string_view text, int64_t most, int64_t* out) {
  const std::string_view digits = text.substr(text.substr(0, 1) == "-" ? 1 : 0);
  if (digits.empty() || digits.find_first_not_of("0123456789") != digits.npos) {
    return Reading::kNoDigits;
  }
  if (!absl::SimpleAtoi(base::ToAbsl(text), out) || *out > most) return Reading::kOutOfRange;
  return Reading::kNumber;
}

std::string Success(std::string_view name, std::string_view value) {
  return base::StrCat("Success setting ", name, " to ", value, "\n");
}
std::string Fail(std::string_view name, std::string_view value, std::string_view why) {
  return base::StrCat("Fail setting ", name, " to ", value, "; ", why, "\n");
}
std::string WhyNot(Reading reading) {
  return reading == Reading::kNoDigits ? "no digits found" : base::StrCat("errno=", ERANGE);
}

std::string SetTimeout(const Timeout& timeout, std::string_view text, Parameters* parameters) {
  int64_t value = 0;
  const Reading reading = ReadNumber(text, kMostSeconds, &value);
  if (reading != Reading::kNumber) return Fail("timeout", text, WhyNot(reading));
  if (value < 0) return Fail("timeout", text, "errno=0");
  parameters->*timeout.value = value == 0 ? timeout.fallback : value;
  return Success("timeout", base::StrCat(parameters->*timeout.value));
}

std::string SetMaxSessions(std::string_view text, Parameters* parameters) {
  int64_t value = 0;
  const Reading reading = ReadNumber(text, std::numeric_limits<int64_t>::max(), &value);
  if (reading != Reading::kNumber) return Fail("maxsessions", text, WhyNot(reading));
  if (value < -1) return Fail("maxsessions", text, "either positive or -1 values allowed");
  parameters->max_sessions = value;
  return Success("maxsessions", value < 0 ? "-1; disable feature" : base::StrCat(value));
}

std::string SetMaxBandwidth(std::string_view text, Parameters* parameters) {
  int64_t value = 0;
  const Reading reading = ReadNumber(text, std::numeric_limits<int64_t>::max(), &value);
  if (reading != Reading::kNumber) return Fail("maxbw", text, WhyNot(reading));
  if (value < 0) return Fail("maxbw", text, "either positive or 0 (no limit) allowed");
  parameters->max_bandwidth = value;
  return Success("maxbw", base::StrCat(value));
}

// `text` is finite and a number; "nan" would let every comparison pass.
bool ReadFraction(std::string_view text, double* out) {
  const bool numeric = text.find_first_not_of("0123456789.-") == text.npos;
  return numeric && absl::SimpleAtod(base::ToAbsl(text), out) && std::isfinite(*out);
}

std::string SetMaxCpu(std::string_view text, Parameters* parameters) {
  double value = 0;
  if (!ReadFraction(text, &value)) return Fail("maxcpu", text, "no digits found");
  parameters->max_cpu = value;
  return Success("maxcpu", absl::StrFormat("%.1f", value));
}

std::string SetMaxLoad(std::string_view text, Parameters* parameters) {
  double value = 0;
  if (!ReadFraction(text, &value)) return Fail("maxload", text, "no digits found");
  parameters->max_load = value;
  return Success("maxload", absl::StrFormat("%.2f", value));
}

std::string SetDeleteDelay(std::string_view text, Parameters* parameters) {
  int64_t value = 0;
  if (ReadNumber(text, kMostSeconds, &value) != Reading::kNumber || value < 0) {
    return "Invalid delete-delay value\n";
  }
  parameters->delete_delay_s = value;
  return Success("delete-delay", base::StrCat(value));
}

std::string SetControlTos(std::string_view text, Parameters* parameters) {
  int64_t value = 0;
  if (ReadNumber(text, 255, &value) != Reading::kNumber || value < 0) {
    return base::StrCat("Invalid control-tos value ", text, ", must be between 0 and 255\n");
  }
  parameters->control_tos = value;
  return Success("control-tos", base::StrCat(value));
}

struct Setter {
  std::string_view item;
  std::string (*set)(std::string_view text, Parameters* parameters);
};
constexpr Setter kSetters[] = {
    {"maxsessions", SetMaxSessions}, {"maxcpu", SetMaxCpu},           {"maxload", SetMaxLoad},
    {"maxbw", SetMaxBandwidth},      {"deletedelay", SetDeleteDelay}, {"controltos", SetControlTos},
};

void AppendDifference(std::string_view name, std::string_view old, std::string_view now,
                      std::string* out) {
  if (old != now) base::StrAppend(out, name, ": ", old, " => ", now, "\n");
}

}  // namespace

std::string ParameterText(std::string_view item, const Parameters& p) {
  if (const Timeout* timeout = FindTimeout(item)) {
    return base::StrCat(timeout->label, "=", p.*timeout->value, "\n");
  }
  if (item == "deletedelay") return absl::StrFormat("%d\n", p.delete_delay_s);
  if (item == "controltos") return absl::StrFormat("%d\n", p.control_tos);
  if (item == "maxsessions") {
    return absl::StrFormat("Maximum sessions configured on rtpengine: %d\n", p.max_sessions);
  }
  if (item == "maxcpu") {
    return absl::StrFormat("Maximum CPU usage configured on rtpengine: %.1f\n", p.max_cpu);
  }
  if (item == "maxload") {
    return absl::StrFormat("Maximum load average configured on rtpengine: %.2f\n", p.max_load);
  }
  if (item == "maxbw") {
    return absl::StrFormat("Maximum bandwidth configured on rtpengine: %d\n", p.max_bandwidth);
  }
  return {};
}

bool IsSettable(std::string_view item) {
  for (const Setter& setter : kSetters) {
    if (setter.item == item) return true;
  }
  return FindTimeout(item) != nullptr;
}

std::string SetParameter(std::string_view item, std::string_view value, Parameters* parameters) {
  if (const Timeout* timeout = FindTimeout(item)) return SetTimeout(*timeout, value, parameters);
  for (const Setter& setter : kSetters) {
    if (setter.item == item) return setter.set(value, parameters);
  }
  return {};
}

std::string ParametersText(const Parameters& p) {
  std::string out =
      absl::StrFormat("max_sessions = %d\ndefault_tos = %d\ncontrol_tos = %d\nbw_limit = %d\n",
                      p.max_sessions, p.tos, p.control_tos, p.max_bandwidth);
  for (const Timeout& timeout : kTimeouts) {
    base::StrAppend(&out, timeout.params_name, " = ", p.*timeout.value * kMicroseconds, "\n");
  }
  absl::StrAppendFormat(&out, "delete_delay_us = %d\n[max-cpu = %.1f]\n[max-load = %.2f]\n",
                        p.delete_delay_s * kMicroseconds, p.max_cpu, p.max_load);
  return out;
}

std::string DifferenceText(const Parameters& start, const Parameters& current) {
  std::string out;
  const auto number = [&out](std::string_view name, int64_t old, int64_t now) {
    AppendDifference(name, base::StrCat(old), base::StrCat(now), &out);
  };
  number("max-sessions", start.max_sessions, current.max_sessions);
  number("control-tos", start.control_tos, current.control_tos);
  number("max-bandwidth", start.max_bandwidth, current.max_bandwidth);
  for (const Timeout& timeout : kTimeouts) {
    number(timeout.diff_name, start.*timeout.value * kMicroseconds,
           current.*timeout.value * kMicroseconds);
  }
  number("delete-delay", start.delete_delay_s * kMicroseconds,
         current.delete_delay_s * kMicroseconds);
  AppendDifference("max-cpu", absl::StrFormat("%.1f", start.max_cpu),
                   absl::StrFormat("%.1f", current.max_cpu), &out);
  AppendDifference("max-load", absl::StrFormat("%.2f", start.max_load),
                   absl::StrFormat("%.2f", current.max_load), &out);
  return out;
}

}  // namespace controld::admin
