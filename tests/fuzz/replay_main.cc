// Runs a fuzz target without libFuzzer: every file of the given directories, and N mutations of
// each.
//
// The mutations depend on nothing but the files' octets and N, so that a failure repeats. It finds
// what a reader of changes would want to know at once; finding more is libFuzzer's work
// (RTPENGINE_FUZZ).
//   fuzz_<name> [--mutations N] FILE_OR_DIRECTORY…
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

namespace fs = std::filesystem;

// splitmix64: small, and the same on every platform.
class Dice {
 public:
  explicit Dice(std::string_view seed) {
    for (const char c : seed) state_ = (state_ ^ static_cast<uint8_t>(c)) * 0x100000001b3;
  }
  uint64_t Next() {
    state_ += 0x9e3779b97f4a7c15;
    uint64_t z = (state_ ^ (state_ >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }
  size_t Below(size_t limit) { return limit == 0 ? 0 : static_cast<size_t>(Next() % limit); }

 private:
  uint64_t state_ = 0xcbf29ce484222325;
};

// One edit: an octet changed, a range removed, doubled or moved, the end cut off, a piece of
// another seed put in.
void Mutate(Dice& dice, const std::vector<std::string>& seeds, std::string* text) {
  static constexpr std::string_view kInteresting{"\0\xff 0:9e-[]{}\"\\\r\n=|", 19};
  const size_t at = dice.Below(text->size() + 1);
  const size_t length = dice.Below(std::min<size_t>(text->size() - at, 64) + 1);
  switch (dice.Below(7)) {
    case 0:
      if (at < text->size()) (*text)[at] = static_cast<char>(dice.Next());
      break;
    case 1:
      text->insert(at, 1 + dice.Below(3), kInteresting[dice.Below(kInteresting.size())]);
      break;
    case 2:
      text->erase(at, length);
      break;
    case 3:
      text->insert(at, text->substr(at, length));
      break;
    case 4: {
      const std::string piece = text->substr(at, length);
      text->erase(at, length);
      text->insert(dice.Below(text->size() + 1), piece);
      break;
    }
    case 5:
      text->resize(at);
      break;
    default: {
      const std::string& other = seeds[dice.Below(seeds.size())];
      text->insert(at, other, dice.Below(other.size()), 1 + dice.Below(64));
    }
  }
}

void Run(const std::string& text) {
  // An exact copy on the heap, so that reading beyond its end is an error the sanitizer sees.
  const std::vector<uint8_t> octets(text.begin(), text.end());
  LLVMFuzzerTestOneInput(octets.data(), octets.size());
}

std::vector<fs::path> FilesOf(const fs::path& path) {
  std::vector<fs::path> files;
  std::error_code error;
  if (fs::is_regular_file(path, error)) files.push_back(path);
  for (fs::recursive_directory_iterator it(path, error), end; !error && it != end;
       it.increment(error)) {
    if (it->is_regular_file(error)) files.push_back(it->path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

int main(int argc, char** argv) {
  size_t mutations = 0;
  std::vector<std::string> seeds;
  for (int i = 1; i < argc; ++i) {
    if (std::string_view(argv[i]) == "--mutations" && i + 1 < argc) {
      mutations = std::strtoul(argv[++i], nullptr, 10);
      continue;
    }
    for (const fs::path& file : FilesOf(argv[i])) {
      std::ifstream in(file, std::ios::binary);
      seeds.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
    }
  }
  if (seeds.empty()) {
    std::fprintf(stderr, "no seeds found\n");
    return EXIT_FAILURE;
  }
  Run("");
  size_t runs = 1;
  for (const std::string& seed : seeds) {
    Run(seed);
    Dice dice(seed);
    for (size_t i = 0; i < mutations; ++i, ++runs) {
      std::string text = seed;
      for (size_t edits = 1 + dice.Below(4); edits > 0; --edits) Mutate(dice, seeds, &text);
      Run(text);
    }
    ++runs;
  }
  std::printf("%zu seeds, %zu runs\n", seeds.size(), runs);
  return EXIT_SUCCESS;
}
