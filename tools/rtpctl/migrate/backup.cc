// See backup.h.
#include "tools/rtpctl/migrate/backup.h"

#include <array>
#include <nlohmann/json.hpp>
#include <set>

#include "absl/strings/str_format.h"
#include "proto/base/text.h"

namespace rtpctl::migrate {

using Json = nlohmann::ordered_json;

namespace {

constexpr char kFormat[] = "rtpctl migrate 1";
constexpr Attributes kPrivate = {.mode = 0600};
constexpr std::array<std::string_view, 5> kKinds = {"absent", "file", "link", "directory", "other"};

constexpr char kReadMe[] =
    "The host as it was before `rtpctl migrate apply`.\n"
    "\n"
    "Back:     rtpctl migrate rollback --backup THIS-DIRECTORY\n"
    "By hand:  manifest.json says which file is which, with mode (decimal), owner and group; plan.json has the steps\n"
    "          (contents in base64), the journal those that were taken. iptables-save.txt and the others can be given\n"
    "          to iptables-restore.\n"
    "\n"
    "Do not change anything in here: rollback checks it, and refuses what was changed.\n";

Json ToJson(const SavedFile& file) {
  return {{"path", file.path},
          {"kind", kKinds[static_cast<size_t>(file.state.kind)]},
          {"mode", file.state.attributes.mode},
          {"uid", file.state.attributes.uid},
          {"gid", file.state.attributes.gid},
          {"modified_ns", file.state.attributes.modified_ns},
          {"link", file.link},
          {"saved", file.saved},
          {"sum", file.sum}};
}

bool FromJson(const Json& json, SavedFile* file) {
  const auto text = [&json](const char* key, std::string* out) {
    const auto found = json.find(key);
    if (found == json.end() || !found->is_string()) return false;
    *out = found->get<std::string>();
    return true;
  };
  const auto number = [&json](const char* key, auto* out) {
    const auto found = json.find(key);
    if (found == json.end() || !found->is_number_integer()) return false;
    *out = found->get<std::remove_pointer_t<decltype(out)>>();
    return true;
  };
  std::string kind;
  Attributes* attributes = &file->state.attributes;
  if (!json.is_object() || !text("path", &file->path) || !text("kind", &kind) || !number("mode", &attributes->mode) ||
      !number("uid", &attributes->uid) || !number("gid", &attributes->gid) ||
      !number("modified_ns", &attributes->modified_ns) || !text("link", &file->link) ||
      !text("saved", &file->saved) || !text("sum", &file->sum)) {
    return false;
  }
  const auto found = std::find(kKinds.begin(), kKinds.end(), kind);
  if (found == kKinds.end()) return false;
  file->state.kind = static_cast<FileKind>(found - kKinds.begin());
  // Names are ours: nothing outside the directory is read.
  const bool name = file->saved.rfind("files/", 0) == 0 && file->saved.find("..") == std::string::npos;
  return file->saved.empty() || name;
}

absl::StatusOr<SavedFile> Save(Machine* machine, const std::string& directory, const std::string& path,
                               size_t number) {
  SavedFile file;
  file.path = path;
  absl::StatusOr<FileState> state = machine->State(path);
  if (!state.ok()) return state.status();
  file.state = *state;
  if (file.state.kind == FileKind::kLink) file.link = machine->ReadLink(path);
  if (file.state.kind != FileKind::kFile) return file;
  const absl::StatusOr<std::string> content = machine->Read(path);
  if (!content.ok()) return content.status();
  file.saved = absl::StrFormat("files/%04d", number);
  file.sum = Sum(*content);
  absl::Status status = machine->Write(directory + "/" + file.saved, *content, kPrivate);
  if (!status.ok()) return status;
  return file;
}

absl::Status NotOurs(const std::string& what) {
  return absl::DataLossError(what +
                             ": the backup was changed, or is none of rtpctl migrate. Nothing was done. Its README "
                             "says how to go back by hand");
}

}  // namespace

const SavedFile* Backup::Find(std::string_view path) const {
  for (const SavedFile& file : files) {
    if (file.path == path) return &file;
  }
  return nullptr;
}

std::string JournalOf(const std::string& directory) { return directory + "/journal"; }

absl::StatusOr<std::string> MakeBackup(Machine* machine, const std::string& directory, const Plan& plan) {
  if (!machine->host().ListDirectory(directory).empty()) {
    return absl::AlreadyExistsError(directory + " is not empty: give another one with --backup");
  }
  if (absl::Status status = machine->MakeDirectory(directory, 0700); !status.ok()) return status;
  if (absl::Status status = machine->MakeDirectory(directory + "/files", 0700); !status.ok()) return status;
  std::set<std::string> paths(plan.files.begin(), plan.files.end());
  for (const Step& step : plan.steps) {
    if (step.action == Action::kWriteFile || step.action == Action::kRemoveFile) paths.insert(step.subject);
  }
  Json files = Json::array();
  for (const std::string& path : paths) {
    const absl::StatusOr<SavedFile> file = Save(machine, directory, path, files.size() + 1);
    if (!file.ok()) return file.status();
    files.push_back(ToJson(*file));
  }
  const Json manifest = {{"format", kFormat}, {"made", machine->host().NowUnix()}, {"files", std::move(files)}};
  std::vector<std::pair<std::string, std::string>> texts = plan.records;
  texts.emplace_back("README", kReadMe);
  texts.emplace_back("manifest.json", manifest.dump(1, ' ', false, Json::error_handler_t::replace) + "\n");
  texts.emplace_back("plan.json", StepsJson(plan.steps));
  for (const auto& [name, text] : texts) {
    if (absl::Status status = machine->Write(directory + "/" + name, text, kPrivate); !status.ok()) return status;
  }
  const Json sums = {{"format", kFormat},
                     {"manifest", Sum(texts[texts.size() - 2].second)},
                     {"plan", Sum(texts.back().second)}};
  return sums.dump();
}

absl::StatusOr<std::vector<SavedFile>> ParseManifest(std::string_view text) {
  const Json json = Json::parse(text, nullptr, false);
  const bool ours = json.is_object() && json.contains("format") && json["format"] == kFormat &&
                    json.contains("files") && json["files"].is_array();
  if (!ours) return absl::DataLossError("no manifest");
  std::vector<SavedFile> files;
  for (const Json& one : json["files"]) {
    SavedFile file;
    if (!FromJson(one, &file)) return absl::DataLossError("a file that is none of ours");
    files.push_back(std::move(file));
  }
  return files;
}

absl::StatusOr<Backup> OpenBackup(const Machine& machine, const std::string& directory, const Progress& progress) {
  const Json sums = Json::parse(progress.sums, nullptr, false);
  if (!sums.is_object()) return NotOurs(JournalOf(directory));
  std::string texts[2];
  const char* const names[] = {"manifest", "plan"};
  for (int i = 0; i < 2; ++i) {
    const std::string path = base::StrCat(directory, "/", names[i], ".json");
    absl::StatusOr<std::string> text = machine.Read(path);
    if (!text.ok()) return text.status();
    if (!sums.contains(names[i]) || sums[names[i]] != Sum(*text)) return NotOurs(path);
    texts[i] = *std::move(text);
  }
  absl::StatusOr<std::vector<SavedFile>> files = ParseManifest(texts[0]);
  if (!files.ok()) return NotOurs(directory + "/manifest.json");
  absl::StatusOr<std::vector<Step>> steps = ParseSteps(texts[1]);
  if (!steps.ok() || steps->size() != progress.steps.size()) return NotOurs(directory + "/plan.json");
  for (const SavedFile& file : *files) {
    if (file.saved.empty()) continue;
    const std::string path = directory + "/" + file.saved;
    const absl::StatusOr<std::string> content = machine.Read(path);
    if (!content.ok()) return content.status();
    if (Sum(*content) != file.sum) return NotOurs(base::StrCat(path, " (", file.path, ")"));
  }
  return Backup{directory, *std::move(files), *std::move(steps)};
}

}  // namespace rtpctl::migrate
