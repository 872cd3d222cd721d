// rtpctl calls show CALL-ID: one call with its parties, media and counters.
#include <ctime>
#include <memory>

#include "proto/base/text.h"
#include "tools/rtpctl/commands/commands.h"
#include "tools/rtpctl/output/text.h"

namespace rtpctl {

namespace v1 = rtpengine::v1;

namespace {

Table StreamTable() {
  return Table({{"PARTY", false, true},
                {"MEDIA"},
                {"STREAM"},
                {"LOCAL"},
                {"PEER"},
                {"PACKETS IN", true},
                {"OUT", true},
                {"ERRORS", true},
                {"LAST", true}});
}

void AddStreams(const v1::MediaStatistics& media, const std::string& party,
                const std::string& index, int64_t now, Table* table) {
  for (const auto& stream : media.streams()) {
    const bool heard = stream.ingress().packets() > 0;
    const int64_t silence = std::max<int64_t>(0, now - stream.last_packet_unix());
    table->Add(
        {party,
         index,
         stream.rtcp() ? "RTCP" : "RTP",
         FormatEndpoint(stream.local_address(), stream.local_port()),
         {FormatEndpoint(stream.endpoint()), stream.confirmed() ? Color::kGood : Color::kNone},
         {std::to_string(stream.ingress().packets()), heard ? Color::kNone : Color::kWarning},
         std::to_string(stream.egress().packets()),
         {std::to_string(stream.ingress().errors() + stream.egress().errors()),
          stream.ingress().errors() + stream.egress().errors() > 0 ? Color::kWarning
                                                                   : Color::kNone},
         heard ? FormatAge(silence) : std::string("never")});
  }
}

// The suite in use, never a key. Empty: plain RTP, or nothing agreed yet.
std::string ProtectionText(const v1::MediaStatistics& statistics) {
  for (const auto& stream : statistics.streams()) {
    const std::string& in = stream.receive_suite();
    const std::string& out = stream.send_suite();
    if (in.empty() && out.empty()) continue;
    if (in == out) return base::StrCat(", SRTP ", Printable(in));
    return base::StrCat(", SRTP in ", in.empty() ? "without key" : Printable(in), ", out ",
                        out.empty() ? "without key" : Printable(out));
  }
  return "";
}

std::string IceText(const v1::StreamStatistics& stream) {
  if (!stream.has_ice()) return "";
  const v1::IceStatus& ice = stream.ice();
  const std::string component = stream.rtcp() ? ", ICE for RTCP " : ", ICE ";
  if (ice.has_selected()) {
    return base::StrCat(component, FormatEndpoint(ice.selected().local()), " to ",
                        FormatEndpoint(ice.selected().remote()),
                        ice.selected().nominated() ? "" : " (not nominated)");
  }
  switch (ice.state()) {
    case v1::ICE_WAITING: return component + "waits for candidates";
    case v1::ICE_FAILED: return component + "failed";
    default: return component + "checks";
  }
}

std::string DtlsText(const v1::StreamStatistics& stream) {
  if (!stream.has_dtls()) return "";
  const std::string component = stream.rtcp() ? ", DTLS for RTCP " : ", DTLS ";
  switch (stream.dtls().state()) {
    case v1::DTLS_IDLE: return component + "not started";
    case v1::DTLS_HANDSHAKE: return component + "shakes hands";
    case v1::DTLS_UNVERIFIED: return component + "waits for the fingerprint";
    case v1::DTLS_ESTABLISHED: return component + "established";
    case v1::DTLS_CLOSED: return component + "closed by the peer";
    case v1::DTLS_FAILED: return component + "failed: " + Printable(stream.dtls().failure());
    default: return component + "in an unknown state";
  }
}

std::string TransportText(const v1::MediaStatistics& statistics) {
  std::string text;
  for (const auto& stream : statistics.streams()) text += IceText(stream) + DtlsText(stream);
  return text;
}

std::string PartyText(const v1::PartyInfo& party, const Style& style) {
  std::string out =
      Paint(base::StrCat("Party ", Printable(party.tag())), Color::kTitle, style) + "\n";
  Fields fields;
  if (!party.label().empty()) fields.Add("  label", Printable(party.label()));
  if (!party.via_branch().empty()) fields.Add("  via-branch", Printable(party.via_branch()));
  if (!party.aliases().empty()) fields.Add("  also known as", JoinPrintable(party.aliases()));
  if (!party.subscribed_to().empty())
    fields.Add("  receives from", JoinPrintable(party.subscribed_to()));
  for (const auto& media : party.media()) {
    fields.Add(
        base::StrCat("  media ", media.index()),
        base::StrCat(Printable(media.type()), " ", Printable(media.protocol()), " ",
                     Printable(media.direction()), ", interface ", Printable(media.interface()),
                     ", ", JoinPrintable(media.codecs()), media.rtcp_mux() ? ", rtcp-mux" : "",
                     ProtectionText(media.statistics()), TransportText(media.statistics())));
  }
  return out + fields.Render(style);
}

}  // namespace

std::string CallText(const v1::CallInfo& call, int64_t now, const Style& style) {
  Fields fields;
  fields.Add("call-id", Printable(call.call_id()));
  fields.Add("created",
             base::StrCat(FormatTime(call.created_unix_ms() / 1000), " (",
                          FormatAge(std::max<int64_t>(0, now - call.created_unix_ms() / 1000)),
                          " ago) from ", Printable(call.created_from())));
  fields.Add("last signalling",
             FormatAge(std::max<int64_t>(0, now - call.last_signal_unix_ms() / 1000)) + " ago");
  fields.Add("worker", Printable(call.worker()));
  fields.Add("generation", std::to_string(call.generation()));
  if (call.deletion_unix_ms() != 0) {
    fields.Add("deletion", {"at " + FormatTime(call.deletion_unix_ms() / 1000), Color::kWarning});
  }
  std::string out = fields.Render(style);
  Table streams = StreamTable();
  for (const auto& party : call.parties()) {
    out += "\n" + PartyText(party, style);
    for (const auto& media : party.media()) {
      AddStreams(media.statistics(), Printable(party.tag()), std::to_string(media.index()), now,
                 &streams);
    }
  }
  if (!streams.empty()) out += "\n" + streams.Render(style);
  return out;
}

void AddCallsShow(CLI::App* parent, Session* session) {
  auto* command = parent->add_subcommand("show", "One call: parties, media, ports, counters");
  auto call_id = std::make_shared<std::string>();
  command->add_option("CALL-ID", *call_id, "The call-id")->required();
  command->footer("Example:\n  rtpctl calls show 3c26700857a1-8mgvi0bpv9cm@phone");
  command->callback([session, call_id] {
    session->set_command([session, call_id] {
      v1::GetCallRequest request;
      request.set_call_id(*call_id);
      v1::CallInfo call;
      const int result = session->Call(&v1::Calls::Stub::GetCall, request, &call);
      if (result != kExitOk || session->PrintedJson(call)) return result;
      session->out() << CallText(call, std::time(nullptr), session->style());
      return kExitOk;
    });
  });
}

}  // namespace rtpctl
