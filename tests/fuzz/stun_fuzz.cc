// Any datagram through the STUN parser; what it took is written again and read the same.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "mediad/stun/message.h"
#include "mediad/stun/message_writer.h"

namespace {

using mediad::stun::Attribute;
using mediad::stun::MessageView;
using mediad::stun::MessageWriter;

void Require(bool condition) {
  if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto view = MessageView::Parse({data, size});
  if (!view) return 0;
  Require(view->unknown().size() <= MessageView::kMaxUnknown);
  Require(!view->VerifyIntegrity("nobody has this password") || view->has_integrity());

  MessageWriter writer(view->message_class(), view->method(), view->transaction());
  if (view->software()) writer.AddText(Attribute::kSoftware, *view->software());
  if (view->username()) writer.AddText(Attribute::kUsername, *view->username());
  if (view->controlling()) writer.AddUint64(Attribute::kIceControlling, *view->controlling());
  if (view->controlled()) writer.AddUint64(Attribute::kIceControlled, *view->controlled());
  if (view->priority()) writer.AddUint32(Attribute::kPriority, *view->priority());
  if (view->use_candidate()) writer.AddFlag(Attribute::kUseCandidate);
  if (view->error_code()) writer.AddErrorCode(*view->error_code(), "reason");
  if (view->xor_mapped_address()) writer.AddXorMappedAddress(*view->xor_mapped_address());
  writer.AddIntegrity("password");
  writer.AddFingerprint();
  Require(writer.message().size() <= MessageWriter::kMaxSize);
  if (!writer.ok()) return 0;
  const auto again = MessageView::Parse(writer.message());
  Require(again && again->VerifyIntegrity("password"));
  Require(again->fingerprint() == mediad::stun::Fingerprint::kValid);
  Require(again->message_class() == view->message_class() && again->method() == view->method());
  Require(again->software() == view->software() && again->username() == view->username());
  Require(again->controlling() == view->controlling() && again->controlled() == view->controlled());
  Require(again->priority() == view->priority());
  Require(again->use_candidate() == view->use_candidate());
  Require(again->error_code() == view->error_code());
  Require(again->xor_mapped_address() == view->xor_mapped_address());
  return 0;
}
