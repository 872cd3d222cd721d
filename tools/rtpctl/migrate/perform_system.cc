// Steps on units, kernel modules and packet filter rules. See perform.h.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "absl/strings/escaping.h"
#include "mediad/nft/ruleset.h"
#include "proto/base/text.h"
#include "tools/rtpctl/migrate/perform.h"
#include "tools/rtpctl/migrate/rules.h"

namespace rtpctl::migrate {

using Json = nlohmann::ordered_json;

namespace {

// The word systemctl prints: "enabled", "inactive".
std::string SystemctlSays(const Machine& machine, const char* question, const std::string& unit) {
  return std::string(base::Trim(machine.host().Run({"systemctl", question, unit}).text));
}

bool IsActive(const Machine& machine, const std::string& unit) {
  const std::string state = SystemctlSays(machine, "is-active", unit);
  return state == "active" || state == "activating" || state == "reloading";
}

bool IsEnabled(const std::string& state) { return state == "enabled" || state == "enabled-runtime"; }

bool IsLoaded(const Machine& machine, const std::string& module) {
  return machine.host().Exists("/sys/module/" + module);
}

// As they were given when it was loaded, so that it can be loaded again like that.
std::vector<std::string> ParametersOf(const Machine& machine, const std::string& module) {
  std::vector<std::string> parameters;
  const std::string directory = "/sys/module/" + module + "/parameters";
  for (const std::string& name : machine.host().ListDirectory(directory)) {
    const std::string value(base::Trim(machine.host().ReadFile(directory + "/" + name).value_or("")));
    if (!value.empty() && value != "(null)") parameters.push_back(base::StrCat(name, "=", value));
  }
  std::sort(parameters.begin(), parameters.end());
  return parameters;
}

bool BoolOf(const Json& json, const char* key) {
  return json.is_object() && json.contains(key) && json[key].is_boolean() && json[key].get<bool>();
}

std::string TextOf(const Json& json, const char* key) {
  return json.is_object() && json.contains(key) && json[key].is_string() ? json[key].get<std::string>()
                                                                         : std::string();
}

// Who has a file of the module open, or which modules use it.
std::string HoldersOf(const Machine& machine, const std::string& module) {
  std::string holders;
  for (const std::string& name : machine.host().ListDirectory("/sys/module/" + module + "/holders")) {
    base::StrAppend(&holders, holders.empty() ? "" : ", ", "module ", name);
  }
  for (const std::string& pid : machine.host().ListDirectory("/proc")) {
    if (pid.find_first_not_of("0123456789") != std::string::npos) continue;
    for (const std::string& fd : machine.host().ListDirectory("/proc/" + pid + "/fd")) {
      if (machine.ReadLink("/proc/" + pid + "/fd/" + fd).rfind("/proc/rtpengine/", 0) != 0) continue;
      const std::string name(base::Trim(machine.host().ReadFile("/proc/" + pid + "/comm").value_or("?")));
      base::StrAppend(&holders, holders.empty() ? "" : ", ", "process ", pid, " (", name, ")");
      break;
    }
  }
  return holders;
}

absl::Status Unload(const Machine& machine, const std::string& module) {
  if (!IsLoaded(machine, module)) return absl::OkStatus();
  absl::Status status = RunOk(machine, {"rmmod", module});
  if (status.ok()) return status;
  const std::string holders = HoldersOf(machine, module);
  return absl::AbortedError(base::StrCat(
      base::Message(status), ". ",
      holders.empty() ? "No process here has it open: a rule with its target in another network namespace (a "
                        "container), or a process there, may hold it"
                      : "Held by " + holders + ": end what holds it, then try again"));
}

absl::StatusOr<std::string> SavedRules(const Machine& machine, const std::string& tool) {
  const doctor::Output output = machine.host().Run({tool + "-save"});
  if (output.status != 0) {
    return absl::UnavailableError(base::StrCat(tool, "-save: ", base::Trim(output.text)));
  }
  return output.text;
}

std::vector<std::string> WithTool(const std::string& tool, std::vector<std::string> words) {
  words.insert(words.begin(), tool);
  return words;
}

absl::Status RemoveRules(const Machine& machine, const std::string& tool) {
  const absl::StatusOr<std::string> saved = SavedRules(machine, tool);
  if (!saved.ok()) return saved.status();
  std::vector<PacketRule> rules = HandlerRules(*saved);
  // From the end, so that positions of those before stay right.
  std::reverse(rules.begin(), rules.end());
  for (const PacketRule& rule : rules) {
    if (absl::Status status = RunOk(machine, WithTool(tool, DeleteCommand(rule))); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status RestoreRules(const Machine& machine, const std::string& tool, const Json& before) {
  if (!before.is_array()) return absl::DataLossError("the journal has no rules of " + tool);
  for (const Json& one : before) {
    PacketRule rule;
    rule.table = TextOf(one, "table");
    rule.chain = TextOf(one, "chain");
    rule.position = one.is_object() && one.contains("position") && one["position"].is_number_integer()
                        ? one["position"].get<int>()
                        : 0;
    if (!absl::Base64Unescape(TextOf(one, "text"), &rule.text) || rule.position < 1) {
      return absl::DataLossError("the journal has no rules of " + tool);
    }
    const absl::StatusOr<std::string> saved = SavedRules(machine, tool);
    if (!saved.ok()) return saved.status();
    const std::vector<PacketRule> now = RulesOf(*saved, rule.table, rule.chain);
    const size_t index = static_cast<size_t>(rule.position) - 1;
    if (index < now.size() && now[index].text == rule.text) continue;
    // Where the chain has become shorter, it goes to its end.
    rule.position = static_cast<int>(std::min(index, now.size())) + 1;
    if (absl::Status status = RunOk(machine, WithTool(tool, InsertCommand(rule))); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> RemoveNftRules(const Machine& machine) {
  const absl::StatusOr<mediad::nft::Ruleset> ruleset = machine.host().Ruleset();
  if (!ruleset.ok()) return ruleset.status();
  int removed = 0;
  for (const mediad::nft::Table& table : ruleset->tables) {
    for (const mediad::nft::Chain& chain : table.chains) {
      for (const mediad::nft::Rule& rule : chain.rules) {
        if (!rule.foreign_handler && rule.comment.rfind("rtpengine UDP handler table ", 0) != 0) continue;
        absl::Status status =
            RunOk(machine, {"nft", "delete", "rule", std::string(mediad::nft::FamilyName(table.family)), table.name,
                            chain.name, "handle", std::to_string(rule.handle)});
        if (!status.ok()) return status;
        ++removed;
      }
    }
  }
  return removed == 0 ? std::string("its daemon took them along") : base::StrCat(removed, " rules");
}

}  // namespace

absl::StatusOr<std::string> LookBeforeSystem(const Machine& machine, const Step& step) {
  Json json = Json::object();
  switch (step.action) {
    case Action::kStopUnit:
    case Action::kStartUnit:
      json["enabled"] = IsEnabled(SystemctlSays(machine, "is-enabled", step.subject));
      json["active"] = IsActive(machine, step.subject);
      break;
    case Action::kUnloadModule:
    case Action::kLoadModule:
      json["loaded"] = IsLoaded(machine, step.subject);
      json["parameters"] = ParametersOf(machine, step.subject);
      break;
    case Action::kRemoveRules: {
      const absl::StatusOr<std::string> saved = SavedRules(machine, step.subject);
      if (!saved.ok()) return saved.status();
      json = Json::array();
      for (const PacketRule& rule : HandlerRules(*saved)) {
        json.push_back({{"table", rule.table},
                        {"chain", rule.chain},
                        {"position", rule.position},
                        {"text", absl::Base64Escape(rule.text)}});
      }
      break;
    }
    default: break;
  }
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

absl::StatusOr<std::string> DoSystem(Machine* machine, const Step& step, const std::string& before) {
  const Json was = Json::parse(before, nullptr, false);
  absl::Status status;
  switch (step.action) {
    case Action::kStopUnit:
      status = RunOk(*machine, {"systemctl", "stop", step.subject});
      if (status.ok() && BoolOf(was, "enabled")) status = RunOk(*machine, {"systemctl", "disable", step.subject});
      break;
    case Action::kStartUnit:
      status = RunOk(*machine, {"systemctl", "enable", step.subject});
      if (status.ok()) status = RunOk(*machine, {"systemctl", "restart", step.subject});
      break;
    case Action::kRemoveRules: status = RemoveRules(*machine, step.subject); break;
    case Action::kRemoveNftRules: return RemoveNftRules(*machine);
    case Action::kUnloadModule: status = Unload(*machine, step.subject); break;
    case Action::kLoadModule: {
      if (IsLoaded(*machine, step.subject)) return std::string("it is loaded");
      const absl::Status loaded = RunOk(*machine, {"modprobe", step.subject});
      if (!loaded.ok()) return base::StrCat("without it, media is relayed in user space: ", base::Message(loaded));
      break;
    }
    default: return absl::InternalError("a step nobody performs");
  }
  if (!status.ok()) return status;
  return std::string();
}

absl::StatusOr<std::string> UndoSystem(Machine* machine, const Step& step, const std::string& before) {
  const Json was = Json::parse(before, nullptr, false);
  absl::Status status;
  switch (step.action) {
    case Action::kStopUnit:
      if (BoolOf(was, "enabled")) status = RunOk(*machine, {"systemctl", "enable", step.subject});
      if (status.ok() && BoolOf(was, "active")) status = RunOk(*machine, {"systemctl", "start", step.subject});
      break;
    case Action::kStartUnit:
      if (!BoolOf(was, "active")) status = RunOk(*machine, {"systemctl", "stop", step.subject});
      if (status.ok() && !BoolOf(was, "enabled")) status = RunOk(*machine, {"systemctl", "disable", step.subject});
      break;
    case Action::kRemoveRules: status = RestoreRules(*machine, step.subject, was); break;
    case Action::kRemoveNftRules: return std::string("its daemon makes them when it starts");
    case Action::kUnloadModule: {
      if (!BoolOf(was, "loaded") || IsLoaded(*machine, step.subject)) break;
      std::vector<std::string> command = {"modprobe", step.subject};
      if (was.contains("parameters") && was["parameters"].is_array()) {
        for (const Json& word : was["parameters"]) {
          if (word.is_string()) command.push_back(word.get<std::string>());
        }
      }
      status = RunOk(*machine, command);
      break;
    }
    case Action::kLoadModule:
      if (!BoolOf(was, "loaded")) status = Unload(*machine, step.subject);
      break;
    default: return absl::InternalError("a step nobody takes back");
  }
  if (!status.ok()) return status;
  return std::string();
}

}  // namespace rtpctl::migrate
