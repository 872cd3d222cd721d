// A step of a migration as a value: what is done, to what, and why. It says nothing about how it is taken back: what was
// there before is looked up when the step begins, and goes to the journal first (perform.h).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tools/rtpctl/migrate/machine.h"

namespace rtpctl::migrate {

enum class Action : uint8_t {
  kWriteFile,      // subject: path, with content and attributes
  kRemoveFile,     // subject: path
  kMakeDirectory,  // subject: path
  kStopUnit,       // subject: unit; stopped and disabled
  kStartUnit,      // subject: unit; enabled and started (or restarted)
  kRemoveRules,    // subject: iptables or its like; rules with target RTPENGINE
  kRemoveNftRules, // handler rules of the incumbent that its daemon left in nftables
  kUnloadModule,   // subject: module
  kLoadModule,     // subject: module; goes on without, if there is none for this kernel
  kRun,            // command; undo_command when it is taken back. Either may be empty
  kCheck,          // subject: which (perform_check.cc); content: of what
};

struct Step {
  Action action = Action::kRun;
  std::string subject = {};
  std::string content = {};
  Attributes attributes = {};
  std::vector<std::string> command = {};
  std::vector<std::string> undo_command = {};
  std::string why = {};
};

std::string_view ActionName(Action action);  // "write-file", …
// "stop and disable rtpengine.service"
std::string Describe(const Step& step);

// Steps for the journal; reading fails on anything that StepsJson would not have written.
std::string StepsJson(const std::vector<Step>& steps);
absl::StatusOr<std::vector<Step>> ParseSteps(std::string_view json);

}  // namespace rtpctl::migrate
