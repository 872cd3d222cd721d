#include "mediad/nft/firewall.h"

#include <linux/netfilter/nfnetlink.h>
#include <libmnl/libmnl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "proto/base/log.h"
#include "proto/base/text.h"

namespace mediad::nft {
namespace {

using base::StrCat;
using base::log::Log;
using base::log::Severity;
using base::log::Subsystem;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds kPatience{400};   // of a command with its answer
constexpr milliseconds kLook{200};       // how often that is looked after
constexpr milliseconds kSettle{100};     // scripts change rules one by one
constexpr seconds kBetweenRepairs{1};    // two that fight must not eat a processor
constexpr seconds kRetry{15};            // when the rules could not be put in place
constexpr seconds kAdoption{60};         // controllers have their calls back by then
constexpr size_t kCallName = 80;

template <typename... Args>
void LogCore(Severity severity, const Args&... args) {
  Log(severity, Subsystem::kCore, {}, args...);
}

std::string Describe(const std::vector<Target>& targets) {
  std::string out;
  for (const Target& target : targets) {
    base::StrAppend(&out, out.empty() ? "" : ", ", "table ", FamilyName(target.family), " ",
                    target.table, ", chain ", target.chain);
    if (!target.base_chain.empty()) base::StrAppend(&out, ", jump from ", target.base_chain);
  }
  return out;
}

}  // namespace

Firewall::Firewall(Settings settings)
    : settings_(std::move(settings)), tables_(TablesOf(settings_)) {}

Firewall::~Firewall() {
  if (writer_.joinable()) Stop();
  if (stop_fd_ >= 0) close(stop_fd_);
}

absl::Status Firewall::Start() {
  forget_at_ = Clock::now() + kAdoption;
  const absl::Status status = Check();
  stop_fd_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  writer_ = std::thread([this] { Write(); });
  watcher_ = std::thread([this] { Watch(); });
  return status;
}

void Firewall::Stop() {
  if (!writer_.joinable()) return;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
    waiting_.clear();  // nobody is there to be answered
  }
  wake_.notify_all();
  eventfd_write(stop_fd_, 1);
  writer_.join();
  watcher_.join();
  Remove();
}

Firewall::Report Firewall::report() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  Report report = report_;
  report.open = ports_.size();
  return report;
}

// ---- any thread

void Firewall::Open(const base::Endpoint& local, std::string_view call) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    Port& port = ports_[local];
    ++port.uses;
    port.comment = CommentText(StrCat("call ", call.substr(0, kCallName)));
    touched_.push_back(local);
  }
  wake_.notify_one();
}

void Firewall::Close(const base::Endpoint& local) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = ports_.find(local);
    if (found != ports_.end() && --found->second.uses == 0) ports_.erase(found);
    touched_.push_back(local);
  }
  wake_.notify_one();
}

void Firewall::WhenOpen(std::function<void()> done) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (report_.in_place && !stopping_) {
      if (waiting_.empty() && under_way_.empty()) waiting_since_ = Clock::now();
      waiting_.push_back(std::move(done));
      done = nullptr;
    }
  }
  if (done) return done();
  wake_.notify_one();
}

// ---- the writer

void Firewall::Write() {
  for (;;) {
    const Work work = Await();
    if (work.stop) return;
    if (work.check) {
      const absl::Status ignored = Check();  // Judge() has told
    } else {
      Update(work);
    }
    Finish();
  }
}

Firewall::Work Firewall::Await() {
  std::unique_lock<std::mutex> lock(mutex_);
  for (;;) {
    const auto now = Clock::now();
    Work work;
    work.stop = stopping_;
    // While the rules are not in place, opened ports wait in ports_.
    if (!report_.in_place) touched_.clear();
    work.check = check_at_ && now >= *check_at_;
    const bool adopting = report_.in_place && !forgotten_;
    work.forget = adopting && now >= forget_at_;
    if (work.stop || work.check || work.forget || !touched_.empty() || !waiting_.empty()) {
      work.touched = std::move(touched_);
      touched_.clear();
      under_way_ = std::move(waiting_);
      waiting_.clear();
      if (work.check) check_at_.reset();
      return work;
    }
    auto until = now + std::chrono::hours(1);
    if (check_at_) until = std::min(until, *check_at_);
    if (adopting) until = std::min(until, forget_at_);
    wake_.wait_until(lock, until);
  }
}

// Ports opened and closed since the last time.
void Firewall::Update(const Work& work) {
  Pinholes open, close;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    forgotten_ = forgotten_ || work.forget;
    if (!report_.in_place) return;
    std::vector<base::Endpoint> ports = work.touched;
    if (work.forget) {
      for (const auto& [port, comment] : installed_) ports.push_back(port);
    }
    for (const base::Endpoint& port : ports) {
      const auto wanted = ports_.find(port);
      const auto there = installed_.find(port);
      if (wanted != ports_.end() && there != installed_.end() &&
          wanted->second.comment == there->second) {
        continue;
      }
      // Another call's port: its counter starts again.
      if (there != installed_.end()) close.emplace(port, there->second);
      if (wanted != ports_.end()) open.emplace(port, wanted->second.comment);
    }
  }
  const Plan plan = PlanPinholes(targets_, open, close);
  if (!plan.empty()) {
    const absl::Status status = connection_->Commit(plan, std::nullopt);
    if (!status.ok()) {
      {
        const std::lock_guard<std::mutex> lock(mutex_);
        ++report_.failures;
      }
      const absl::Status ignored = Check();  // somebody changed the rules: all of them are looked at
      return;
    }
  }
  for (const auto& [port, comment] : close) installed_.erase(port);
  for (const auto& [port, comment] : open) installed_[port] = comment;
}

Pinholes Firewall::Wanted() {
  const std::lock_guard<std::mutex> lock(mutex_);
  Pinholes wanted;
  for (const auto& [port, use] : ports_) wanted.emplace(port, use.comment);
  touched_.clear();  // they are all in it
  return wanted;
}

absl::Status Firewall::Prepare() {
  if (!lock_) {
    auto lock = KeeperLock::Take(settings_);
    if (!lock.ok()) return lock.status();
    lock_ = *std::move(lock);
  }
  if (!connection_) {
    auto connection = Connection::Open();
    if (!connection.ok()) return connection.status();
    connection_ = *std::move(connection);
    port_ = connection_->port();
  }
  return absl::OkStatus();
}

// Compares everything with what it has to be, and changes what differs.
absl::Status Firewall::Check() {
  if (absl::Status status = Prepare(); !status.ok()) {
    Judge(status, {});
    return status;
  }
  Pinholes wanted = Wanted();
  const bool keep_others = Clock::now() < forget_at_;
  Pinholes others;
  const auto plan = Reconcile(*connection_, tables_, [&](const Ruleset& installed) {
    auto made = PlanInstallation(settings_, installed, wanted, keep_others);
    if (!made.ok()) return made;
    targets_ = *Resolve(settings_, installed);
    others.clear();
    for (const Target& target : targets_) {
      const Table* table = installed.Find(target.family, target.table);
      for (const std::string& name : {target.set4, target.set6}) {
        const Set* set = table == nullptr || name.empty() ? nullptr : table->FindSet(name);
        if (set != nullptr) others.insert(set->elements.begin(), set->elements.end());
      }
    }
    return made;
  });
  if (!plan.ok()) {
    Judge(plan.status(), {});
    return plan.status();
  }
  if (keep_others) wanted.merge(others);
  installed_ = std::move(wanted);
  Judge(absl::OkStatus(), *plan);
  return absl::OkStatus();
}

// Notes and tells how it went.
void Firewall::Judge(const absl::Status& status, const Plan& plan) {
  std::string culprit;
  bool was_in_place = false;
  std::string old_problem;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    culprit = std::exchange(culprit_, "");
    was_in_place = report_.in_place;
    old_problem = report_.problem;
    report_.in_place = status.ok();
    report_.problem = std::string(base::Message(status));
    checked_at_ = Clock::now();
    if (!status.ok()) {
      ++report_.failures;
      check_at_ = checked_at_ + kRetry;
    }
    if (status.ok() && was_in_place && !plan.empty()) ++report_.repairs;
  }
  if (!status.ok()) {
    // The first failure is told by whoever called Start().
    if (began_ && base::Message(status) != old_problem) {
      LogCore(Severity::kError, "The nftables rules are not in place: ", base::Message(status));
    }
  } else if (!was_in_place) {
    LogCore(Severity::kInfo, "The nftables rules are in place: ", Describe(targets_));
  } else if (!plan.empty()) {
    LogCore(Severity::kWarning, "The nftables rules were changed by ",
            culprit.empty() ? std::string("somebody else") : StrCat("'", culprit, "'"),
            " and have been put back (", plan.size(), " changes)");
  }
  began_ = true;
}

void Firewall::Finish() {
  std::vector<std::function<void()>> done;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    done = std::move(under_way_);
    under_way_.clear();
    waiting_since_ = Clock::now();
  }
  for (auto& one : done) one();
}

void Firewall::Remove() {
  if (!lock_ || !connection_) return;
  const auto plan = Reconcile(*connection_, tables_, [this](const Ruleset& installed) {
    return absl::StatusOr<Plan>(PlanRemoval(settings_, installed));
  });
  if (!plan.ok()) {
    LogCore(Severity::kError, "The nftables rules could not be removed: ",
            base::Message(plan.status()));
  }
}

// ---- the watcher

void Firewall::Watch() {
  auto socket = Socket::Open(1U << (NFNLGRP_NFTABLES - 1));
  for (;;) {
    // Without permission there are no notifications; the patience is looked after all the same.
    pollfd fds[] = {{stop_fd_, POLLIN, 0}, {socket.ok() ? socket->fd() : -1, POLLIN, 0}};
    poll(fds, 2, static_cast<int>(kLook.count()));
    if ((fds[0].revents & POLLIN) != 0) return;
    if (socket.ok() && fds[1].revents != 0) Read(*socket);
    Hurry();
  }
}

void Firewall::Read(Socket& socket) {
  alignas(nlmsghdr) static thread_local std::array<uint8_t, 65536> buffer;
  for (;;) {
    const ssize_t got = recv(socket.fd(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == ENOBUFS) return RequestCheck("");  // some were lost
    if (got < 0) return;
    int left = static_cast<int>(got);
    for (const auto* message = reinterpret_cast<const nlmsghdr*>(buffer.data());
         mnl_nlmsg_ok(message, left); message = mnl_nlmsg_next(message, &left)) {
      const auto heard = ParseNotification(message);
      if (!heard || heard->sender == port_) continue;
      if (!heard->end) {
        concerned_ = concerned_ || (heard->family && tables_(heard->table));
      } else if (std::exchange(concerned_, false)) {
        RequestCheck(heard->process);
      }
    }
  }
}

void Firewall::RequestCheck(std::string process) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto at = std::max(Clock::now() + kSettle, checked_at_ + kBetweenRepairs);
    check_at_ = check_at_ ? std::min(*check_at_, at) : at;
    culprit_ = CommentText(process);
  }
  wake_.notify_one();
}

// Answers those who have waited long enough.
void Firewall::Hurry() {
  std::vector<std::function<void()>> done;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (waiting_.empty() && under_way_.empty()) return;
    if (Clock::now() - waiting_since_ < kPatience) return;
    done = std::move(under_way_);
    under_way_.clear();
    for (auto& one : waiting_) done.push_back(std::move(one));
    waiting_.clear();
    report_.late += done.size();
  }
  for (auto& one : done) one();
}

}  // namespace mediad::nft
