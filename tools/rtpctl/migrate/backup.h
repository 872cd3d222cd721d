// The backup of a migration: a directory with every file that was read or will be changed, the rule sets as text, the
// steps, and the journal. Closed to everybody but root; it holds keys and passwords of configurations.
//
//   README        for people: what it is and how to get back, by hand, too
//   files/NNNN    contents; manifest.json says whose
//   manifest.json, plan.json, journal
//   *.txt         what commands printed
//
// Single-threaded.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tools/rtpctl/migrate/journal.h"
#include "tools/rtpctl/migrate/plan.h"

namespace rtpctl::migrate {

struct SavedFile {
  std::string path;
  FileState state;
  std::string link;   // where it leads, of a link
  std::string saved;  // "files/0001"; empty: it was absent, or is no regular file
  std::string sum;    // of the content
};

struct Backup {
  std::string directory;
  std::vector<SavedFile> files;
  std::vector<Step> steps;

  const SavedFile* Find(std::string_view path) const;
};

// Nothing of the host is changed but the directory, which must be new or empty. Returns the sums for the journal.
absl::StatusOr<std::string> MakeBackup(Machine* machine, const std::string& directory, const Plan& plan);
// Checks every file against its sum: what comes back from it is what was there, or nothing is done.
absl::StatusOr<Backup> OpenBackup(const Machine& machine, const std::string& directory, const Progress& progress);

absl::StatusOr<std::vector<SavedFile>> ParseManifest(std::string_view json);

std::string JournalOf(const std::string& directory);

}  // namespace rtpctl::migrate
