#include "controld/ng/parser.h"

#include <algorithm>
#include <string>

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

// The lists that only a build with codecs can honour (sdp-rewriting.md §8.3).
bool IsTranscodingList(std::string_view name) {
  return name == "accept" || name == "consume" || name == "mask" || name == "set" ||
         name == "transcode";
}

std::string_view CodecListOf(PrefixAction action) {
  switch (action) {
    case PrefixAction::kCodecStrip:
      return "strip";
    case PrefixAction::kCodecOffer:
      return "offer";
    case PrefixAction::kCodecExcept:
      return "except";
    case PrefixAction::kCodecIgnore:
      return "ignore";
    case PrefixAction::kCodecAccept:
      return "accept";
    case PrefixAction::kCodecConsume:
      return "consume";
    case PrefixAction::kCodecMask:
      return "mask";
    case PrefixAction::kCodecSet:
      return "set";
    case PrefixAction::kCodecTranscode:
      return "transcode";
    default:
      return {};
  }
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

void Parser::Key(std::string_view name, const Value& value) {
  const KeyRow* row = FindKey(name);
  if (!row) {
    Warn("Unknown dictionary key encountered: '", name.substr(0, kMaxQuoted), "'");
    return;
  }
  row->apply(*this, value);
  if (!row->implemented) WarnNotSupported("Key", name);
}

void Parser::FlagWord(std::string_view text) {
  if (const FlagRow* row = FindFlag(text)) {
    if (row->flag != Flag::kCount) request_.Set(row->flag);
    if (row->action == FlagAction::kObsolete) Warn("Obsolete flag ignored: '", text, "'");
    if (row->action == FlagAction::kPadCrypto) Sdes("pad");
    if (row->action == FlagAction::kRecordCall) request_.recording.record_call = "yes";
    if (row->action == FlagAction::kWebRtc) ApplyWebRtc();
    if (!row->implemented) WarnNotSupported("Flag", text);
    return;
  }
  const PrefixRow* row = FindPrefix(text);
  if (!row || !Prefixed(*row, text.substr(row->prefix.size()))) return WarnUnknownFlag(text);
  if (!row->implemented) WarnNotSupported("Flag", text);
}

bool Parser::Prefixed(const PrefixRow& row, std::string_view rest) {
  switch (row.action) {
    case PrefixAction::kReplace:
      return Replace(rest);
    case PrefixAction::kRtcpMux:
      return RtcpMux(rest);
    case PrefixAction::kBundle:
      return Bundle(rest);
    case PrefixAction::kSdes:
      return Sdes(rest);
    case PrefixAction::kOsrtp:
      return Osrtp(rest);
    case PrefixAction::kEndpointLearning:
      return EndpointLearning(rest);
    case PrefixAction::kFromTags:
      request_.from_tags.push_back(Unescape(rest));
      return true;
    case PrefixAction::kT38:
      return TranscodingKeysApply();
    case PrefixAction::kSdpAttrAdd:
    case PrefixAction::kSdpAttrRemove:
    case PrefixAction::kSdpAttrSubstitute:
      return SdpAttrFlag(row.action, rest);
    default: {
      const std::string_view list = CodecListOf(row.action);
      return Codec(list, rest);
    }
  }
}

void Parser::ApplyWebRtc() {
  request_.transport_protocol = "UDP/TLS/RTP/SAVPF";
  request_.ice.emplace_back("force");
  request_.Set(Flag::kTrickleIce);
  RtcpMux("require");
  request_.Set(Flag::kNoRtcpAttribute);
  request_.sdes.emplace_back("off");
  Bundle("require");
}

std::optional<int64_t> Parser::Number(const Value& value) const {
  return NumberOf(value, options_.encoding == Encoding::kJson && !in_rtpp_flags_);
}

void Parser::ApplyTemplate(std::string_view name, bool explicitly) {
  if (!options_.templates) {
    if (explicitly) Warn("Templates for signalling flags '", name.substr(0, kMaxQuoted), "' not found");
    return;
  }
  const auto found = options_.templates->find(absl::AsciiStrToLower(base::ToAbsl(name)));
  if (found == options_.templates->end()) {
    if (explicitly) Warn("Templates for signalling flags '", name.substr(0, kMaxQuoted), "' not found");
  } else if (templates_ >= kMaxTemplates) {
    Warn("Too many templates: '", name.substr(0, kMaxQuoted), "'");
  } else {
    ++templates_;
    RtppFlags(found->second);
  }
}

bool Parser::TranscodingKeysApply() const {
  return request_.command == Command::kOffer || request_.command == Command::kSubscribeRequest ||
         request_.command == Command::kPublish || request_.command == Command::kPlayMedia;
}

bool Parser::Replace(std::string_view item) {
  const ng::FlagWord* word = FindWord(ReplaceWords(), item);
  if (word) request_.Set(word->flag);
  return word != nullptr;
}

bool Parser::RtcpMux(std::string_view item) {
  const ng::FlagWord* word = FindWord(RtcpMuxWords(), item);
  if (!word) return false;
  request_.Set(word->flag);
  if (word->implied != Flag::kCount) request_.Set(word->implied);
  return true;
}

bool Parser::AppendWord(absl::Span<const Word> words, std::string_view key, std::string_view item,
                        std::vector<std::string>* list) {
  const Word* word = FindWord(words, item);
  if (!word) return false;
  list->emplace_back(word->canonical);
  if (!word->implemented) Warn("Key '", key, "' with '", word->canonical, "' is not supported yet");
  return true;
}

bool Parser::Ice(std::string_view item) {
  if (item == "trickle") request_.Set(Flag::kTrickleIce);
  return AppendWord(IceWords(), "ICE", item, &request_.ice);
}

bool Parser::Sdes(std::string_view item) {
  for (const std::string_view prefix : {"no-", "only-", "order:", "offerer_pref:"}) {
    if (item.size() > prefix.size() && item.starts_with(prefix)) {
      request_.sdes.push_back(Unescape(item));
      WarnUnknownSuites(std::string_view(request_.sdes.back()).substr(prefix.size()));
      return true;
    }
  }
  if (item == "pad") request_.Set(Flag::kPadCrypto);
  return AppendWord(SdesWords(), "SDES", item, &request_.sdes);
}

void Parser::WarnUnknownSuites(std::string_view list) {
  while (!list.empty()) {
    const size_t end = list.find(';');
    const std::string_view suite = list.substr(0, end);
    if (media::FindSuite(suite) == nullptr) {
      Warn("Unknown SRTP suite encountered: '", suite.substr(0, kMaxQuoted), "'");
    }
    list = end == std::string_view::npos ? std::string_view() : list.substr(end + 1);
  }
}

bool Parser::Bundle(std::string_view item) {
  if (!AppendWord(BundleWords(), "bundle", item, &request_.bundle)) return false;
  if (item != "reject" && item != "accept") request_.Set(Flag::kGenerateMid);
  return true;
}

bool Parser::EndpointLearning(std::string_view item) {
  const std::string_view word = Canonical(EndpointLearningWords(), item);
  if (!word.empty()) request_.endpoint_learning = word;
  return !word.empty();
}

bool Parser::Codec(std::string_view name, std::string_view item) {
  std::vector<std::string>* list = CodecList(request_.codec, name);
  if (!list) return false;
  if (!IsTranscodingList(name)) {
    list->push_back(Unescape(item));
  } else if (TranscodingKeysApply()) {
    list->push_back(Unescape(item));
    Warn("Codec list '", name, "' has no effect: this build cannot transcode");
  }
  return true;
}

void Parser::WarnUnknownFlag(std::string_view text) {
  Warn("Unknown flag encountered: '", text.substr(0, kMaxQuoted), "'");
}

void Parser::WarnUnknownItem(std::string_view key, std::string_view text) {
  Warn("Unknown '", key, "' item encountered: '", text.substr(0, kMaxQuoted), "'");
}

void Parser::WarnNotSupported(std::string_view what, std::string_view name) {
  Warn(what, " '", name.substr(0, kMaxQuoted), "' is not supported yet");
}

void Parser::AddWarning(std::string text) {
  const bool last = request_.warnings.size() + 1 == Request::kMaxWarnings;
  request_.warnings.push_back(last ? "Further warnings about this request are left out"
                                   : std::move(text));
}

void Parser::Fail(std::string_view reason) {
  if (request_.error.empty()) request_.error = reason;
}

}  // namespace controld::ng
