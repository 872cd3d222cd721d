// See plan.h.
#include "tools/rtpctl/migrate/plan.h"

#include <algorithm>

#include "absl/strings/str_join.h"
#include "proto/base/options/parsed_options.h"
#include "proto/base/text.h"
#include "tools/rtpctl/migrate/rules.h"

namespace rtpctl::migrate {
namespace {

constexpr char kControld[] = "rtpengine-controld";
constexpr char kMediad[] = "rtpengine-mediad";
constexpr char kModule[] = "nft_rtpengine";
constexpr char kLegacyModule[] = "xt_RTPENGINE";

// A command line as people may see it: passwords stay where they are.
std::string Shown(const std::vector<std::string>& words) {
  std::string line;
  bool hide = false;
  for (const std::string& word : words) {
    const bool secret = word.find("pass") != std::string::npos || word.find("secret") != std::string::npos ||
                        word.find('@') != std::string::npos;
    const size_t equals = word.find('=');
    const std::string shown = hide || (secret && word[0] != '-')            ? "…"
                              : secret && equals != std::string::npos ? word.substr(0, equals + 1) + "…"
                                                                      : word;
    hide = secret && word[0] == '-' && equals == std::string::npos;
    base::StrAppend(&line, line.empty() ? "" : " ", shown);
  }
  return line;
}

class Planner {
 public:
  explicit Planner(const Facts& facts) : facts_(facts) {}

  Plan Take() {
    Describe();
    CheckHost();
    ChooseSource();
    PlannedConfiguration configuration;
    const bool readable = source_ && PlanConfiguration(facts_, *source_, &plan_, &configuration);
    StopTheOther();
    RemoveRules();
    RemoveModules();
    WriteFiles();
    if (readable) {
      WriteConfiguration(configuration);
      Start(configuration);
    }
    AddBackup();
    return std::move(plan_);
  }

 private:
  void Find(const char* id, std::string title, doctor::Verdict verdict, std::string what, std::string why,
            std::string fix = {}) {
    plan_.findings.push_back({.id = id,
                              .title = std::move(title),
                              .verdict = verdict,
                              .what = std::move(what),
                              .why = std::move(why),
                              .fix = std::move(fix)});
  }

  void Describe() {
    if (!facts_.version.empty()) plan_.found.push_back("the former daemon: " + facts_.version);
    for (const FoundUnit& unit : facts_.units) {
      plan_.found.push_back(base::StrCat(unit.name, unit.active ? ", running" : ", not running",
                                         unit.enabled ? ", enabled: " : ", not enabled: ",
                                         Shown(unit.words)));
    }
    for (const RunningProcess& process : facts_.processes) {
      plan_.found.push_back(base::StrCat("process ", process.pid, ": ", Shown(process.words)));
    }
    for (const FoundRules& rules : facts_.rules) {
      for (const PacketRule& rule : HandlerRules(rules.saved)) {
        plan_.found.push_back(base::StrCat(rules.tool, " -t ", rule.table, " -A ", rule.chain, " ", rule.text,
                                           " (rule ", rule.position, ")"));
      }
    }
    if (facts_.nft_handler) plan_.found.push_back("its rules in nftables");
    if (facts_.xt.loaded) plan_.found.push_back(base::StrCat("kernel module ", kLegacyModule));
    if (facts_.nft.loaded && facts_.nft.foreign) {
      plan_.found.push_back(base::StrCat("kernel module ", kModule, " of another rtpengine"));
    }
    for (const auto& [path, file] : facts_.files) plan_.found.push_back(path);
  }

  void CheckHost() {
    if (!facts_.privileged) {
      Find("privileges", "rights", doctor::Verdict::kFailure, "this is not root",
           "Units, modules, rules and files of the system are changed, and some cannot even be read.",
           "sudo rtpctl migrate");
    }
    if (!facts_.has_systemctl) {
      Find("systemctl", "systemd", doctor::Verdict::kFailure, "there is no systemctl here, no systemd runs, or this is a copy of a host (--root)",
           "The former daemon is stopped, and ours are started, by it.",
           "in a container: stop the old image and start ours (deploy/containers); else docs/migrating.md, by hand");
    }
    if (!facts_.missing.empty()) {
      Find("installed", "our packages", doctor::Verdict::kFailure, "missing: " + absl::StrJoin(facts_.missing, ", "),
           "Where the former daemon is from a package, installing ours removes that package, and leaves its "
           "configuration: keep its file for the way back (docs/migrating.md).",
           "install rtpengine-controld and rtpengine-mediad: docs/install-debian12.md, docs/install-almalinux9.md");
    }
    for (const std::string& what : facts_.unreadable) {
      Find("unreadable", "files", doctor::Verdict::kFailure, what, "What cannot be read cannot be backed up.");
    }
    if (!facts_.recording_unit.empty()) {
      Find("recording-daemon", "the recording daemon", doctor::Verdict::kWarning,
           facts_.recording_unit + " runs; it will get nothing to record, and is left alone",
           "We record nothing: start recording is refused.", "systemctl disable --now " + facts_.recording_unit);
    }
  }

  // The command line that the host goes by.
  void ChooseSource() {
    std::vector<const FoundUnit*> used;
    for (const FoundUnit& unit : facts_.units) {
      if (unit.active || unit.enabled) used.push_back(&unit);
    }
    if (used.size() > 1) {
      Find("several", "units", doctor::Verdict::kFailure,
           base::StrCat(used.size(), " units of the former daemon are in use: ", used[0]->name, ", ", used[1]->name),
           "Several instances become several workers, each with a name, ports and a table of its own.",
           "docs/operations.md, several workers on a host; or disable those that are not needed");
      return;
    }
    if (used.empty() && !facts_.processes.empty()) {
      Find("no-unit", "units", doctor::Verdict::kFailure,
           base::StrCat("process ", facts_.processes[0].pid, " is rtpengine, and no systemd unit that starts it is found"),
           "What starts it would start it again.", "end it in the way it was started, then plan again");
      return;
    }
    unit_ = used.empty() ? nullptr : used[0];
    if (unit_ != nullptr) source_ = unit_->words;
    else if (!facts_.units.empty()) source_ = facts_.units[0].words;
    else source_.emplace();
    if (facts_.units.empty()) {
      Find("no-unit", "units", doctor::Verdict::kNotice, "no unit of the former daemon is here",
           "Only its configuration, rules and modules are migrated: a rollback brings those back, and starts nothing.");
    }
  }

  void StopTheOther() {
    if (unit_ == nullptr) return;
    plan_.steps.push_back({.action = Action::kStopUnit,
                           .subject = unit_->name,
                           .why = "Both would listen at the same ports. Calls that are up end here."});
    plan_.steps.push_back({.action = Action::kCheck, .subject = "gone", .why = "It holds ports and the module."});
  }

  void RemoveRules() {
    bool any = false;
    for (const FoundRules& rules : facts_.rules) {
      if (HandlerRules(rules.saved).empty()) continue;
      any = true;
      plan_.steps.push_back({.action = Action::kRemoveRules,
                             .subject = rules.tool,
                             .why = "They hand media to the module of the former rtpengine."});
    }
    if (facts_.nft_handler && !any) {
      plan_.steps.push_back({.action = Action::kRemoveNftRules,
                             .why = "Normally its daemon takes them along; after a crash they are still there."});
    }
  }

  void RemoveModules() {
    if (facts_.xt.loaded && facts_.xt.foreign) Unload(kLegacyModule);
    if (facts_.nft.loaded && facts_.nft.foreign) Unload(kModule);
    const std::string& file = facts_.nft.file;
    if (!facts_.nft.foreign || file.empty() || facts_.files.count(file) == 0) return;
    plan_.steps.push_back({.undo_command = {"depmod", "-a"}, .why = "The kernel's list of modules."});
    plan_.steps.push_back({.action = Action::kRemoveFile,
                           .subject = file,
                           .why = base::StrCat("It has the name of our module: modprobe would find it first.")});
    plan_.steps.push_back({.command = {"depmod", "-a"}, .why = "The kernel's list of modules."});
    if (file.find("/dkms/") != std::string::npos || file.find("/extra/") != std::string::npos) {
      Find("dkms", "the kernel module", doctor::Verdict::kNotice,
           file + " is kept up by DKMS or a package, which may put it back with the next kernel",
           "Two modules of one name: the other one may win.", "dkms status   # then dkms remove of the former one");
    }
  }

  void Unload(const char* module) {
    plan_.steps.push_back({.action = Action::kUnloadModule,
                           .subject = module,
                           .why = "Our worker cannot use it, and both would take each other's packets."});
  }

  void WriteFile(const std::string& path, std::string content, const Attributes& was, std::string why) {
    Attributes attributes = was;
    attributes.modified_ns = -1;
    plan_.steps.push_back({.action = Action::kWriteFile,
                           .subject = path,
                           .content = std::move(content),
                           .attributes = attributes,
                           .why = std::move(why)});
  }

  void WriteFiles() {
    for (const char* path : {"/etc/iptables/rules.v4", "/etc/iptables/rules.v6", "/etc/sysconfig/iptables",
                             "/etc/sysconfig/ip6tables"}) {
      const auto found = facts_.files.find(path);
      if (found == facts_.files.end() || found->second.state.kind != FileKind::kFile) continue;
      std::string text = WithoutHandlerRules(found->second.content);
      if (text == found->second.content) continue;
      WriteFile(path, std::move(text), found->second.state.attributes,
                "At the next boot these rules would come back, or the whole file would be refused.");
    }
    const char* const modules = "/etc/modules-load.d/rtpengine.conf";
    const auto found = facts_.files.find(modules);
    if (found == facts_.files.end() || found->second.state.kind != FileKind::kFile) return;
    std::string text = found->second.content;
    const size_t at = text.find(kLegacyModule);
    if (at == std::string::npos) return;
    text.replace(at, std::string_view(kLegacyModule).size(), kModule);
    WriteFile(modules, std::move(text), found->second.state.attributes, "At boot our module is loaded instead.");
  }

  void WriteConfiguration(const PlannedConfiguration& configuration) {
    Attributes attributes = facts_.files.at(configuration.path).state.attributes;
    const bool readable = (attributes.mode & 004) != 0 || (attributes.gid == facts_.gid && (attributes.mode & 040) != 0) ||
                          (attributes.uid == facts_.uid && (attributes.mode & 0400) != 0);
    if (!readable && facts_.gid) {
      attributes.gid = *facts_.gid;
      attributes.mode |= 040;
    }
    if (configuration.changed || !readable) {
      WriteFile(configuration.path, configuration.text, attributes,
                readable ? "Only the keys listed are changed; what is taken out stays as a comment."
                         : "As listed, and for the group rtpengine to read: our daemons do not run as root.");
    }
    if (configuration.file == base::options::kDefaultConfigFile && configuration.section == "rtpengine") return;
    WriteDropIns(configuration);
  }

  void WriteDropIns(const PlannedConfiguration& configuration) {
    plan_.steps.push_back({.undo_command = {"systemctl", "daemon-reload"}, .why = "systemd has to know."});
    for (const char* daemon : {kControld, kMediad}) {
      const std::string directory = base::StrCat("/etc/systemd/system/", daemon, ".service.d");
      plan_.steps.push_back({.action = Action::kMakeDirectory, .subject = directory, .why = "For the file in it."});
      WriteFile(directory + "/migrated.conf",
                base::StrCat("# Written by rtpctl migrate: the former daemon's configuration is there.\n[Service]\n"
                             "ExecStart=\nExecStart=/usr/sbin/",
                             daemon, " --foreground --config-file=", configuration.file,
                             configuration.section == "rtpengine" ? "" : " --config-section=" + configuration.section,
                             "\n"),
                {}, "The former daemon's unit names another file or section than ours do.");
    }
    plan_.steps.push_back({.command = {"systemctl", "daemon-reload"}, .why = "systemd has to know."});
  }

  void Start(const PlannedConfiguration& configuration) {
    if (configuration.kernel) {
      plan_.steps.push_back({.action = Action::kLoadModule,
                             .subject = kModule,
                             .why = "The configuration asks for a kernel table."});
    }
    const std::string controld = base::StrCat(kControld, ".service"), mediad = base::StrCat(kMediad, ".service");
    for (const std::string& unit : {controld, mediad}) {
      plan_.steps.push_back({.action = Action::kStartUnit, .subject = unit, .why = "From now on these serve."});
    }
    for (const std::string& unit : {controld, mediad}) AddCheck("active", unit);
    if (!configuration.listener.empty()) AddCheck("ping", configuration.listener);
    if (!configuration.grpc.empty()) AddCheck("worker", configuration.grpc);
    AddCheck("doctor", base::StrCat(configuration.file, " ", configuration.section,
                                    " configuration running other-modules legacy-rules firewall-rules"));
  }

  void AddCheck(const char* what, std::string of) {
    plan_.steps.push_back({.action = Action::kCheck,
                           .subject = what,
                           .content = std::move(of),
                           .why = "If not, everything is taken back."});
  }

  void AddBackup() {
    for (const auto& [path, file] : facts_.files) plan_.files.push_back(path);
    for (const FoundRules& rules : facts_.rules) plan_.records.emplace_back(rules.tool + "-save.txt", rules.saved);
    if (!facts_.nft_ruleset.empty()) plan_.records.emplace_back("nft-list-ruleset.txt", facts_.nft_ruleset);
    if (!facts_.version.empty()) plan_.records.emplace_back("rtpengine-version.txt", facts_.version + "\n");
  }

  const Facts& facts_;
  Plan plan_;
  const FoundUnit* unit_ = nullptr;  // that is stopped
  std::optional<std::vector<std::string>> source_;
};

}  // namespace

Plan PlanMigration(const Facts& facts) { return Planner(facts).Take(); }

bool CanBeApplied(const Plan& plan) {
  return std::none_of(plan.findings.begin(), plan.findings.end(), [](const doctor::Finding& finding) {
    return finding.verdict == doctor::Verdict::kFailure;
  });
}

}  // namespace rtpctl::migrate
