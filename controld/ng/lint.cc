#include "controld/ng/lint.h"

#include <algorithm>

#include "controld/ng/commands.h"
#include "controld/ng/flag_table.h"
#include "controld/ng/key_table.h"
#include "controld/ng/parse_request.h"
#include "controld/ng/rtpp_flags.h"
#include "controld/ng/words.h"
#include "proto/base/text.h"

namespace controld::ng {
namespace {

constexpr std::string_view kTransportWords[] = {"RTP", "SRTP", "AVP", "AVPF", "DTLS"};

bool IsTransportWord(std::string_view word) {
  return std::find(std::begin(kTransportWords), std::end(kTransportWords), word) !=
             std::end(kTransportWords) ||
         FindWord(TransportWords(), word) != nullptr || word.starts_with("RTP/") ||
         word.starts_with("UDP/TLS/RTP/");
}

std::string_view Meaning(const RtppFlagsItem& item) {
  if (item.value) {
    if (const KeyRow* row = FindKey(item.name)) return row->meaning;
    if (item.name.starts_with("codec-") || item.name == "transcode") return "item of codec";
    return {};
  }
  if (item.name == "internal" || item.name == "external") {
    return "interface towards the sender, then towards the receiver";
  }
  if (IsTransportWord(item.name)) return "protocol towards the receiver";
  if (const FlagRow* row = FindFlag(item.name)) return row->meaning;
  if (const PrefixRow* row = FindPrefix(item.name)) return row->meaning;
  return {};
}

LintVerdict Judge(const std::vector<std::string>& warnings) {
  LintVerdict worst = LintVerdict::kGood;
  for (const std::string& warning : warnings) {
    LintVerdict verdict = LintVerdict::kGood;
    if (warning.find("nknown ") != warning.npos || warning.find("not found") != warning.npos ||
        warning.find("Too many") != warning.npos) {
      verdict = LintVerdict::kUnknown;
    } else if (warning.find("not supported") != warning.npos) {
      verdict = LintVerdict::kNotSupported;
    } else if (warning.find("Obsolete") != warning.npos) {
      verdict = LintVerdict::kDeprecated;
    }
    worst = std::max(worst, verdict);
  }
  return worst;
}

}  // namespace

std::string_view LintVerdictName(LintVerdict verdict) {
  switch (verdict) {
    case LintVerdict::kGood: return "ok";
    case LintVerdict::kDeprecated: return "deprecated";
    case LintVerdict::kNotSupported: return "not supported yet";
    case LintVerdict::kUnknown: return "unknown";
  }
  return {};
}

std::vector<LintEntry> LintFlags(std::string_view text, Command command) {
  std::vector<LintEntry> out;
  RtppFlagsReader reader(text);
  size_t start = 0;
  while (const auto item = reader.Next()) {
    LintEntry& entry = out.emplace_back();
    entry.item = std::string(base::Trim(text.substr(start, reader.position() - start)));
    start = reader.position();
    Dictionary dictionary;
    dictionary.Add("command", CommandName(command));
    dictionary.Add("rtpp-flags", entry.item);
    Request request = ParseRequest(dictionary);
    if (!request.error.empty()) request.warnings.emplace_back(request.error);
    entry.warnings = std::move(request.warnings);
    entry.verdict = Judge(entry.warnings);
    if (!request.error.empty()) entry.verdict = LintVerdict::kUnknown;
    entry.meaning = std::string(Meaning(*item));
  }
  return out;
}

}  // namespace controld::ng
