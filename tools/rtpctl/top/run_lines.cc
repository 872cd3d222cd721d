// See full_screen.h: RunLines.
#include <chrono>
#include <thread>

#include "tools/rtpctl/top/full_screen.h"
#include "tools/rtpctl/top/lines.h"

namespace rtpctl::top {

int RunLines(Session* session, const Settings& settings) {
  const auto channel = session->Channel();
  if (channel == nullptr) return kExitUsage;
  using Clock = std::chrono::steady_clock;
  const auto interval = std::chrono::duration_cast<Clock::duration>(
      std::chrono::duration<double>(settings.interval_s));
  Poller poller(channel, session->options());
  Wanted wanted = settings.wanted;
  wanted.contains = settings.view.filter;
  Model model(settings.interval_s);
  Round round = poller.Ask(wanted);
  if (round.exit_status != kExitOk) return session->Fail(round.exit_status, round.trouble);
  // The first block comes after the first interval: there are no rates before.
  model.Add(round);
  Clock::time_point next = Clock::now() + interval;
  for (uint64_t i = 0; settings.count == 0 || i < settings.count; ++i) {
    std::this_thread::sleep_until(next);
    next = std::max(next + interval, Clock::now());
    round = poller.Ask(wanted);
    model.Add(round);
    session->out() << (session->options().json ? BlockJson(model, settings.view)
                                               : BlockText(model, settings.view, session->style()))
                   << std::flush;
    if (!session->out()) return kExitOk;  // the reader went away
  }
  return round.exit_status;
}

}  // namespace rtpctl::top
