// See sample.h.
#include "tools/rtpctl/top/sample.h"

#include <algorithm>

namespace rtpctl::top {

namespace v1 = rtpengine::v1;

namespace {

Sample::Source ReadSource(const v1::SsrcStatistics& from) {
  Sample::Source source;
  source.ssrc = from.ssrc();
  source.packets = from.packets();
  source.lost = from.lost();
  if (from.packets() > 1) source.jitter_ms = from.jitter_measured_ms();
  if (from.samples() > 0) {
    const v1::Quality& last =
        from.progression().empty() ? from.average() : from.progression(from.progression_size() - 1);
    // A later report may lack what a MOS needs.
    const uint32_t mos = last.mos() > 0 ? last.mos() : from.average().mos();
    if (mos > 0) source.mos = mos / 10.0;
  }
  return source;
}

Sample::Stream ReadStream(const std::string& party, uint32_t index,
                          const v1::MediaStatistics& media, const v1::StreamStatistics& from) {
  Sample::Stream stream;
  stream.party = party;
  stream.index = index;
  stream.rtcp = from.rtcp();
  stream.in_packets = from.ingress().packets();
  stream.in_bytes = from.ingress().bytes();
  stream.in_kernel = from.offload().ingress().packets();
  stream.errors = from.ingress().errors() + from.egress().errors();
  stream.out_packets = from.egress().packets();
  stream.out_bytes = from.egress().bytes();
  if (!stream.rtcp) {
    for (const auto& source : media.ingress()) stream.sources.push_back(ReadSource(source));
  }
  return stream;
}

Figure PerSecond(uint64_t before, uint64_t now, double seconds) {
  if (seconds <= 0 || now < before) return std::nullopt;
  return static_cast<double>(now - before) / seconds;
}

Figure Times(Figure figure, double factor) {
  if (figure) *figure *= factor;
  return figure;
}

// What was lost of what was sent between the two. A packet that came late after all takes back a
// loss.
Figure Loss(const Sample::Stream& before, const Sample::Stream& now) {
  double received = 0, lost = 0;
  for (const Sample::Source& source : now.sources) {
    const auto old = std::find_if(before.sources.begin(), before.sources.end(),
                                  [&](const auto& one) { return one.ssrc == source.ssrc; });
    const Sample::Source none;
    const Sample::Source& base = old == before.sources.end() ? none : *old;
    if (source.packets < base.packets) return std::nullopt;
    received += static_cast<double>(source.packets - base.packets);
    lost += static_cast<double>(source.lost) - static_cast<double>(base.lost);
  }
  lost = std::max(lost, 0.0);
  if (received + lost <= 0) return std::nullopt;
  return 100 * lost / (received + lost);
}

void Add(Figure* sum, const Figure& more) {
  if (more) *sum = sum->value_or(0) + *more;
}

void KeepWorst(Figure* worst, const Figure& other, bool least) {
  if (other && (!*worst || (least ? *other < **worst : *other > **worst))) *worst = other;
}

}  // namespace

Sample::Sample(const v1::CallInfo& call, double at_s) : at_s_(at_s) {
  for (const auto& party : call.parties()) {
    for (const auto& media : party.media()) {
      for (const auto& stream : media.statistics().streams()) {
        streams_.push_back(ReadStream(party.tag(), media.index(), media.statistics(), stream));
      }
    }
  }
}

const Sample::Stream* Sample::Find(const Stream& like) const {
  for (const Stream& stream : streams_) {
    if (stream.party == like.party && stream.index == like.index && stream.rtcp == like.rtcp) {
      return &stream;
    }
  }
  return nullptr;
}

std::vector<StreamRates> Between(const Sample& before, const Sample& now) {
  const double seconds = now.at_s() - before.at_s();
  std::vector<StreamRates> out;
  for (const Sample::Stream& stream : now.streams()) {
    StreamRates rates;
    if (!stream.sources.empty()) {
      rates.quality.jitter_ms = stream.sources.front().jitter_ms;
      rates.quality.mos = stream.sources.front().mos;
    }
    if (const Sample::Stream* old = before.Find(stream)) {
      rates.in.packets = PerSecond(old->in_packets, stream.in_packets, seconds);
      rates.in.kernel = PerSecond(old->in_kernel, stream.in_kernel, seconds);
      rates.in.bits = Times(PerSecond(old->in_bytes, stream.in_bytes, seconds), 8);
      rates.in.errors = PerSecond(old->errors, stream.errors, seconds);
      rates.out_packets = PerSecond(old->out_packets, stream.out_packets, seconds);
      rates.out_bits = Times(PerSecond(old->out_bytes, stream.out_bytes, seconds), 8);
      rates.quality.loss_percent = Loss(*old, stream);
    }
    out.push_back(rates);
  }
  return out;
}

StreamRates Together(const std::vector<StreamRates>& streams) {
  StreamRates sum;
  double weighted = 0, weight = 0;
  for (const StreamRates& stream : streams) {
    Add(&sum.in.packets, stream.in.packets);
    Add(&sum.in.kernel, stream.in.kernel);
    Add(&sum.in.bits, stream.in.bits);
    Add(&sum.in.errors, stream.in.errors);
    Add(&sum.out_packets, stream.out_packets);
    Add(&sum.out_bits, stream.out_bits);
    KeepWorst(&sum.quality.jitter_ms, stream.quality.jitter_ms, false);
    KeepWorst(&sum.quality.mos, stream.quality.mos, true);
    if (!stream.quality.loss_percent) continue;
    // A stream of which everything was lost counts, too.
    const double packets = std::max(stream.in.packets.value_or(0), 1.0);
    weighted += *stream.quality.loss_percent * packets;
    weight += packets;
  }
  if (weight > 0) sum.quality.loss_percent = weighted / weight;
  return sum;
}

Figure KernelShare(const Traffic& traffic) {
  if (!traffic.packets || !traffic.kernel || *traffic.packets <= 0) return std::nullopt;
  return std::min(1.0, *traffic.kernel / *traffic.packets);
}

}  // namespace rtpctl::top
