#include "mediad/start/privileges.h"

#include <gtest/gtest.h>
#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>
#include <thread>

namespace mediad::start {
namespace {

constexpr uint32_t kMask = uint32_t{1} << CAP_NET_ADMIN;

struct Sets {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {};

  bool Read() { return syscall(SYS_capget, &header, data) == 0; }
  bool Write() { return syscall(SYS_capset, &header, data) == 0; }
};

// Capabilities are a thread's: one of its own leaves those of the other tests alone.
template <typename Body>
void InAThread(Body body) {
  std::thread(body).join();
}

TEST(UseNetAdminTest, WhatIsPermittedBecomesEffectiveAndNothingElse) {
  Sets own;
  ASSERT_TRUE(own.Read());
  if ((own.data[0].permitted & kMask) == 0) GTEST_SKIP() << "needs CAP_NET_ADMIN";
  InAThread([] {
    Sets sets;
    ASSERT_TRUE(sets.Read());
    const uint32_t permitted = sets.data[0].permitted;
    sets.data[0].effective = 0;
    ASSERT_TRUE(sets.Write());
    EXPECT_TRUE(UseNetAdmin());
    ASSERT_TRUE(sets.Read());
    EXPECT_EQ(sets.data[0].effective, kMask);
    EXPECT_EQ(sets.data[0].permitted, permitted);
    EXPECT_TRUE(UseNetAdmin());
  });
}

TEST(UseNetAdminTest, WithoutThePermissionNothingChanges) {
  InAThread([] {
    Sets sets;
    ASSERT_TRUE(sets.Read());
    sets.data[0].effective &= ~kMask;
    sets.data[0].permitted &= ~kMask;
    sets.data[0].inheritable &= ~kMask;
    ASSERT_TRUE(sets.Write());
    const uint32_t effective = sets.data[0].effective;
    EXPECT_FALSE(UseNetAdmin());
    ASSERT_TRUE(sets.Read());
    EXPECT_EQ(sets.data[0].effective, effective);
  });
}

}  // namespace
}  // namespace mediad::start
