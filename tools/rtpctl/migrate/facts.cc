// See facts.h.
#include "tools/rtpctl/migrate/facts.h"

#include <algorithm>
#include <charconv>

#include "proto/base/options/parsed_options.h"
#include "proto/base/text.h"
#include "tools/rtpctl/migrate/rules.h"

namespace rtpctl::migrate {
namespace {

constexpr char kAuthor[] = "rtpengine authors";  // as our module says
const char* const kUnitDirectories[] = {"/etc/systemd/system", "/run/systemd/system", "/usr/local/lib/systemd/system",
                                        "/usr/lib/systemd/system", "/lib/systemd/system"};
// What installations and guides put there; those that exist are read and kept.
const char* const kFiles[] = {
    "/etc/default/rtpengine", "/etc/default/rtpengine-daemon", "/etc/default/ngcp-rtpengine-daemon",
    "/etc/sysconfig/rtpengine", "/etc/rsyslog.d/rtpengine.conf", "/etc/logrotate.d/rtpengine",
    "/etc/modules-load.d/rtpengine.conf", "/etc/modprobe.d/rtpengine.conf", "/etc/sysctl.d/99-rtpengine.conf",
    "/etc/iptables/rules.v4", "/etc/iptables/rules.v6", "/etc/sysconfig/iptables", "/etc/sysconfig/ip6tables",
    "/etc/sysconfig/nftables.conf", "/etc/nftables.conf", "/etc/nftables/rtpengine.nft"};
const char* const kOurs[] = {"/usr/sbin/rtpengine-controld", "/usr/sbin/rtpengine-mediad"};
const char* const kOurUnits[] = {"rtpengine-controld.service", "rtpengine-mediad.service"};

bool EndsWith(const std::string& text, std::string_view end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

std::string BaseName(const std::string& path) { return path.substr(path.rfind('/') + 1); }

class Gatherer {
 public:
  explicit Gatherer(const Machine& machine) : machine_(machine), host_(machine.host()) {}

  Facts Take() {
    facts_.privileged = machine_.Privileged();
    facts_.has_systemctl = host_.Run({"systemctl", "--version"}).status == 0;
    FindUnits();
    facts_.processes = IncumbentProcesses(machine_);
    for (const char* path : kFiles) AddFile(path);
    for (const std::string& name : host_.ListDirectory("/etc/rtpengine")) AddFile("/etc/rtpengine/" + name);
    for (const FoundUnit& unit : facts_.units) {
      AddFile(OptionOf(unit.words, "config-file", 0, base::options::kDefaultConfigFile));
    }
    for (const RunningProcess& process : facts_.processes) {
      AddFile(OptionOf(process.words, "config-file", 0, base::options::kDefaultConfigFile));
    }
    FindRules();
    FindModules();
    FindOurs();
    FindVersion();
    return std::move(facts_);
  }

 private:
  void AddFile(const std::string& path) {
    if (path.empty() || path[0] != '/' || facts_.files.count(path) > 0) return;
    const absl::StatusOr<FileState> state = machine_.State(path);
    if (!state.ok()) {
      facts_.unreadable.emplace_back(base::Message(state.status()));
      return;
    }
    if (state->kind == FileKind::kAbsent || state->kind == FileKind::kDirectory) return;
    FoundFile file{*state, {}, {}, true};
    if (state->kind == FileKind::kLink) file.leads_to = machine_.Resolve(path);
    if (state->kind == FileKind::kFile) {
      absl::StatusOr<std::string> content = machine_.Read(path);
      file.readable = content.ok();
      if (content.ok()) file.content = *std::move(content);
      else facts_.unreadable.emplace_back(base::Message(content.status()));
    }
    const std::string leads_to = file.leads_to;
    facts_.files[path] = std::move(file);
    if (!leads_to.empty()) AddFile(leads_to);
  }

  void FindUnits() {
    for (const char* directory : kUnitDirectories) {
      for (const std::string& name : host_.ListDirectory(directory)) {
        if (EndsWith(name, ".service")) ReadUnitFile(name, base::StrCat(directory, "/", name));
      }
    }
  }

  void ReadUnitFile(const std::string& name, const std::string& path) {
    for (const FoundUnit& unit : facts_.units) {
      if (unit.name == name) return;  // what comes first hides the others
    }
    // A link is another name of a unit, or masks it.
    const absl::StatusOr<FileState> state = machine_.State(path);
    if (!state.ok() || state->kind != FileKind::kFile) return;
    FoundUnit unit{.name = name, .path = path, .text = {}, .words = {}};
    ReadUnit(host_.ReadFile(path).value_or(""), &unit.text);
    std::vector<std::string> drop_ins;
    for (const char* directory : kUnitDirectories) {
      const std::string below = base::StrCat(directory, "/", name, ".d");
      for (const std::string& file : host_.ListDirectory(below)) {
        if (EndsWith(file, ".conf")) drop_ins.push_back(below + "/" + file);
      }
    }
    std::sort(drop_ins.begin(), drop_ins.end(),
              [](const std::string& a, const std::string& b) { return BaseName(a) < BaseName(b); });
    for (const std::string& file : drop_ins) ReadUnit(host_.ReadFile(file).value_or(""), &unit.text);
    if (unit.text.exec_start.empty()) return;
    const std::string program = BaseName(unit.text.exec_start[0]);
    const std::string state_text(base::Trim(
        program == "rtpengine-recording" ? host_.Run({"systemctl", "is-active", name}).text : std::string()));
    if (state_text == "active") facts_.recording_unit = name;
    if (program != "rtpengine" || name.find('@') != std::string::npos) return;
    Environment environment = unit.text.environment;
    for (const EnvironmentFile& file : unit.text.environment_files) {
      ReadEnvironmentFile(host_.ReadFile(file.path).value_or(""), &environment);
      AddFile(file.path);
    }
    unit.words = Expand(unit.text.exec_start, environment);
    unit.enabled = base::Trim(host_.Run({"systemctl", "is-enabled", name}).text) == "enabled";
    unit.active = base::Trim(host_.Run({"systemctl", "is-active", name}).text) == "active";
    AddFile(path);
    for (const std::string& file : drop_ins) AddFile(file);
    facts_.units.push_back(std::move(unit));
  }

  void FindRules() {
    for (const char* tool : {"iptables", "ip6tables", "iptables-legacy", "ip6tables-legacy"}) {
      const doctor::Output output = host_.Run({std::string(tool) + "-save"});
      if (output.status != 0) continue;
      // Where both are the same program, the rules are shown once.
      const bool known = std::any_of(facts_.rules.begin(), facts_.rules.end(), [&](const FoundRules& rules) {
        return EndsWith(tool, "-legacy") && std::string(tool) == rules.tool + "-legacy" &&
               HandlerRules(rules.saved) == HandlerRules(output.text);
      });
      if (!known) facts_.rules.push_back({tool, output.text});
    }
    facts_.nft_ruleset = host_.Run({"nft", "list", "ruleset"}).text;
    const absl::StatusOr<mediad::nft::Ruleset> ruleset = host_.Ruleset();
    if (!ruleset.ok()) return;
    for (const mediad::nft::Table& table : ruleset->tables) {
      for (const mediad::nft::Chain& chain : table.chains) {
        for (const mediad::nft::Rule& rule : chain.rules) {
          facts_.nft_handler = facts_.nft_handler || rule.foreign_handler ||
                               rule.comment.rfind("rtpengine UDP handler table ", 0) == 0;
        }
      }
    }
  }

  FoundModule Module(const std::string& name) {
    FoundModule module;
    module.loaded = host_.Exists("/sys/module/" + name);
    const doctor::Output file = host_.Run({"modinfo", "-F", "filename", name});
    if (file.status != 0) return module;
    module.file = std::string(base::Trim(file.text));
    const doctor::Output author = host_.Run({"modinfo", "-F", "author", name});
    module.foreign = author.text.find(kAuthor) == std::string::npos;
    return module;
  }

  void FindModules() {
    facts_.xt = Module("xt_RTPENGINE");
    facts_.nft = Module("nft_rtpengine");
    // One that is loaded and not on disk any more is not ours: ours would have come with its file.
    if (facts_.nft.loaded && facts_.nft.file.empty()) facts_.nft.foreign = true;
    if (facts_.nft.foreign && !facts_.nft.file.empty()) AddFile(facts_.nft.file);
  }

  void FindOurs() {
    for (const char* program : kOurs) {
      if (!host_.Exists(program)) facts_.missing.emplace_back(program);
    }
    for (const char* unit : kOurUnits) {
      const bool there = std::any_of(std::begin(kUnitDirectories), std::end(kUnitDirectories), [&](const char* directory) {
        return host_.Exists(base::StrCat(directory, "/", unit));
      });
      if (!there) facts_.missing.emplace_back(unit);
    }
    facts_.uid = IdOf("/etc/passwd");
    facts_.gid = IdOf("/etc/group");
    if (!facts_.uid || !facts_.gid) facts_.missing.emplace_back("user and group rtpengine");
  }

  // The third field of the line of "rtpengine".
  std::optional<uint32_t> IdOf(const std::string& path) {
    const std::string text = "\n" + host_.ReadFile(path).value_or("");
    const size_t line = text.find("\nrtpengine:");
    if (line == std::string::npos) return std::nullopt;
    const size_t second = text.find(':', line + 11);
    uint32_t id = 0;
    if (second == std::string::npos ||
        std::from_chars(text.data() + second + 1, text.data() + text.size(), id).ec != std::errc()) {
      return std::nullopt;
    }
    return id;
  }

  void FindVersion() {
    std::string program;
    if (!facts_.units.empty()) program = facts_.units[0].words[0];
    else if (!facts_.processes.empty()) program = facts_.processes[0].words[0];
    if (!program.empty()) facts_.version = std::string(base::Trim(host_.Run({program, "--version"}).text));
  }

  const Machine& machine_;
  const doctor::Host& host_;
  Facts facts_;
};

}  // namespace

std::vector<RunningProcess> IncumbentProcesses(const Machine& machine) {
  std::vector<RunningProcess> processes;
  const std::string here = machine.ReadLink("/proc/self/ns/net");
  for (const std::string& pid : machine.host().ListDirectory("/proc")) {
    if (pid.find_first_not_of("0123456789") != std::string::npos) continue;
    const std::string line = machine.host().ReadFile("/proc/" + pid + "/cmdline").value_or("");
    RunningProcess process{pid, {}};
    for (size_t begin = 0; begin < line.size();) {
      const size_t end = std::min(line.find('\0', begin), line.size());
      process.words.push_back(line.substr(begin, end - begin));
      begin = end + 1;
    }
    if (process.words.empty()) continue;
    const std::string& program = process.words[0];
    if (program.substr(program.rfind('/') + 1) != "rtpengine") continue;
    // Those of containers are none of this host's units.
    if (machine.ReadLink("/proc/" + pid + "/ns/net") != here) continue;
    processes.push_back(std::move(process));
  }
  return processes;
}

Facts Gather(const Machine& machine) { return Gatherer(machine).Take(); }

std::string OptionOf(const std::vector<std::string>& words, std::string_view name, char letter,
                     std::string_view fallback) {
  const std::string whole = base::StrCat("--", name);
  for (size_t i = 1; i < words.size(); ++i) {
    if (words[i].rfind(whole + "=", 0) == 0) return words[i].substr(whole.size() + 1);
    const bool short_form = letter != 0 && words[i] == base::StrCat("-", letter);
    if ((words[i] == whole || short_form) && i + 1 < words.size()) return words[i + 1];
  }
  return std::string(fallback);
}

}  // namespace rtpctl::migrate
