// rtpctl status: one daemon at a glance.
#include <ctime>

#include "proto/base/text.h"
#include "tools/rtpctl/commands/commands.h"
#include "tools/rtpctl/output/text.h"

namespace rtpctl {

namespace v1 = rtpengine::v1;

std::string StatusText(const v1::GetStatusResponse& status, int64_t now, const Style& style) {
  const bool controller = status.daemon() == "controld";
  Fields fields;
  fields.Add("daemon", base::StrCat(Printable(status.daemon()), " ", Printable(status.version())));
  fields.Add("name", Printable(status.name()));
  fields.Add("process", std::to_string(status.process_id()));
  fields.Add("up", base::StrCat(FormatAge(now - status.started_unix()), " (since ",
                                FormatTime(status.started_unix()), ")"));
  fields.Add("memory", FormatOctets(status.resident_bytes()));
  fields.Add(controller ? "calls" : "sessions", std::to_string(status.calls()));
  for (const auto& listener : status.listeners()) fields.Add("listens on", Printable(listener));
  std::string out = fields.Render(style);

  out += "\n";
  if (status.peers().empty()) {
    out += controller ? "No workers have attached.\n" : "No controllers are configured.\n";
  } else {
    Table table({{controller ? "WORKER" : "CONTROLLER"}, {"ADDRESS"}, {"STATE", false, true}});
    for (const auto& peer : status.peers()) {
      const bool good = peer.state() == "attached" || peer.state() == "READY";
      table.Add({peer.name().empty() ? "-" : Printable(peer.name()),
                 Printable(peer.address()),
                 {Printable(peer.state()), good ? Color::kGood : Color::kWarning}});
    }
    out += table.Render(style);
  }
  if (!status.warnings().empty()) out += "\n";
  for (const auto& warning : status.warnings()) {
    out += Paint("warning: " + Printable(warning), Color::kWarning, style) + "\n";
  }
  return out;
}

void AddStatus(CLI::App* parent, Session* session) {
  auto* command =
      parent->add_subcommand("status", "The daemon: version, age, listeners, peers, warnings");
  command->footer(
      "Examples:\n"
      "  rtpctl status\n"
      "  rtpctl status --target unix:/run/rtpengine/mediad.sock\n"
      "  rtpctl status --json | jq .calls");
  command->callback([session] {
    session->set_command([session] {
      v1::GetStatusResponse status;
      const int result =
          session->Call(&v1::Process::Stub::GetStatus, v1::GetStatusRequest(), &status);
      if (result != kExitOk || session->PrintedJson(status)) return result;
      session->out() << StatusText(status, std::time(nullptr), session->style());
      return kExitOk;
    });
  });
}

}  // namespace rtpctl
