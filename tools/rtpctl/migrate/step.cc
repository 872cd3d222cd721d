// See step.h. Pure.
#include "tools/rtpctl/migrate/step.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "absl/strings/escaping.h"
#include "absl/strings/str_join.h"
#include "proto/base/text.h"

namespace rtpctl::migrate {

using Json = nlohmann::ordered_json;

namespace {

constexpr std::array<std::string_view, 11> kNames = {
    "write-file", "remove-file",  "make-directory", "stop-unit", "start-unit", "remove-rules", "remove-nft-rules",
    "unload-module", "load-module", "run", "check"};

std::string CheckText(const Step& step) {
  if (step.subject == "gone") return "check that no process of the former rtpengine is left";
  if (step.subject == "active") return "check that " + step.content + " is active";
  if (step.subject == "ping") return "check that NG is answered at " + step.content;
  if (step.subject == "worker") return "check that a worker takes calls";
  return "check with rtpctl doctor: " + step.content;
}

Json ToJson(const Step& step) {
  // Contents may be any octets (a kernel module): JSON has text only.
  return {{"action", ActionName(step.action)},
          {"subject", step.subject},
          {"content", absl::Base64Escape(step.content)},
          {"mode", step.attributes.mode},
          {"uid", step.attributes.uid},
          {"gid", step.attributes.gid},
          {"command", step.command},
          {"undo_command", step.undo_command},
          {"why", step.why}};
}

bool FromJson(const Json& json, Step* step) {
  const auto text = [&json](const char* key, std::string* out) {
    const auto found = json.find(key);
    if (found == json.end() || !found->is_string()) return false;
    *out = found->get<std::string>();
    return true;
  };
  const auto number = [&json](const char* key, uint32_t* out) {
    const auto found = json.find(key);
    if (found == json.end() || !found->is_number_unsigned()) return false;
    *out = found->get<uint32_t>();
    return true;
  };
  const auto words = [&json](const char* key, std::vector<std::string>* out) {
    const auto found = json.find(key);
    if (found == json.end() || !found->is_array()) return false;
    for (const Json& word : *found) {
      if (!word.is_string()) return false;
      out->push_back(word.get<std::string>());
    }
    return true;
  };
  std::string action, content;
  if (!json.is_object() || !text("action", &action) || !text("subject", &step->subject) ||
      !text("content", &content) || !absl::Base64Unescape(content, &step->content) ||
      !number("mode", &step->attributes.mode) || !number("uid", &step->attributes.uid) ||
      !number("gid", &step->attributes.gid) || !words("command", &step->command) ||
      !words("undo_command", &step->undo_command) || !text("why", &step->why)) {
    return false;
  }
  const auto found = std::find(kNames.begin(), kNames.end(), action);
  if (found == kNames.end()) return false;
  step->action = static_cast<Action>(found - kNames.begin());
  return true;
}

}  // namespace

std::string_view ActionName(Action action) { return kNames[static_cast<size_t>(action)]; }

std::string Describe(const Step& step) {
  switch (step.action) {
    case Action::kWriteFile: return "write " + step.subject;
    case Action::kRemoveFile: return "take away " + step.subject;
    case Action::kMakeDirectory: return "make " + step.subject;
    case Action::kStopUnit: return "stop and disable " + step.subject;
    case Action::kStartUnit: return "enable and start " + step.subject;
    case Action::kRemoveRules: return "remove rules with target RTPENGINE from " + step.subject;
    case Action::kRemoveNftRules: return "remove what the former rtpengine left in nftables";
    case Action::kUnloadModule: return "unload kernel module " + step.subject;
    case Action::kLoadModule: return "load kernel module " + step.subject;
    case Action::kRun:
      return step.command.empty() ? "nothing; taken back: " + absl::StrJoin(step.undo_command, " ")
                                  : "run " + absl::StrJoin(step.command, " ");
    case Action::kCheck: return CheckText(step);
  }
  return {};
}

std::string StepsJson(const std::vector<Step>& steps) {
  Json json = Json::array();
  for (const Step& step : steps) json.push_back(ToJson(step));
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

absl::StatusOr<std::vector<Step>> ParseSteps(std::string_view text) {
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_array()) return absl::DataLossError("no list of steps");
  std::vector<Step> steps;
  for (const Json& one : json) {
    Step step;
    if (!FromJson(one, &step)) return absl::DataLossError("a step that is none of ours");
    steps.push_back(std::move(step));
  }
  return steps;
}

}  // namespace rtpctl::migrate
