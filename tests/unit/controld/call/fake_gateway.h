// A worker in memory: call::WorkerGateway for tests of negotiation and calls.
//
// It obeys the worker's contract (worker.proto): sessions are held by id, lower generations are
// STALE, unknown sessions are UNKNOWN_SESSION, an error changes nothing. What it holds changes when
// a command is sent; the callback waits in a queue until the test releases it. No threads, no
// sockets.
#pragma once

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "controld/call/worker_gateway.h"

namespace controld::call {

inline rtpengine::v1::Interface FakeInterface(const std::string& name, std::string_view local,
                                              std::string_view advertised = "",
                                              const std::string& group = "") {
  rtpengine::v1::Interface interface;
  interface.set_name(name);
  interface.set_address(base::IpAddress::Parse(local)->ToBytes());
  interface.set_advertised(
      base::IpAddress::Parse(advertised.empty() ? local : advertised)->ToBytes());
  interface.set_group(group);
  return interface;
}

inline rtpengine::v1::Interface FakeAlias(const std::string& name, const std::string& target) {
  rtpengine::v1::Interface interface;
  interface.set_name(name);
  interface.set_alias_of(target);
  return interface;
}

// One IPv4 interface, 203.0.113.5.
inline WorkerView FakeView(const std::string& name = "w1") {
  WorkerView view;
  view.name = name;
  view.boot_epoch = 1;
  view.interfaces.push_back(FakeInterface("default", "203.0.113.5"));
  return view;
}

// Hands out ports 30000, 30002, … and remembers who has them.
class FakePorts {
 public:
  rtpengine::v1::PortSetAllocation Allocate(const rtpengine::v1::PortSet& wanted,
                                            const WorkerView& view) {
    rtpengine::v1::PortSetAllocation allocation;
    allocation.set_id(wanted.id());
    const size_t octets = wanted.family() == rtpengine::v1::IPV6 ? 16 : 4;
    for (const rtpengine::v1::Interface& interface : view.interfaces) {
      if (interface.address().size() != octets) continue;
      if (!wanted.address().empty() && interface.address() != wanted.address()) continue;
      if (interface.name() != wanted.interface() && interface.group() != wanted.interface())
        continue;
      allocation.set_interface(interface.name());
      allocation.set_address(interface.address());
      allocation.set_advertised(interface.advertised());
      allocation.set_advertised_name(
          base::IpAddress::FromBytes(interface.advertised())->ToString());
      break;
    }
    allocation.set_port(wanted.port() != 0 ? wanted.port() : next_);
    if (wanted.port() == 0) next_ += (wanted.count() + 1) / 2 * 2;
    if (next_ > 65000) next_ = 30000;  // those who had these are long gone
    return allocation;
  }

 private:
  uint32_t next_ = 30000;
};

class FakeGateway final : public WorkerGateway {
 public:
  enum class Kind { kApply, kDelete, kQuery };
  struct Sent {
    Kind kind;
    std::string worker, call_id;
    rtpengine::v1::Session session;  // kApply
  };
  struct Held {
    rtpengine::v1::Session session;
    std::map<uint32_t, rtpengine::v1::PortSetAllocation> allocations;
  };

  explicit FakeGateway(WorkerView view = FakeView())
      : view_(std::make_shared<WorkerView>(std::move(view))) {}

  // ---- what the test arranges
  PlacementRefusal refuse = PlacementRefusal::kNone;
  // Only the next one fails; the worker's sessions stay as they were.
  std::optional<rtpengine::v1::Error> fail_next_apply, fail_next_query;
  // The next Apply is carried out, but its result never arrives.
  bool lose_next_result = false;
  rtpengine::v1::SessionStatistics statistics;

  // Without one there is no DTLS.
  void HaveCertificate() {
    auto view = std::make_shared<WorkerView>(*view_);
    rtpengine::v1::Certificate* certificate = &view->certificates.emplace_back();
    for (const auto& [hash, size] : {std::pair("sha-1", 20), {"sha-256", 32}, {"sha-512", 64}}) {
      auto* fingerprint = certificate->add_fingerprints();
      fingerprint->set_hash(hash);
      fingerprint->set_digest(std::string(static_cast<size_t>(size), '\x11'));
    }
    view_ = std::move(view);
  }
  void FailNextApply(rtpengine::v1::Error::Code code, const std::string& text) {
    fail_next_apply.emplace();
    fail_next_apply->set_code(code);
    fail_next_apply->set_text(text);
  }

  // ---- what the test looks at
  std::vector<Sent> sent;
  std::map<std::string, Held> held;
  std::map<std::string, int64_t> charges;  // streams per worker
  std::vector<PlacementNeeds> placements;

  const rtpengine::v1::Session& last_session() const {
    for (auto it = sent.rbegin(); it != sent.rend(); ++it) {
      if (it->kind == Kind::kApply) return it->session;
    }
    return rtpengine::v1::Session::default_instance();
  }
  size_t Count(Kind kind) const {
    return static_cast<size_t>(std::count_if(
        sent.begin(), sent.end(), [&](const Sent& entry) { return entry.kind == kind; }));
  }
  // What ListSessions would give a new controller.
  std::vector<rtpengine::v1::SessionRecord> Inventory() const {
    std::vector<rtpengine::v1::SessionRecord> records;
    for (const auto& [id, session] : held) {
      rtpengine::v1::SessionRecord& record = records.emplace_back();
      record.set_id(id);
      record.set_generation(session.session.generation());
      record.set_record(session.session.record());
      for (const auto& [port_set, allocation] : session.allocations) {
        *record.add_allocations() = allocation;
      }
    }
    return records;
  }

  // ---- releasing answers
  size_t pending() const { return pending_.size(); }
  // The oldest answer, of this call if one is named. False if there is none.
  bool AnswerOne(const std::string& call_id = "") {
    for (auto it = pending_.begin(); it != pending_.end(); ++it) {
      if (!call_id.empty() && it->first != call_id) continue;
      const std::function<void()> answer = std::move(it->second);
      pending_.erase(it);
      answer();
      return true;
    }
    return false;
  }
  void AnswerAll() {
    while (AnswerOne()) {
    }
  }

  // Who waited for them is gone.
  void DropAnswers() { pending_.clear(); }

  // ---- WorkerGateway
  Placement Place(const PlacementNeeds& needs) override {
    placements.push_back(needs);
    if (refuse != PlacementRefusal::kNone) return {nullptr, refuse, "the test says so"};
    charges[view_->name] += needs.streams;
    return {view_, PlacementRefusal::kNone, "the only one"};
  }
  void Release(const std::string& worker, unsigned streams) override { charges[worker] -= streams; }
  void Charge(const std::string& worker, unsigned streams) override { charges[worker] += streams; }
  std::shared_ptr<const WorkerView> View(const std::string& worker) override {
    return worker == view_->name ? view_ : nullptr;
  }

  void Apply(const std::string& worker, rtpengine::v1::Session session,
             Callback<rtpengine::v1::ApplySessionResult> done) override {
    sent.push_back({Kind::kApply, worker, session.id(), session});
    const std::string id = session.id();
    std::optional<rtpengine::v1::Error> error = std::exchange(fail_next_apply, std::nullopt);
    const auto known = held.find(id);
    if (!error && known != held.end() &&
        session.generation() < known->second.session.generation()) {
      error.emplace();
      error->set_code(rtpengine::v1::Error::STALE);
      error->set_text("stale generation");
    }
    rtpengine::v1::ApplySessionResult result;
    if (!error) result = Carry(std::move(session));
    if (std::exchange(lose_next_result, false)) {
      error.emplace();
      error->set_text("no answer from worker");
    }
    Later(id, std::move(error), std::move(result), std::move(done));
  }

  void Delete(const std::string& worker, const std::string& call_id,
              Callback<rtpengine::v1::SessionStatistics> done) override {
    sent.push_back({Kind::kDelete, worker, call_id, {}});
    std::optional<rtpengine::v1::Error> error;
    if (held.erase(call_id) == 0) error = UnknownSession();
    Later(call_id, std::move(error), statistics, std::move(done));
  }

  void Query(const std::string& worker, const std::string& call_id, bool,
             Callback<rtpengine::v1::SessionStatistics> done) override {
    sent.push_back({Kind::kQuery, worker, call_id, {}});
    std::optional<rtpengine::v1::Error> error = std::exchange(fail_next_query, std::nullopt);
    if (!error && held.count(call_id) == 0) error = UnknownSession();
    Later(call_id, std::move(error), statistics, std::move(done));
  }

 private:
  static rtpengine::v1::Error UnknownSession() {
    rtpengine::v1::Error error;
    error.set_code(rtpengine::v1::Error::UNKNOWN_SESSION);
    error.set_text("unknown session");
    return error;
  }

  rtpengine::v1::ApplySessionResult Carry(rtpengine::v1::Session session) {
    for (const rtpengine::v1::Absorption& absorption : session.absorbs()) {
      for (auto [id, allocation] : held[absorption.session()].allocations) {
        allocation.set_id(id + absorption.offset());
        held[session.id()].allocations[allocation.id()] = allocation;
      }
      held.erase(absorption.session());
    }
    Held& entry = held[session.id()];
    std::map<uint32_t, rtpengine::v1::PortSetAllocation> allocations;
    rtpengine::v1::ApplySessionResult result;
    for (const rtpengine::v1::PortSet& wanted : session.port_sets()) {
      const auto known = entry.allocations.find(wanted.id());
      allocations[wanted.id()] =
          known != entry.allocations.end() ? known->second : ports_.Allocate(wanted, *view_);
      *result.add_allocations() = allocations[wanted.id()];
    }
    entry.allocations = std::move(allocations);
    entry.session = std::move(session);
    return result;
  }

  // As the contract says: after the call returned, once, with an empty result beside an error.
  template <typename T>
  void Later(const std::string& call_id, std::optional<rtpengine::v1::Error> error, T result,
             Callback<T> done) {
    pending_.emplace_back(
        call_id, [error = std::move(error), result = std::move(result), done = std::move(done)] {
          done(error ? &*error : nullptr, error ? T() : result);
        });
  }

  std::shared_ptr<const WorkerView> view_;
  FakePorts ports_;
  std::deque<std::pair<std::string, std::function<void()>>> pending_;
};

}  // namespace controld::call
