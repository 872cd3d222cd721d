// Lines of a screen as octets for a terminal: what changed since the last time, in ECMA-48's words,
// which every terminal has understood since the VT100. No terminfo is needed.
//
// Pure; single-threaded.
#pragma once

#include <string>

#include "tools/rtpctl/top/screen.h"

namespace rtpctl::top {

// Alternate screen, no cursor, no wrapping at the margin; and back. Async-signal-safe to write.
inline constexpr char kEnter[] = "\033[?1049h\033[?25l\033[?7l\033[0m\033[2J";
inline constexpr char kLeave[] = "\033[0m\033[?7h\033[?25h\033[?1049l";

class Painter {
 public:
  // Without `color`, bold and reverse only.
  explicit Painter(bool color) : color_(color) {}

  // As many lines as the terminal has rows.
  std::string Paint(const Lines& lines);
  // The terminal shows something else now: all is painted the next time.
  void Forget() { shown_.clear(); }

 private:
  bool color_;
  Lines shown_;
};

}  // namespace rtpctl::top
