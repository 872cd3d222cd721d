// Any configuration file through the key-file reader and both daemons' option tables.
//
// Whatever a file holds: it is taken with warnings, or refused with a text that says where and why.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "proto/base/key_file.h"
#include "proto/base/options/parsed_options.h"

namespace {

void Require(bool condition) {
  if (!condition) std::abort();
}

void TryDaemon(base::options::Daemon daemon, const std::string& file) {
  base::options::Environment environment;
  environment.cores = 4;
  const auto parsed = base::options::ParseOptions(daemon, {}, file, environment);
  if (!parsed.ok()) {
    Require(!parsed.status().message().empty());
    return;
  }
  // What was accepted is in range and readable.
  const auto& options = parsed->options;
  (void)options.String("log-facility");
  if (daemon == base::options::Daemon::kMediad) {
    Require(options.Int("port-min") >= 1 && options.Int("port-max") <= 65535);
    (void)options.List("interface");
  } else {
    Require(options.Int("delete-delay") >= 0);
    (void)options.List("listen-ng");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size < 16384 ? size : 16384);
  if (const auto file = base::KeyFile::Parse(text); file.ok()) {
    for (const auto& section : file->sections()) {
      for (const auto& entry : section.entries) {
        (void)base::DecodeString(entry.value);
        (void)base::DecodeList(entry.value);
        (void)base::DecodeInteger(entry.value);
        (void)base::DecodeDouble(entry.value);
        (void)base::DecodeBool(entry.value);
      }
    }
  }
  TryDaemon(base::options::Daemon::kControld, std::string(text));
  TryDaemon(base::options::Daemon::kMediad, std::string(text));
  return 0;
}
