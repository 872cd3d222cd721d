// See report.h.
#include "tools/rtpctl/doctor/report.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "proto/base/text.h"
#include "tools/rtpctl/output/text.h"

namespace rtpctl::doctor {
namespace {

const char* Word(Verdict verdict) {
  switch (verdict) {
    case Verdict::kGood: return "good";
    case Verdict::kSkipped: return "skipped";
    case Verdict::kNotice: return "notice";
    case Verdict::kWarning: return "warning";
    case Verdict::kFailure: return "failure";
  }
  return "";
}

Color ColorOf(Verdict verdict) {
  switch (verdict) {
    case Verdict::kGood: return Color::kGood;
    case Verdict::kSkipped: return Color::kDim;
    case Verdict::kNotice: return Color::kTitle;
    case Verdict::kWarning: return Color::kWarning;
    case Verdict::kFailure: return Color::kBad;
  }
  return Color::kNone;
}

// Every line of `text` behind `first`, the following ones below it.
std::string Indented(const std::string& first, const std::string& text) {
  std::string out = first;
  for (const char c : text) {
    out += c;
    if (c == '\n') out += std::string(DisplayWidth(first), ' ');
  }
  return out + "\n";
}

// Texts of the host (file names, output of programs) made harmless, line by line.
std::string Harmless(const std::string& text) {
  std::string out;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    if (begin > 0) out += '\n';
    out += Printable(std::string_view(text).substr(begin, end - begin));
    begin = end + 1;
  }
  return out;
}

}  // namespace

size_t CountOf(const std::vector<Finding>& findings, Verdict verdict) {
  return static_cast<size_t>(std::count_if(findings.begin(), findings.end(), [&](const Finding& finding) {
    return finding.verdict == verdict;
  }));
}

std::string ReportText(const std::vector<Finding>& findings, bool everything, const Style& style) {
  std::string out;
  for (const Finding& finding : findings) {
    const bool quiet = finding.verdict == Verdict::kGood || finding.verdict == Verdict::kSkipped;
    if (quiet && !everything) continue;
    std::string word = Word(finding.verdict);
    word.resize(8, ' ');
    base::StrAppend(&out, Paint(word, ColorOf(finding.verdict), style), finding.title, ": ",
                    Harmless(finding.what), "\n");
    if (quiet) continue;
    if (!finding.why.empty()) out += Indented("        why: ", Harmless(finding.why));
    if (!finding.fix.empty()) out += Indented("        fix: ", Harmless(finding.fix));
    base::StrAppend(&out, "        see: ", finding.docs, "\n");
  }
  const size_t failures = CountOf(findings, Verdict::kFailure);
  const size_t warnings = CountOf(findings, Verdict::kWarning);
  base::StrAppend(&out, findings.size(), " checks: ", failures, " failures, ", warnings, " warnings, ",
                  CountOf(findings, Verdict::kNotice), " notices, ",
                  CountOf(findings, Verdict::kSkipped), " skipped\n");
  return out;
}

std::string RepairsText(const std::vector<Repair>& repairs) {
  std::string out;
  for (const Repair& repair : repairs) {
    base::StrAppend(&out, "fixing  ", repair.title, ": ", Printable(repair.command));
    if (!repair.failure.empty()) base::StrAppend(&out, ": failed: ", Harmless(repair.failure));
    out += "\n";
  }
  return out;
}

std::string ReportJson(const std::vector<Finding>& findings, const std::vector<Repair>& repairs) {
  nlohmann::ordered_json checks = nlohmann::ordered_json::array();
  for (const Finding& finding : findings) {
    checks.push_back({{"id", finding.id},
                      {"title", finding.title},
                      {"verdict", Word(finding.verdict)},
                      {"what", Harmless(finding.what)},
                      {"why", Harmless(finding.why)},
                      {"fix", Harmless(finding.fix)},
                      {"docs", finding.docs}});
  }
  nlohmann::ordered_json done = nlohmann::ordered_json::array();
  for (const Repair& repair : repairs) {
    done.push_back({{"id", repair.id},
                    {"command", Printable(repair.command)},
                    {"done", repair.failure.empty()},
                    {"failure", Harmless(repair.failure)}});
  }
  const nlohmann::ordered_json report = {{"checks", std::move(checks)},
                                         {"failures", CountOf(findings, Verdict::kFailure)},
                                         {"warnings", CountOf(findings, Verdict::kWarning)},
                                         {"repairs", std::move(done)}};
  return report.dump(2) + "\n";
}

}  // namespace rtpctl::doctor
