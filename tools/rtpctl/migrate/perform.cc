// Steps on files and commands; the others are in perform_system.cc and perform_check.cc. See perform.h.
#include "tools/rtpctl/migrate/perform.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "absl/strings/str_join.h"
#include "proto/base/text.h"

namespace rtpctl::migrate {

using Json = nlohmann::ordered_json;

namespace {

// What somebody changed since, before it is replaced by what was there: into the backup.
absl::StatusOr<std::string> KeepChanged(Machine* machine, const Step& step, const Backup& backup,
                                        const std::string& current) {
  std::string name = step.subject;
  std::replace(name.begin(), name.end(), '/', '_');
  const std::string path = base::StrCat(backup.directory, "/changed", name);
  if (absl::Status status = machine->Write(path, current, {.mode = 0600}); !status.ok()) return status;
  return base::StrCat(step.subject, " was changed since: that text is kept as ", path);
}

absl::StatusOr<std::string> RestoreFile(Machine* machine, const Step& step, const Backup& backup) {
  const SavedFile* saved = backup.Find(step.subject);
  if (saved == nullptr) return absl::DataLossError(step.subject + " is not in the backup");
  const absl::StatusOr<FileState> now = machine->State(step.subject);
  if (!now.ok()) return now.status();
  std::string content, remark;
  if (!saved->saved.empty()) {
    absl::StatusOr<std::string> text = machine->Read(backup.directory + "/" + saved->saved);
    if (!text.ok()) return text.status();
    content = *std::move(text);
  }
  const bool was_there = saved->state.kind == FileKind::kFile;
  if (now->kind == FileKind::kFile) {
    const absl::StatusOr<std::string> current = machine->Read(step.subject);
    if (!current.ok()) return current.status();
    const bool same = was_there && *current == content;
    if (same && now->attributes == saved->state.attributes) return remark;
    const bool ours = step.action == Action::kWriteFile && *current == step.content;
    if (!same && !ours) {
      absl::StatusOr<std::string> kept = KeepChanged(machine, step, backup, *current);
      if (!kept.ok()) return kept;
      remark = *std::move(kept);
    }
  }
  absl::Status status;
  if (was_there) status = machine->Write(step.subject, content, saved->state.attributes);
  else if (now->kind != FileKind::kAbsent) status = machine->Remove(step.subject);
  if (!status.ok()) return status;
  return remark;
}

}  // namespace

absl::Status RunOk(const Machine& machine, const std::vector<std::string>& command) {
  const doctor::Output output = machine.host().Run(command);
  if (output.status == 0) return absl::OkStatus();
  const std::string line = absl::StrJoin(command, " ");
  const std::string text(base::Trim(output.text));
  if (output.status == -1) {
    return absl::UnavailableError(base::StrCat(line, ": there is no ", command[0], " here, or it did not end in time",
                                               text.empty() ? "" : ": ", text));
  }
  return absl::AbortedError(base::StrCat(line, ": exit status ", output.status, text.empty() ? "" : ": ", text));
}

absl::StatusOr<std::string> LookBefore(const Machine& machine, const Step& step) {
  switch (step.action) {
    case Action::kMakeDirectory: {
      const absl::StatusOr<FileState> state = machine.State(step.subject);
      if (!state.ok()) return state.status();
      return Json{{"there", state->kind != FileKind::kAbsent}}.dump();
    }
    case Action::kWriteFile:  // in the backup
    case Action::kRemoveFile:
    case Action::kRun:
    case Action::kCheck: return std::string("{}");
    default: return LookBeforeSystem(machine, step);
  }
}

absl::StatusOr<std::string> Do(Machine* machine, const Step& step, const std::string& before) {
  absl::Status status;
  switch (step.action) {
    case Action::kWriteFile: status = machine->Write(step.subject, step.content, step.attributes); break;
    case Action::kRemoveFile: {
      const absl::StatusOr<FileState> state = machine->State(step.subject);
      if (!state.ok()) return state.status();
      if (state->kind != FileKind::kAbsent) status = machine->Remove(step.subject);
      break;
    }
    case Action::kMakeDirectory: status = machine->MakeDirectory(step.subject, 0755); break;
    case Action::kRun:
      if (!step.command.empty()) status = RunOk(*machine, step.command);
      break;
    case Action::kCheck: return Check(machine, step);
    default: return DoSystem(machine, step, before);
  }
  if (!status.ok()) return status;
  return std::string();
}

absl::StatusOr<std::string> Undo(Machine* machine, const Step& step, const std::string& before,
                                 const Backup& backup) {
  absl::Status status;
  switch (step.action) {
    case Action::kWriteFile:
    case Action::kRemoveFile: return RestoreFile(machine, step, backup);
    case Action::kMakeDirectory: {
      const Json json = Json::parse(before, nullptr, false);
      const bool there = json.is_object() && json.value("there", true);
      if (!there) status = machine->RemoveDirectory(step.subject);
      break;
    }
    case Action::kRun:
      if (!step.undo_command.empty()) status = RunOk(*machine, step.undo_command);
      break;
    case Action::kCheck: break;
    default: return UndoSystem(machine, step, before);
  }
  if (!status.ok()) return status;
  return std::string();
}

}  // namespace rtpctl::migrate
