// The seam between control listeners and whoever carries commands out.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "controld/ng/request.h"
#include "controld/ng/value.h"
#include "proto/base/endpoint.h"

namespace controld::listen {

class Dispatcher {
 public:
  virtual ~Dispatcher() = default;

  // Carries out offer, answer, delete or query. `respond` is called at most once, on any thread; if
  // it is destroyed without having been called, the command was given up. False: too many commands
  // are waiting already; nothing was taken then, and neither argument has been moved from.
  using Respond = std::function<void(ng::Dictionary reply)>;
  virtual bool Handle(ng::Request&& request, const base::Endpoint& origin, Respond&& respond) = 0;

  // Calls `receive`, on this thread. What it hands over belongs to one batch: it may begin only at the
  // end, and perhaps on this thread.
  virtual void Batch(const std::function<void()>& receive) { receive(); }

  // At most `limit` call-ids, in no order; `done` on any thread.
  using Listed = std::function<void(std::vector<std::string> call_ids)>;
  virtual void List(size_t limit, Listed done) = 0;
};

}  // namespace controld::listen
