#include "controld/ng/reference.h"

#include <utility>

#include "controld/ng/commands.h"
#include "controld/ng/flag_table.h"
#include "controld/ng/key_table.h"
#include "controld/ng/words.h"
#include "proto/base/text.h"

namespace controld::ng {
namespace {

constexpr std::pair<std::string_view, std::string_view> kExamples[] = {
    {"command", "command=offer"},
    {"call-id", "call-id=a84b4c76@proxy.example"},
    {"from-tag", "from-tag=1928301774"},
    {"to-tag", "to-tag=314159"},
    {"via-branch", "via-branch=z9hG4bK776"},
    {"sdp", "sdp=<body>; not in rtpp-flags"},
    {"received-from", "received-from=[IP4 198.51.100.7]"},
    {"label", "label=caller"},
    {"set-label", "set-label=caller"},
    {"to-label", "to-label=callee"},
    {"address", "address=198.51.100.7"},
    {"from-tags", "from-tags=[1928301774 314159]"},
    {"to-call-id", "to-call-id=b84b4c76@proxy.example"},
    {"source-tag", "source-tag=1928301774"},
    {"source-call-id", "source-call-id=b84b4c76@proxy.example"},
    {"calls", "calls=[first@proxy.example second@proxy.example]"},
    {"tags", "tags=[from=[1928301774] to=[314159]]"},
    {"instance", "instance=8f2a01c3d4e5"},
    {"alias-key", "alias-key=sdp"},
    {"sip-message-type", "sip-message-type=request"},
    {"sip-code", "sip-code=183"},
    {"supports", "supports=[load..limit]"},
    {"template", "template=WebRTC"},
    {"rtpp-flags", "rtpp-flags=\"trust-address ICE=remove\"; a key of the request"},
    {"flags", "flags=[trust-address symmetric]"},
    {"direction", "direction=[private public]"},
    {"from-interface", "from-interface=private"},
    {"to-interface", "to-interface=public"},
    {"interface", "interface=recorder"},
    {"peer", "peer=198.51.100.7"},
    {"inbound-peer", "inbound-peer=198.51.100.7"},
    {"outbound-peer", "outbound-peer=203.0.113.7"},
    {"address-family", "address-family=IP6"},
    {"media-address", "media-address=203.0.113.80"},
    {"transport-protocol", "transport-protocol=RTP/SAVP"},
    {"TOS", "TOS=184"},
    {"replace", "replace=[origin session-name]"},
    {"ICE", "ICE=remove"},
    {"ICE-lite", "ICE-lite=forward"},
    {"DTLS", "DTLS=passive"},
    {"DTLS-fingerprint", "DTLS-fingerprint=sha-256"},
    {"SDES", "SDES=[only-AES_CM_128_HMAC_SHA1_80]"},
    {"OSRTP", "OSRTP=[offer]"},
    {"rtcp-mux", "rtcp-mux=[offer require]"},
    {"bundle", "bundle=[accept]"},
    {"codec", "codec=[strip=[PCMA] offer=[PCMU]]"},
    {"ptime", "ptime=40"},
    {"ptime-reverse", "ptime-reverse=20"},
    {"extmap", "extmap=[strip=[urn:ietf:params:rtp-hdrext:ssrc-audio-level]]"},
    {"audio-player", "audio-player=transcoding"},
    {"generate-RTCP", "generate-RTCP=on"},
    {"T.38", "T.38=[decode]"},
    {"T.38-version", "T.38-version=0"},
    {"delay-buffer", "delay-buffer=100"},
    {"endpoint-learning", "endpoint-learning=immediate"},
    {"media-echo", "media-echo=blackhole"},
    {"drop-traffic", "drop-traffic=start"},
    {"delete-delay", "delete-delay=0"},
    {"record-call", "record-call=yes"},
    {"metadata", "metadata=customer:4711"},
    {"recording-file", "recording-file=/var/spool/call.wav"},
    {"recording-dir", "recording-dir=/var/spool"},
    {"recording-pattern", "recording-pattern=%c-%t"},
    {"recording-media-slot-offer", "recording-media-slot-offer=1"},
    {"recording-media-slot-answer", "recording-media-slot-answer=2"},
    {"recording-media-slots", "recording-media-slots=2"},
    {"xmlrpc-callback", "xmlrpc-callback=198.51.100.5"},
    {"dtmf-log-dest", "dtmf-log-dest=198.51.100.5:9000"},
    {"all", "all=flows"},
    {"sdp-attr", "sdp-attr=[audio=[add=[ptime:20]]]"},
    {"sdp-media-remove", "sdp-media-remove=[video]"},
    {"moh", "moh=[file=/usr/share/moh.wav]"},
    {"passthrough", "passthrough=on"},
    {"vsc-start-rec", "vsc-start-rec=*1"},
    {"vsc-stop-rec", "vsc-stop-rec=*2"},
    {"vsc-start-stop-rec", "vsc-start-stop-rec=*3"},
    {"vsc-pause-rec", "vsc-pause-rec=*4"},
    {"vsc-pause-resume-rec", "vsc-pause-resume-rec=*5"},
    {"vsc-start-pause-resume-rec", "vsc-start-pause-resume-rec=*6"},
    {"media", "media=<list of sections>; not in rtpp-flags"},
    {"file", "file=/usr/share/welcome.wav"},
    {"blob", "blob=<octets>; not in rtpp-flags"},
    {"blob64", "blob64=<base64>"},
    {"db-id", "db-id=17"},
    {"repeat-times", "repeat-times=3"},
    {"repeat-duration", "repeat-duration=30000"},
    {"start-pos", "start-pos=1500"},
    {"code", "code=5"},
    {"duration", "duration=250"},
    {"pause", "pause=100"},
    {"volume", "volume=8"},
    {"DTMF-security", "DTMF-security=silence"},
    {"DTMF-security-trigger", "DTMF-security-trigger=tone"},
    {"DTMF-security-trigger-end", "DTMF-security-trigger-end=off"},
    {"trigger", "trigger=*99"},
    {"trigger-end", "trigger-end=#"},
    {"trigger-end-time", "trigger-end-time=5000"},
    {"trigger-end-digits", "trigger-end-digits=16"},
    {"DTMF-delay", "DTMF-delay=200"},
    {"frequency", "frequency=[400 450]"},
};

constexpr std::string_view kHead =
    R"(# NG: commands, keys, flags

<!-- Made by `rtpctl ng reference > docs/ng.md` from controld/ng/*_table.cc and words.cc; a test compares. Do not edit. -->

How messages travel, are encoded and answered: [operations.md](operations.md#control-transports). Names are compared exactly;
spellings of one row mean the same. `rtpctl ng lint '<flags>'` explains a text of rtpp-flags, item by item.

Whatever is marked *not yet* is understood, has no effect, and is reported in the log each time.
)";

std::string_view First(std::string_view spellings) {
  return spellings.substr(0, spellings.find('|'));
}

// "a|b" → "`a` `b`": a bar would end the cell.
std::string Spellings(std::string_view spellings) {
  std::string out;
  while (true) {
    const size_t bar = spellings.find('|');
    base::StrAppend(&out, out.empty() ? "`" : " `", spellings.substr(0, bar), "`");
    if (bar == spellings.npos) return out;
    spellings.remove_prefix(bar + 1);
  }
}

std::string PrefixExample(std::string_view prefix) {
  constexpr std::pair<std::string_view, std::string_view> kValues[] = {
      {"replace-", "origin"},         {"rtcp-mux-", "offer"},
      {"RTCP-mux-", "offer"},         {"SDES-", "off"},
      {"sdes-", "off"},               {"OSRTP-", "offer"},
      {"BUNDLE-", "accept"},          {"bundle-", "accept"},
      {"endpoint-learning-", "off"},  {"from-tags-", "1928301774"},
      {"sdp-attr-add-", "audio-ptime:20"}, {"sdp-attr-remove-", "audio-ptime:20"},
      {"sdp-attr-substitute-", "audio-ptime:20>ptime:40"}, {"T38-", "decode"},
      {"T.38-", "decode"},
  };
  for (const auto& [name, value] : kValues) {
    if (name == prefix) return base::StrCat(prefix, value);
  }
  return base::StrCat(prefix, "PCMA");
}

std::string_view State(bool implemented) { return implemented ? "yes" : "*not yet*"; }

// "§8.7" and the like stand for sections of a text that readers do not have.
std::string Meaning(std::string_view meaning) {
  if (meaning == "§5; read before the other keys") return "what to do; read before the other keys";
  if (meaning == "§9") return "keys and flags as one text";
  if (meaning == "§8.7") return "list of flags, below";
  if (meaning == "§8.6") return "list of what to replace in the SDP, below";
  if (meaning == "§10") return "changes to attributes: section, then add, remove or substitute";
  return std::string(meaning);
}

void AppendWords(std::string_view title, absl::Span<const Word> words, std::string* out) {
  base::StrAppend(out, "| `", title, "` |");
  for (const Word& word : words) {
    base::StrAppend(out, " ", Spellings(word.spellings), word.implemented ? "" : " *(not yet)*",
                    &word == &words.back() ? "" : ",");
  }
  *out += " |\n";
}

void AppendWords(std::string_view title, absl::Span<const FlagWord> words, std::string* out) {
  base::StrAppend(out, "| `", title, "` |");
  for (const FlagWord& word : words) {
    base::StrAppend(out, " ", Spellings(word.spellings), &word == &words.back() ? "" : ",");
  }
  *out += " |\n";
}

void AppendCommands(std::string* out) {
  *out += "\n## Commands\n\n| `command` | Short name | Common keys, rtpp-flags, templates |\n"
          "|---|---|---|\n";
  for (const CommandRow& row : CommandRows()) {
    base::StrAppend(out, "| `", row.name, "` | ", row.short_name, " | ",
                    row.common_parser ? "yes" : "no", " |\n");
  }
}

void AppendKeys(std::string* out) {
  *out += "\n## Keys\n\nExamples are in the form of rtpp-flags; in a dictionary the key has the same name.\n\n"
          "| Key | Meaning | Works | Example |\n|---|---|---|---|\n";
  for (const KeyRow& row : KeyRows()) {
    base::StrAppend(out, "| ", Spellings(row.spellings), " | ", Meaning(row.meaning), " | ",
                    State(row.implemented), " | `", KeyExample(First(row.spellings)), "` |\n");
  }
}

void AppendFlags(std::string* out) {
  *out += "\n## Flags\n\nAs items of `flags`, or as bare words of rtpp-flags.\n\n"
          "| Flag | Meaning | Works | Example |\n|---|---|---|---|\n";
  for (const FlagRow& row : FlagRows()) {
    const bool obsolete = row.action == FlagAction::kObsolete;
    base::StrAppend(out, "| ", Spellings(row.spellings), " | ", row.meaning, " | ",
                    obsolete ? "ignored: obsolete" : State(row.implemented), " | `",
                    First(row.spellings), "` |\n");
  }
  *out += "\n## Flags with a value\n\nThe prefix, and what follows it.\n\n"
          "| Prefix | Meaning | Works | Example |\n|---|---|---|---|\n";
  for (const PrefixRow& row : PrefixRows()) {
    base::StrAppend(out, "| `", row.prefix, "` | ", row.meaning, " | ", State(row.implemented),
                    " | `", PrefixExample(row.prefix), "` |\n");
  }
}

void AppendValues(std::string* out) {
  *out += "\n## Words as values\n\n| Key | Words |\n|---|---|\n";
  AppendWords("ICE", IceWords(), out);
  AppendWords("ICE-lite", IceLiteWords(), out);
  AppendWords("DTLS", DtlsWords(), out);
  AppendWords("SDES", SdesWords(), out);
  AppendWords("OSRTP", OsrtpWords(), out);
  AppendWords("rtcp-mux", RtcpMuxWords(), out);
  AppendWords("bundle", BundleWords(), out);
  AppendWords("replace", ReplaceWords(), out);
  AppendWords("endpoint-learning", EndpointLearningWords(), out);
  AppendWords("media-echo", MediaEchoWords(), out);
  AppendWords("all", AllWords(), out);
  AppendWords("record-call", RecordCallWords(), out);
  AppendWords("alias-key", AliasKeyWords(), out);
  AppendWords("sip-message-type", SipMessageTypeWords(), out);
  AppendWords("transport-protocol", TransportWords(), out);
  AppendWords("sdp-attr", SectionWords(), out);
  AppendWords("DTMF-security", DtmfSecurityWords(), out);
  AppendWords("supports", SupportsWords(), out);
}

}  // namespace

std::string_view KeyExample(std::string_view name) {
  for (const auto& [key, example] : kExamples) {
    if (key == name) return example;
  }
  return {};
}

std::string ReferenceText() {
  std::string out(kHead);
  AppendCommands(&out);
  AppendKeys(&out);
  AppendFlags(&out);
  AppendValues(&out);
  return out;
}

}  // namespace controld::ng
