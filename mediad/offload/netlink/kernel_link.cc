#include "mediad/offload/netlink/kernel_link.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "kmod/uapi/rtpengine.h"
#include "mediad/offload/netlink/table_access.h"
#include "proto/base/log.h"
#include "proto/base/text.h"

#include <linux/netlink.h>

namespace mediad::offload {
namespace {

using base::log::Severity;

constexpr auto kCore = base::log::Subsystem::kCore;
constexpr std::chrono::seconds kDumpPeriod(1);
constexpr std::chrono::seconds kOpenPeriod(5);
constexpr std::chrono::seconds kAnswerTime(5);
// Flows that no session asked for in this time belong to calls that are over.
constexpr std::chrono::seconds kClaimTime(60);
constexpr size_t kChunk = 256;       // reports in one delivery
constexpr size_t kSendsAtOnce = 16;  // then answers are read

}  // namespace

KernelLink::KernelLink(const TableSettings& settings)
    : settings_(settings), wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)), buffer_(size_t{1} << 16) {
  status_.reason = "not opened yet";
}

KernelLink::~KernelLink() {
  Stop();
  if (wake_ >= 0) close(wake_);
}

Status KernelLink::Open() {
  std::string line;
  const std::string reason = TryOpen(&line);
  if (!line.empty()) base::log::Log(Severity::kError, kCore, {}, line);
  logged_ = !reason.empty();
  Status status = this->status();
  if (!reason.empty()) SetStatus(status = {false, reason, {}});
  return status;
}

std::string KernelLink::TryOpen(std::string* log_line) {
  commands_.Close();
  events_.Close();
  OpenedTable opened;
  const OpenFailure failure = OpenTable(settings_, &commands_, &opened);
  if (failure.errno_value != 0) {
    *log_line = failure.log_line;
    commands_.Close();
    return failure.words;
  }
  family_ = opened.family;
  // Without events all is well, but later: dumps tell the same.
  if (family_.events_group != 0 && events_.Open() == 0 && events_.Join(family_.events_group) != 0) {
    events_.Close();
  }
  const Clock::time_point now = Clock::now();
  next_dump_ = now + kDumpPeriod;
  unclaimed_at_ = now + kClaimTime;
  Status status{true, {}, {opened.module.suites}};
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    found_.clear();
    for (FlowReport& report : opened.flows) found_.emplace(report.local, std::move(report));
    has_found_ = !found_.empty();
  }
  base::log::Log(Severity::kInfo, kCore, {}, "Kernel table ", settings_.id, " opened, module ",
                 opened.module.version, ", ", opened.flows.size(), " flows found");
  SetStatus(std::move(status));
  return {};
}

Status KernelLink::status() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return status_;
}

void KernelLink::SetStatus(Status status) {
  const std::lock_guard<std::mutex> lock(mutex_);
  status_ = std::move(status);
}

void KernelLink::DeliverStatus() {
  for (unsigned shard = 0; shard < shards_; ++shard) deliver_(shard, status());
}

void KernelLink::Start(unsigned shards, Deliver deliver) {
  shards_ = shards;
  deliver_ = std::move(deliver);
  dumped_.resize(shards);
  DeliverStatus();
  thread_ = std::thread([this] { Loop(); });
}

void KernelLink::Stop() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
  }
  eventfd_write(wake_, 1);
  if (thread_.joinable()) thread_.join();
  if (!commands_.open()) return;
  const uint32_t sequence = NextSequence();
  commands_.Ask(DeleteTableMessage(family_.id, sequence, settings_.id), sequence, [](const Message&) {});
  commands_.Close();
  events_.Close();
}

void KernelLink::Submit(unsigned shard, uint64_t transaction, std::vector<Operation> operations) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const bool wake = queue_.empty();
  queue_.push_back({shard, transaction, std::move(operations)});
  if (wake) eventfd_write(wake_, 1);
}

std::optional<FlowReport> KernelLink::TakeFound(uint64_t mark, const base::Endpoint& local) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = found_.find(local);
  if (found == found_.end()) return std::nullopt;
  FlowReport report = std::move(found->second);
  found_.erase(found);
  has_found_ = !found_.empty();
  if (report.mark && report.mark->session == mark) return report;
  Operation remove;
  remove.kind = Operation::Kind::kRemove;
  remove.id = report.id;
  queue_.push_front({shards_, 0, {std::move(remove)}});
  eventfd_write(wake_, 1);
  return std::nullopt;
}

void KernelLink::Loop() {
  for (;;) {
    pollfd descriptors[3] = {{wake_, POLLIN, 0}, {-1, POLLIN, 0}, {-1, POLLIN, 0}};
    if (commands_.open()) descriptors[1].fd = commands_.fd();
    if (events_.open()) descriptors[2].fd = events_.fd();
    poll(descriptors, 3, TimeToWait(Clock::now()));
    if (commands_.open()) ReadAnswers();
    if (events_.open()) ReadEvents();
    if (!TakeRequests()) return;
    Tick(Clock::now());
  }
}

int KernelLink::TimeToWait(Clock::time_point now) const {
  const Clock::time_point next = commands_.open() ? next_dump_ : next_open_;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(next - now);
  return static_cast<int>(std::clamp<int64_t>(left.count(), 0, 1000));
}

bool KernelLink::TakeRequests() {
  std::deque<Request> requests;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (stopping_) return false;
    requests.swap(queue_);
    eventfd_t ignored;
    eventfd_read(wake_, &ignored);
  }
  for (Request& request : requests) Begin(std::move(request));
  return true;
}

void KernelLink::Begin(Request request) {
  auto transaction = std::make_shared<Transaction>();
  transaction->shard = request.shard;
  transaction->results.transaction = request.transaction;
  transaction->results.results.resize(request.operations.size());
  transaction->left = request.operations.size();
  size_t sent = 0;
  for (size_t i = 0; i < request.operations.size(); ++i) {
    const Operation& operation = request.operations[i];
    if (operation.kind == Operation::Kind::kAdopt) shard_of_[operation.id] = request.shard;
    Pending pending;
    pending.transaction = transaction;
    pending.index = i;
    pending.kind = operation.kind;
    pending.id = operation.id;
    pending.local = operation.flow.local;
    Send(std::move(pending), operation);
    if (++sent % kSendsAtOnce == 0 && commands_.open()) ReadAnswers();
  }
  if (commands_.open()) ReadAnswers();
}

void KernelLink::Send(Pending pending, const Operation& operation) {
  const uint32_t sequence = NextSequence();
  pending.deadline = Clock::now() + kAnswerTime;
  pending_.emplace(sequence, std::move(pending));
  if (!commands_.open()) return Complete(sequence, false, ENODEV, status().reason);
  Octets message = OperationMessage(family_.id, sequence, settings_.id, operation);
  const int error = commands_.Send(message);
  explicit_bzero(message.data(), message.size());  // keys
  if (error != 0) Complete(sequence, false, error, std::strerror(error));
}

void KernelLink::ReadAnswers() {
  while (commands_.open()) {
    const ssize_t size = commands_.Receive(buffer_);
    if (size == 0) return;
    if (size < 0) {
      // Answers are lost: what waits for them is given up in time; so is the dump.
      if (-size == ENOBUFS) {
        EndDump(false);
        continue;
      }
      return Lose(std::strerror(static_cast<int>(-size)));
    }
    MessageReader reader({buffer_.data(), static_cast<size_t>(size)});
    Message message;
    while (commands_.open() && reader.Next(&message)) {
      if (dump_ != 0 && message.sequence == dump_) {
        OnDump(message);
      } else {
        OnAnswer(message);
      }
    }
  }
}

void KernelLink::OnAnswer(const Message& message) {
  const auto found = pending_.find(message.sequence);
  if (found == pending_.end()) return;
  Pending& pending = found->second;
  Result& result = pending.transaction->results.results[pending.index];
  if (!message.is_error()) {
    std::optional<FlowReport> report = ReadFlow(message);
    if (!report) return;
    report->order = ++order_;
    result.id = report->id;
    pending.id = report->id;
    if (pending.kind == Operation::Kind::kRead || pending.kind == Operation::Kind::kRemove) {
      result.report = std::move(report);
    }
    const bool gone = message.command == RTPENGINE_CMD_FLOW_GONE;
    if (gone && pending.acknowledged) Complete(message.sequence, true, 0, {});
    return;
  }
  const Outcome outcome = ReadOutcome(message);
  if (outcome.errno_value != 0) {
    const bool table_gone = outcome.errno_value == ENOENT && pending.kind == Operation::Kind::kInstall;
    Complete(message.sequence, false, outcome.errno_value, outcome.text);
    if (table_gone) Lose("the table is gone");
    return;
  }
  pending.acknowledged = true;
  if (pending.kind == Operation::Kind::kRemove && !result.report) return;  // FLOW_GONE follows
  if (pending.kind == Operation::Kind::kInstall && pending.id == 0) {
    return Complete(message.sequence, false, EPROTO, "the kernel did not tell the flow's number");
  }
  Complete(message.sequence, true, 0, {});
}

void KernelLink::Complete(uint32_t sequence, bool ok, int errno_value, std::string error) {
  const auto found = pending_.find(sequence);
  const Pending pending = std::move(found->second);
  pending_.erase(found);
  Transaction& transaction = *pending.transaction;
  Result& result = transaction.results.results[pending.index];
  result.ok = ok;
  result.errno_value = errno_value;
  result.error = std::move(error);
  if (ok && pending.kind == Operation::Kind::kInstall) shard_of_[pending.id] = transaction.shard;
  if (pending.kind == Operation::Kind::kRemove || !ok) shard_of_.erase(pending.id);
  if (--transaction.left == 0 && transaction.shard < shards_) {
    deliver_(transaction.shard, std::move(transaction.results));
  }
}

// Whatever the kernel made of it: a flow that nobody knows must not stay.
void KernelLink::Expire(Clock::time_point now) {
  std::vector<uint32_t> late;
  for (const auto& [sequence, pending] : pending_) {
    if (pending.deadline <= now) late.push_back(sequence);
  }
  for (const uint32_t sequence : late) {
    const base::Endpoint local = pending_.at(sequence).local;
    const bool install = pending_.at(sequence).kind == Operation::Kind::kInstall;
    Complete(sequence, false, ETIMEDOUT, "the kernel did not answer");
    if (install) commands_.Send(RemoveByLocalMessage(family_.id, NextSequence(), settings_.id, local));
  }
}

void KernelLink::Tick(Clock::time_point now) {
  if (!commands_.open()) {
    if (now < next_open_) return;
    next_open_ = now + kOpenPeriod;
    std::string line;
    const std::string reason = TryOpen(&line);
    if (!reason.empty()) {
      if (reason != status().reason) {
        SetStatus({false, reason, {}});
        DeliverStatus();
      }
      if (!std::exchange(logged_, true)) base::log::Log(Severity::kError, kCore, {}, line);
      return;
    }
    logged_ = false;
    // The sessions are here already, and know nothing of flows from before.
    if (has_found()) RemoveUnclaimed();
    DeliverStatus();
    return;
  }
  if (now < next_dump_) return;
  next_dump_ = now + kDumpPeriod;
  Expire(now);
  if (has_found() && now >= unclaimed_at_) RemoveUnclaimed();
  if (dump_ != 0 || shard_of_.empty()) return;
  dump_ = NextSequence();
  dump_complete_ = true;
  const int error = commands_.Send(ListFlowsMessage(family_.id, dump_, settings_.id, true));
  if (error != 0) return EndDump(false);
  ReadAnswers();
}

void KernelLink::OnDump(const Message& message) {
  if ((message.flags & NLM_F_DUMP_INTR) != 0) dump_complete_ = false;
  if (message.is_error() || message.is_done()) {
    const Outcome outcome = ReadOutcome(message);
    if (outcome.errno_value == ENOENT) return Lose("the table is gone");
    return EndDump(outcome.errno_value == 0 && dump_complete_);
  }
  std::optional<FlowReport> report = ReadFlow(message);
  if (!report) return;
  report->order = ++order_;
  const auto shard = shard_of_.find(report->id);
  if (shard == shard_of_.end() || shard->second >= dumped_.size()) return;
  std::vector<FlowReport>& reports = dumped_[shard->second];
  reports.push_back(*std::move(report));
  if (reports.size() == kChunk) deliver_(shard->second, Reports{std::exchange(reports, {}), false});
}

void KernelLink::EndDump(bool complete) {
  if (dump_ == 0) return;
  dump_ = 0;
  for (unsigned shard = 0; shard < shards_; ++shard) {
    deliver_(shard, Reports{std::exchange(dumped_[shard], {}), complete});
  }
}

void KernelLink::ReadEvents() {
  for (;;) {
    const ssize_t size = events_.Receive(buffer_);
    if (size == 0) return;
    if (size < 0) {
      if (-size != ENOBUFS) return events_.Close();
      next_dump_ = Clock::now();  // events are lost: the flows tell
      continue;
    }
    MessageReader reader({buffer_.data(), static_cast<size_t>(size)});
    Message message;
    while (reader.Next(&message)) {
      if (message.type != family_.id || message.command != RTPENGINE_CMD_EVENT) continue;
      const std::optional<FlowEvent> event = ReadEvent(message);
      if (!event) continue;
      const auto shard = shard_of_.find(event->id);
      if (shard != shard_of_.end() && shard->second < shards_) deliver_(shard->second, *event);
    }
  }
}

void KernelLink::RemoveUnclaimed() {
  std::map<base::Endpoint, FlowReport> unclaimed;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    unclaimed.swap(found_);
    has_found_ = false;
  }
  Request request{shards_, 0, {}};
  for (const auto& [local, report] : unclaimed) {
    Operation& operation = request.operations.emplace_back();
    operation.kind = Operation::Kind::kRemove;
    operation.id = report.id;
  }
  base::log::Log(Severity::kNotice, kCore, {}, "Removing ", unclaimed.size(),
                 " kernel flows of calls that are over");
  Begin(std::move(request));
}

void KernelLink::Lose(const std::string& reason) {
  if (!commands_.open()) return;
  commands_.Close();
  events_.Close();
  next_open_ = Clock::now() + std::chrono::seconds(1);
  SetStatus({false, reason, {}});
  base::log::Log(Severity::kWarning, kCore, {}, "Kernel table ", settings_.id, " lost (", reason,
                 "), media goes through user space");
  dump_ = 0;
  for (std::vector<FlowReport>& reports : dumped_) reports.clear();
  shard_of_.clear();
  while (!pending_.empty()) Complete(pending_.begin()->first, false, ENODEV, reason);
  DeliverStatus();
}

}  // namespace mediad::offload
