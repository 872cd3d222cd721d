// Whose turn it is: a controller may have more calls than are asked about in one interval.
//
// Pure; single-threaded.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace rtpctl::top {

class Rota {
 public:
  // At most `budget` of `listed`, each once: those of `first` that are listed, then those that have
  // waited longest. Calls that are no longer listed are forgotten.
  std::vector<std::string> Pick(const std::vector<std::string>& listed,
                                const std::vector<std::string>& first, size_t budget);

 private:
  uint64_t turn_ = 0;
  std::map<std::string, uint64_t> last_;  // turn of each; 0: never
};

}  // namespace rtpctl::top
