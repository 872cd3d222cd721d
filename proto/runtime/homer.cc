#include "proto/runtime/homer.h"

#include "proto/base/text.h"
#include "proto/runtime/resolve.h"

namespace runtime {

absl::StatusOr<std::unique_ptr<Collector>> ConnectHomer(const base::options::ParsedOptions& options) {
  if (options.String("homer").empty()) return nullptr;
  const auto address = ResolveOption(options, "homer");
  if (!address.ok()) return address.status();
  Collector::Options homer;
  homer.name = "Homer";
  homer.address = *address;
  homer.tcp = base::EqualsIgnoreCase(options.String("homer-protocol"), "tcp");
  return Collector::Start(homer);
}

}  // namespace runtime
