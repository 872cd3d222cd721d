// Calls of other shards, as far as a command on several calls needs them: borrowed, given back, or gone into
// another call. Implemented over all shards (shard/shard_directory.h); one shard alone has none.
//
// Called on a shard's thread; callbacks run on that same thread, after the call returned.
#pragma once

#include <functional>
#include <string>

#include "controld/call/call_state.pb.h"
#include "controld/ng/request.h"
#include "controld/ng/value.h"
#include "proto/base/endpoint.h"

namespace controld::call {

struct Loan {
  bool found = false;
  CallState state;        // if found
  std::string elsewhere;  // not found because it became part of the call of this id
};

class CallDirectory {
 public:
  virtual ~CallDirectory() = default;

  // A found call does nothing until it is returned.
  virtual void Borrow(const std::string& call_id, std::function<void(Loan)> done) = 0;
  // As it was; or, with `merged_into`, as a part of that call, under whose id it is found from now on.
  virtual void Return(const std::string& call_id, const std::string& merged_into) = 0;

  // `call_id` means the call `target`; without a target no longer.
  virtual void Forward(const std::string& call_id, const std::string& target) = 0;
  // Carries out a request where its call is.
  virtual void Redirect(ng::Request&& request, const base::Endpoint& origin,
                        std::function<void(ng::Dictionary)> respond) = 0;
};

}  // namespace controld::call
