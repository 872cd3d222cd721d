#include "controld/call/reply_room.h"

#include <string>

#include "controld/ng/framing.h"

namespace controld::call {
namespace {

constexpr size_t kFewSections = 8;
// What a section can get that was not in the request: crypto lines of all suites, candidates, a dozen attributes.
constexpr size_t kMostOfASection = 4096;
constexpr size_t kSmallSdp = 8192;
static_assert(kSmallSdp + kFewSections * kMostOfASection < 65507);  // the largest UDP payload

CallState WithLongestAllocations(const CallState& draft) {
  CallState call = draft;
  for (PortSet& port_set : *call.mutable_port_sets()) {
    if (port_set.has_allocation()) continue;
    rtpengine::v1::PortSetAllocation* allocation = port_set.mutable_allocation();
    allocation->set_id(port_set.wanted().id());
    allocation->set_interface(port_set.wanted().interface());
    allocation->set_address(std::string(16, '\xff'));
    allocation->set_advertised(std::string(16, '\xff'));
    allocation->set_advertised_name("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
    allocation->set_port(65535);
  }
  return call;
}

}  // namespace

bool ReplyFits(const ng::ReplyRoom& room, const CallState& draft,
               const std::function<ng::Dictionary(const CallState& call)>& reply) {
  if (room.octets == ng::ReplyRoom().octets) return true;
  const ng::Dictionary longest = reply(WithLongestAllocations(draft));
  return ng::EncodePayload(room.encoding, longest).size() <= room.octets;
}

bool SurelyFits(const ng::Request& request, const negotiate::OutgoingSdp& outgoing) {
  // JSON writes an octet as six at most, and line ends as four.
  return request.room.encoding == ng::Encoding::kBencode && request.sdp_attr.empty() &&
         outgoing.sections.size() <= kFewSections && request.sdp &&
         request.sdp->size() <= kSmallSdp;
}

}  // namespace controld::call
