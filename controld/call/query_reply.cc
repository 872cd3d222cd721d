#include "controld/call/query_reply.h"

#include <algorithm>
#include <map>
#include <set>

#include "controld/call/call_model.h"
#include "controld/negotiate/keying.h"
#include "controld/sdp/session_description.h"
#include "proto/base/text.h"

namespace controld::call {
namespace {

namespace v1 = rtpengine::v1;
using ng::Dictionary;
using ng::List;
using ng::Value;

int64_t Integer(uint64_t value) { return static_cast<int64_t>(value); }

Dictionary CountersValue(const v1::Counters& counters) {
  Dictionary out;
  out.Add("packets", Integer(counters.packets()));
  out.Add("bytes", Integer(counters.bytes()));
  out.Add("errors", Integer(counters.errors()));
  return out;
}

Value EndpointValue(const base::Endpoint& endpoint) {
  Dictionary out;
  if (!endpoint.address.valid()) return out;
  out.Add("family", endpoint.address.family() == base::Family::kIpv6 ? "IPv6" : "IPv4");
  out.Add("address", endpoint.address.ToString());
  out.Add("port", int64_t{endpoint.port});
  return out;
}

Dictionary QualityValue(const v1::Quality& quality, bool average, uint32_t samples) {
  Dictionary out;
  out.Add("MOS", int64_t{quality.mos()});
  out.Add("round-trip time", int64_t{quality.round_trip_time_us()});
  out.Add("round-trip time leg", int64_t{quality.round_trip_time_leg_us()});
  out.Add("jitter", int64_t{quality.jitter_ms()});
  out.Add("packet loss", int64_t{quality.packet_loss_percent()});
  if (average) {
    out.Add("samples", int64_t{samples});
  } else {
    out.Add("reported at", quality.reported_at_unix());
  }
  return out;
}

void AddSsrcStatistics(const v1::SsrcStatistics& ssrc, bool with_quality, Dictionary* out) {
  out->Add("bytes", Integer(ssrc.bytes()));
  out->Add("packets", Integer(ssrc.packets()));
  out->Add("last RTP timestamp", int64_t{ssrc.last_timestamp()});
  out->Add("last RTP seq", int64_t{ssrc.last_sequence()});
  if (ssrc.samples() == 0 || !with_quality) return;
  out->Add("cumulative loss", ssrc.cumulative_loss());
  out->Add("average MOS", QualityValue(ssrc.average(), true, ssrc.samples()));
  out->Add("lowest MOS", QualityValue(ssrc.lowest(), false, 0));
  out->Add("highest MOS", QualityValue(ssrc.highest(), false, 0));
  Dictionary progression;
  progression.Add("interval", int64_t{ssrc.progression_interval_s()});
  List entries;
  for (const v1::Quality& entry : ssrc.progression()) {
    entries.push_back(QualityValue(entry, false, 0));
  }
  progression.Add("entries", std::move(entries));
  out->Add("MOS progression", std::move(progression));
}

class ReplyBuilder {
 public:
  ReplyBuilder(const CallState& call, const v1::SessionStatistics& statistics,
               const QuerySelection& selection, const Settings& settings)
      : call_(call), selection_(selection), settings_(settings) {
    for (const v1::MediaStatistics& media : statistics.media()) by_media_[media.media()] = &media;
  }

  Dictionary Build();

 private:
  bool inline_ssrc() const {
    return settings_.ssrc_reporting == "full" || settings_.ssrc_reporting == "inline";
  }
  bool global_ssrc() const {
    return settings_.ssrc_reporting == "full" || settings_.ssrc_reporting == "global";
  }
  std::string Name(const Party& party) const;
  void AddParty(const Party& party, Dictionary* tags);
  Value Links(const std::vector<PartyLink>& links) const;
  Value MediaValue(const Party& party, const Media& media);
  size_t StreamCount(const Party& party, const Media& media) const;
  Value StreamValue(const Party& party, const Media& media, size_t index);
  const v1::StreamStatistics* StreamOf(const Media& media, size_t index) const;
  bool ConfirmedByOther(const Party& party, const Media& media, size_t index) const;
  List MediaFlags(const Media& media) const;
  List IngressSsrcs(const v1::MediaStatistics* statistics);
  List EgressSsrcs(const v1::MediaStatistics* statistics);
  Value SsrcItem(const v1::SsrcStatistics& ssrc, bool with_quality) const;

  const CallState& call_;
  const QuerySelection& selection_;
  const Settings& settings_;
  std::map<uint32_t, const v1::MediaStatistics*> by_media_;
  std::map<uint32_t, const v1::SsrcStatistics*> reported_ssrcs_;
  v1::Counters rtp_total_, rtcp_total_;
};

std::string ReplyBuilder::Name(const Party& party) const {
  if (party.has_tag()) return party.tag();
  int number = 0;  // its place in the order of creation
  while (call_.parties(number).id() != party.id()) ++number;
  return base::StrCat("<untagged ", number, ">");
}

Value ReplyBuilder::Links(const std::vector<PartyLink>& links) const {
  List out;
  for (const PartyLink& link : links) {
    const Party* party = FindParty(call_, link.party);
    Dictionary entry;
    entry.Add("tag", party == nullptr ? std::string() : party->tag());
    entry.Add("type", link.offer_answer ? "offer/answer" : "pub/sub");
    out.push_back(std::move(entry));
  }
  return out;
}

Value ReplyBuilder::SsrcItem(const v1::SsrcStatistics& ssrc, bool with_quality) const {
  Dictionary out;
  out.Add("SSRC", int64_t{ssrc.ssrc()});
  if (inline_ssrc()) AddSsrcStatistics(ssrc, with_quality, &out);
  return out;
}

List ReplyBuilder::IngressSsrcs(const v1::MediaStatistics* statistics) {
  List out;
  if (statistics == nullptr || settings_.ssrc_reporting == "none") return out;
  for (const v1::SsrcStatistics& ssrc : statistics->ingress()) {
    reported_ssrcs_[ssrc.ssrc()] = &ssrc;
    out.push_back(SsrcItem(ssrc, true));
  }
  return out;
}

// The top-level dictionary has what was received of an SSRC, if anything was.
List ReplyBuilder::EgressSsrcs(const v1::MediaStatistics* statistics) {
  List out;
  if (statistics == nullptr || settings_.ssrc_reporting == "none") return out;
  for (const v1::SsrcStatistics& sent : statistics->egress()) {
    const v1::SsrcStatistics* received = nullptr;
    for (const auto& [id, other] : by_media_) {
      for (const v1::SsrcStatistics& candidate : other->ingress()) {
        if (candidate.ssrc() == sent.ssrc()) received = &candidate;
      }
    }
    reported_ssrcs_.emplace(sent.ssrc(), received != nullptr ? received : &sent);
    out.push_back(SsrcItem(sent, false));
  }
  return out;
}

// Streams stand in pairs, RTP and RTCP; `m=audio 4000/2` makes two pairs.
const v1::StreamStatistics* ReplyBuilder::StreamOf(const Media& media, size_t index) const {
  const auto it = by_media_.find(media.id());
  if (it == by_media_.end()) return nullptr;
  size_t pair = 0;
  for (const v1::StreamStatistics& candidate : it->second->streams()) {
    if (candidate.rtcp() != (index % 2 == 1)) continue;
    if (pair++ == index / 2) return &candidate;
  }
  return nullptr;
}

size_t ReplyBuilder::StreamCount(const Party& party, const Media& media) const {
  const PortSet* ports = FindPortSet(call_, media.port_set());
  return party.removed() || ports == nullptr ? 2 : std::max<size_t>(2, ports->wanted().count());
}

// Flag `unidirectional`: the first packet of one side stands for both.
bool ReplyBuilder::ConfirmedByOther(const Party& party, const Media& media, size_t index) const {
  for (const PartyLink& link : SubscribedTo(call_, party)) {
    const Party* other = FindParty(call_, link.party);
    if (other == nullptr) continue;
    for (const Media& candidate : other->media()) {
      if (candidate.index() != media.index() || !candidate.unidirectional()) continue;
      const v1::StreamStatistics* stream = StreamOf(candidate, index);
      if (stream != nullptr && stream->confirmed()) return true;
    }
  }
  return false;
}

Value ReplyBuilder::StreamValue(const Party& party, const Media& media, size_t index) {
  const bool rtcp = index % 2 == 1;
  const v1::MediaStatistics* statistics = nullptr;
  if (auto it = by_media_.find(media.id()); it != by_media_.end()) statistics = it->second;
  const v1::StreamStatistics* stream = StreamOf(media, index);
  const bool closed = party.removed() || selection_.closed.count(party.id()) > 0;
  const PortSet* ports = closed ? nullptr : FindPortSet(call_, media.port_set());
  Dictionary out;
  if (ports != nullptr && ports->has_allocation() && !(rtcp && media.released_rtcp())) {
    const auto& allocation = ports->allocation();
    const bool single = ports->wanted().count() == 1;
    out.Add("local port", rtcp && single ? int64_t{0}
                                         : int64_t{allocation.port()} + static_cast<int64_t>(index));
    const auto address = base::IpAddress::FromBytes(allocation.address());
    out.Add("local address", address ? address->ToString() : std::string());
    out.Add("family",
            address && address->family() == base::Family::kIpv6 ? "IPv6" : "IPv4");
  }
  base::Endpoint advertised = FromProto(rtcp ? media.rtcp() : media.rtp());
  if (advertised.valid()) advertised.port = static_cast<uint16_t>(advertised.port + index / 2 * 2);
  base::Endpoint current = advertised;
  if (stream != nullptr && stream->has_endpoint() && !media.zero_address()) current = FromProto(stream->endpoint());
  out.Add("endpoint", EndpointValue(current));
  out.Add("advertised endpoint", EndpointValue(advertised));
  // What the worker does; before it has said anything, what was agreed.
  const std::string in_use = stream == nullptr ? std::string() : stream->receive_suite();
  const std::string suite = in_use.empty() ? std::string(negotiate::AgreedSuite(media)) : in_use;
  if (!suite.empty()) out.Add("crypto suite", suite);
  const int64_t set_up = call_.last_signal_us() / 1'000'000;
  const bool seen = stream != nullptr && stream->last_packet_unix() != 0;
  out.Add("last packet", seen ? stream->last_packet_unix() : set_up);
  out.Add("last kernel packet", stream == nullptr ? int64_t{0} : stream->last_kernel_packet_unix());
  out.Add("last user packet", seen ? stream->last_user_packet_unix() : set_up);
  if (statistics != nullptr && statistics->ingress_size() > 0) {
    out.Add("SSRC", int64_t{statistics->ingress(0).ssrc()});
  }
  List flags;
  // A section that was rejected from the start never had streams.
  const bool set_up_once = party.removed() || media.maps_size() > 0 || media.has_rtp();
  if (!rtcp && set_up_once) flags.push_back("RTP");
  if ((rtcp && set_up_once) || media.rtcp_mux()) flags.push_back("RTCP");
  if (rtcp && media.rtcp_mux()) flags.push_back("fallback RTCP");
  if (current.address.valid()) flags.push_back("filled");
  if (stream != nullptr && stream->confirmed() && !closed) {
    for (const char* flag : {"confirmed", "kernelized"}) flags.push_back(flag);
    if (!stream->offload().in_kernel()) flags.push_back("no kernel support");
  } else if (!closed && ConfirmedByOther(party, media, index)) {
    flags.push_back("confirmed");
  }
  if (stream != nullptr && stream->dtls().state() == v1::DTLS_ESTABLISHED) {
    flags.push_back("DTLS fingerprint verified");
  }
  if (media.strict_source()) flags.push_back("strict source address");
  if (media.media_handover()) flags.push_back("media handover");
  out.Add("flags", std::move(flags));
  const v1::Counters ingress = stream == nullptr ? v1::Counters() : stream->ingress();
  v1::Counters* total = rtcp ? &rtcp_total_ : &rtp_total_;
  total->set_packets(total->packets() + ingress.packets());
  total->set_bytes(total->bytes() + ingress.bytes());
  total->set_errors(total->errors() + ingress.errors());
  out.Add("stats", CountersValue(ingress));
  out.Add("stats_out", CountersValue(stream == nullptr ? v1::Counters() : stream->egress()));
  return out;
}

List ReplyBuilder::MediaFlags(const Media& media) const {
  List flags;
  const bool dtls = media.dtls().agreed() || media.dtls().offered();
  const std::pair<const char*, bool> all[] = {
      {"initialized", media.initialized()},   {"asymmetric", media.asymmetric()},
      {"send", media.receives()},             {"recv", media.sends()},
      {"rtcp-mux", media.rtcp_mux()},         {"DTLS-SRTP", dtls},
      {"DTLS role active", dtls && media.dtls().setup() == v1::DTLS_ACTIVE},
      {"DTLS role passive", dtls && media.dtls().setup() == v1::DTLS_PASSIVE},
      {"SDES", negotiate::ShowsSdes(media)},
      {"passthrough", media.passage() != PASSAGE_NONE},
      {"ICE", media.ice().in_use()},
      {"trickle ICE", media.ice().remote_trickle()},
      {"ICE controlling", media.controlling()},
      {"ICE-lite peer", media.ice().remote_lite()},  {"ICE-lite self", media.ice().lite()},
      {"unidirectional", media.unidirectional()},
      {"loop check", media.loop_check()},
      {"ptime-override", media.ptime_override()}, {"RTCP feedback", media.rtcp_feedback()},
      {"RTCP generator", media.generate_rtcp()},
      {"echo", media.echo() == ECHO},         {"blackhole", media.echo() == BLACKHOLE},
      {"SDES reordered", media.sdes_preferred() > 1},
      {"legacy OSRTP", media.has_legacy_pair() && !media.legacy_pair().first()},
      {"reverse legacy OSRTP", media.has_legacy_pair() && media.legacy_pair().first()}};
  for (const auto& [name, set] : all) {
    if (set) flags.push_back(name);
  }
  return flags;
}

Value ReplyBuilder::MediaValue(const Party& party, const Media& media) {
  const v1::MediaStatistics* statistics = nullptr;
  if (auto it = by_media_.find(media.id()); it != by_media_.end()) statistics = it->second;
  Dictionary out;
  out.Add("index", int64_t{media.index()});
  out.Add("type", media.type_text());
  const std::string_view protocol = sdp::CanonicalProtocol(media.protocol());
  if (!protocol.empty()) out.Add("protocol", std::string(protocol));
  if (statistics != nullptr && statistics->payload_type_seen() < 128) {
    for (const SdpCodec& codec : media.codecs()) {
      if (codec.payload_type() != statistics->payload_type_seen() || codec.name().empty()) continue;
      std::string text = base::StrCat(codec.name(), "/", codec.clock_rate());
      if (codec.channels() > 1) base::StrAppend(&text, "/", codec.channels());
      out.Add("codec", std::move(text));
      break;
    }
  }
  List streams;
  for (size_t i = 0; i < StreamCount(party, media); ++i) {
    streams.push_back(StreamValue(party, media, i));
  }
  out.Add("streams", std::move(streams));
  out.Add("flags", MediaFlags(media));
  out.Add("ingress SSRCs", IngressSsrcs(statistics));
  out.Add("egress SSRCs", EgressSsrcs(statistics));
  return out;
}

void ReplyBuilder::AddParty(const Party& party, Dictionary* tags) {
  Dictionary out;
  out.Add("tag", party.tag());
  if (!party.via_branch().empty()) out.Add("via-branch", party.via_branch());
  if (party.aliases_size() > 0) {
    List aliases;
    for (const std::string& alias : party.aliases()) aliases.push_back(alias);
    out.Add("tag-aliases", std::move(aliases));
  }
  if (!party.label().empty()) out.Add("label", party.label());
  out.Add("created", party.created_us() / 1'000'000);
  if (!party.metadata().empty()) out.Add("metadata", party.metadata());
  out.Add("subscriptions", Links(SubscribedTo(call_, party)));
  out.Add("subscribers", Links(SubscribersOf(call_, party)));
  List medias;
  for (const Media& media : party.media()) medias.push_back(MediaValue(party, media));
  out.Add("medias", std::move(medias));
  out.Add("VSC", List());
  tags->Add(Name(party), std::move(out));
}

Dictionary ReplyBuilder::Build() {
  Dictionary tags;
  if (selection_.tag == nullptr) {
    for (const Party& party : call_.parties()) AddParty(party, &tags);
  } else if (const Party* party = FindPartyByTag(call_, *selection_.tag)) {
    AddParty(*party, &tags);
    std::set<uint32_t> shown = {party->id()};
    for (const PartyLink& link : SubscribedTo(call_, *party)) {
      const Party* other = FindParty(call_, link.party);
      if (other != nullptr && shown.insert(link.party).second) AddParty(*other, &tags);
    }
  }
  Dictionary reply;
  reply.Add("created", call_.created_us() / 1'000'000);
  reply.Add("created_us", call_.created_us() % 1'000'000);
  reply.Add("created_ts", call_.created_us());
  reply.Add("last signal", call_.last_signal_us() / 1'000'000);
  reply.Add("last redis update", int64_t{0});
  if (!call_.metadata().empty()) reply.Add("metadata", call_.metadata());
  if (global_ssrc()) {
    Dictionary ssrcs;
    for (const auto& [ssrc, entry] : reported_ssrcs_) {
      Dictionary item;
      AddSsrcStatistics(*entry, true, &item);
      ssrcs.Add(base::StrCat(ssrc), std::move(item));
    }
    reply.Add("SSRC", std::move(ssrcs));
  }
  reply.Add("tags", std::move(tags));
  Dictionary totals;
  totals.Add("RTP", CountersValue(rtp_total_));
  totals.Add("RTCP", CountersValue(rtcp_total_));
  reply.Add("totals", std::move(totals));
  return reply;
}

}  // namespace

Dictionary BuildQueryReply(const CallState& call, const v1::SessionStatistics& statistics,
                           const QuerySelection& selection, const Settings& settings) {
  return ReplyBuilder(call, statistics, selection, settings).Build();
}

}  // namespace controld::call
