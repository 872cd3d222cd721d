// See model.h.
#include "tools/rtpctl/top/model.h"

#include <algorithm>

namespace rtpctl::top {

namespace v1 = rtpengine::v1;

namespace {

WorkerRow ReadWorker(const v1::WorkerInfo& worker) {
  WorkerRow row;
  row.name = worker.name();
  row.build = worker.build();
  row.state = worker.state();
  row.attached = worker.attached() && worker.state() != v1::LOST;
  row.calls = worker.calls();
  const v1::LoadReport& load = worker.load();
  for (const auto& interface : load.interfaces()) {
    row.ports_used += interface.ports_used();
    row.ports_total += interface.ports_total();
  }
  row.has_kernel = load.has_kernel();
  row.kernel_streams = load.kernel().streams();
  row.resident_bytes = load.resident_bytes();
  row.cpu_percent = load.cpu_percent();
  if (!row.attached) return row;  // its last report is of the past
  // What the kernel forwarded is counted apart.
  row.traffic.kernel = load.kernel().packets_per_second();
  row.traffic.packets = *row.traffic.kernel + load.packets_per_second();
  row.traffic.bits =
      8.0 * static_cast<double>(load.bytes_per_second() + load.kernel().bytes_per_second());
  row.traffic.errors = static_cast<double>(load.errors_per_second()) +
                       static_cast<double>(load.kernel().errors_per_second());
  return row;
}

void Add(Figure* sum, const Figure& more) {
  if (more) *sum = sum->value_or(0) + *more;
}

class Mean {
 public:
  void Add(const Figure& figure, double weight = 1) {
    if (!figure) return;
    sum_ += *figure * weight;
    weight_ += weight;
  }
  Figure value() const { return weight_ > 0 ? Figure(sum_ / weight_) : std::nullopt; }

 private:
  double sum_ = 0, weight_ = 0;
};

}  // namespace

void Model::Add(const Round& round) {
  at_s_ = round.at_s;
  unix_ms_ = round.unix_ms;
  target_ = round.target;
  if (!round.trouble.empty()) {
    if (trouble_.empty()) trouble_since_s_ = round.at_s;
    trouble_ = round.trouble.substr(0, round.trouble.find('\n'));
    return;
  }
  trouble_.clear();
  controller_ = round.status.name();
  started_unix_ = round.status.started_unix();
  AddWorkers(round.workers);
  AddCalls(round.calls);
  for (const Round::Look& look : round.looks) AddLook(look.call, look.at_s);
  AddDetail(round);
  AddUp(round.calls.total());
}

const CallRow* Model::Find(const std::string& call_id) const {
  const auto found =
      std::lower_bound(rows_.begin(), rows_.end(), call_id,
                       [](const CallRow& row, const std::string& id) { return row.call_id < id; });
  return found != rows_.end() && found->call_id == call_id ? &*found : nullptr;
}

void Model::AddWorkers(const v1::ListWorkersResponse& workers) {
  workers_.clear();
  for (const auto& worker : workers.workers()) workers_.push_back(ReadWorker(worker));
  std::sort(workers_.begin(), workers_.end(),
            [](const WorkerRow& a, const WorkerRow& b) { return a.name < b.name; });
}

// A call that is listed again keeps its figures until it is looked at again.
void Model::AddCalls(const v1::ListCallsResponse& calls) {
  std::vector<CallRow> rows;
  std::map<std::string, Call> samples;
  for (const auto& call : calls.calls()) {
    const CallRow* known = Find(call.call_id());
    CallRow row = known == nullptr ? CallRow() : *known;
    row.call_id = call.call_id();
    row.worker = call.worker();
    row.from = call.created_from();
    row.created_unix_ms = call.created_unix_ms();
    row.leaving = call.deletion_unix_ms() != 0;
    row.parties = static_cast<size_t>(call.parties_size());
    rows.push_back(std::move(row));
    const auto sample = samples_.find(call.call_id());
    if (sample != samples_.end()) samples[call.call_id()] = std::move(sample->second);
  }
  std::sort(rows.begin(), rows.end(),
            [](const CallRow& a, const CallRow& b) { return a.call_id < b.call_id; });
  rows_ = std::move(rows);
  samples_ = std::move(samples);
}

void Model::AddLook(const v1::CallInfo& info, double at_s) {
  // It may have ended since it was listed.
  auto* row = const_cast<CallRow*>(Find(info.call_id()));
  if (row == nullptr) return;
  Call& call = samples_[info.call_id()];
  if (call.latest && at_s - call.latest->at_s() >= shortest_s_) call.base = std::move(call.latest);
  call.latest = Sample(info, at_s);
  call.rates = Between(call.base ? *call.base : Sample(), *call.latest);
  Fill(info, call, row);
}

void Model::Fill(const v1::CallInfo& info, const Call& call, CallRow* row) const {
  row->looked_at = true;
  row->rates = Together(call.rates);
  row->streams = row->in_kernel = 0;
  row->errors = 0;
  for (const auto& party : info.parties()) {
    for (const auto& media : party.media()) {
      for (const auto& stream : media.statistics().streams()) {
        row->errors += stream.ingress().errors() + stream.egress().errors();
        if (stream.rtcp()) continue;
        ++row->streams;
        row->in_kernel += stream.offload().in_kernel() ? 1 : 0;
      }
    }
  }
}

void Model::AddDetail(const Round& round) {
  if (round.explained_id.empty()) return;
  if (!round.explained) {
    if (detail_ && detail_->call_id == round.explained_id) detail_->gone = true;
    return;
  }
  Detail detail;
  detail.call_id = round.explained_id;
  detail.explanation = *round.explained;
  detail.at_s = round.at_s;
  AddLook(detail.explanation.call(), round.at_s);
  const auto found = samples_.find(detail.call_id);
  if (found != samples_.end()) detail.rates = found->second.rates;
  detail_ = std::move(detail);
}

void Model::AddUp(uint64_t calls) {
  totals_ = {};
  totals_.calls = calls;
  totals_.listed = rows_.size();
  totals_.workers = workers_.size();
  for (const WorkerRow& worker : workers_) {
    totals_.attached += worker.attached ? 1 : 0;
    top::Add(&totals_.traffic.packets, worker.traffic.packets);
    top::Add(&totals_.traffic.kernel, worker.traffic.kernel);
    top::Add(&totals_.traffic.bits, worker.traffic.bits);
    top::Add(&totals_.traffic.errors, worker.traffic.errors);
  }
  Mean loss, jitter, mos;
  for (const CallRow& row : rows_) {
    if (!row.looked_at) continue;
    ++totals_.looked_at;
    const Quality& quality = row.rates.quality;
    loss.Add(quality.loss_percent, std::max(1.0, row.rates.in.packets.value_or(0)));
    jitter.Add(quality.jitter_ms);
    mos.Add(quality.mos);
    if (quality.mos && (!totals_.worst_mos || *quality.mos < *totals_.worst_mos)) {
      totals_.worst_mos = quality.mos;
    }
  }
  totals_.quality = {loss.value(), jitter.value(), mos.value()};
}

}  // namespace rtpctl::top
