// The seam between transports and the admin commands (config.md §5): one command line in, its output
// out.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace controld::listen {

class AdminCommands {
 public:
  virtual ~AdminCommands() = default;

  // `done` is called once, on any thread, perhaps before this returns; destroyed without having been
  // called when the process ends.
  using Done = std::function<void(std::string output)>;
  virtual void Run(std::string_view line, Done done) = 0;
};

}  // namespace controld::listen
