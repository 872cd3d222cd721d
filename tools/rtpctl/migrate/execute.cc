// See execute.h.
#include "tools/rtpctl/migrate/execute.h"

#include "proto/base/text.h"
#include "tools/rtpctl/migrate/perform.h"

namespace rtpctl::migrate {
namespace {

std::string Remark(const std::string& text) { return text.empty() ? text : " (" + text + ")"; }

absl::Status RememberWhere(Machine* machine, const std::string& directory) {
  return machine->Write(kPointer, directory + "\n", {.mode = 0600});
}

// Undoes; what fails is collected, the rest goes on.
absl::Status TakeBack(Machine* machine, Journal* journal, const Backup& backup, const Say& say) {
  std::string errors;
  const auto note = [&errors](const absl::Status& status, const std::string& what) {
    if (!status.ok()) base::StrAppend(&errors, errors.empty() ? "" : "\n", what, base::Message(status));
  };
  // A journal that cannot be written (no room left) must not keep the host as it is: undoing may be repeated.
  if (!journal->progress().rolling_back) note(journal->RollingBack(), "journal: ");
  for (size_t i = backup.steps.size(); i-- > 0;) {
    const StepProgress progress = journal->progress().steps[i];
    if (!progress.begun || progress.undone) continue;
    const Step& step = backup.steps[i];
    const absl::StatusOr<std::string> undone = Undo(machine, step, progress.before, backup);
    if (!undone.ok()) {
      note(undone.status(), Describe(step) + ", taken back: ");
      continue;
    }
    if (step.action != Action::kCheck) say("took back: " + Describe(step) + Remark(*undone));
    note(journal->Undone(i), "journal: ");
  }
  if (errors.empty()) note(journal->RolledBack(), "journal: ");
  if (errors.empty()) note(machine->Remove(kPointer), "");
  if (errors.empty()) return absl::OkStatus();
  return absl::AbortedError(errors);
}

absl::Status DoStep(Machine* machine, Journal* journal, const Backup& backup, size_t index, const Say& say) {
  const Step& step = backup.steps[index];
  const StepProgress progress = journal->progress().steps[index];
  if (progress.done) return absl::OkStatus();
  std::string before = progress.before;
  if (!progress.begun) {
    absl::StatusOr<std::string> looked = LookBefore(*machine, step);
    if (!looked.ok()) return looked.status();
    before = *std::move(looked);
    if (absl::Status status = journal->Begin(index, before); !status.ok()) return status;
  }
  const absl::StatusOr<std::string> done = Do(machine, step, before);
  if (!done.ok()) return done.status();
  const bool silent = step.action == Action::kRun && step.command.empty();
  if (!silent) say(Describe(step) + Remark(*done));
  return journal->Done(index, *done);
}

absl::Status DoAll(Machine* machine, Journal* journal, const Backup& backup, const Say& say) {
  absl::Status status;
  size_t index = 0;
  for (; index < backup.steps.size() && status.ok(); ++index) status = DoStep(machine, journal, backup, index, say);
  if (status.ok()) status = journal->Applied();
  if (status.ok()) return status;
  const std::string what = index == 0 ? std::string("journal") : Describe(backup.steps[index - 1]);
  say("failed: " + what + ": " + std::string(base::Message(status)));
  const absl::Status back = TakeBack(machine, journal, backup, say);
  if (back.ok()) {
    return absl::AbortedError(base::StrCat(what, ": ", base::Message(status),
                                           "\nEverything was taken back: the host is as it was"));
  }
  return absl::AbortedError(base::StrCat(what, ": ", base::Message(status), "\nNot everything could be taken back:\n",
                                         base::Message(back),
                                         "\nMend that, then: rtpctl migrate rollback --backup ", backup.directory));
}

absl::Status Continue(Machine* machine, const std::string& directory, const Say& say, bool forward) {
  absl::StatusOr<Journal> journal = Journal::Open(machine, JournalOf(directory));
  if (!journal.ok()) return journal.status();
  const absl::StatusOr<Backup> backup = OpenBackup(*machine, directory, journal->progress());
  if (!backup.ok()) return backup.status();
  if (absl::Status status = machine->Lock(directory + "/lock"); !status.ok()) return status;
  if (forward) return DoAll(machine, &*journal, *backup, say);
  absl::Status status = TakeBack(machine, &*journal, *backup, say);
  if (status.ok()) return status;
  return absl::AbortedError(base::StrCat("not everything could be taken back:\n", base::Message(status),
                                         "\nMend that, then run this again: it goes on where it stopped"));
}

}  // namespace

absl::StatusOr<Situation> Look(Machine* machine, const std::string& directory) {
  Situation situation;
  situation.directory = directory;
  if (directory.empty()) {
    situation.directory = std::string(base::Trim(machine->host().ReadFile(kPointer).value_or("")));
    if (situation.directory.empty()) return situation;
  }
  const std::string path = JournalOf(situation.directory);
  const absl::StatusOr<FileState> state = machine->State(path);
  if (!state.ok()) return state.status();
  if (state->kind == FileKind::kAbsent) {
    // The backup was being made: nothing of the host was touched.
    if (directory.empty()) return situation;
    return absl::NotFoundError(directory + " is no backup of rtpctl migrate: there is no journal in it");
  }
  const bool others = (state->attributes.mode & 022) != 0;
  if (others) return absl::DataLossError(path + " may be written by others than its owner: it is not trusted");
  const absl::StatusOr<Journal> journal = Journal::Open(machine, path);
  if (!journal.ok()) return journal.status();
  if (journal->progress().sums.empty()) return situation;
  absl::StatusOr<Backup> backup = OpenBackup(*machine, situation.directory, journal->progress());
  if (!backup.ok()) return backup.status();
  situation.backup = *std::move(backup);
  situation.progress = journal->progress();
  situation.stage = Stage::kInterrupted;
  if (situation.progress.applied) situation.stage = Stage::kApplied;
  if (situation.progress.rolling_back) situation.stage = Stage::kRollbackInterrupted;
  if (situation.progress.rolled_back) situation.stage = Stage::kRolledBack;
  return situation;
}

absl::Status Apply(Machine* machine, const Plan& plan, const std::string& directory, const Say& say) {
  absl::StatusOr<std::string> sums = MakeBackup(machine, directory, plan);
  if (!sums.ok()) return sums.status();
  if (absl::Status status = machine->Lock(directory + "/lock"); !status.ok()) return status;
  if (absl::Status status = RememberWhere(machine, directory); !status.ok()) return status;
  absl::StatusOr<Journal> journal = Journal::Create(machine, JournalOf(directory), *sums, plan.steps.size());
  if (!journal.ok()) {
    const absl::Status forgotten = machine->Remove(kPointer);  // nothing has begun; what matters is why
    static_cast<void>(forgotten);
    return journal.status();
  }
  say("backup: " + directory);
  const absl::StatusOr<Backup> backup = OpenBackup(*machine, directory, journal->progress());
  if (!backup.ok()) return backup.status();
  return DoAll(machine, &*journal, *backup, say);
}

absl::Status Resume(Machine* machine, const std::string& directory, const Say& say) {
  return Continue(machine, directory, say, true);
}

absl::Status RollBack(Machine* machine, const std::string& directory, const Say& say) {
  return Continue(machine, directory, say, false);
}

}  // namespace rtpctl::migrate
