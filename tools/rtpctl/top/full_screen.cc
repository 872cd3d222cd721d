// See full_screen.h.
#include "tools/rtpctl/top/full_screen.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>

#include "tools/rtpctl/top/paint.h"
#include "tools/rtpctl/top/terminal.h"

namespace rtpctl::top {
namespace {

constexpr int kEscapeMs = 50;  // a lone ESC is the key after that
constexpr int kIdleMs = 1000;  // how long there has been trouble is counted

double MonotonicSeconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

class FullScreen {
 public:
  FullScreen(Session* session, const Settings& settings, SignalGate* gate)
      : session_(session),
        settings_(settings),
        gate_(*gate),
        model_(settings.interval_s),
        view_(settings.view),
        painter_(session->style().color),
        event_fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}
  ~FullScreen() { close(event_fd_); }
  FullScreen(const FullScreen&) = delete;
  FullScreen& operator=(const FullScreen&) = delete;

  int Run(const std::shared_ptr<grpc::Channel>& channel) {
    Poller poller(channel, session_->options());
    // A controller that was never there is an error like everywhere else.
    Round first = poller.Ask(Wants());
    if (first.exit_status != kExitOk) return session_->Fail(first.exit_status, first.trouble);
    model_.Add(first);
    PollThread thread(poller, settings_.interval_s, Wants(), event_fd_);
    gate_.Open();
    if (!terminal_.Enter()) return session_->Fail(kExitRefused, "the terminal cannot be set up");
    size_ = Terminal::ReadSize();
    while (!over_) {
      Draw();
      Wait(&thread);
      thread.Want(Wants());
    }
    terminal_.Leave();
    return kExitOk;
  }

 private:
  // What is in sight is asked about first.
  Wanted Wants() const {
    Wanted wanted = settings_.wanted;
    wanted.contains = view_.filter;
    if (view_.page == Page::kCall) wanted.detail = view_.detail;
    const std::vector<const CallRow*> rows = Sorted(model_, view_);
    for (size_t i = view_.scroll; i < rows.size() && i < view_.scroll + size_.rows; ++i) {
      wanted.first.push_back(rows[i]->call_id);
    }
    return wanted;
  }

  void Draw() {
    Settle(model_, BodyRows(model_, view_, size_), BodyLength(model_, view_, size_), &view_);
    const Lines lines = Render(model_, {view_, size_, settings_.interval_s, MonotonicSeconds()});
    // A signal may have cut it short: the next one is whole.
    if (!terminal_.Write(painter_.Paint(lines))) painter_.Forget();
  }

  void Wait(PollThread* thread) {
    pollfd fds[] = {
        {STDIN_FILENO, POLLIN, 0}, {gate_.read_fd(), POLLIN, 0}, {event_fd_, POLLIN, 0}};
    const int ready = poll(fds, std::size(fds), keys_.pending() ? kEscapeMs : kIdleMs);
    if (ready == 0) Press(keys_.Flush());
    if (ready <= 0) return;
    if (fds[1].revents != 0) HandleSignals();
    if (fds[0].revents != 0) {
      std::string octets;
      if (!terminal_.Read(&octets)) over_ = true;  // the terminal has gone
      Press(keys_.Feed(octets));
    }
    if (fds[2].revents != 0) {
      uint64_t rounds = 0;
      [[maybe_unused]] const ssize_t length = read(event_fd_, &rounds, sizeof rounds);
      if (const auto round = thread->Take()) {
        model_.Add(*round);
        over_ = over_ || (settings_.count > 0 && ++rounds_ >= settings_.count);
      }
    }
  }

  void HandleSignals() {
    for (const char number : gate_.Read()) {
      switch (number) {
        case SIGWINCH: Redraw(); break;
        case SIGTSTP: Suspend(); break;
        case SIGCONT: Resume(); break;
        default: over_ = true;
      }
    }
  }

  void Press(const std::vector<KeyPress>& keys) {
    for (const KeyPress& key : keys) {
      const size_t body = BodyRows(model_, view_, size_);
      const Wish wish = Apply(key, model_, body, &view_);
      if (wish == Wish::kQuit) over_ = true;
      if (wish == Wish::kRedraw) Redraw();
      if (wish == Wish::kSuspend) Suspend();
      Settle(model_, body, BodyLength(model_, view_, size_), &view_);
    }
  }

  void Redraw() {
    size_ = Terminal::ReadSize();
    painter_.Forget();
  }

  void Suspend() {
    over_ = over_ || !terminal_.Suspend();
    Redraw();
  }

  // Stopped by SIGSTOP, it could not put the terminal back: others may have changed it since.
  void Resume() {
    terminal_.Leave();
    over_ = over_ || !terminal_.Enter();
    Redraw();
  }

  Session* session_;
  const Settings& settings_;
  SignalGate& gate_;
  Model model_;
  View view_;
  Size size_;
  KeyReader keys_;
  Painter painter_;
  Terminal terminal_;
  const int event_fd_;
  uint64_t rounds_ = 0;
  bool over_ = false;
};

}  // namespace

bool HasScreen() {
  const char* terminal = std::getenv("TERM");
  return isatty(STDIN_FILENO) != 0 && isatty(STDOUT_FILENO) != 0 && terminal != nullptr &&
         *terminal != '\0' && std::string_view(terminal) != "dumb";
}

int RunFullScreen(Session* session, const Settings& settings) {
  SignalGate gate;
  if (!gate.ready()) return session->Fail(kExitRefused, "no pipe can be made for signals");
  const auto channel = session->Channel();
  if (channel == nullptr) return kExitUsage;
  FullScreen screen(session, settings, &gate);
  return screen.Run(channel);
}

}  // namespace rtpctl::top
