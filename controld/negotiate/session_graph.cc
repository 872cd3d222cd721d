#include "controld/negotiate/session_graph.h"

#include <set>
#include <vector>

#include "controld/call/call_model.h"
#include "controld/call/srtp_progress.h"
#include "controld/negotiate/bundle.h"
#include "controld/negotiate/dtls.h"
#include "controld/negotiate/ice.h"
#include "controld/negotiate/keying.h"
#include "controld/negotiate/manipulate.h"
#include "controld/negotiate/passage.h"
#include "controld/negotiate/ports.h"
#include "controld/negotiate/section.h"
#include "controld/sdp/session_description.h"
#include "proto/base/text.h"

namespace controld::negotiate {
namespace {

namespace v1 = rtpengine::v1;

// Not where trickle ICE has no address yet. No port: there is none behind 65535 for RTCP, and the worker refuses 0.
bool HasRemote(const v1::Endpoint& endpoint) {
  return endpoint.port() != 0 && base::IpAddress::FromBytes(endpoint.address()) &&
         !base::IpAddress::FromBytes(endpoint.address())->unspecified();
}

bool UsesFeedback(const std::string& protocol) { return protocol.ends_with("AVPF"); }

void FillLiveness(const call::Media& media, const call::Settings& settings, v1::Media* out) {
  const auto seconds = [](int value) { return static_cast<uint32_t>(value); };
  if (media.port_set() == 0) {
    out->set_liveness(v1::LIVENESS_NONE);
  } else if (!media.sends()) {
    out->set_liveness(v1::SILENT);
    out->set_idle_limit_s(seconds(settings.silent_timeout_s));
  } else if (!out->has_rtp_remote() && !media.zero_address()) {
    out->set_liveness(v1::UNANSWERED);
    out->set_idle_limit_s(seconds(settings.offer_timeout_s));
    out->set_idle_limit_active_s(seconds(settings.timeout_s));
  } else if (media.shown_as_received() || out->has_ice_passage()) {
    // What its party has found a better way for does not come by here.
    out->set_liveness(v1::SILENT);
    out->set_idle_limit_s(seconds(settings.silent_timeout_s));
  } else {
    out->set_liveness(v1::CHECKED);
    out->set_idle_limit_s(seconds(settings.timeout_s));
  }
}

void FillReports(const call::Media& media, const call::Settings& settings, v1::Media* out) {
  if (!media.generate_rtcp() || out->transport() != v1::RTP) return;
  out->set_generate_rtcp(true);
  out->set_mirror_rtcp(media.mirror_rtcp());
  out->set_rtcp_interval_ms(static_cast<uint32_t>(settings.rtcp_interval_ms));
  out->set_cname(settings.instance_id);
}

void FillMedia(const call::CallState& call, const call::Party& party, const call::Media& media,
               const call::Settings& settings, v1::Media* out) {
  out->set_id(media.id());
  out->set_transport(sdp::IsRtp(sdp::CanonicalProtocol(media.protocol())) ? v1::RTP : v1::OPAQUE);
  out->set_port_set(media.port_set());
  FillBundled(party, media, out);
  const call::Media* head = BundleHead(party, media);
  if (v1::Ice ice; head == nullptr && !Passes(media) && FillIce(call, media, &ice)) {
    *out->mutable_ice() = std::move(ice);
  }
  FillPassage(call, media, out);
  for (const call::EndpointMap& map : media.maps()) {
    const bool current = map.port_set() == media.port_set();
    if (current && head != nullptr) continue;  // the head has them
    if (!current) out->add_late_port_sets(map.port_set());
    if (current && (out->has_ice() || out->has_ice_passage())) continue;
    out->mutable_late_port_sets()->MergeFrom(map.further_port_sets());
  }
  out->set_rtcp_mux(media.rtcp_mux_agreed());
  if (HasRemote(media.rtp()) && !media.zero_address()) {
    *out->mutable_rtp_remote() = media.rtp();
    if (HasRemote(media.rtcp())) *out->mutable_rtcp_remote() = media.rtcp();
  }
  out->set_learning(media.learning());
  out->set_strict_source(media.strict_source());
  out->set_media_handover(media.media_handover());
  out->set_asymmetric(media.asymmetric());
  // Before the party said where it is (create), whoever sends first would be taken for it.
  out->set_learn(media.initialized() && media.offered() && media.has_rtp());
  // Where ICE passes a direction is the parties' own to keep: their keys have to be agreed whatever it is.
  out->set_sends(media.sends() || out->has_ice_passage());
  out->set_receives(media.receives() || out->has_ice_passage());
  out->set_muted_by_zero_address(media.zero_address());
  out->set_tos(call.tos() < 256 ? call.tos() : static_cast<uint32_t>(settings.tos));
  FillLiveness(media, settings, out);
  for (const call::SdpCodec& codec : media.codecs()) {
    v1::Codec* entry = out->add_codecs();
    entry->set_payload_type(codec.payload_type());
    entry->set_name(codec.name());
    entry->set_clock_rate(codec.clock_rate());
    entry->set_channels(codec.channels());
    if (media.block_short()) entry->set_min_payload(LeastPayload(codec, media.ptime()));
  }
  out->set_label(base::StrCat(party.tag(), "/", media.index()));
  FillReports(media, settings, out);
  for (const uint32_t id : media.removed_extensions()) out->add_strip_extensions(id);
  const bool dtmf = settings.report_dtmf || !call.dtmf_log_destination().empty();
  out->set_report_dtmf(dtmf && settings.tell_dtmf && out->transport() == v1::RTP);
  out->set_pierce_nat(media.pierce_nat());
  out->set_nat_wait(media.nat_wait());
  out->set_port_pairs(media.port_count());
  if (!Passes(media)) FillSrtp(media, out);
  const call::Media& keyed = head != nullptr ? *head : media;
  if (!out->has_srtp()) return;
  if (UsesDtls(keyed)) FillDtls(keyed, out->mutable_srtp()->mutable_dtls());
  call::FillPositions(keyed, out->mutable_srtp());
}

// The media whose packets a subscription stands for: the one it names, or whom that one hears.
std::vector<uint32_t> SourcesOf(const call::CallState& call, const call::Subscription& subscription) {
  if (!subscription.egress()) return {subscription.media()};
  std::vector<uint32_t> sources;
  if (const call::Media* hearer = call::FindMedia(call, subscription.media())) {
    for (const call::Subscription& heard : hearer->subscriptions()) {
      if (!heard.egress()) sources.push_back(heard.media());
    }
  }
  return sources;
}

void AddRoutes(const call::CallState& call, const call::Party& hearer, const call::Media& media,
               v1::Session* session, v1::Media* out) {
  if (media.echo() == call::ECHO) {
    v1::Route* echo = session->add_routes();
    echo->set_from(media.id());
    echo->set_to(media.id());
    FillManipulation(call, hearer, hearer, true, echo);
  }
  std::set<uint32_t> routed;  // two subscriptions may come down to one source
  for (const call::Subscription& subscription : media.subscriptions()) {
    for (const uint32_t id : SourcesOf(call, subscription)) {
      const call::Party* party = call::PartyOfMedia(call, id);
      if (party == nullptr || party->removed() || !routed.insert(id).second) continue;
      const call::Media& source = *call::FindMedia(call, id);
      if (source.echo() != call::NO_ECHO) continue;
      v1::Route* route = session->add_routes();
      route->set_from(id);
      route->set_to(media.id());
      FillManipulation(call, *party, hearer, subscription.offer_answer(), route);
      // Who hears what another one hears, hears no more than that one.
      if (subscription.egress()) {
        const call::Party* other = call::PartyOfMedia(call, subscription.media());
        FillManipulation(call, *party, *other, true, route);
      }
      if (UsesFeedback(source.protocol()) && !UsesFeedback(media.protocol()) &&
          !media.rtcp_feedback()) {
        out->set_feedback_filter(true);
      }
    }
  }
}

}  // namespace

v1::Session BuildSession(const call::CallState& call, const call::Settings& settings,
                         bool pinned) {
  v1::Session session;
  session.set_id(call.call_id());
  session.set_owner(settings.controller_name);
  session.set_generation(call.generation());
  session.set_record(call.SerializeAsString());
  session.set_signalling_epoch(call.signalling_epoch());
  session.set_drop_traffic(call.drop_traffic());
  session.set_debug(call.debug());
  if (settings.final_timeout_s > 0) {
    session.set_deadline_unix(call.created_us() / 1'000'000 + settings.final_timeout_s);
  }
  for (const call::PortSet& port_set : call.port_sets()) {
    v1::PortSet* out = session.add_port_sets();
    *out = port_set.wanted();
    out->set_count(PortCount(port_set));
    if (pinned && port_set.has_allocation()) {
      out->set_interface(port_set.allocation().interface());
      out->set_port(port_set.allocation().port());
      out->set_address(port_set.allocation().address());
    }
  }
  for (const call::Party& party : call.parties()) {
    if (party.removed()) continue;
    for (const call::Media& media : party.media()) {
      v1::Media* out = session.add_media();
      FillMedia(call, party, media, settings, out);
      AddRoutes(call, party, media, &session, out);
    }
  }
  return session;
}

}  // namespace controld::negotiate
