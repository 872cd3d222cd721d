// What a check found.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace rtpctl::doctor {

enum class Verdict : uint8_t {
  kGood,
  kSkipped,  // does not apply here, or could not be looked at: `what` says why
  kNotice,   // works, but worth knowing
  kWarning,  // will fail under load or later
  kFailure,  // calls or their media fail, or somebody else is in command
};

// Members have initialisers so that a finding may name only what it has.
struct Finding {
  std::string id = {};     // of the check, as in docs/troubleshooting.md
  std::string title = {};  // what was looked at
  std::string docs = {};   // file#section about it
  Verdict verdict = Verdict::kGood;
  std::string what = {};  // what is (wrong)
  std::string why = {};   // why it matters; empty when good
  // The commands that mend it, one per line; empty: there is none.
  std::string fix = {};
  // The same for --fix, where running them cannot do harm: words of one command each.
  std::vector<std::vector<std::string>> repairs = {};
};

inline Finding Good(std::string what) { return {.what = std::move(what)}; }
inline Finding Skipped(std::string what) {
  return {.verdict = Verdict::kSkipped, .what = std::move(what)};
}

}  // namespace rtpctl::doctor
