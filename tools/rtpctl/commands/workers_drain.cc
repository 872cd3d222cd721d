// rtpctl workers drain NAME, undrain NAME: no new calls on a worker, and back.
#include <chrono>
#include <memory>
#include <string>
#include <thread>

#include "proto/base/text.h"
#include "tools/rtpctl/commands/commands.h"
#include "tools/rtpctl/output/text.h"

namespace rtpctl {

namespace v1 = rtpengine::v1;

namespace {

constexpr int kAskEverySeconds = 1;

// Asks until the last call ended or `seconds` are over. Without the worker there is nothing left to wait for.
int AwaitEmpty(Session* session, const std::string& name, int seconds) {
  v1::GetWorkerRequest request;
  request.set_name(name);
  for (int waited = 0;; waited += kAskEverySeconds) {
    v1::WorkerInfo worker;
    const int result = session->Call(&v1::Workers::Stub::GetWorker, request, &worker);
    if (result != kExitOk) return result;
    if (worker.calls() == 0) {
      if (!session->PrintedJson(worker)) session->out() << Printable(name) << ": no calls left\n";
      return kExitOk;
    }
    if (waited >= seconds) {
      return session->Fail(kExitRefused, base::StrCat(Printable(name), " still has ",
                                                      worker.calls(), " calls"));
    }
    std::this_thread::sleep_for(std::chrono::seconds(kAskEverySeconds));
  }
}

int Drain(Session* session, const std::string& name, int wait_s) {
  v1::DrainWorkerRequest request;
  request.set_name(name);
  request.set_drain(true);
  v1::WorkerInfo worker;
  const int result = session->Call(&v1::Workers::Stub::DrainWorker, request, &worker);
  if (result != kExitOk || (wait_s == 0 && session->PrintedJson(worker))) return result;
  if (!session->options().json) {
    session->out() << Printable(name) << ": draining, " << worker.calls() << " calls left\n";
    session->out().flush();
  }
  return wait_s == 0 ? kExitOk : AwaitEmpty(session, name, wait_s);
}

int Undrain(Session* session, const std::string& name) {
  v1::DrainWorkerRequest request;
  request.set_name(name);
  v1::WorkerInfo worker;
  const int result = session->Call(&v1::Workers::Stub::DrainWorker, request, &worker);
  if (result != kExitOk || session->PrintedJson(worker)) return result;
  session->out() << Printable(name) << ": takes new calls\n";
  return kExitOk;
}

void AddDrain(CLI::App* parent, Session* session) {
  auto* command = parent->add_subcommand("drain", "No new calls on this worker; its calls go on");
  auto name = std::make_shared<std::string>();
  auto wait_s = std::make_shared<int>(0);
  command->add_option("NAME", *name, "The worker's name, as in workers list")->required();
  command->add_option("--wait", *wait_s, "Seconds to wait for its last call to end")
      ->check(CLI::NonNegativeNumber);
  command->footer(
      "Examples (before maintenance):\n"
      "  rtpctl workers drain media1\n"
      "  rtpctl workers show media1     # DRAINED once its last call ended\n"
      "  rtpctl workers drain media1 --wait 3600 && systemctl poweroff\n\n"
      "Exit status 1 with --wait: calls are left after that time.");
  command->callback([session, name, wait_s] {
    session->set_command([session, name, wait_s] { return Drain(session, *name, *wait_s); });
  });
}

void AddUndrain(CLI::App* parent, Session* session) {
  auto* command = parent->add_subcommand("undrain", "New calls on this worker again");
  auto name = std::make_shared<std::string>();
  command->add_option("NAME", *name, "The worker's name, as in workers list")->required();
  command->footer("Example:\n  rtpctl workers undrain media1");
  command->callback([session, name] {
    session->set_command([session, name] { return Undrain(session, *name); });
  });
}

}  // namespace

void AddWorkersDrain(CLI::App* parent, Session* session) {
  AddDrain(parent, session);
  AddUndrain(parent, session);
}

}  // namespace rtpctl
