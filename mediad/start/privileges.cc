#include "mediad/start/privileges.h"

#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>

namespace mediad::start {

bool UseNetAdmin() {
  // Two calls do not need a library. Version 3 has two words of each set.
  constexpr uint32_t kMask = uint32_t{1} << CAP_NET_ADMIN;
  static_assert(CAP_TO_INDEX(CAP_NET_ADMIN) == 0);
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};  // 0: the calling thread
  __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3] = {};
  if (syscall(SYS_capget, &header, sets) != 0) return false;
  if ((sets[0].effective & kMask) != 0) return true;
  if ((sets[0].permitted & kMask) == 0) return false;
  sets[0].effective |= kMask;
  return syscall(SYS_capset, &header, sets) == 0;
}

}  // namespace mediad::start
