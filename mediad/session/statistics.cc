// What a session reports about itself: rtpengine.v1.SessionStatistics. Reads only.
#include <algorithm>
#include <utility>

#include "mediad/session/secure_leg.h"
#include "mediad/session/session.h"

namespace mediad::session {
namespace {

namespace v1 = rtpengine::v1;

void Set(const base::Endpoint& endpoint, v1::Endpoint* out) {
  out->set_address(endpoint.address.ToBytes());
  out->set_port(endpoint.port);
}

void Set(const Traffic& traffic, v1::Counters* out) {
  out->set_packets(traffic.packets);
  out->set_bytes(traffic.bytes);
  out->set_errors(traffic.errors);
}

void FillExplain(const Stream& stream, v1::Explain* out) {
  out->set_first_packet_unix_ms(stream.first_packet_unix_ms);
  out->set_last_packet_unix_ms(stream.last_packet_unix_ms);
  if (stream.last_source.valid()) Set(stream.last_source, out->mutable_last_source());
  out->set_forwarded(stream.forwarded);
  for (const LearnStep& step : stream.explanation.steps()) {
    v1::LearnStep* learned = out->add_learned();
    learned->set_unix_ms(step.unix_ms);
    learned->set_reason(static_cast<v1::LearnReason>(step.reason));
    Set(step.endpoint, learned->mutable_endpoint());
  }
  for (const DropEntry& entry : stream.explanation.drops()) {
    v1::DropCount* drop = out->add_drops();
    drop->set_reason(static_cast<v1::DropReason>(entry.reason));
    drop->set_count(entry.count);
    drop->set_last_unix_ms(entry.last_unix_ms);
    if (entry.last_source.valid()) Set(entry.last_source, drop->mutable_last_source());
  }
}

void FillOffload(const OffloadNotes& notes, v1::Offload* out) {
  out->set_in_kernel(notes.reason == OffloadReason::kInKernel);
  out->set_reason(static_cast<v1::OffloadReason>(notes.reason));
  out->set_text(OffloadText(notes));
  const std::pair<const OffloadNotes::Counters*, v1::Counters*> directions[] = {
      {&notes.ingress, out->mutable_ingress()}, {&notes.egress, out->mutable_egress()}};
  for (const auto& [from, to] : directions) {
    to->set_packets(from->packets);
    to->set_bytes(from->bytes);
    to->set_errors(from->errors);
  }
  out->set_since_unix_ms(notes.since_unix_ms);
  out->set_times(notes.times);
  out->set_removed(notes.removed);
}

void FillStream(const Stream& stream, bool rtcp, const LocalSocket* socket, int64_t set_up_unix,
                bool explain, v1::StreamStatistics* out) {
  out->set_rtcp(rtcp);
  if (socket != nullptr) {
    out->set_local_port(socket->local.port);
    out->set_local_address(socket->local.address.ToBytes());
  }
  if (stream.peer.target().valid()) Set(stream.peer.target(), out->mutable_endpoint());
  if (stream.peer.advertised().valid()) {
    Set(stream.peer.advertised(), out->mutable_advertised_endpoint());
  }
  out->set_confirmed(stream.peer.confirmed());
  Set(stream.ingress, out->mutable_ingress());
  Set(stream.egress, out->mutable_egress());
  const int64_t in_user_space = stream.last_packet_unix_ms / 1000;
  const int64_t in_kernel = stream.offload == nullptr ? 0 : stream.offload->last_packet_unix_ms / 1000;
  const int64_t last = std::max(in_user_space, in_kernel);
  out->set_last_packet_unix(last != 0 ? last : set_up_unix);
  out->set_last_user_packet_unix(in_user_space != 0 ? in_user_space : set_up_unix);
  out->set_last_kernel_packet_unix(in_kernel);
  if (stream.offload != nullptr) FillOffload(*stream.offload, out->mutable_offload());
  out->set_received_tos(stream.received_tos);
  if (explain) FillExplain(stream, out->mutable_explain());
}

}  // namespace

size_t Session::ActiveMedia(std::chrono::nanoseconds since) const {
  size_t active = 0;
  for (const Media& media : media_) {
    for (size_t i = 0; i < media.streams.size(); i += 2) {
      const std::chrono::nanoseconds last = media.streams[i].last_activity;
      if (last.count() == 0 || last < since) continue;
      ++active;
      break;
    }
  }
  return active;
}

// What a media has from the one that carries it, itself as a rule: addresses, security.
void Session::FillCarrier(const Media& media, size_t stream, bool explain,
                          v1::StreamStatistics* out) const {
  const Media& carrier = media_[media.carrier];
  if (&carrier != &media && stream < carrier.streams.size()) {
    const Learner& peer = carrier.streams[stream].peer;
    if (peer.target().valid()) Set(peer.target(), out->mutable_endpoint());
    out->set_confirmed(peer.confirmed());
  }
  if (carrier.leg != nullptr && stream < SecureLeg::kComponents) {
    carrier.leg->FillStatistics(stream, explain, out);
  }
}

void Session::FillStatistics(bool explain, v1::SessionStatistics* statistics) const {
  statistics->set_id(id_);
  statistics->set_generation(generation_);
  for (const Media& media : media_) {
    v1::MediaStatistics* out = statistics->add_media();
    out->set_media(media.id);
    for (size_t i = 0; i < media.streams.size(); ++i) {
      const bool rtcp = i % 2 == 1;
      if (rtcp && media.rtcp_mux) continue;
      const SocketIndex socket = media.streams[i].socket;
      v1::StreamStatistics* stream = out->add_streams();
      FillStream(media.streams[i], rtcp, socket == kNoSocket ? nullptr : &sockets_[socket],
                 signalled_unix_, explain, stream);
      FillCarrier(media, i, explain, stream);
    }
    for (const rtp::Source& source : media.ingress.sources()) {
      v1::SsrcStatistics* ssrc = out->add_ingress();
      rtp::Fill(source, ssrc);
      if (quality_ != nullptr) quality_->Fill(source.ssrc, ssrc);
    }
    for (const rtp::SentSource& source : media.egress.sources()) rtp::Fill(source, out->add_egress());
    out->set_payload_type_seen(media.ingress.last_payload_type());
  }
}

void Session::TakeSequenceTotals(
    absl::FunctionRef<void(SocketIndex, const rtp::SequenceTotals&)> emit) {
  for (Media& media : media_) {
    const Media& carrier = media.carrier == kNoMedia ? media : media_[media.carrier];
    if (carrier.streams.empty() || carrier.streams[0].socket == kNoSocket) continue;
    emit(carrier.streams[0].socket, media.ingress.TakeSequenceTotals());
  }
}

}  // namespace mediad::session
