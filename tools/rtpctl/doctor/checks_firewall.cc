// Checks of the packet filter: what mediad/nft finds in the rule set, in the doctor's terms.
#include <algorithm>

#include "mediad/nft/check.h"

#include "mediad/nft/plan.h"
#include "mediad/nft/settings.h"
#include "proto/base/text.h"
#include "tools/rtpctl/doctor/checks.h"
#include "tools/rtpctl/doctor/media.h"

namespace rtpctl::doctor {

namespace nft = mediad::nft;

namespace {

// The settings, or why there is nothing to look at.
absl::StatusOr<nft::Settings> SettingsOf(const Examination& examination) {
  if (examination.mediad() == nullptr) {
    return absl::FailedPreconditionError("no configuration that can be read");
  }
  if (!examination.ruleset().ok()) return examination.ruleset().status();
  return nft::MakeSettings(*examination.mediad());
}

std::vector<nft::Finding> BlocksOf(const Examination& examination, const nft::Settings& settings) {
  return nft::CheckEach(settings, MediaPorts(*examination.mediad()), *examination.ruleset());
}

bool HasForeignHandler(const nft::Ruleset& ruleset) {
  for (const nft::Table& table : ruleset.tables) {
    for (const nft::Chain& chain : table.chains) {
      for (const nft::Rule& rule : chain.rules) {
        if (rule.foreign_handler) return true;
      }
    }
  }
  return false;
}

}  // namespace

Finding CheckFirewallRules(const Examination& examination) {
  const absl::StatusOr<nft::Settings> settings = SettingsOf(examination);
  if (!settings.ok()) return Skipped(std::string(base::Message(settings.status())));
  if (!settings->wanted) return Skipped("the configuration asks for none");
  if (const std::string none = examination.NoWorker(); !none.empty()) return Skipped(none);
  const std::string missing = nft::Missing(*settings, *examination.ruleset());
  if (missing.empty()) return Good("complete");
  return {.verdict = Verdict::kFailure,
          .what = missing,
          .why = "Behind a policy that drops, media does not come in; counters show nothing.",
          .fix = "rtpctl nft plan    # what is missing, as nft commands\nrtpctl nft apply"};
}

Finding CheckFirewallBlocks(const Examination& examination) {
  const absl::StatusOr<nft::Settings> settings = SettingsOf(examination);
  if (!settings.ok()) return Skipped(std::string(base::Message(settings.status())));
  // Rules of ours are there while a worker keeps them: without one their absence is no fault. Where none are
  // wanted, others' rules are all there is.
  if (const std::string none = examination.NoWorker(); settings->wanted && !none.empty()) {
    return Skipped(none + ", which would keep rules (rtpctl nft check looks all the same)");
  }
  Finding finding;
  for (const nft::Finding& found : BlocksOf(examination, *settings)) {
    const bool problem = found.kind == nft::Finding::Kind::kProblem;
    if (problem) finding.verdict = Verdict::kFailure;
    else if (finding.verdict == Verdict::kGood) finding.verdict = Verdict::kNotice;
    base::StrAppend(&finding.what, finding.what.empty() ? "" : "\n", found.text);
    if (!found.command.empty()) {
      base::StrAppend(&finding.fix, finding.fix.empty() ? "" : "\n", found.command);
    }
  }
  if (finding.verdict == Verdict::kGood) return Good("nothing keeps media out");
  finding.why = "A packet has to be accepted by every base chain at the input hook: one-way audio, or none.";
  return finding;
}

Finding CheckLegacyRules(const Examination& examination) {
  for (const char* program : {"iptables-save", "ip6tables-save"}) {
    const Output output = examination.host().Run({program});
    const size_t at = output.text.find("-j RTPENGINE");
    if (output.status != 0 || at == std::string::npos) continue;
    const size_t begin = output.text.rfind('\n', at) + 1;
    const std::string rule = output.text.substr(begin, output.text.find('\n', at) - begin);
    const std::string tables(program, std::string_view(program).find('-'));
    return {.verdict = Verdict::kFailure,
            .what = rule,
            .why = "The rule is of another rtpengine, or for our xt_RTPENGINE where rules were not migrated yet:\n"
                   "nft cannot print it, and loses it in a save and restore.",
            .fix = tables + " -D" + rule.substr(2)};
  }
  if (examination.ruleset().ok() && HasForeignHandler(*examination.ruleset())) {
    return {.verdict = Verdict::kFailure,
            .what = "the rule set has a rule of another rtpengine, which nft cannot print",
            .why = "The rule hands media to that module, and nft loses it in a save and restore.",
            .fix = "systemctl stop rtpengine   # the other one, which takes its rules along"};
  }
  return Good("none");
}

}  // namespace rtpctl::doctor
