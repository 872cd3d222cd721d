// See terminal.h.
#include "tools/rtpctl/top/terminal.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "tools/rtpctl/top/paint.h"

namespace rtpctl::top {
namespace {

constexpr int kCaught[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGCONT, SIGWINCH, SIGPIPE};
constexpr int kCrashes[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};

// For signal handlers: set before they are installed.
int g_signal_pipe = -1;
termios g_before{};
volatile sig_atomic_t g_entered = 0;

void Note(int number) {
  const int saved = errno;
  const auto octet = static_cast<char>(number);
  [[maybe_unused]] const ssize_t written = write(g_signal_pipe, &octet, 1);
  errno = saved;
}

void Restore() {
  if (g_entered == 0) return;
  g_entered = 0;
  [[maybe_unused]] const ssize_t written = write(STDOUT_FILENO, kLeave, sizeof kLeave - 1);
  tcsetattr(STDIN_FILENO, TCSADRAIN, &g_before);
}

// The handler was for one time: the same signal then ends the process as it would have.
void RestoreAndCrash(int number) {
  Restore();
  raise(number);
}

sigset_t Caught() {
  sigset_t set;
  sigemptyset(&set);
  for (const int number : kCaught) sigaddset(&set, number);
  return set;
}

}  // namespace

SignalGate::SignalGate() {
  int fds[2];
  if (pipe2(fds, O_CLOEXEC | O_NONBLOCK) != 0) return;
  read_fd_ = fds[0];
  g_signal_pipe = fds[1];
  const sigset_t caught = Caught();
  pthread_sigmask(SIG_BLOCK, &caught, nullptr);
  struct sigaction action {};
  // Without SA_RESTART: a write to a terminal that takes nothing has to end.
  action.sa_handler = Note;
  for (const int number : kCaught) sigaction(number, &action, nullptr);
  action.sa_handler = RestoreAndCrash;
  action.sa_flags = SA_RESETHAND | SA_NODEFER;
  for (const int number : kCrashes) sigaction(number, &action, nullptr);
}

SignalGate::~SignalGate() {
  if (read_fd_ < 0) return;
  for (const int number : kCaught) signal(number, number == SIGPIPE ? SIG_IGN : SIG_DFL);
  for (const int number : kCrashes) signal(number, SIG_DFL);
  close(read_fd_);
  close(g_signal_pipe);
  g_signal_pipe = -1;
}

std::string SignalGate::Read() {
  char octets[64];
  const ssize_t length = read(read_fd_, octets, sizeof octets);
  return length > 0 ? std::string(octets, static_cast<size_t>(length)) : std::string();
}

void SignalGate::Open() {
  const sigset_t caught = Caught();
  pthread_sigmask(SIG_UNBLOCK, &caught, nullptr);
}

bool Terminal::Enter() {
  if (g_entered != 0) return true;
  if (isatty(STDOUT_FILENO) == 0 || tcgetattr(STDIN_FILENO, &g_before) != 0) return false;
  termios raw = g_before;
  cfmakeraw(&raw);
  // Reads return what there is, at once.
  raw.c_cc[VMIN] = 0;
  raw.c_cc[VTIME] = 0;
  g_entered = 1;
  return tcsetattr(STDIN_FILENO, TCSADRAIN, &raw) == 0 && Write(kEnter);
}

void Terminal::Leave() { Restore(); }

bool Terminal::Write(std::string_view octets) {
  while (!octets.empty()) {
    const ssize_t written = write(STDOUT_FILENO, octets.data(), octets.size());
    if (written <= 0) return false;
    octets.remove_prefix(static_cast<size_t>(written));
  }
  return true;
}

bool Terminal::Read(std::string* octets) {
  char buffer[512];
  const ssize_t length = read(STDIN_FILENO, buffer, sizeof buffer);
  if (length > 0) octets->append(buffer, static_cast<size_t>(length));
  return length > 0 || (length < 0 && (errno == EAGAIN || errno == EINTR));
}

Size Terminal::ReadSize() {
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_row == 0 || size.ws_col == 0)
    return {};
  return {size.ws_row, size.ws_col};
}

bool Terminal::Suspend() {
  Leave();
  // Not SIGTSTP, which is caught.
  raise(SIGSTOP);
  return Enter();
}

}  // namespace rtpctl::top
