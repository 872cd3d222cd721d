// The part of the plan that is about the configuration: which file, what becomes of it, what will not work any more.
#include <map>

#include "proto/base/options/parsed_options.h"
#include "proto/base/text.h"
#include "tools/rtpctl/migrate/plan.h"

namespace rtpctl::migrate {

namespace options = base::options;

namespace {

void Fail(Plan* plan, const char* id, const char* title, std::string what, std::string fix) {
  plan->findings.push_back({.id = id,
                            .title = title,
                            .verdict = doctor::Verdict::kFailure,
                            .what = std::move(what),
                            .fix = std::move(fix)});
}

// What the command line adds to the file. nullopt: it cannot be read, and the plan says so.
std::optional<Arguments> ArgumentsOf(const std::vector<std::string>& words, Plan* plan) {
  if (words.empty()) return Arguments();
  const std::vector<std::string> behind(words.begin() + 1, words.end());
  const absl::StatusOr<options::CommandLine> line = options::ParseCommandLine(behind);
  if (!line.ok()) {
    Fail(plan, "command-line", "the command line of the former daemon", std::string(base::Message(line.status())),
         "take that option out of its unit or environment file, or put what it says into the configuration file");
    return std::nullopt;
  }
  return line->values;
}

// One finding for each area that loses something, one for all that is different.
void AddFindings(const Configuration& configuration, Plan* plan) {
  std::map<Group, std::string> lost;
  for (const ConfigurationChange& change : configuration.changes) {
    if (change.verdict != OptionVerdict::kNotSupported) continue;
    std::string& keys = lost[FindIncumbentOption(change.key)->group];
    base::StrAppend(&keys, keys.empty() ? "" : ", ", change.key);
  }
  for (const auto& [group, keys] : lost) {
    plan->findings.push_back({.id = "not-supported",
                              .title = std::string(TextOf(group).title),
                              .verdict = doctor::Verdict::kWarning,
                              .what = "will be without effect: " + keys,
                              .why = std::string(TextOf(group).missing)});
  }
  if (configuration.unknown.empty()) return;
  std::string keys;
  for (const std::string& key : configuration.unknown) base::StrAppend(&keys, keys.empty() ? "" : ", ", key);
  plan->findings.push_back({.id = "unknown-keys",
                            .title = "keys nobody knows",
                            .verdict = doctor::Verdict::kNotice,
                            .what = keys + " stay in the file",
                            .why = "Both daemons say so once when they start, and ignore them."});
}

// What both daemons would say to the new text.
bool CheckText(Plan* plan, PlannedConfiguration* out) {
  options::CommandLine line;
  line.config_file = out->file;
  line.config_section = out->section;
  for (const options::Daemon daemon : {options::Daemon::kControld, options::Daemon::kMediad}) {
    const absl::StatusOr<options::ParseResult> parsed = options::ParseOptions(daemon, line, out->text, {});
    if (!parsed.ok()) {
      Fail(plan, "configuration", "the configuration file", std::string(base::Message(parsed.status())),
           "correct that line (the former daemon refuses it, too, or reads it otherwise), then plan again");
      return false;
    }
    const options::ParsedOptions& values = parsed->options;
    if (daemon == options::Daemon::kMediad) {
      out->kernel = values.Int("table") >= 0;
      if (values.List("interface").empty() && values.String("interfaces-config").empty()) {
        Fail(plan, "configuration", "the configuration file", "no interface: there is no address for media",
             "set interface in " + out->file);
        return false;
      }
      continue;
    }
    if (!values.List("listen-ng").empty()) out->listener = values.List("listen-ng")[0];
    // By TCP rtpctl would need certificates.
    for (const std::string& address : values.List("listen-grpc")) {
      if (out->grpc.empty() && address.rfind("unix:", 0) == 0) out->grpc = address;
    }
    const bool speaks_ng = !values.List("listen-ng").empty() || !values.List("listen-tcp-ng").empty() ||
                           !values.List("listen-http").empty() || !values.List("listen-https").empty();
    if (!speaks_ng) {
      Fail(plan, "configuration", "the configuration file", "no listener that NG comes by would be left",
           "set proxies to NG, and listen-ng in " + out->file);
      return false;
    }
  }
  return true;
}

}  // namespace

bool PlanConfiguration(const Facts& facts, const std::vector<std::string>& words, Plan* plan,
                       PlannedConfiguration* out) {
  out->file = OptionOf(words, "config-file", 0, options::kDefaultConfigFile);
  out->section = OptionOf(words, "config-section", 0, "rtpengine");
  out->path = out->file;
  auto found = facts.files.find(out->path);
  if (found != facts.files.end() && found->second.state.kind == FileKind::kLink) {
    out->path = found->second.leads_to;
    found = facts.files.find(out->path);
  }
  plan->configuration_file = out->file;
  if (out->file == "none" || found == facts.files.end() || found->second.state.kind != FileKind::kFile) {
    Fail(plan, "configuration", "the configuration file",
         out->file == "none" ? std::string("the former daemon runs without one") : "there is no " + out->file,
         "put what its command line says into a file, and name that in its unit");
    return false;
  }
  if (!found->second.readable) return false;  // the plan says so already
  const std::optional<Arguments> arguments = ArgumentsOf(words, plan);
  if (!arguments) return false;
  absl::StatusOr<Configuration> configuration =
      RewriteConfiguration(found->second.content, out->section, *arguments);
  if (!configuration.ok()) {
    Fail(plan, "configuration", "the configuration file",
         base::StrCat(out->file, ": ", base::Message(configuration.status())), "correct it, then plan again");
    return false;
  }
  AddFindings(*configuration, plan);
  out->text = configuration->text;
  out->changed = configuration->text != found->second.content;
  plan->changes = std::move(configuration->changes);
  return CheckText(plan, out);
}

}  // namespace rtpctl::migrate
