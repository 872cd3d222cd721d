// See journal.h.
#include "tools/rtpctl/migrate/journal.h"

#include <openssl/sha.h>

#include <nlohmann/json.hpp>

#include "proto/base/text.h"

namespace rtpctl::migrate {

using Json = nlohmann::ordered_json;

namespace {

constexpr size_t kMostSteps = 1000;

std::string LineSum(std::string_view before, std::string_view json) { return Sum(base::StrCat(before, " ", json)); }

// Takes one event into the progress; false: it does not follow from what was there.
bool Take(const Json& json, Progress* progress) {
  const auto event = json.find("event");
  const auto text = json.find("text");
  if (event == json.end() || !event->is_string() || text == json.end() || !text->is_string()) return false;
  const std::string name = event->get<std::string>();
  const auto number = json.find("step");
  if (name == "created") {
    if (number == json.end() || !number->is_number_unsigned() || number->get<size_t>() > kMostSteps) return false;
    if (!progress->sums.empty()) return false;
    progress->sums = text->get<std::string>();
    progress->steps.resize(number->get<size_t>());
    return true;
  }
  if (progress->sums.empty()) return false;
  if (name == "applied") progress->applied = true;
  else if (name == "rolling-back") progress->rolling_back = true;
  else if (name == "rolled-back") progress->rolled_back = true;
  else {
    if (number == json.end() || !number->is_number_unsigned()) return false;
    const size_t index = number->get<size_t>();
    if (index >= progress->steps.size()) return false;
    StepProgress& step = progress->steps[index];
    if (name == "begin") {
      step.begun = true;
      step.before = text->get<std::string>();
    } else if (name == "done" && step.begun) {
      step.done = true;
      step.note = text->get<std::string>();
    } else if (name == "undone" && step.begun) {
      step.undone = true;
    } else {
      return false;
    }
  }
  return true;
}

}  // namespace

std::string Sum(std::string_view octets) {
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(octets.data()), octets.size(), digest);
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const unsigned char octet : digest) {
    text += kDigits[octet >> 4];
    text += kDigits[octet & 15];
  }
  return text;
}

absl::StatusOr<Progress> ReadJournal(std::string_view text) {
  Progress progress;
  for (int number = 1; !text.empty(); ++number) {
    const size_t end = text.find('\n');
    if (end == std::string_view::npos) {
      progress.torn = true;
      break;
    }
    const std::string_view line = text.substr(0, end);
    const size_t blank = line.rfind(' ');
    const std::string_view body = line.substr(0, blank == std::string_view::npos ? 0 : blank);
    const std::string sum = LineSum(progress.last_sum, body);
    const Json json = Json::parse(body, nullptr, false);
    if (blank == std::string_view::npos || line.substr(blank + 1) != sum || !json.is_object() ||
        !Take(json, &progress)) {
      return absl::DataLossError(base::StrCat("line ", number, " is not as rtpctl wrote it"));
    }
    progress.last_sum = sum;
    progress.size += end + 1;
    text.remove_prefix(end + 1);
  }
  // Half of a first line: nothing had begun.
  if (progress.sums.empty() && !progress.torn) return absl::DataLossError("nothing is in it");
  return progress;
}

absl::StatusOr<Journal> Journal::Open(Machine* machine, const std::string& path) {
  const absl::StatusOr<std::string> text = machine->Read(path);
  if (!text.ok()) return text.status();
  absl::StatusOr<Progress> progress = ReadJournal(*text);
  if (!progress.ok()) {
    return absl::DataLossError(base::StrCat(path, ": ", base::Message(progress.status()),
                                            ". It was changed, or is no journal of rtpctl migrate"));
  }
  Journal journal(machine, path);
  journal.progress_ = *std::move(progress);
  if (journal.progress_.torn) {
    const std::string whole = text->substr(0, journal.progress_.size);
    if (absl::Status status = machine->Write(path, whole, {.mode = 0600}); !status.ok()) return status;
  }
  return journal;
}

absl::StatusOr<Journal> Journal::Create(Machine* machine, const std::string& path, const std::string& sums,
                                        size_t steps) {
  Journal journal(machine, path);
  if (absl::Status status = journal.Event("created", steps, sums); !status.ok()) return status;
  return journal;
}

absl::Status Journal::Event(const std::string& name, std::optional<size_t> step, const std::string& text) {
  Json json = {{"event", name}, {"time", machine_->host().NowUnix()}};
  if (step) json["step"] = *step;
  json["text"] = text;
  const std::string body = json.dump(-1, ' ', false, Json::error_handler_t::replace);
  const std::string sum = LineSum(progress_.last_sum, body);
  if (absl::Status status = machine_->Append(path_, base::StrCat(body, " ", sum, "\n")); !status.ok()) return status;
  progress_.last_sum = sum;
  // What was written reads as it was meant.
  Take(Json::parse(body, nullptr, false), &progress_);
  return absl::OkStatus();
}

absl::Status Journal::Begin(size_t step, const std::string& before) { return Event("begin", step, before); }
absl::Status Journal::Done(size_t step, const std::string& note) { return Event("done", step, note); }
absl::Status Journal::Undone(size_t step) { return Event("undone", step, ""); }
absl::Status Journal::Applied() { return Event("applied", std::nullopt, ""); }
absl::Status Journal::RollingBack() { return Event("rolling-back", std::nullopt, ""); }
absl::Status Journal::RolledBack() { return Event("rolled-back", std::nullopt, ""); }

}  // namespace rtpctl::migrate
