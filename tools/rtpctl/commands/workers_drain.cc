// rtpctl workers drain NAME, undrain NAME: no new calls on a worker, and back.
#include <memory>

#include "proto/base/text.h"
#include "tools/rtpctl/commands/commands.h"
#include "tools/rtpctl/output/text.h"

namespace rtpctl {

namespace v1 = rtpengine::v1;

namespace {

void AddOne(CLI::App* parent, Session* session, bool drain) {
  auto* command =
      drain ? parent->add_subcommand("drain", "No new calls on this worker; its calls go on")
            : parent->add_subcommand("undrain", "New calls on this worker again");
  auto name = std::make_shared<std::string>();
  command->add_option("NAME", *name, "The worker's name, as in workers list")->required();
  command->footer(drain ? "Example (before maintenance):\n"
                          "  rtpctl workers drain media1\n"
                          "  rtpctl workers show media1     # DRAINED once its last call ended"
                        : "Example:\n  rtpctl workers undrain media1");
  command->callback([session, name, drain] {
    session->set_command([session, name, drain] {
      v1::DrainWorkerRequest request;
      request.set_name(*name);
      request.set_drain(drain);
      v1::WorkerInfo worker;
      const int result = session->Call(&v1::Workers::Stub::DrainWorker, request, &worker);
      if (result != kExitOk || session->PrintedJson(worker)) return result;
      session->out() << Printable(*name)
                     << (drain ? ": draining, " + std::to_string(worker.calls()) + " calls left\n"
                               : ": takes new calls\n");
      return kExitOk;
    });
  });
}

}  // namespace

void AddWorkersDrain(CLI::App* parent, Session* session) {
  AddOne(parent, session, true);
  AddOne(parent, session, false);
}

}  // namespace rtpctl
