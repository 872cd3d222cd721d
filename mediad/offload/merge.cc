#include "mediad/offload/merge.h"

#include <algorithm>

#include "mediad/session/bundle.h"
#include "mediad/session/secure_leg.h"

namespace mediad::offload {
namespace {

using session::Media;
using session::Stream;

// A counter that went back is not believed.
uint64_t Grown(uint64_t before, uint64_t now) { return now > before ? now - before : 0; }

FlowCounters Grown(const FlowCounters& before, const FlowCounters& now) {
  return {Grown(before.packets, now.packets), Grown(before.bytes, now.bytes),
          Grown(before.errors, now.errors)};
}

void Add(const FlowCounters& grown, session::Traffic* traffic, session::OffloadNotes::Counters* notes) {
  traffic->packets += grown.packets;
  traffic->bytes += grown.bytes;
  traffic->errors += grown.errors;
  notes->packets += grown.packets;
  notes->bytes += grown.bytes;
  notes->errors += grown.errors;
}

const SourceReport* Find(const FlowReport& report, uint32_t ssrc) {
  for (const SourceReport& source : report.sources) {
    if (source.ssrc == ssrc) return &source;
  }
  return nullptr;
}

rtp::Elsewhere Since(const SourceReport* before, const SourceReport& now, const Flow& flow) {
  static const SourceReport kNothing;
  const SourceReport& last = before == nullptr ? kNothing : *before;
  rtp::Elsewhere out;
  out.ssrc = now.ssrc;
  out.packets = Grown(last.packets, now.packets);
  out.bytes = Grown(last.bytes, now.bytes);
  // Here a duplicate is no packet that came in place of a lost one.
  out.lost = now.lost + static_cast<int64_t>(now.duplicates) - last.lost -
             static_cast<int64_t>(last.duplicates);
  out.duplicates = Grown(last.duplicates, now.duplicates);
  out.reordered = Grown(last.reordered, now.reordered);
  out.resets = Grown(last.resets, now.resets);
  if (last.packets == 0) out.first_sequence = static_cast<uint16_t>(now.base_sequence);
  out.highest_sequence = static_cast<uint16_t>(now.extended_sequence);
  out.last_timestamp = now.last_timestamp;
  out.last_payload_type = now.last_payload_type;
  out.last = now.last;
  for (const FlowPayload& payload : flow.payloads) {
    if (payload.type != now.last_payload_type || payload.clock_rate == 0) continue;
    out.jitter = now.jitter;
    out.clock_rate = now.clock_rate;
  }
  return out;
}

int64_t UnixMs(std::chrono::nanoseconds monotonic, const base::Now& now) {
  return now.unix_us / 1000 - (now.monotonic - monotonic).count() / 1'000'000;
}

// Which SSRCs an output's packets had: as many of each as came in, as long as there are.
void AddSent(const Flow& flow, const Output& output, const std::vector<rtp::Elsewhere>& received,
             const FlowCounters& sent, Media* to) {
  uint64_t packets = sent.packets, bytes = sent.bytes;
  for (const rtp::Elsewhere& one : received) {
    if (OwnerOf(flow, one.last_payload_type) != output.from) continue;
    const uint64_t share = std::min(packets, one.packets);
    if (share == 0) continue;
    const uint64_t octets = share == packets ? bytes : sent.bytes / sent.packets * share;
    to->egress.Add(one.ssrc, share, octets, one.highest_sequence, one.last_timestamp);
    packets -= share;
    bytes -= std::min(bytes, octets);
  }
}

// What one media of the flow received.
struct Share {
  FlowCounters counters;
  std::chrono::nanoseconds last{0};
};

// A bundle's packets are those of its SSRCs; what cannot be theirs (errors) is its head's.
Share ShareOf(const Flow& flow, session::MediaIndex media, const FlowCounters& grown, const FlowReport& report,
              const std::vector<rtp::Elsewhere>& received) {
  if (flow.members.size() == 1) return {grown, report.last};
  Share share;
  if (media == flow.media) share.counters.errors = grown.errors;
  for (const rtp::Elsewhere& one : received) {
    if (OwnerOf(flow, one.last_payload_type) != media) continue;
    share.counters.packets += one.packets;
    share.counters.bytes += one.bytes;
    share.last = std::max(share.last, one.last);
  }
  return share;
}

void AddReceived(const Flow& flow, const Member& member, const Share& share, const FlowReport& report,
                 const base::Now& now, session::Session* session) {
  Stream& stream = session->media()[member.media].streams[flow.stream];
  session::OffloadNotes& notes = NotesOf(&stream);
  Add(share.counters, &stream.ingress, &notes.ingress);
  const int64_t last_ms = UnixMs(share.last, now);
  if (share.last.count() != 0) {
    stream.last_activity = std::max(stream.last_activity, share.last);
    notes.last_packet_unix_ms = std::max(notes.last_packet_unix_ms, last_ms);
    // Something has come to the port, too: of a bundle that is the head's.
    Stream& path = session->media()[flow.media].streams[flow.stream];
    for (Stream* const heard : {&stream, &path}) {
      if (heard->first_packet_unix_ms == 0) heard->first_packet_unix_ms = UnixMs(report.first, now);
    }
    stream.received_tos = report.tos;
  }
  if (share.counters.packets == 0) return;
  if (flow.source.valid()) stream.last_source = flow.source;
  if (member.sink_reason == session::Drop::kNone) {
    stream.forwarded += share.counters.packets;
  } else {
    stream.explanation.AddDrop(member.sink_reason, last_ms, stream.last_source, share.counters.packets);
  }
}

session::Protection* ProtectionOf(const Media& carrier) {
  if (carrier.leg == nullptr || !carrier.leg->secured()) return nullptr;
  return &carrier.leg->protection(0);
}

}  // namespace

session::OffloadNotes& NotesOf(Stream* stream) {
  if (stream->offload == nullptr) stream->offload = std::make_unique<session::OffloadNotes>();
  return *stream->offload;
}

void Merge(const Flow& flow, const FlowReport& before, const FlowReport& report, const base::Now& now,
           session::Session* session, std::vector<Moved>* moved) {
  Media& media = session->media()[flow.media];
  const FlowCounters grown = Grown(before.counters, report.counters);
  moved->push_back({flow.socket, false, grown});
  std::vector<rtp::Elsewhere> received;
  for (const SourceReport& source : report.sources) {
    received.push_back(Since(Find(before, source.ssrc), source, flow));
  }
  for (const Member& member : flow.members) {
    AddReceived(flow, member, ShareOf(flow, member.media, grown, report, received), report, now, session);
  }
  if (grown.errors != 0 && flow.decrypt) {
    media.streams[flow.stream].explanation.AddDrop(session::Drop::kSrtpAuthentication, now.unix_us / 1000, flow.source,
                                                   grown.errors);
  }

  session::Protection* const receive = ProtectionOf(media);
  // A handshake may have brought another key meanwhile: its indices are its own. (What was adopted says no key.)
  const bool same_key = receive != nullptr && (!flow.decrypt || flow.decrypt == receive->receive());
  if (same_key && receive->receiver() != nullptr) {
    for (const ReceiveState& state : report.received) {
      receive->receiver()->MergeRtp({state.ssrc, state.history});
    }
  }
  // The one used last becomes the first of the list.
  std::stable_sort(received.begin(), received.end(),
                   [](const rtp::Elsewhere& a, const rtp::Elsewhere& b) { return a.last < b.last; });
  for (const rtp::Elsewhere& one : received) {
    const session::MediaIndex owner = OwnerOf(flow, one.last_payload_type);
    session->media()[owner].ingress.Add(one);
    if (media.bundle != nullptr && one.packets != 0) media.bundle->OnSource(one.ssrc, owner);
  }

  for (size_t i = 0; i < report.outputs.size() && i < flow.outputs.size(); ++i) {
    const Output& output = flow.outputs[i];
    if (output.media == session::kNoMedia) continue;
    Media& to = session->media()[output.media];
    Stream& sent_by = to.streams[output.stream];
    const FlowCounters last = i < before.outputs.size() ? before.outputs[i].counters : FlowCounters();
    const FlowCounters sent = Grown(last, report.outputs[i].counters);
    Add(sent, &sent_by.egress, &NotesOf(&sent_by).egress);
    moved->push_back({output.socket, true, sent});
    if (sent.packets != 0) AddSent(flow, output, received, sent, &to);
    session::Protection* const send = ProtectionOf(session->media()[to.carrier]);
    if (flow.verbatim || send == nullptr || send->sender() == nullptr) continue;
    if (output.encrypt && output.encrypt != send->send()) continue;
    for (const SendState& state : report.outputs[i].sent) {
      send->sender()->FollowRtp(state.ssrc, state.index);
    }
  }
}

}  // namespace mediad::offload
