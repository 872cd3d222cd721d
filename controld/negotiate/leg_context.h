// What the negotiation of one leg's security and transport may look at and change besides the leg itself.
// References only: everything outlives the context.
#pragma once

#include <string>
#include <vector>

#include "controld/call/call_state.pb.h"
#include "controld/call/settings.h"
#include "controld/call/worker_gateway.h"
#include "controld/ng/request.h"
#include "proto/base/clock.h"

namespace controld::negotiate {

struct LegContext {
  call::CallState* call;
  const ng::Request& request;
  const call::WorkerView& worker;
  const call::Settings& settings;
  base::Random& random;
  std::vector<std::string>* warnings;

  // What came, or what goes out without anything having come, is an offer.
  bool is_offer() const {
    return request.command != ng::Command::kAnswer &&
           request.command != ng::Command::kSubscribeAnswer &&
           request.command != ng::Command::kCreateAnswer;
  }
};

}  // namespace controld::negotiate
