// Spreads sessions over the shards. Thread-safe: the shards are constant after construction, their queues
// are locked.
#include "mediad/relay/engine.h"

#include <atomic>
#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

#include "absl/hash/hash.h"
#include "mediad/relay/secure_shell.h"
#include "mediad/relay/shard.h"
#include "proto/base/log.h"

namespace mediad::relay {

struct Engine::Impl {
  explicit Impl(const EngineOptions& options)
      : kernel(options.kernel), secure(options.certificate, options.software, options.dtls_mtu) {}

  offload::Kernel* const kernel;
  SecureShell secure;
  std::atomic<bool> attached{false};
  std::atomic<bool> draining{false};
  EventCallback on_event;
  std::vector<std::unique_ptr<Shard>> shards;

  size_t IndexFor(const std::string& owner, const std::string& id) const {
    return absl::HashOf(owner, id) % shards.size();
  }
  void ListFrom(size_t shard, ListCommand command, ResultCallback done);
  void TakeThenApply(int next, ApplyCommand command);
  void PutBack(std::vector<HandedCall> handed);
};

void Engine::Impl::PutBack(std::vector<HandedCall> handed) {
  for (HandedCall& one : handed) {
    const size_t shard = IndexFor(one.call->owner(), one.call->session().id());
    shards[shard]->Post(PutBackCommand{std::move(one.call)});
  }
}

// The sessions to be absorbed leave their shards, one after the other; then their new shard gets all at once.
// What arrives for them meanwhile waits in their sockets.
void Engine::Impl::TakeThenApply(int next, ApplyCommand command) {
  const rtpengine::v1::Session& session = command.session;
  if (next == session.absorbs_size()) {
    const size_t shard = IndexFor(session.owner(), session.id());
    command.put_back = [this](std::vector<HandedCall> handed) { PutBack(std::move(handed)); };
    shards[shard]->Post(std::move(command));
    return;
  }
  const std::string id = session.absorbs(next).session();
  const uint32_t offset = session.absorbs(next).offset();
  TakeCommand take{session.owner(), id, nullptr};
  // Copyable, as std::function wants it.
  auto waiting = std::make_shared<ApplyCommand>(std::move(command));
  take.done = [this, next, offset, waiting](std::unique_ptr<Call> call) {
    if (call == nullptr) {
      PutBack(std::move(waiting->handed));
      return waiting->done(
          ErrorResult(rtpengine::v1::Error::INVALID, "a session to be absorbed is not there"));
    }
    waiting->handed.push_back({std::move(call), offset});
    TakeThenApply(next + 1, std::move(*waiting));
  };
  const size_t shard = IndexFor(take.owner, id);
  shards[shard]->Post(std::move(take));
}

// A page may reach over several shards: one after the other, in the order of their numbers.
void Engine::Impl::ListFrom(size_t shard, ListCommand command, ResultCallback done) {
  command.done = [this, shard, done = std::move(done)](ListCommand finished) mutable {
    rtpengine::v1::CommandResult& page = finished.page;
    if (page.has_error() || page.list().more() || shard + 1 == shards.size()) {
      return done(std::move(page));
    }
    finished.request.clear_after();
    ListFrom(shard + 1, std::move(finished), std::move(done));
  };
  shards[shard]->Post(std::move(command));
}

Engine::Engine(const EngineOptions& options, ports::InterfaceTable& interfaces)
    : impl_(std::make_unique<Impl>(options)) {
  const unsigned count = options.shards == 0 ? 1 : options.shards;
  for (unsigned i = 0; i < count; ++i) {
    impl_->shards.push_back(std::make_unique<Shard>(options, i, interfaces, impl_->secure.services(),
                                                    impl_->attached));
    if (!impl_->shards.back()->Open()) {
      base::log::Log(base::log::Severity::kCritical, base::log::Subsystem::kCore, {},
                     "Cannot open a relay shard: ", std::strerror(errno));
      std::abort();  // no descriptors left before anything began: nothing could be relayed
    }
  }
}

Engine::~Engine() { Stop(); }

void Engine::Start(EventCallback on_event) {
  impl_->on_event = std::move(on_event);
  for (auto& shard : impl_->shards) shard->Start(&impl_->on_event);
  if (impl_->kernel == nullptr) return;
  impl_->kernel->Start(static_cast<unsigned>(impl_->shards.size()),
                       [this](unsigned shard, offload::Delivery delivery) {
                         impl_->shards[shard]->Post(KernelCommand{std::move(delivery)});
                       });
}

std::optional<offload::Status> Engine::KernelStatus() const {
  if (impl_->kernel == nullptr) return std::nullopt;
  return impl_->kernel->status();
}

void Engine::Stop() {
  if (impl_->kernel != nullptr) impl_->kernel->Stop();
  for (auto& shard : impl_->shards) shard->Stop();
}

void Engine::Apply(rtpengine::v1::ApplySession command, ResultCallback done) {
  ApplyCommand apply{std::move(*command.mutable_session()), draining(), std::move(done)};
  impl_->TakeThenApply(0, std::move(apply));
}

void Engine::Delete(rtpengine::v1::DeleteSession command, ResultCallback done) {
  const size_t shard = impl_->IndexFor(command.owner(), command.id());
  impl_->shards[shard]->Post(DeleteCommand{std::move(command), std::move(done)});
}

void Engine::Query(rtpengine::v1::QuerySession command, ResultCallback done) {
  const size_t shard = impl_->IndexFor(command.owner(), command.id());
  impl_->shards[shard]->Post(QueryCommand{std::move(command), std::move(done)});
}

void Engine::List(rtpengine::v1::ListSessions command, ResultCallback done) {
  const size_t shard =
      command.after().empty() ? 0 : impl_->IndexFor(command.owner(), command.after());
  ListCommand page;
  page.request = std::move(command);
  page.page.mutable_list();
  impl_->ListFrom(shard, std::move(page), std::move(done));
}

void Engine::SetDraining(bool draining) { impl_->draining = draining; }

bool Engine::draining() const { return impl_->draining; }

EngineTotals Engine::Totals() const {
  EngineTotals totals;
  for (const auto& shard : impl_->shards) {
    const EngineTotals one = shard->totals();
    totals.sessions += one.sessions;
    totals.packets += one.packets;
    totals.bytes += one.bytes;
    totals.errors += one.errors;
    totals.active_media += one.active_media;
    totals.kernel_packets += one.kernel_packets;
    totals.kernel_bytes += one.kernel_bytes;
    totals.kernel_errors += one.kernel_errors;
    totals.kernel_streams += one.kernel_streams;
    totals.kernel_active_media += one.kernel_active_media;
    totals.mixed_active_media += one.mixed_active_media;
    totals.dtmf_events += one.dtmf_events;
    totals.dtmf_suppressed += one.dtmf_suppressed;
  }
  return totals;
}

void Engine::AddTraffic(
    google::protobuf::RepeatedPtrField<rtpengine::v1::InterfaceLoad>* loads) const {
  for (const auto& shard : impl_->shards) shard->AddTraffic(loads);
}

void Engine::SetAttached(bool attached) { impl_->attached = attached; }

}  // namespace mediad::relay
