#include "controld/place/place.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_format.h"
#include "proto/base/text.h"

namespace controld::place {
namespace {

using call::PlacementRefusal;
using rtpengine::v1::Interface;

using Indices = std::vector<size_t>;

constexpr int kAliasSteps = 8;
// A worker that forwards in the kernel carries this many times more streams.
constexpr double kOffloadFactor = 4;
// Ports of one stream: RTP and RTCP.
constexpr uint64_t kPortsPerStream = 2;

std::string_view ResolveAlias(const call::WorkerView& view, std::string_view name) {
  for (int step = 0; step < kAliasSteps; ++step) {
    const auto alias =
        std::find_if(view.interfaces.begin(), view.interfaces.end(),
                     [&](const Interface& i) { return !i.alias_of().empty() && i.name() == name; });
    if (alias == view.interfaces.end()) break;
    name = alias->alias_of();
  }
  return name;
}

bool HasAllWanted(const call::WorkerView& view, const call::PlacementNeeds& needs) {
  const auto any = [&](base::Family family) {
    return HasInterface(view, needs.from_interface, family) ||
           HasInterface(view, needs.to_interface, family);
  };
  return HasInterface(view, needs.from_interface, base::Family::kNone) &&
         HasInterface(view, needs.to_interface, base::Family::kNone) &&
         (!needs.needs_ipv4 || any(base::Family::kIpv4)) &&
         (!needs.needs_ipv6 || any(base::Family::kIpv6));
}

// The limit that this worker has reached, with the numbers.
PlacementRefusal OverLimit(const Candidate& worker, const Limits& limits, std::string* text) {
  if (limits.max_load > 0 && worker.load_average >= limits.max_load) {
    *text =
        absl::StrFormat("Load limit exceeded (%.2f > %.2f)", worker.load_average, limits.max_load);
    return PlacementRefusal::kLoad;
  }
  if (limits.max_cpu > 0 && worker.cpu_percent >= limits.max_cpu) {
    *text = absl::StrFormat("CPU usage limit exceeded (%.1f%% > %.1f%%)", worker.cpu_percent,
                            limits.max_cpu);
    return PlacementRefusal::kCpu;
  }
  if (limits.max_bandwidth > 0 &&
      worker.bytes_per_second >= static_cast<uint64_t>(limits.max_bandwidth)) {
    *text = absl::StrFormat("Bandwidth limit exceeded (%d > %d)", worker.bytes_per_second,
                            limits.max_bandwidth);
    return PlacementRefusal::kBandwidth;
  }
  return PlacementRefusal::kNone;
}

double Capacity(const Candidate& worker) {
  const double ports = static_cast<double>(std::max<uint64_t>(worker.ports_total, 1));
  return worker.kernel_offload ? ports * kOffloadFactor : ports;
}

double Fullness(const Candidate& worker) {
  return static_cast<double>(worker.charged_streams) / Capacity(worker);
}

std::string Describe(const Candidate& worker) {
  return base::StrCat(worker.view->name, " (", worker.charged_streams, " streams on ",
                      worker.ports_total, " ports", worker.kernel_offload ? ", kernel)" : ")");
}

// Keeps those with `wanted`; when nobody has it all stay, and the explanation says so.
template <typename Wanted>
void Prefer(Indices* workers, std::string_view what, std::string* explanation, Wanted wanted) {
  Indices with;
  std::copy_if(workers->begin(), workers->end(), std::back_inserter(with), wanted);
  if (with.empty()) {
    base::StrAppend(explanation, "no worker ", what, "; ");
  } else if (with.size() < workers->size()) {
    base::StrAppend(explanation, with.size(), " of ", workers->size(), " workers ", what, "; ");
    *workers = std::move(with);
  }
}

Choice Refuse(PlacementRefusal refusal, std::string explanation) {
  Choice choice;
  choice.refusal = refusal;
  choice.explanation = std::move(explanation);
  return choice;
}

// Must-conditions. On failure `refusal` is set and the explanation says why, worker by worker.
Indices Eligible(absl::Span<const Candidate> candidates, const Limits& limits,
                 PlacementRefusal* refusal, std::string* explanation) {
  Indices eligible;
  std::string reasons;
  bool ready = false;
  for (size_t i = 0; i < candidates.size(); ++i) {
    const Candidate& worker = candidates[i];
    std::string text;
    if (!worker.attached) {
      text = "not attached";
    } else if (worker.state != rtpengine::v1::READY) {
      text = rtpengine::v1::WorkerState_Name(worker.state);
    } else {
      const PlacementRefusal over = OverLimit(worker, limits, &text);
      if (over == PlacementRefusal::kNone) {
        eligible.push_back(i);
        continue;
      }
      // The order of the limits is the order of the enum; the first one counts.
      if (!ready || over < *refusal) *refusal = over;
      ready = true;
    }
    base::StrAppend(&reasons, reasons.empty() ? "" : ", ", worker.view->name, ": ", text);
  }
  if (!eligible.empty()) return eligible;
  if (!ready) *refusal = PlacementRefusal::kNoWorker;
  *explanation = candidates.empty() ? "no worker was ever attached"
                                    : base::StrCat("no worker can take the call: ", reasons);
  return eligible;
}

}  // namespace

bool HasInterface(const call::WorkerView& view, const std::string& name, base::Family family) {
  if (view.interfaces.empty()) return false;
  const std::string_view wanted =
      ResolveAlias(view, name.empty() ? view.interfaces.front().name() : name);
  const size_t octets = family == base::Family::kIpv4 ? 4 : 16;
  return std::any_of(view.interfaces.begin(), view.interfaces.end(), [&](const Interface& i) {
    return i.alias_of().empty() && (i.name() == wanted || i.group() == wanted) &&
           (family == base::Family::kNone || i.address().size() == octets);
  });
}

Choice ChooseWorker(const call::PlacementNeeds& needs, absl::Span<const Candidate> candidates,
                    const Limits& limits, base::Random& random) {
  PlacementRefusal refusal = PlacementRefusal::kNone;
  std::string explanation;
  Indices workers = Eligible(candidates, needs.beyond_limits ? Limits() : limits, &refusal,
                             &explanation);
  if (workers.empty()) return Refuse(refusal, std::move(explanation));

  Prefer(&workers, "with the interfaces wanted", &explanation,
         [&](size_t i) { return HasAllWanted(*candidates[i].view, needs); });
  Prefer(&workers, "with ports left", &explanation, [&](size_t i) {
    const Candidate& worker = candidates[i];
    return worker.ports_total == 0 ||
           worker.ports_used + needs.streams * kPortsPerStream <= worker.ports_total;
  });

  Choice choice;
  if (workers.size() == 1) {
    choice.worker = workers.front();
    choice.explanation =
        base::StrCat(explanation, "the only one: ", Describe(candidates[workers.front()]));
    return choice;
  }
  const size_t first = static_cast<size_t>(random.Next() % workers.size());
  // The second is another one: drawn from the rest.
  const size_t second =
      (first + 1 + static_cast<size_t>(random.Next() % (workers.size() - 1))) % workers.size();
  const Candidate& a = candidates[workers[first]];
  const Candidate& b = candidates[workers[second]];
  const bool take_first = Fullness(a) <= Fullness(b);
  choice.worker = take_first ? workers[first] : workers[second];
  choice.explanation =
      base::StrCat(explanation, "of two drawn from ", workers.size(), ": ",
                   Describe(take_first ? a : b), " rather than ", Describe(take_first ? b : a));
  return choice;
}

}  // namespace controld::place
