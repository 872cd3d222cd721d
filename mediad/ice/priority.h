// Priorities of candidates and pairs: RFC 8445 §5.1.2, §6.1.2.3. Pure; any thread.
#pragma once

#include <algorithm>
#include <cstdint>

#include "mediad/ice/parameters.h"

namespace mediad::ice {

// The recommended values (§5.1.2.2).
constexpr uint32_t TypePreference(CandidateType type) {
  switch (type) {
    case CandidateType::kHost:
      return 126;
    case CandidateType::kPeerReflexive:
      return 110;
    case CandidateType::kServerReflexive:
      return 100;
    case CandidateType::kRelay:
      return 0;
  }
  return 0;
}

// `local_preference`: 65535 for the first address, one less for each further one.
constexpr uint32_t CandidatePriority(CandidateType type, uint16_t local_preference,
                                     uint8_t component) {
  return TypePreference(type) << 24 | uint32_t{local_preference} << 8 | (256u - component);
}

// What a candidate of this priority would have as a peer-reflexive one: PRIORITY of a check.
constexpr uint32_t PeerReflexivePriority(uint32_t priority) {
  return TypePreference(CandidateType::kPeerReflexive) << 24 | (priority & 0xffffffu);
}

// `controlling`, `controlled`: the candidates' priorities by the role of the side they belong to.
constexpr uint64_t PairPriority(uint32_t controlling, uint32_t controlled) {
  const uint64_t low = std::min(controlling, controlled);
  const uint64_t high = std::max(controlling, controlled);
  return (low << 32) + 2 * high + (controlling > controlled ? 1 : 0);
}

}  // namespace mediad::ice
