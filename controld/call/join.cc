#include "controld/call/join.h"

#include <memory>
#include <set>
#include <utility>

#include "controld/call/call_model.h"
#include "controld/call/directory.h"
#include "controld/negotiate/merge.h"
#include "controld/negotiate/session_graph.h"
#include "proto/base/log.h"
#include "proto/base/text.h"

namespace controld::call {
namespace {

namespace v1 = rtpengine::v1;

// Calls that merge while we look for them: more often than this is somebody's mistake.
constexpr int kMostRestarts = 8;

class Joining : public std::enable_shared_from_this<Joining> {
 public:
  Joining(CallTable& table, std::string call_id, std::set<std::string> ids, JoinTexts texts,
          Change change, Respond respond)
      : table_(table), call_id_(std::move(call_id)), ids_(std::move(ids)),
        texts_(std::move(texts)), change_(std::move(change)), respond_(std::move(respond)) {}

  // All calls are held in the order of their ids, so that two commands never wait for each other.
  void Next() {
    const auto next = last_.empty() && !any_ ? ids_.begin() : ids_.upper_bound(last_);
    if (next == ids_.end()) return Work();
    if (*next == call_id_) return Acquire();
    const std::string id = *next;
    if (table_.directory == nullptr) return Fail(texts_.unknown, "");
    table_.directory->Borrow(id, [self = shared_from_this(), id](Loan loan) {
      self->Borrowed(id, std::move(loan));
    });
  }

 private:
  void Acquire() {
    entry_ = table_.Find(call_id_);
    if (entry_ == nullptr) return Fail(texts_.unknown, "");
    if (!table_.Acquire(entry_, [self = shared_from_this()] { self->Acquire(); })) {
      entry_ = nullptr;
      return;
    }
    Held(call_id_);
  }

  void Borrowed(const std::string& id, Loan loan) {
    if (!loan.found && !loan.elsewhere.empty() && restarts_++ < kMostRestarts) {
      GiveBack("");
      ids_.erase(id);
      ids_.insert(loan.elsewhere);
      any_ = false;
      last_.clear();
      return Next();
    }
    if (!loan.found) return Fail(texts_.unknown, "");
    loans_.push_back(std::move(loan.state));
    Held(id);
  }

  void Held(const std::string& id) {
    any_ = true;
    last_ = id;
    Next();
  }

  void Work() {
    const std::shared_ptr<const WorkerView> worker = table_.gateway.View(entry_->state.worker());
    if (worker == nullptr || worker->interfaces.empty()) {
      return Fail(change_.refused, "the call's worker is not there");
    }
    draft_ = entry_->state;
    std::vector<v1::Absorption> absorbs;
    for (const CallState& loan : loans_) {
      if (loan.worker() != draft_.worker()) {
        return Fail(texts_.failed, base::StrCat("their media is on different workers, '",
                                                draft_.worker(), "' and '", loan.worker(), "'"));
      }
      uint32_t offset = 0;
      if (!negotiate::MergeCalls(&draft_, loan, &offset)) return Fail(texts_.collision, "");
      v1::Absorption& absorption = absorbs.emplace_back();
      absorption.set_session(loan.call_id());
      absorption.set_offset(offset);
    }
    if (const std::string error = WorkOn(change_, &draft_, *worker); !error.empty()) {
      return Fail(error, "");
    }
    draft_.set_generation(draft_.generation() + 1);
    v1::Session session = negotiate::BuildSession(draft_, table_.settings, false);
    for (const v1::Absorption& absorption : absorbs) *session.add_absorbs() = absorption;
    table_.gateway.Apply(draft_.worker(), std::move(session),
                         [self = shared_from_this()](const v1::Error* error,
                                                     const v1::ApplySessionResult& result) {
                           self->Applied(error, result);
                         });
  }

  void Applied(const v1::Error* error, const v1::ApplySessionResult& result) {
    if (error != nullptr) {
      base::log::Log(base::log::Severity::kError, base::log::Subsystem::kCore,
                     LogContext(entry_->state), error->text());
      return Fail(ReasonOf(*error, change_.refused), error->text());
    }
    for (const v1::PortSetAllocation& allocation : result.allocations()) {
      if (PortSet* port_set = FindPortSet(&draft_, allocation.id())) {
        *port_set->mutable_allocation() = allocation;
      }
    }
    for (const CallState& loan : loans_) {
      table_.gateway.Charge(draft_.worker(), loan.charged_streams());
    }
    entry_->state = std::move(draft_);
    // What has no words of its own is a log line's: which calls are one now.
    for (const CallState& loan : loans_) {
      base::log::Log(base::log::Severity::kNotice, base::log::Subsystem::kCore,
                     LogContext(entry_->state), "Call '", loan.call_id(), "' is part of this one");
    }
    respond_(change_.reply ? change_.reply(entry_->state) : Ok());
    GiveBack(call_id_);
  }

  void Fail(const std::string& reason, const std::string& message) {
    ng::Dictionary reply = Failure(reason);
    if (!message.empty()) reply.Add("message", message);
    respond_(std::move(reply));
    GiveBack("");
  }

  void GiveBack(const std::string& merged_into) {
    for (const CallState& loan : loans_) table_.directory->Return(loan.call_id(), merged_into);
    loans_.clear();
    if (const CallEntryPtr entry = std::exchange(entry_, nullptr)) table_.Release(entry);
  }

  CallTable& table_;
  const std::string call_id_;
  std::set<std::string> ids_;
  const JoinTexts texts_;
  const Change change_;
  const Respond respond_;
  int restarts_ = 0;
  bool any_ = false;      // something is held: `last_`
  std::string last_;
  CallEntryPtr entry_;    // ours, held
  std::vector<CallState> loans_;
  CallState draft_;
};

}  // namespace

void JoinCalls(CallTable& table, const std::string& call_id,
               const std::vector<std::string>& others, JoinTexts texts, Change change,
               Respond respond) {
  std::set<std::string> ids(others.begin(), others.end());
  ids.insert(call_id);
  std::make_shared<Joining>(table, call_id, std::move(ids), std::move(texts), std::move(change),
                            std::move(respond))
      ->Next();
}

}  // namespace controld::call
