// What `rtpctl top` knows: the controller's answers of each round in, figures per second out.
//
// Pure; single-threaded. Texts are as the daemons sent them: whoever shows them makes them
// harmless.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "rtpengine/v1/admin.pb.h"
#include "tools/rtpctl/top/sample.h"

namespace rtpctl::top {

// What one round of questions brought.
struct Round {
  double at_s = 0;      // monotonic
  int64_t unix_ms = 0;  // the same time on the wall
  std::string trouble;  // why there is nothing else in it, a line or more; empty: there is
  int exit_status = 0;  // of rtpctl, if it gave up at that
  std::string target;   // the controller's address
  rtpengine::v1::GetStatusResponse status;
  rtpengine::v1::ListWorkersResponse workers;
  rtpengine::v1::ListCallsResponse calls;  // without statistics
  struct Look {
    double at_s = 0;
    rtpengine::v1::CallInfo call;  // with them
  };
  std::vector<Look> looks;
  std::string explained_id;  // the call that was to be explained; empty: none
  std::optional<rtpengine::v1::ExplainCallResponse> explained;  // absent: there is no such call
};

struct WorkerRow {
  std::string name, build;
  rtpengine::v1::WorkerState state = rtpengine::v1::WORKER_STATE_UNSPECIFIED;
  bool attached = false;
  uint64_t calls = 0;
  uint64_t ports_used = 0, ports_total = 0;
  bool has_kernel = false;  // a kernel table
  uint64_t kernel_streams = 0;
  uint64_t resident_bytes = 0;
  double cpu_percent = 0;
  Traffic traffic;  // of the last second; absent figures: it is not attached
};

struct CallRow {
  std::string call_id, worker, from;
  int64_t created_unix_ms = 0;
  bool leaving = false;  // it is to be deleted
  size_t parties = 0;
  bool looked_at = false;  // what follows is known
  size_t streams = 0;      // RTP
  size_t in_kernel = 0;    // of these
  uint64_t errors = 0;     // packets, in the call's life
  StreamRates rates;
};

struct Totals {
  uint64_t calls = 0;    // the controller has
  size_t listed = 0;     // are known here
  size_t looked_at = 0;  // have figures
  size_t workers = 0, attached = 0;
  Traffic traffic;  // of the workers
  Quality quality;  // of calls with figures: means; weighted by packets for loss
  Figure worst_mos;
};

// A call in detail.
struct Detail {
  std::string call_id;
  bool gone = false;  // there is no such call any more: what is here is what was last known
  rtpengine::v1::ExplainCallResponse explanation;
  std::vector<StreamRates> rates;  // in the order of parties, media, streams; empty: not known yet
  double at_s = 0;
};

class Model {
 public:
  // Rates are over at least half an interval: two samples close together say little.
  explicit Model(double interval_s = 1) : shortest_s_(interval_s / 2) {}

  void Add(const Round& round);

  // Why the last round brought nothing, in one line, and since when; empty: it did.
  const std::string& trouble() const { return trouble_; }
  double trouble_since_s() const { return trouble_since_s_; }
  double at_s() const { return at_s_; }
  int64_t unix_ms() const { return unix_ms_; }
  const std::string& target() const { return target_; }
  const std::string& controller() const { return controller_; }
  int64_t started_unix() const { return started_unix_; }

  const Totals& totals() const { return totals_; }
  const std::vector<WorkerRow>& workers() const { return workers_; }  // by name
  const std::vector<CallRow>& calls() const { return rows_; }         // by call-id
  const CallRow* Find(const std::string& call_id) const;
  // Null: not asked for, or not known yet.
  const Detail* detail(const std::string& call_id) const {
    return detail_ && detail_->call_id == call_id ? &*detail_ : nullptr;
  }

 private:
  struct Call {
    std::optional<Sample> base, latest;
    std::vector<StreamRates> rates;
  };

  void AddWorkers(const rtpengine::v1::ListWorkersResponse& workers);
  void AddCalls(const rtpengine::v1::ListCallsResponse& calls);
  void AddLook(const rtpengine::v1::CallInfo& info, double at_s);
  void AddDetail(const Round& round);
  void Fill(const rtpengine::v1::CallInfo& info, const Call& call, CallRow* row) const;
  void AddUp(uint64_t calls);

  double shortest_s_;
  std::string trouble_, target_, controller_;
  double trouble_since_s_ = 0, at_s_ = 0;
  int64_t unix_ms_ = 0, started_unix_ = 0;
  Totals totals_;
  std::vector<WorkerRow> workers_;
  std::vector<CallRow> rows_;
  std::map<std::string, Call> samples_;
  std::optional<Detail> detail_;
};

}  // namespace rtpctl::top
