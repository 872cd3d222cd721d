// What the configuration says about calls, and what is counted about them.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>

namespace controld::call {

struct DtmfReport;  // dtmf_report.h

struct Settings {
  std::string controller_name;      // option controller-name; owner of all sessions
  std::string software_id;          // s= of SDP without a source
  std::string instance_id;          // a=rtpengine, 12 lower-case hex digits
  int timeout_s = 60;
  int silent_timeout_s = 3600;
  int final_timeout_s = 0;          // 0 = off
  int offer_timeout_s = 3600;
  int delete_delay_s = 30;
  int64_t max_sessions = -1;        // -1 = no limit
  double max_load = 0;              // 0 = off; applied at placement
  double max_cpu = 0;               // percent
  int64_t max_bandwidth = 0;        // octets per second
  int tos = 0;
  int rtcp_interval_ms = 5000;      // between RTCP reports of ours
  bool sip_source = false;
  bool reject_invalid_sdp = false;
  bool dtls_passive = false;        // option dtls-passive
  bool save_interface_ports = false;  // option save-interface-ports: ICE gets no further addresses
  std::string moh_attribute;        // option moh-attr-name
  std::string endpoint_learning = "heuristic";
  std::string ssrc_reporting = "full";  // full, inline, global, none
  int worker_lost_timeout_s = 60;   // calls of a worker that stays away this long end
  // Takes the record of each call that ended; empty: nobody wants them (option log-facility-cdr). Any thread.
  std::function<void(const std::string& line)> write_call_record;
  bool report_dtmf = false;         // of all calls; others only where the call has a destination of its own
  // Takes each DTMF event; empty: nobody does. Any thread.
  std::function<void(const DtmfReport& report)> tell_dtmf;
};

// Shared by all shards.
struct Counters {
  std::atomic<int64_t> calls{0};            // now
  std::atomic<uint64_t> created{0}, finished{0};
  std::atomic<uint64_t> rejected{0};        // max-sessions only
  std::atomic<uint64_t> timed_out{0}, silent_timed_out{0}, final_timed_out{0}, offer_timed_out{0};
  std::atomic<uint64_t> terminated{0}, force_terminated{0}, worker_lost{0};
  // Of calls whose end is known: duration in s, its square, how many; calls in which nobody was heard, or only one.
  std::atomic<double> duration_s{0}, duration2_s{0};
  std::atomic<uint64_t> timed{0}, zero_way{0}, one_way{0};
  std::atomic<uint64_t> adopted{0}, replayed{0}, replay_failed{0};
};

}  // namespace controld::call
