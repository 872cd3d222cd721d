// rtpctl workers list: every worker this controller knows.
#include <ctime>

#include "tools/rtpctl/commands/commands.h"
#include "tools/rtpctl/output/text.h"

namespace rtpctl {

namespace v1 = rtpengine::v1;

Cell WorkerStateCell(v1::WorkerState state, bool attached) {
  const std::string name = v1::WorkerState_Name(state);
  if (state == v1::WorkerState::LOST) return {name, Color::kBad};
  if (!attached) return {name + " (detached)", Color::kBad};
  return {name, state == v1::WorkerState::READY ? Color::kGood : Color::kWarning};
}

std::string WorkersText(const v1::ListWorkersResponse& workers, int64_t now, const Style& style) {
  if (workers.workers().empty()) {
    return "No workers have attached. Is rtpengine-mediad running, and does its option controller\n"
           "name this daemon's listen-grpc address?\n";
  }
  Table table({{"NAME"},
               {"STATE"},
               {"PEER", false, true},
               {"CALLS", true},
               {"PACKETS/S", true},
               {"CPU", true},
               {"PORTS", true},
               {"SEEN", true}});
  for (const auto& worker : workers.workers()) {
    uint64_t used = 0, total = 0;
    for (const auto& load : worker.load().interfaces()) {
      used += load.ports_used();
      total += load.ports_total();
    }
    table.Add({Printable(worker.name()), WorkerStateCell(worker.state(), worker.attached()),
               Printable(worker.peer()), std::to_string(worker.calls()),
               std::to_string(worker.load().packets_per_second()),
               FormatNumber(worker.load().cpu_percent(), 0) + "%",
               std::to_string(used) + "/" + std::to_string(total),
               worker.last_seen_unix_ms() == 0
                   ? std::string("-")
                   : FormatAge(std::max<int64_t>(0, now - worker.last_seen_unix_ms() / 1000))});
  }
  return table.Render(style);
}

void AddWorkersList(CLI::App* parent, Session* session) {
  auto* command = parent->add_subcommand("list", "All workers, with state and load");
  command->footer(
      "Examples:\n"
      "  rtpctl workers list\n"
      "  rtpctl workers list --json | jq -r '.workers[] | select(.state != \"READY\") | .name'");
  command->callback([session] {
    session->set_command([session] {
      v1::ListWorkersResponse workers;
      const int result =
          session->Call(&v1::Workers::Stub::ListWorkers, v1::ListWorkersRequest(), &workers);
      if (result != kExitOk || session->PrintedJson(workers)) return result;
      session->out() << WorkersText(workers, std::time(nullptr), session->style());
      return kExitOk;
    });
  });
}

}  // namespace rtpctl
