// rtpctl workers show NAME: one worker, with interfaces, capabilities and load.
#include <ctime>
#include <memory>

#include "proto/base/text.h"
#include "tools/rtpctl/commands/commands.h"
#include "tools/rtpctl/output/text.h"

namespace rtpctl {

namespace v1 = rtpengine::v1;

namespace {

// The ports in use now, from the last load report; Hello's number is as old as the stream.
uint32_t PortsUsed(const v1::WorkerInfo& worker, const v1::Interface& interface) {
  for (const auto& load : worker.load().interfaces()) {
    if (load.name() == interface.name() && load.address() == interface.address()) {
      return load.ports_used();
    }
  }
  return interface.ports_used();
}

std::string InterfacesText(const v1::WorkerInfo& worker, const Style& style) {
  Table table(
      {{"INTERFACE"}, {"ADDRESS"}, {"ADVERTISED"}, {"PORTS"}, {"USED", true}, {"TOTAL", true}});
  for (const auto& interface : worker.interfaces()) {
    if (!interface.alias_of().empty()) {
      table.Add({Printable(interface.name()), "= " + Printable(interface.alias_of())});
      continue;
    }
    table.Add({Printable(interface.name()), FormatAddress(interface.address()),
               FormatAddress(interface.advertised()),
               base::StrCat(interface.port_min(), "-", interface.port_max()),
               std::to_string(PortsUsed(worker, interface)),
               std::to_string(interface.ports_total())});
  }
  return table.Render(style);
}

Cell FirewallCell(const v1::FirewallReport& report) {
  if (!report.in_place()) {
    return Cell("rules not in place: " + Printable(report.problem()), Color::kBad);
  }
  return Cell(base::StrCat("rules in place, ", report.open_ports(), " ports open, ",
                           report.repairs(), " repairs, ", report.failures(), " failures"),
              report.repairs() + report.failures() == 0 ? Color::kGood : Color::kWarning);
}

std::string CapabilitiesText(const v1::WorkerInfo& worker, const Style& style) {
  Table table({{"CAPABILITY"}, {"AVAILABLE"}, {"REASON", false, true}});
  for (const auto& capability : worker.capabilities()) {
    table.Add({Printable(capability.name()),
               capability.available() ? Cell("yes", Color::kGood) : Cell("no", Color::kDim),
               Printable(capability.reason())});
  }
  return table.Render(style);
}

}  // namespace

std::string WorkerText(const v1::WorkerInfo& worker, int64_t now, const Style& style) {
  const v1::LoadReport& load = worker.load();
  Fields fields;
  fields.Add("name", Printable(worker.name()));
  fields.Add("state", WorkerStateCell(worker.state(), worker.attached()));
  fields.Add("peer", Printable(worker.peer()));
  fields.Add("build", Printable(worker.build()));
  fields.Add("attached since", FormatTime(worker.attached_unix()));
  fields.Add(
      "last seen",
      worker.last_seen_unix_ms() == 0
          ? std::string("-")
          : FormatAge(std::max<int64_t>(0, now - worker.last_seen_unix_ms() / 1000)) + " ago");
  fields.Add("calls", base::StrCat(worker.calls(), " (", worker.charged_streams(), " streams)"));
  fields.Add("sessions", base::StrCat(load.sessions(), " of all controllers"));
  fields.Add("media", base::StrCat(load.packets_per_second(), " packets/s, ",
                                   FormatOctets(load.bytes_per_second()), "/s"));
  fields.Add("host", base::StrCat("CPU ", FormatNumber(load.cpu_percent(), 1), "%, load average ",
                                  FormatNumber(load.load_average(), 2)));
  fields.Add("memory", FormatOctets(load.resident_bytes()));
  fields.Add("commands", base::StrCat(worker.commands_sent(), " sent, ", worker.commands_failed(),
                                      " failed, ", worker.commands_in_flight(), " in flight"));
  if (load.has_firewall()) fields.Add("nftables", FirewallCell(load.firewall()));
  std::string out = fields.Render(style);
  if (!worker.interfaces().empty()) out += "\n" + InterfacesText(worker, style);
  if (!worker.capabilities().empty()) out += "\n" + CapabilitiesText(worker, style);
  return out;
}

void AddWorkersShow(CLI::App* parent, Session* session) {
  auto* command = parent->add_subcommand("show", "One worker: interfaces, capabilities, load");
  auto name = std::make_shared<std::string>();
  command->add_option("NAME", *name, "The worker's name, as in workers list")->required();
  command->footer("Example:\n  rtpctl workers show media1");
  command->callback([session, name] {
    session->set_command([session, name] {
      v1::GetWorkerRequest request;
      request.set_name(*name);
      v1::WorkerInfo worker;
      const int result = session->Call(&v1::Workers::Stub::GetWorker, request, &worker);
      if (result != kExitOk || session->PrintedJson(worker)) return result;
      session->out() << WorkerText(worker, std::time(nullptr), session->style());
      return kExitOk;
    });
  });
}

}  // namespace rtpctl
