// A plan as one transaction of nf_tables: the octets of a netlink batch. The kernel does all of it or nothing.
//
// Rules are written with the expressions nft itself would write, so that it can print them and read them again.
// Pure. Any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "mediad/nft/plan.h"

namespace mediad::nft {

struct Transaction {
  std::vector<uint8_t> octets;
  // Sequence numbers: kBegin, then 1 + the index of the change (several messages may carry one), the last of which
  // asks for an acknowledgement.
  uint32_t last = 0;
};

inline constexpr uint32_t kBeginSequence = 0x7ffffffe;

// `generation`: the kernel refuses (ERESTART) if the rules are not those of that generation any more.
// Precondition: the plan is not empty.
Transaction MakeTransaction(const Plan& plan, std::optional<uint32_t> generation);

}  // namespace mediad::nft
