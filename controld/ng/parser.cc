#include "controld/ng/parser.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "controld/ng/coercion.h"
#include "controld/ng/key_table.h"
#include "proto/media/srtp_suite.h"

namespace controld::ng {
namespace {

// Templates within templates may go round in circles.
constexpr int kMaxTemplates = 16;
// Of a text of the client's in a warning.
constexpr size_t kMaxQuoted = 64;

std::vector<std::string>* CodecList(CodecLists& lists, std::string_view name) {
  if (name == "strip") return &lists.strip;
  if (name == "offer") return &lists.offer;
  if (name == "except") return &lists.except;
  if (name == "ignore") return &lists.ignore;
  if (name == "accept") return &lists.accept;
  if (name == "consume") return &lists.consume;
  if (name == "mask") return &lists.mask;
  if (name == "set") return &lists.set;
  if (name == "transcode") return &lists.transcode;
  return nullptr;
}

const std::string* FindTemplate(const Templates* templates, std::string_view name) {
  if (!templates) return nullptr;
  const auto found = templates->find(absl::AsciiStrToLower(base::ToAbsl(name)));
  return found == templates->end() ? nullptr : &found->second;
}

std::string Quoted(const Value& value) {
  if (const std::string* text = value.string()) {
    return base::StrCat("'", std::string_view(*text).substr(0, kMaxQuoted), "'");
  }
  if (const int64_t* number = value.integer()) return base::StrCat("'", *number, "'");
  return value.list() ? "a list" : "a dictionary";
}

}  // namespace

void Parser::Run(const Dictionary& dictionary) {
  if (options_.templates && !options_.templates->empty()) {
    ApplyTemplate("default", false);
    ApplyTemplate(CommandName(request_.command), false);
  }
  for (const auto& [name, value] : dictionary.entries()) Key(name, value);
  // A to-tag that stands there because it always does is not the subscriber's (§6.15).
  if (request_.command == Command::kSubscribeRequest && rtpp_flags_seen_ &&
      !request_.Has(Flag::kToTag)) {
    request_.to_tag.reset();
  }
}

void Parser::RunLiterally(const Dictionary& dictionary) {
  for (const LiteralKeyRow& row : LiteralKeyRows()) {
    if (row.command != request_.command) continue;
    if (const Value* value = dictionary.Find(row.key.name())) ApplyRow(row.key, *value);
  }
}

void Parser::Key(std::string_view name, const Value& value) {
  const KeyRow* row = FindKey(name);
  if (!row) {
    Warn(Verdict::kUnknown, "Unknown dictionary key encountered: '", name.substr(0, kMaxQuoted), "'");
    return;
  }
  Meaning(row->meaning);
  if (ApplyRow(*row, value)) Report(row->status, "Key", name);
}

bool Parser::ApplyRow(const KeyRow& row, const Value& value) {
  const KeyRow* outer = std::exchange(row_, &row);
  counts_ = Fits(row.grammar, value, base_prefix());
  if (counts_) {
    row.apply(*this, value);
  } else {
    WarnValue(value);
  }
  row_ = outer;
  return counts_;
}

void Parser::FlagWord(std::string_view text) {
  if (const FlagRow* row = FindFlag(text)) {
    Meaning(row->meaning);
    if (row->flag != Flag::kCount) request_.Set(row->flag);
    if (row->action == FlagAction::kPadCrypto) request_.sdes.emplace_back("pad");
    if (row->action == FlagAction::kRecordCall) request_.recording.record_call = "yes";
    if (row->action == FlagAction::kWebRtc) ApplyWebRtc();
    return Report(row->status, "Flag", text);
  }
  const PrefixRow* row = FindPrefix(text);
  if (!row) return WarnUnknownFlag(text);
  const std::string_view outer = std::exchange(flag_, text);
  if (!Prefixed(*row, text.substr(row->prefix.size()))) WarnUnknownFlag(text);
  flag_ = outer;
}

// False: what follows the prefix is unknown, and that has not been said.
bool Parser::Prefixed(const PrefixRow& row, std::string_view rest) {
  const KeyRow* key = FindKey(row.key);
  Meaning(row.meaning);
  switch (row.action) {
    case PrefixAction::kItem:  // in a list of its own: commas are part of it
      if (ApplyRow(*key, List{Value(rest)})) Report(key->status, "Flag", flag_);
      return true;
    case PrefixAction::kValue:
      if (ApplyRow(*key, Value(rest))) Report(key->status, "Flag", flag_);
      return true;
    case PrefixAction::kCodec:
      return Codecs(row.member, List{Value(rest)});
    case PrefixAction::kSdpAttrAdd:
    case PrefixAction::kSdpAttrRemove:
    case PrefixAction::kSdpAttrSubstitute:
      return SdpAttrFlag(row.action, rest);
  }
  return false;
}

void Parser::ApplyWebRtc() {
  request_.transport_protocol = "UDP/TLS/RTP/SAVPF";
  request_.ice.emplace_back("force");
  request_.sdes.emplace_back("off");
  request_.bundle.emplace_back("require");
  for (const Flag flag : {Flag::kTrickleIce, Flag::kRtcpMuxRequire, Flag::kRtcpMuxOffer,
                          Flag::kNoRtcpAttribute, Flag::kGenerateMid}) {
    request_.Set(flag);
  }
}

std::optional<int64_t> Parser::Number(const Value& value) const {
  return NumberOf(value, base_prefix());
}

void Parser::ApplyTemplate(std::string_view name, bool explicitly) {
  if (!options_.templates && entries_ && !entries_->empty()) {  // what the daemon has is not known
    Meaning("depends on the configuration, which was not given");
    entries_->back().verdict = std::max(entries_->back().verdict, Verdict::kDepends);
    return;
  }
  const std::string* text = FindTemplate(options_.templates, name);
  if (!text) {
    if (!explicitly) return;
    return Warn(Verdict::kUnknown, "Templates for signalling flags '", name.substr(0, kMaxQuoted),
                "' not found");
  }
  if (templates_ >= kMaxTemplates) {
    return Warn(Verdict::kBadValue, "Too many templates: '", name.substr(0, kMaxQuoted), "'");
  }
  ++templates_;
  RtppFlags(*text);
}

bool Parser::TranscodingKeysApply() const {
  return request_.command == Command::kOffer || request_.command == Command::kSubscribeRequest ||
         request_.command == Command::kPublish || request_.command == Command::kPlayMedia;
}

const Word* Parser::Take(std::string_view item) {
  const Words words = row_->grammar.words();
  const Word* word = FindWord(words, item);
  if (!word) word = FindForm(words, item);
  if (!word) return nullptr;
  Meaning(word->meaning);
  if (word->flag != Flag::kCount) request_.Set(word->flag);
  if (word->implied != Flag::kCount) request_.Set(word->implied);
  if (word->form()) WarnUnknownSuites(item.substr(word->spellings.size()));
  if (row_->status.effect == Effect::kFull) Report(word->status, row_->name(), item);
  return word;
}

const Word* Parser::TakeMember(std::string_view name) {
  const Word* member = FindWord(row_->grammar.words(), name);
  if (member) Meaning(member->meaning);
  return member;
}

bool Parser::Codecs(std::string_view list, const Value& items) {
  const Word* member = FindWord(CodecMembers(), list);
  if (!member) return false;
  Meaning(member->meaning);
  if (member->status.effect != Effect::kNone || TranscodingKeysApply()) {
    std::vector<std::string>& codecs = *CodecList(request_.codec, list);
    ForEachText(items, [&](std::string_view item) { codecs.push_back(Unescape(item)); });
  }
  Report(member->status, "Codec list", list);
  return true;
}

// The forms are those of SDES: lists of suites, "A;B".
void Parser::WarnUnknownSuites(std::string_view list) {
  while (!list.empty()) {
    const size_t end = list.find(';');
    const std::string suite = Unescape(list.substr(0, end));
    if (media::FindSuite(suite) == nullptr) {
      Warn(Verdict::kUnknown, "Unknown SRTP suite encountered: '",
           std::string_view(suite).substr(0, kMaxQuoted), "'");
    }
    list = end == std::string_view::npos ? std::string_view() : list.substr(end + 1);
  }
}

void Parser::WarnUnknownFlag(std::string_view text) {
  Warn(Verdict::kUnknown, "Unknown flag encountered: '", text.substr(0, kMaxQuoted), "'");
}

void Parser::WarnUnknownItem(std::string_view text) {
  if (entries_) Meaning(base::StrCat("takes ", Takes(row_->grammar)));
  if (!flag_.empty()) return WarnUnknownFlag(flag_);
  Warn(Verdict::kUnknown, "Unknown '", row_->name(), "' item encountered: '",
       text.substr(0, kMaxQuoted), "'");
}

void Parser::WarnValue(const Value& value) {
  const std::string takes = Takes(row_->grammar);
  if (entries_) Meaning(base::StrCat("takes ", takes));
  if (!flag_.empty()) return WarnUnknownFlag(flag_);
  Warn(Verdict::kBadValue, "Value of '", row_->name(), "' ignored: ", Quoted(value), "; it takes ",
       takes);
}

void Parser::WarnMember(std::string_view member, const Grammar& grammar) {
  Warn(Verdict::kBadValue, "Value of '", member.substr(0, kMaxQuoted), "' in '", row_->name(),
       "' ignored; it takes ", Takes(grammar));
}

void Parser::WarnOfferOnly() {
  counts_ = false;
  Warn(Verdict::kNotSupported, "Key '", row_->name(), "' has no effect here: offers only");
}

void Parser::Report(const Status& status, std::string_view what, std::string_view name) {
  const std::string_view shown = name.substr(0, kMaxQuoted);
  switch (status.effect) {
    case Effect::kFull:
      break;
    case Effect::kAnyway:
      Meaning(status.why);
      break;
    case Effect::kPartly:
      Warn(Verdict::kPartly, what, " '", shown, "' has part of its effect: ", status.why);
      break;
    case Effect::kObsolete:
      Meaning(status.why);
      Warn(Verdict::kDeprecated, "Obsolete ", what == "Flag" ? "flag" : what, " ignored: '", shown, "'");
      break;
    case Effect::kNone:
      Warn(Verdict::kNotSupported, what, " '", shown, "' has no effect: ", status.why);
      break;
  }
}

void Parser::Meaning(std::string_view meaning) {
  if (!entries_ || entries_->empty()) return;
  std::string& text = entries_->back().meaning;
  if (text.find(meaning) != std::string::npos) return;
  base::StrAppend(&text, text.empty() ? "" : "; ", meaning);
}

void Parser::AddWarning(Verdict verdict, std::string text) {
  if (entries_ && !entries_->empty()) {
    LintEntry& entry = entries_->back();
    entry.verdict = std::max(entry.verdict, verdict);
    entry.warnings.push_back(text);
  }
  if (request_.warnings.size() >= Request::kMaxWarnings) return;
  const bool last = request_.warnings.size() + 1 == Request::kMaxWarnings;
  request_.warnings.push_back(last ? "Further warnings about this request are left out"
                                   : std::move(text));
}

void Parser::Fail(std::string_view reason) {
  if (request_.error.empty()) request_.error = reason;
  if (entries_) AddWarning(Verdict::kBadValue, base::StrCat("The command fails: ", reason));
}

}  // namespace controld::ng
