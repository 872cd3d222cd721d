// The system's answers for interface definitions: devices' addresses and DNS (config.md §2.1).
//
// Blocking; for the start of the process only. What to do with the answers is
// ports/interface_config's.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mediad/ports/interface_config.h"

namespace mediad::start {

class SystemAddresses final : public ports::AddressSource {
 public:
  std::vector<base::IpAddress> DeviceAddresses(std::string_view device) override;
  std::vector<base::IpAddress> AllAddresses() override;
  std::vector<base::IpAddress> Resolve(std::string_view name, std::string* error) override;
};

}  // namespace mediad::start
