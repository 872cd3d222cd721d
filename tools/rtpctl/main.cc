// rtpctl: the operator's tool. Terminal, command line, exit status; everything else is in the
// library.
#include <sys/ioctl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdlib>
#include <iostream>

#include "tools/rtpctl/commands/commands.h"
#include "tools/rtpctl/output/text.h"

namespace {

// Colours and width only for a terminal; NO_COLOR and TERM=dumb are respected (no-color.org).
rtpctl::Style TerminalStyle() {
  rtpctl::Style style;
  if (isatty(STDOUT_FILENO) == 0) return style;
  winsize size{};
  style.width = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
  const char* no_color = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  style.color = (no_color == nullptr || *no_color == '\0') && terminal != nullptr &&
                std::string_view(terminal) != "dumb";
  return style;
}

}  // namespace

int main(int argc, char** argv) {
  // gRPC writes its own lines about connections that fail: our error says it better.
  setenv("GRPC_VERBOSITY", "NONE", 0);
  rtpctl::Session session(std::cout, std::cerr, TerminalStyle());
  CLI::App app;
  rtpctl::BuildCommandLine(&app, &session);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {  // --help and --version, too
    const auto strangers = app.remaining(true);
    if (dynamic_cast<const CLI::RequiredError*>(&error) != nullptr && !strangers.empty()) {
      return session.Fail(rtpctl::kExitUsage, "there is no '" +
                                                  rtpctl::Printable(strangers.front()) +
                                                  "' here: rtpctl --help lists what there is.");
    }
    return app.exit(error) == 0 ? rtpctl::kExitOk : rtpctl::kExitUsage;
  }
  int status = session.RunCommand();
  errno = 0;
  std::cout.flush();
  // A reader that has seen enough (head) is no failure; a disk that is full is one, whatever was to be said.
  if (!std::cout && errno != EPIPE) {
    const int failed = session.Fail(rtpctl::kExitRefused, "the output could not be written.");
    if (status == rtpctl::kExitOk) status = failed;
  }
  return status;
}
