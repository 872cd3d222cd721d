// A CallDirectory where all calls are one service's: what would be posted between shards happens at once.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "controld/call/call_service.h"
#include "controld/call/directory.h"
#include "tests/unit/controld/call/messages.h"

namespace controld::call {

class LoopDirectory final : public CallDirectory {
 public:
  explicit LoopDirectory(std::unique_ptr<CallService>& service) : service_(service) {}

  void Borrow(const std::string& call_id, std::function<void(Loan)> done) override {
    service_->Lend(call_id, std::move(done));
  }
  void Return(const std::string& call_id, const std::string& merged_into) override {
    service_->TakeBack(call_id, merged_into);
  }
  void Forward(const std::string& call_id, const std::string& target) override {
    service_->Forward(call_id, target);
  }
  void Redirect(ng::Request&& request, const base::Endpoint& origin,
                std::function<void(ng::Dictionary)> respond) override {
    service_->Handle(std::move(request), origin, At(0), std::move(respond));
  }

 private:
  std::unique_ptr<CallService>& service_;
};

}  // namespace controld::call
