// RTCP reports of our own about what is relayed to and from one party (RFC 3550 §6.4, §6.5): when they are due, and
// their octets.
//
// A report is one compound: SR for each stream that is being sent to the party, under the SSRC that stream has;
// report blocks about what the party sends; SDES with CNAME, and MID in a bundle (RFC 9143 §15). A party that is sent
// nothing gets none. Sans-IO: numbers are those of the trackers, time and chance are arguments. Not here: who gets
// reports and from which socket (../session/reports.cc), encryption. One generator belongs to one media and one
// thread. Bounded as the trackers are.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "mediad/rtp/egress_tracker.h"
#include "mediad/rtp/ingress_tracker.h"
#include "proto/base/clock.h"

namespace mediad::rtcp {

inline constexpr size_t kMaxReportBlocks = 30;
inline constexpr size_t kMaxGeneratedSize = 1200;  // octets; what does not fit is left out
inline constexpr size_t kMaxSdesItem = 255;

struct ReportOptions {
  std::chrono::milliseconds interval{5000};
  std::string cname;  // at most kMaxSdesItem octets
  std::string mid;    // likewise; empty: none
};

class ReportGenerator {
 public:
  // The source that a stream comes from, as its receiver's tracker knows it: what its clock is. nullptr: unknown.
  using Origins = absl::FunctionRef<const rtp::Source*(uint32_t ssrc)>;

  explicit ReportGenerator(ReportOptions options) : options_(std::move(options)) {}
  void SetOptions(ReportOptions options) { options_ = std::move(options); }

  // RTCP came from the party: its sender reports are what ours refer to (LSR, DLSR).
  void OnCompound(std::span<const uint8_t> datagram, const base::Now& now);

  // Whether it is time. The first report is due an interval and `chance` after something was sent first, each further
  // one as long after the one before.
  bool Due(std::span<const rtp::SentSource> sent, std::chrono::milliseconds chance, const base::Now& now);

  // Writes the report of now; its size, at most kMaxGeneratedSize. 0: nothing is being sent. `out` has room for it.
  size_t Write(std::span<const rtp::SentSource> sent, std::span<const rtp::Source> received, Origins origins,
               const base::Now& now, std::span<uint8_t> out);

 private:
  // What the last report said, or saw, of a source the party sends.
  struct Heard {
    uint32_t ssrc = 0;
    uint64_t packets = 0;
    uint32_t highest_sequence = 0;
    uint32_t lost = 0;
    uint32_t sequence_resets = 0;
    uint32_t last_sender_report = 0;  // middle of its NTP time; 0 = none
    std::chrono::nanoseconds sender_report_at{0};
  };
  struct Spoken {
    uint32_t ssrc = 0;
    uint64_t packets = 0;
  };

  Heard& HeardOf(uint32_t ssrc);
  std::vector<const rtp::SentSource*> Speaking(std::span<const rtp::SentSource> sent) const;
  size_t WriteBlocks(std::span<const rtp::Source> received, size_t room, const base::Now& now, uint8_t* out);
  void Remember(std::span<const rtp::SentSource> sent);

  ReportOptions options_;
  std::chrono::nanoseconds due_{0};  // 0: nothing was sent yet
  std::vector<Heard> heard_;         // at most as many as a tracker has
  std::vector<Spoken> spoken_;
};

// NTP time of a Unix time (RFC 3550 §4).
uint64_t NtpTime(int64_t unix_us);

}  // namespace mediad::rtcp
