// The terminal of `rtpctl top`: made raw, and put back in every case that a program can see: the
// end, signals that end or stop it, a crash.
//
// One at a time, for the main thread. Signals that end the program, SIGTSTP, SIGCONT and SIGWINCH
// are blocked for threads that are started while a SignalGate stands, so that they come to the main
// thread.
#pragma once

#include <string>
#include <string_view>

#include "tools/rtpctl/top/view.h"

namespace rtpctl::top {

// Before any thread is started: catches signals into a pipe.
class SignalGate {
 public:
  SignalGate();
  ~SignalGate();
  SignalGate(const SignalGate&) = delete;
  SignalGate& operator=(const SignalGate&) = delete;

  // Whether the pipe could be made.
  bool ready() const { return read_fd_ >= 0; }
  int read_fd() const { return read_fd_; }
  // The signals that came, as octets. Never blocks.
  std::string Read();
  // Threads started from here on do not inherit the block: the main thread takes the signals.
  void Open();

 private:
  int read_fd_ = -1;
};

class Terminal {
 public:
  // Not entered yet.
  Terminal() = default;
  ~Terminal() { Leave(); }
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  // Raw mode, alternate screen. False: standard input or output is no terminal.
  bool Enter();
  void Leave();
  // False: the terminal is gone, or a signal came while it did not take anything.
  bool Write(std::string_view octets);
  // Nothing: no more is coming. Never waits.
  bool Read(std::string* octets);
  static Size ReadSize();
  // Stops the process as Ctrl-Z does for others; returns when it goes on, entered again.
  bool Suspend();
};

}  // namespace rtpctl::top
