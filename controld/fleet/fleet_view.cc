// The fleet as placement, calls and operators see it.
#include <algorithm>
#include <utility>

#include "controld/fleet/fleet.h"
#include "proto/base/text.h"

namespace controld::fleet {

call::Placement Fleet::Place(const call::PlacementNeeds& needs, base::Random& random) {
  std::vector<place::Candidate> candidates;
  std::vector<Worker*> workers;
  candidates.reserve(workers_.size());
  workers.reserve(workers_.size());
  for (auto& [name, worker] : workers_) {
    if (worker->view == nullptr || worker->gone) continue;
    place::Candidate candidate;
    candidate.view = worker->view.get();
    candidate.state = worker->state();
    candidate.attached = worker->attached();
    candidate.charged_streams = worker->charged_streams;
    candidate.kernel_offload = worker->kernel_offload;
    candidate.ports_total = worker->ports_total;
    candidate.ports_used = worker->ports_used;
    if (worker->has_load) {
      candidate.load_average = worker->load.load_average();
      candidate.cpu_percent = worker->load.cpu_percent();
      candidate.bytes_per_second = worker->load.bytes_per_second();
    }
    candidates.push_back(candidate);
    workers.push_back(worker.get());
  }
  place::Choice choice = place::ChooseWorker(needs, candidates, settings_.limits, random);
  call::Placement placement;
  placement.refusal = choice.refusal;
  placement.explanation = std::move(choice.explanation);
  if (choice.worker) {
    Worker& worker = *workers[*choice.worker];
    worker.charged_streams += needs.streams;
    ++worker.calls;
    placement.worker = worker.view;
  }
  return placement;
}

void Fleet::Charge(const std::string& name, unsigned streams) {
  // A call may come back before its worker: the charge is kept for it.
  Worker* worker = FindOrAdd(name);
  if (worker == nullptr) return;
  worker->charged_streams += streams;
  ++worker->calls;
}

void Fleet::Discharge(const std::string& name, unsigned streams) {
  const auto it = workers_.find(name);
  if (it == workers_.end()) return;
  Worker& worker = *it->second;
  worker.charged_streams -= std::min<uint64_t>(worker.charged_streams, streams);
  worker.calls -= std::min<uint64_t>(worker.calls, 1);
}

std::shared_ptr<const call::WorkerView> Fleet::View(const std::string& name) const {
  const auto it = workers_.find(name);
  return it == workers_.end() ? nullptr : it->second->view;
}

std::vector<rtpengine::v1::WorkerInfo> Fleet::Describe() const {
  std::vector<rtpengine::v1::WorkerInfo> out;
  for (const auto& [name, worker] : workers_) {
    if (worker->view == nullptr) continue;
    rtpengine::v1::WorkerInfo& info = out.emplace_back();
    info.set_name(name);
    info.set_state(worker->state());
    info.set_attached(worker->attached());
    info.set_peer(worker->peer);
    info.set_build(worker->hello.build());
    info.set_attached_unix(worker->attached_at.unix_s());
    info.set_last_seen_unix_ms(worker->last_heard.unix_us / 1000);
    info.set_calls(worker->calls);
    info.set_charged_streams(worker->charged_streams);
    for (const auto& interface : worker->view->interfaces) *info.add_interfaces() = interface;
    *info.mutable_capabilities() = worker->hello.capabilities();
    if (worker->has_load) *info.mutable_load() = worker->load;
    info.set_commands_sent(worker->commands_sent);
    info.set_commands_failed(worker->commands_failed);
    info.set_commands_in_flight(worker->flights.size() + worker->waiting.size());
    // The announced numbers are those of the start; the load report has today's.
    for (auto& interface : *info.mutable_interfaces()) {
      for (const auto& load : worker->load.interfaces()) {
        if (load.name() == interface.name() && load.address() == interface.address()) {
          interface.set_ports_used(load.ports_used());
        }
      }
    }
  }
  return out;
}

bool Fleet::Joining() const {
  return std::any_of(workers_.begin(), workers_.end(), [](const auto& entry) {
    return entry.second->attached() && !entry.second->inventory_done;
  });
}

std::vector<std::string> Fleet::Warnings() const {
  std::vector<std::string> out;
  for (const auto& [name, worker] : workers_) {
    if (worker->view == nullptr) continue;
    if (worker->faults > 0) {
      out.push_back(
          base::StrCat("worker '", name, "' was cut off ", worker->faults,
                       " times for breaking the protocol; the last time: ", worker->last_fault));
    }
    if (worker->lost) out.push_back(base::StrCat("worker '", name, "' is lost"));
  }
  return out;
}

}  // namespace controld::fleet
