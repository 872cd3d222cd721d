#include "controld/call/session_text.h"

#include <algorithm>

#include "absl/strings/str_format.h"
#include "controld/call/call_model.h"
#include "proto/base/text.h"

namespace controld::call {
namespace {

namespace v1 = rtpengine::v1;

// Side 0 sent the first offer.
std::string_view TagType(const Party& party) {
  if (party.media().empty()) return "UNKNOWN";
  return party.side() == 0 ? "FROM_TAG" : "TO_TAG";
}

void AppendLinks(const CallState& call, const std::vector<PartyLink>& links, std::string_view what,
                 std::string* out) {
  for (const PartyLink& link : links) {
    const Party* other = FindParty(call, link.party);
    if (other == nullptr) continue;
    for (const Media& media : other->media()) {
      base::StrAppend(out, "---     ", what, " media with monologue tag '", other->tag(),
                      "' (index: ", media.index(), ")\n");
    }
  }
}

void AppendStream(const v1::MediaStatistics& media, const v1::StreamStatistics& stream,
                  std::string* out) {
  const auto local = base::IpAddress::FromBytes(stream.local_address());
  const base::Endpoint remote = FromProto(stream.endpoint());
  const v1::Counters& in = stream.ingress();
  absl::StrAppendFormat(
      out, "-------- Port %15s:%-5u <> %15s:%-5u%s, SSRC %x, %u p, %u b, %u e, %d uts %d kts\n",
      local ? local->ToString() : "", stream.local_port(),
      remote.address.valid() ? remote.address.ToString() : "", remote.port,
      stream.rtcp() ? " (RTCP)" : "", media.ingress_size() > 0 ? media.ingress(0).ssrc() : 0,
      in.packets(), in.bytes(), in.errors(), stream.last_user_packet_unix(),
      stream.last_kernel_packet_unix());
}

void AppendMedia(const Media& media, const v1::SessionStatistics& statistics, std::string* out) {
  const auto found =
      std::find_if(statistics.media().begin(), statistics.media().end(),
                   [&](const v1::MediaStatistics& each) { return each.media() == media.id(); });
  const bool known = found != statistics.media().end();
  std::string codec = "unknown codec";
  for (const SdpCodec& candidate : media.codecs()) {
    if (known && candidate.payload_type() == found->payload_type_seen()) {
      codec = base::StrCat(candidate.name(), "/", candidate.clock_rate());
    }
  }
  base::StrAppend(out, "------ Media #", media.index(), " (", media.type_text(), " over ",
                  media.protocol(), ") using ", codec, "\n");
  if (!known) return;
  for (const v1::StreamStatistics& stream : found->streams()) AppendStream(*found, stream, out);
}

}  // namespace

std::string SessionLine(const CallState& call) {
  return absl::StrFormat("ID: %60s | del:%c | creat:%12d | prx:%s | redis:%2d | frgn:%c | rec:%c\n",
                         call.call_id(), call.delete_at_us() != 0 ? 'y' : 'n',
                         call.created_us() / 1'000'000, call.created_from(), -1, 'n', 'n');
}

std::string PartyText(const CallState& call, const Party& party,
                      const v1::SessionStatistics& statistics, base::Now now) {
  const int64_t age = std::max<int64_t>(now.unix_us - party.created_us(), 0);
  std::string out = absl::StrFormat("--- Tag '%s', type: %s, label '%s', branch '%s', callduration ",
                                    party.tag(), base::ToAbsl(TagType(party)), party.label(),
                                    party.via_branch());
  absl::StrAppendFormat(&out, "%d.%06d\n", age / 1'000'000, age % 1'000'000);
  AppendLinks(call, SubscribedTo(call, party), "subscribed to", &out);
  AppendLinks(call, SubscribersOf(call, party), "subscription of", &out);
  for (const Media& media : party.media()) AppendMedia(media, statistics, &out);
  return out;
}

std::string SessionText(const CallState& call, const v1::SessionStatistics& statistics,
                        base::Now now, int default_tos) {
  std::string out = base::StrCat("\ncallid: ", call.call_id(), "\n");
  base::StrAppend(&out, "deletionmark: ", call.delete_at_us() != 0 ? "yes" : "no", "\n");
  base::StrAppend(&out, "created: ", call.created_us() / 1'000'000, "\n");
  base::StrAppend(&out, "proxy: ", call.created_from(), "\n");
  base::StrAppend(&out, "tos: ",
                  call.tos() < 256 ? call.tos() : static_cast<uint32_t>(default_tos), "\n");
  base::StrAppend(&out, "last_signal: ", call.last_signal_us() / 1'000'000, "\n");
  base::StrAppend(&out, "redis_keyspace: -1\nlast redis update: 0\nforeign: no\nrecording: no\n\n");
  for (const Party& party : call.parties()) out += PartyText(call, party, statistics, now);
  out += "\n";
  return out;
}

}  // namespace controld::call
