#include "controld/shard/shard_directory.h"

#include <memory>
#include <utility>

#include "controld/shard/shard_pool.h"

namespace controld::shard {

void ShardDirectory::Borrow(const std::string& call_id, std::function<void(call::Loan)> done) {
  pool_.ShardFor(call_id).Post([call_id, &own = own_, done = std::move(done)](
                                   call::CallService& service) mutable {
    service.Lend(call_id, [&own, done = std::move(done)](call::Loan loan) {
      own.Post([done, loan = std::move(loan)](call::CallService&) mutable {
        done(std::move(loan));
      });
    });
  });
}

void ShardDirectory::Return(const std::string& call_id, const std::string& merged_into) {
  pool_.ShardFor(call_id).Post([call_id, merged_into](call::CallService& service) {
    service.TakeBack(call_id, merged_into);
  });
}

void ShardDirectory::Forward(const std::string& call_id, const std::string& target) {
  pool_.ShardFor(call_id).Post([call_id, target](call::CallService& service) {
    service.Forward(call_id, target);
  });
}

void ShardDirectory::Redirect(ng::Request&& request, const base::Endpoint& origin,
                              std::function<void(ng::Dictionary)> respond) {
  Shard& shard = pool_.ShardFor(request.call_id.value_or(""));
  shard.Post([request = std::make_unique<ng::Request>(std::move(request)), origin,
              respond = std::move(respond)](call::CallService& service) mutable {
    service.Handle(std::move(*request), origin, base::ReadClocks(), std::move(respond));
  });
}

}  // namespace controld::shard
