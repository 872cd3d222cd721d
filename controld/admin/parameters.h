// The part of the configuration that can be read and changed while we run: `list ITEM`, `set ITEM
// VALUE`, `params` (config.md §5).
//
// Values and texts only; who makes a change take effect is admin_shell's business. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace controld::admin {

struct Parameters {
  int64_t timeout_s = 60, silent_timeout_s = 3600, final_timeout_s = 0, offer_timeout_s = 3600;
  int64_t delete_delay_s = 30;
  int64_t max_sessions = -1;         // -1: no limit
  double max_cpu = 0, max_load = 0;  // 0 and less: no limit
  int64_t max_bandwidth = 0;         // octets per second; 0: no limit
  int64_t tos = 0;                   // of media; not changeable
  int64_t control_tos = 0;

  bool operator==(const Parameters&) const = default;
};

// The answer to `list ITEM`; empty: there is no such item.
std::string ParameterText(std::string_view item, const Parameters& parameters);

// `set ITEM VALUE`: changes `parameters` and says so, or says what is wrong and leaves them alone.
// Empty: there is no such item.
std::string SetParameter(std::string_view item, std::string_view value, Parameters* parameters);
bool IsSettable(std::string_view item);

// `params start` and `params current`: what is here of the reference's list, in its order and units
// (µs). Log levels stand before it and are not here.
std::string ParametersText(const Parameters& parameters);
// `params diff`: "name: old => new" for what differs.
std::string DifferenceText(const Parameters& start, const Parameters& current);

}  // namespace controld::admin
