// Takes RTCP feedback out of what goes to a party that negotiated no AVPF profile (media.md §3).
//
// Only packet types 205 and 206 (RFC 4585 §6.1) are removed; all else stays octet for octet.
// In place, no allocation. Any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace mediad::rtcp {

// Returns the size that is left, 0 if nothing is: then the datagram is dropped. Octets behind the
// last complete packet stay when anything precedes them.
size_t RemoveFeedback(std::span<uint8_t> datagram);

}  // namespace mediad::rtcp
