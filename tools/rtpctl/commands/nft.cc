// rtpctl nft show|plan|apply|remove|check: mediad's rules in nftables, by mediad's own planning and without asking
// it. Works on the network namespace it runs in, with the daemons' configuration file.
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <sstream>

#include "mediad/nft/check.h"
#include "mediad/nft/netlink.h"
#include "mediad/nft/plan.h"
#include "mediad/nft/settings.h"
#include "mediad/nft/syntax.h"
#include "nlohmann/json.hpp"
#include "proto/base/text.h"
#include "tools/rtpctl/commands/commands.h"
#include "tools/rtpctl/doctor/media.h"
#include "tools/rtpctl/output/text.h"

namespace rtpctl {

namespace nft = mediad::nft;

namespace {

struct Arguments {
  std::string file{base::options::kDefaultConfigFile};
  std::string section = "rtpengine";
  std::vector<std::string> values;  // "key=value", instead of the file's
};

struct Configured {
  nft::Settings settings;
  std::vector<nft::PortRange> media_ports;
};

// As mediad would have it.
absl::StatusOr<Configured> ReadSettings(const Arguments& arguments) {
  base::options::CommandLine line;
  line.config_section = arguments.section;
  line.config_file = arguments.file;
  for (const std::string& value : arguments.values) {
    const size_t equals = value.find('=');
    const std::string key = value.substr(0, equals);
    if (equals == std::string::npos || base::options::FindOption(key) == nullptr) {
      return absl::InvalidArgumentError(base::StrCat("--set ", value, ": KEY=VALUE of an option of mediad"));
    }
    line.values[key] = {value.substr(equals + 1)};
  }
  std::optional<std::string> text;
  std::ifstream file(arguments.file);
  if (file.is_open()) {
    text.emplace(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  } else if (arguments.file != base::options::kDefaultConfigFile && arguments.file != "none") {
    return absl::NotFoundError(base::StrCat(arguments.file, " cannot be read"));
  }
  base::options::Environment environment;
  char name[256] = {};
  if (gethostname(name, sizeof name - 1) == 0 && name[0] != '\0') environment.host_name = name;
  const auto parsed =
      base::options::ParseOptions(base::options::Daemon::kMediad, line, text, environment);
  if (!parsed.ok()) return parsed.status();
  auto settings = nft::MakeSettings(parsed->options);
  if (!settings.ok()) return settings.status();
  return Configured{*std::move(settings), doctor::MediaPorts(parsed->options)};
}

int Fail(Session* session, const absl::Status& status) {
  return session->Fail(kExitRefused, Printable(base::Message(status)) + ".");
}

absl::StatusOr<nft::Ruleset> Load(const std::function<bool(std::string_view)>& wanted) {
  auto connection = nft::Connection::Open();
  if (!connection.ok()) return connection.status();
  auto snapshot = connection->Load(wanted);
  if (!snapshot.ok()) return snapshot.status();
  return std::move(snapshot->ruleset);
}

int Print(Session* session, const nft::Plan& plan) {
  if (session->options().json) {
    nlohmann::ordered_json out = nlohmann::ordered_json::array();
    for (const nft::Change& change : plan) out.push_back(nft::Syntax(change));
    session->out() << out.dump(2) << "\n";
  } else {
    session->out() << (plan.empty() ? "# nothing to do\n" : nft::Syntax(plan));
  }
  return kExitOk;
}

// Calls `visit(target, set)` for each set with open ports that is there.
template <typename Visit>
void ForEachSet(const nft::Settings& settings, const nft::Ruleset& installed, Visit visit) {
  for (const nft::Target& target : nft::AllTargets(settings)) {
    const nft::Table* table = installed.Find(target.family, target.table);
    for (const std::string& name : {target.set4, target.set6}) {
      const nft::Set* set = table == nullptr || name.empty() ? nullptr : table->FindSet(name);
      if (set != nullptr) visit(target, *set);
    }
  }
}

nlohmann::ordered_json NftJson(const nft::Settings& settings, const nft::Ruleset& installed,
                               const std::string& missing) {
  nlohmann::ordered_json ports = nlohmann::ordered_json::array();
  ForEachSet(settings, installed, [&](const nft::Target& target, const nft::Set& set) {
    for (const auto& [port, comment] : set.elements) {
      ports.push_back({{"family", nft::FamilyName(target.family)},
                       {"table", target.table},
                       {"port", port.ToString()},
                       {"comment", Printable(comment)}});
    }
  });
  return {{"own_table", settings.own_table},
          {"in_place", missing.empty()},
          {"missing", missing},
          {"open_ports", ports}};
}

int Show(Session* session, const Configured& configured) {
  const nft::Settings& settings = configured.settings;
  const auto installed = Load(nft::TablesOf(settings));
  if (!installed.ok()) return Fail(session, installed.status());
  const std::string missing = nft::Missing(settings, *installed);
  if (session->options().json) {
    session->out() << NftJson(settings, *installed, missing).dump(2) << "\n";
  } else {
    session->out() << NftText(settings, *installed, missing, session->style());
  }
  return missing.empty() ? kExitOk : kExitRefused;
}

int ShowPlan(Session* session, const Configured& configured) {
  const nft::Settings& settings = configured.settings;
  const auto installed = Load(nft::TablesOf(settings));
  if (!installed.ok()) return Fail(session, installed.status());
  const auto plan = nft::PlanInstallation(settings, *installed, {}, true);
  return plan.ok() ? Print(session, *plan) : Fail(session, plan.status());
}

int Change(Session* session, const Configured& configured, bool install) {
  const nft::Settings& settings = configured.settings;
  auto connection = nft::Connection::Open();
  if (!connection.ok()) return Fail(session, connection.status());
  const auto plan = nft::Reconcile(
      *connection, nft::TablesOf(settings),
      [&](const nft::Ruleset& installed) -> absl::StatusOr<nft::Plan> {
        if (install) return nft::PlanInstallation(settings, installed, {}, true);
        return nft::PlanRemoval(settings, installed);
      });
  return plan.ok() ? Print(session, *plan) : Fail(session, plan.status());
}

int ShowFindings(Session* session, const Configured& configured) {
  const auto all = Load([](std::string_view) { return true; });
  if (!all.ok()) return Fail(session, all.status());
  const auto findings = nft::CheckEach(configured.settings, configured.media_ports, *all);
  bool good = true;
  nlohmann::ordered_json json = nlohmann::ordered_json::array();
  for (const nft::Finding& finding : findings) {
    const bool problem = finding.kind == nft::Finding::Kind::kProblem;
    good = good && !problem;
    json.push_back({{"problem", problem}, {"text", finding.text}, {"command", finding.command}});
  }
  session->out() << (session->options().json ? json.dump(2) + "\n"
                                             : FindingsText(findings, session->style()));
  return good ? kExitOk : kExitRefused;
}

using Run = std::function<int(Session*, const Configured&)>;

void Add(CLI::App* parent, Session* session, const char* name, const char* description,
         const char* footer, Run run) {
  auto* command = parent->add_subcommand(name, description);
  auto arguments = std::make_shared<Arguments>();
  command->add_option("--config-file", arguments->file, "The daemons' file; none = no file")
      ->capture_default_str();
  command->add_option("--config-section", arguments->section, "Its section")->capture_default_str();
  command->add_option("--set", arguments->values, "KEY=VALUE instead of the file's; several")
      ->allow_extra_args(false);
  command->footer(footer);
  command->callback([session, arguments, run] {
    session->set_command([session, arguments, run] {
      const auto configured = ReadSettings(*arguments);
      return configured.ok() ? run(session, *configured) : Fail(session, configured.status());
    });
  });
}

}  // namespace

std::string NftText(const nft::Settings& settings, const nft::Ruleset& installed,
                    const std::string& missing, const Style& style) {
  Fields fields;
  fields.Add("placement", settings.own_table ? std::string("a table of our own")
                                             : std::string("the administrator's table filter"));
  fields.Add("rules", missing.empty() ? Cell("in place", Color::kGood)
                                      : Cell("not in place: " + missing, Color::kBad));
  std::string out = fields.Render(style);
  Table ports({{"TABLE"}, {"PORT"}, {"COMMENT", false, true}});
  ForEachSet(settings, installed, [&](const nft::Target& target, const nft::Set& set) {
    for (const auto& [port, comment] : set.elements) {
      ports.Add({base::StrCat(nft::FamilyName(target.family), " ", target.table), port.ToString(),
                 Printable(comment)});
    }
  });
  return out + "\n" + (ports.empty() ? std::string("no port is open\n") : ports.Render(style));
}

std::string FindingsText(const std::vector<nft::Finding>& findings, const Style& style) {
  if (findings.empty()) return "nothing keeps media out\n";
  std::string out;
  for (const nft::Finding& finding : findings) {
    const bool problem = finding.kind == nft::Finding::Kind::kProblem;
    out += Paint(problem ? "problem: " : "hint: ", problem ? Color::kBad : Color::kWarning, style);
    out += Printable(finding.text) + "\n";
    if (!finding.command.empty()) out += "  " + Printable(finding.command) + "\n";
  }
  return out;
}

void AddNft(CLI::App* parent, Session* session) {
  Add(parent, session, "show", "Where the rules go, whether they are there, and which ports are open",
      "Example:\n  rtpctl nft show\n\nExit status 1: they are not complete.", Show);
  Add(parent, session, "plan", "What apply would change, as nft commands",
      "Example:\n  rtpctl nft plan --set nftables-base-chain=input", ShowPlan);
  Add(parent, session, "apply", "Puts the rules in place; open ports stay open",
      "Example:\n  rtpctl nft apply", [](Session* s, const Configured& configured) {
        return Change(s, configured, true);
      });
  Add(parent, session, "remove", "Takes the rules away; a mediad that runs puts them back",
      "Example:\n  rtpctl nft remove", [](Session* s, const Configured& configured) {
        return Change(s, configured, false);
      });
  Add(parent, session, "check", "Looks through all rules for what keeps media out",
      "Example:\n  rtpctl nft check\n\nExit status 1: something does.", ShowFindings);
}

}  // namespace rtpctl
