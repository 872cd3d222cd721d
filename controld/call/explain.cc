#include "controld/call/explain.h"

#include "absl/strings/str_format.h"
#include "controld/call/call_model.h"
#include "controld/call/explain_secure.h"
#include "controld/negotiate/keying.h"
#include "proto/base/text.h"

namespace controld::call {
namespace {

namespace v1 = rtpengine::v1;

// Text fields of the admin interface are UTF-8; what parties send need not be.
std::string Printable(std::string_view octets) {
  std::string out;
  for (const char octet : octets) {
    const auto value = static_cast<unsigned char>(octet);
    if (value >= 0x20 && value < 0x7f) {
      out.push_back(octet);
    } else {
      out += absl::StrFormat("\\x%02x", value);
    }
  }
  return out;
}

const char* DirectionText(const Media& media) {
  if (media.sends()) return media.receives() ? "sendrecv" : "sendonly";
  return media.receives() ? "recvonly" : "inactive";
}

std::string CodecText(const SdpCodec& codec) {
  return base::StrCat(codec.payload_type(), " ", Printable(codec.name()), "/", codec.clock_rate());
}

std::string PartyName(const Party& party) {
  if (!party.has_tag()) return "the unanswered side";
  return base::StrCat("'", Printable(party.tag()), "'");
}

const v1::MediaStatistics* FindStatistics(const v1::SessionStatistics& statistics, uint32_t media) {
  for (const v1::MediaStatistics& candidate : statistics.media()) {
    if (candidate.media() == media) return &candidate;
  }
  return nullptr;
}

std::string Ago(int64_t unix_ms, int64_t now_unix_ms) {
  return absl::StrFormat("%.1f s ago", static_cast<double>(now_unix_ms - unix_ms) / 1000.0);
}

const char* DropText(v1::DropReason reason) {
  switch (reason) {
    case v1::DROP_NOT_RTP: return "not valid RTP or RTCP";
    case v1::DROP_STUN_UNEXPECTED: return "STUN on a leg without ICE";
    case v1::DROP_DTLS_UNEXPECTED: return "DTLS on a leg without DTLS";
    case v1::DROP_STRICT_SOURCE: return "from another source than the confirmed one (strict-source)";
    case v1::DROP_NO_ROUTE: return "nobody receives from this party";
    case v1::DROP_SENDER_ON_HOLD: return "the party's SDP says that it does not send";
    case v1::DROP_RECEIVER_ON_HOLD: return "the other party's SDP says that it does not receive";
    case v1::DROP_NO_REMOTE: return "the other party's address is not known yet";
    case v1::DROP_BLOCKED: return "blocked by command";
    case v1::DROP_SILENCED: return "silenced by command, and the codec has no silence to write";
    case v1::DROP_DTMF: return "DTMF blocked by command";
    case v1::DROP_SHORT: return "shorter than its codec's packets (block-short)";
    case v1::DROP_RTP_ON_RTCP_PORT: return "RTP on the RTCP port";
    case v1::DROP_RTCP_UNKNOWN_TYPE: return "unknown RTCP packet type";
    case v1::DROP_FEEDBACK_FILTERED: return "only RTCP feedback, which the other side does not speak";
    case v1::DROP_LOOP: return "goes round between our own ports (more than 30 equal packets a second)";
    case v1::DROP_SEND_FAILED: return "the system refused to send it";
    case v1::DROP_TRUNCATED: return "longer than 8192 octets";
    case v1::DROP_NAT_WAIT: return "waiting for a first packet of the other side (NAT-wait)";
    case v1::DROP_TRAFFIC: return "drop-traffic is on";
    case v1::DROP_FAMILY_MISMATCH: return "the other party's address is of another family than our socket";
    case v1::DROP_SRTP_AUTHENTICATION: return "SRTP that does not authenticate: another key, or not by the party";
    case v1::DROP_SRTP_REPLAY: return "SRTP seen before (replay), or too late";
    case v1::DROP_SRTP_NO_KEY: return "no key is known yet for what the party sends";
    case v1::DROP_SRTP_SEND_NO_KEY: return "no key is known yet for what the other party is to be sent";
    case v1::DROP_ICE_SOURCE: return "from an address that ICE has not checked";
    case v1::DROP_STUN_INVALID: return "STUN that is malformed or has no valid FINGERPRINT";
    case v1::DROP_STUN_REFUSED: return "STUN answered with an error (credentials, role, unknown attribute)";
    case v1::DROP_DTLS_SOURCE: return "DTLS from an address that ICE has not checked";
    case v1::DROP_DTLS_LIMIT: return "more DTLS handshakes than the budget allows";
    case v1::DROP_DTLS_INVALID: return "DTLS records that no association takes";
    case v1::DROP_BUNDLE_UNKNOWN: return "of no media in the bundle";
    default: return "unknown reason";
  }
}

const char* LearnText(v1::LearnReason reason) {
  switch (reason) {
    case v1::LEARN_SIGNALLED: return "taken from the SDP";
    case v1::LEARN_EXACT: return "confirmed: a packet came from exactly the signalled address";
    case v1::LEARN_FOLLOWED: return "followed a packet's source (learning window open)";
    case v1::LEARN_CONFIRMED: return "confirmed: first packet after the learning window";
    case v1::LEARN_IMMEDIATE: return "confirmed: first packet (endpoint-learning immediate)";
    case v1::LEARN_HANDOVER: return "changed: the source moved (media-handover)";
    case v1::LEARN_REOPENED: return "learning opened again by signalling";
    case v1::LEARN_ICE: return "selected by ICE";
    default: return "learned";
  }
}

class Explainer {
 public:
  Explainer(const CallState& call, const v1::SessionStatistics& statistics, int64_t now_unix_ms)
      : call_(call), statistics_(statistics), now_unix_ms_(now_unix_ms) {}

  v1::ExplainCallResponse Explain() {
    *response_.mutable_call() = DescribeCall(call_, &statistics_);
    for (const Party& party : call_.parties()) {
      if (party.removed()) continue;
      for (const Media& media : party.media()) ExplainMedia(party, media);
    }
    Verdict();
    return std::move(response_);
  }

 private:
  void ExplainMedia(const Party& party, const Media& media) {
    const v1::MediaStatistics* found = FindStatistics(statistics_, media.id());
    for (const bool rtcp : {false, true}) {
      if (rtcp && media.rtcp_mux()) continue;
      const v1::StreamStatistics* stream = nullptr;
      if (found != nullptr) {
        for (const v1::StreamStatistics& candidate : found->streams()) {
          if (candidate.rtcp() == rtcp) stream = &candidate;
        }
      }
      ExplainStream(party, media, rtcp, stream);
    }
  }

  void ExplainStream(const Party& party, const Media& media, bool rtcp,
                     const v1::StreamStatistics* stream) {
    v1::StreamExplanation* out = response_.add_streams();
    out->set_party(party.has_tag() ? Printable(party.tag()) : "<untagged>");
    out->set_index(media.index());
    out->set_rtcp(rtcp);
    Signalled(party, media, rtcp, out);
    if (media.port_set() == 0) {
      out->add_facts("the section is rejected (port 0): no ports, no media");
      return;
    }
    if (stream == nullptr) {
      out->add_missing("the worker knows nothing of this stream");
      return;
    }
    Protection(media, *stream, out);
    ExplainSecurity(media, *stream, out);
    Received(*stream, out);
    Sent(party, media, rtcp, *stream, out);
    if (stream->has_offload()) Carried(stream->offload(), out);
    if (!rtcp) Missing(party, media, *stream, out);
  }

  void Signalled(const Party& party, const Media& media, bool rtcp, v1::StreamExplanation* out) {
    const base::Endpoint remote = FromProto(rtcp ? media.rtcp() : media.rtp());
    std::string text;
    if (!media.initialized()) {
      text = base::StrCat(PartyName(party), " has sent no SDP for it yet");
    } else {
      text = base::StrCat(PartyName(party), " is at ", remote.ToString(), " by its SDP, ",
                          DirectionText(media), ", ", Printable(media.protocol()));
      for (const SdpCodec& codec : media.codecs()) {
        base::StrAppend(&text, &codec == &media.codecs(0) ? ", codecs " : ", ", CodecText(codec));
      }
    }
    if (const PortSet* ports = FindPortSet(call_, media.port_set())) {
      const auto& allocation = ports->allocation();
      base::StrAppend(&text, "; our side is ", allocation.advertised_name(), " port ",
                      allocation.port() + (rtcp ? 1 : 0), " on interface '",
                      allocation.interface(), "'");
    }
    out->set_signalled(text);
  }

  void Protection(const Media& media, const v1::StreamStatistics& stream,
                  v1::StreamExplanation* out) {
    if (!negotiate::IsProtected(media)) return;
    const std::string& received = stream.receive_suite();
    const std::string& sent = stream.send_suite();
    if (!received.empty() || !sent.empty()) {
      out->add_facts(base::StrCat("SRTP: received with ", received.empty() ? "no key" : received,
                                  ", sent with ", sent.empty() ? "no key" : sent));
    }
    const std::string_view withheld = negotiate::WithheldKeyText(media);
    if (!withheld.empty()) out->add_missing(base::StrCat("SRTP keys: ", withheld));
  }

  void Received(const v1::StreamStatistics& stream, v1::StreamExplanation* out) {
    const v1::Explain& explain = stream.explain();
    if (explain.first_packet_unix_ms() == 0) {
      out->add_facts("no packet has ever come in");
    } else {
      out->add_facts(absl::StrFormat(
          "%u packets (%u octets) came in; the first %s, the last %s from %s",
          stream.ingress().packets(), stream.ingress().bytes(),
          Ago(explain.first_packet_unix_ms(), now_unix_ms_),
          Ago(explain.last_packet_unix_ms(), now_unix_ms_),
          FromProto(explain.last_source()).ToString()));
    }
    for (const v1::LearnStep& step : explain.learned()) {
      out->add_facts(base::StrCat("address ", FromProto(step.endpoint()).ToString(), " ",
                                  LearnText(step.reason()), ", ", Ago(step.unix_ms(), now_unix_ms_)));
    }
    for (const v1::DropCount& drop : explain.drops()) {
      out->add_facts(base::StrCat(drop.count(), " dropped: ", DropText(drop.reason()), " (last ",
                                  Ago(drop.last_unix_ms(), now_unix_ms_), " from ",
                                  FromProto(drop.last_source()).ToString(), ")"));
    }
  }

  void Sent(const Party& party, const Media& media, bool, const v1::StreamStatistics& stream,
            v1::StreamExplanation* out) {
    const base::Endpoint target = FromProto(stream.endpoint());
    if (media.zero_address()) {
      out->add_facts(base::StrCat("nothing is sent to ", PartyName(party),
                                  ": it is on hold (address 0.0.0.0)"));
    } else if (!target.valid()) {
      out->add_facts(base::StrCat("nothing can be sent to ", PartyName(party),
                                  ": its address is not known"));
    } else {
      out->add_facts(absl::StrFormat("%u packets (%u octets) sent to %s%s",
                                     stream.egress().packets(), stream.egress().bytes(),
                                     target.ToString(),
                                     stream.confirmed() ? " (confirmed)" : ""));
    }
  }

  void Carried(const v1::Offload& offload, v1::StreamExplanation* out) {
    std::string text;
    if (offload.in_kernel()) {
      text = base::StrCat("the kernel carries it, since ", Ago(offload.since_unix_ms(), now_unix_ms_));
    } else {
      text = base::StrCat("user space carries it: ", Printable(offload.text()));
      if (!offload.removed().empty()) {
        base::StrAppend(&text, "; it left the kernel for: ", Printable(offload.removed()));
      }
    }
    if (offload.times() != 0) {
      base::StrAppend(&text, "; of the above, ", offload.ingress().packets(),
                      " packets came in and ", offload.egress().packets(), " went out there");
    }
    out->add_facts(text);
  }

  void Missing(const Party& party, const Media& media, const v1::StreamStatistics& stream,
               v1::StreamExplanation* out) {
    const base::Endpoint remote = FromProto(media.rtp());
    if (!media.initialized()) {
      out->add_missing(base::StrCat("an answer from ", PartyName(party)));
    }
    if (media.sends() && media.initialized() && stream.explain().first_packet_unix_ms() == 0) {
      out->add_missing(base::StrCat(
          "packets from ", PartyName(party), ": none arrived. It was told to send to our address "
          "above; look at a firewall or NAT between it (", remote.ToString(), ") and us"));
    }
    if (media.initialized() && !media.sends()) {
      out->add_missing(base::StrCat(PartyName(party), " does not send: its direction is ",
                                    DirectionText(media)));
    }
    const base::Endpoint learned = FromProto(stream.endpoint());
    if (stream.confirmed() && learned.valid() && remote.valid() &&
        learned.address != remote.address) {
      out->add_facts(base::StrCat("its packets come from another address than its SDP says (",
                                  learned.ToString(), " instead of ", remote.ToString(),
                                  "): it is behind NAT, and media goes to where they come from"));
    }
  }

  void Verdict() {
    size_t missing = 0;
    for (const v1::StreamExplanation& stream : response_.streams()) {
      for (const std::string& text : stream.missing()) {
        response_.add_verdict(base::StrCat(stream.party(), "/", stream.index(), ": missing ", text));
        ++missing;
      }
    }
    if (missing == 0) response_.add_verdict("media flows as signalled in every direction");
  }

  const CallState& call_;
  const v1::SessionStatistics& statistics_;
  const int64_t now_unix_ms_;
  v1::ExplainCallResponse response_;
};

}  // namespace

v1::CallInfo DescribeCall(const CallState& call, const v1::SessionStatistics* statistics) {
  v1::CallInfo out;
  out.set_call_id(call.call_id());
  out.set_created_unix_ms(call.created_us() / 1000);
  out.set_last_signal_unix_ms(call.last_signal_us() / 1000);
  out.set_worker(call.worker());
  out.set_created_from(call.created_from());
  out.set_deletion_unix_ms(call.delete_at_us() / 1000);
  out.set_generation(call.generation());
  for (const Party& party : call.parties()) {
    v1::PartyInfo* info = out.add_parties();
    info->set_tag(party.has_tag() ? Printable(party.tag()) : "<untagged>");
    info->set_label(Printable(party.label()));
    info->set_via_branch(Printable(party.via_branch()));
    for (const std::string& alias : party.aliases()) info->add_aliases(Printable(alias));
    for (const PartyLink& link : SubscribedTo(call, party)) {
      info->add_subscribed_to(Printable(FindParty(call, link.party)->tag()));
    }
    for (const Media& media : party.media()) {
      v1::CallMediaInfo* section = info->add_media();
      section->set_index(media.index());
      section->set_type(Printable(media.type_text()));
      section->set_protocol(Printable(media.protocol()));
      section->set_interface(Printable(media.interface()));
      for (const SdpCodec& codec : media.codecs()) section->add_codecs(CodecText(codec));
      section->set_direction(DirectionText(media));
      section->set_rtcp_mux(media.rtcp_mux());
      if (statistics == nullptr) continue;
      if (const auto* found = FindStatistics(*statistics, media.id())) {
        *section->mutable_statistics() = *found;
      }
    }
  }
  return out;
}

v1::ExplainCallResponse ExplainCall(const CallState& call, const v1::SessionStatistics& statistics,
                                    int64_t now_unix_ms) {
  return Explainer(call, statistics, now_unix_ms).Explain();
}

}  // namespace controld::call
