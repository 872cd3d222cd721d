// Spreads sessions over the shards. Thread-safe: the shards are constant after construction, their queues
// are locked.
#include "mediad/relay/engine.h"

#include <atomic>
#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/hash/hash.h"
#include "mediad/relay/shard.h"
#include "proto/base/log.h"

namespace mediad::relay {

struct Engine::Impl {
  std::atomic<bool> attached{false};
  std::atomic<bool> draining{false};
  EventCallback on_event;
  std::vector<std::unique_ptr<Shard>> shards;

  size_t IndexFor(const std::string& owner, const std::string& id) const {
    return absl::HashOf(owner, id) % shards.size();
  }
  void ListFrom(size_t shard, ListCommand command, ResultCallback done);
};

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
    : impl_(std::make_unique<Impl>()) {
  const unsigned count = options.shards == 0 ? 1 : options.shards;
  for (unsigned i = 0; i < count; ++i) {
    impl_->shards.push_back(std::make_unique<Shard>(options, interfaces, impl_->attached));
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
}

void Engine::Stop() {
  for (auto& shard : impl_->shards) shard->Stop();
}

void Engine::Apply(rtpengine::v1::ApplySession command, ResultCallback done) {
  rtpengine::v1::Session& session = *command.mutable_session();
  const size_t shard = impl_->IndexFor(session.owner(), session.id());
  impl_->shards[shard]->Post(ApplyCommand{std::move(session), draining(), std::move(done)});
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
  }
  return totals;
}

void Engine::AddTraffic(
    google::protobuf::RepeatedPtrField<rtpengine::v1::InterfaceLoad>* loads) const {
  for (const auto& shard : impl_->shards) shard->AddTraffic(loads);
}

void Engine::SetAttached(bool attached) { impl_->attached = attached; }

}  // namespace mediad::relay
