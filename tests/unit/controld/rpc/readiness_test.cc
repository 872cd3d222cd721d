// What /readyz says.
#include "controld/rpc/readiness.h"

#include <gtest/gtest.h>

namespace controld::rpc {
namespace {

using rtpengine::v1::WorkerInfo;

WorkerInfo Worker(const char* name, bool attached, rtpengine::v1::WorkerState state) {
  WorkerInfo worker;
  worker.set_name(name);
  worker.set_attached(attached);
  worker.set_state(state);
  return worker;
}

TEST(Readiness, OneGoodWorkerIsEnough) {
  EXPECT_EQ(ReasonsNotReady({Worker("a", false, rtpengine::v1::READY),
                             Worker("b", true, rtpengine::v1::READY)}),
            "");
}

TEST(Readiness, OtherwiseEveryWorkerIsNamed) {
  EXPECT_EQ(ReasonsNotReady({}), "no worker has ever attached\n");
  EXPECT_EQ(ReasonsNotReady({Worker("a", false, rtpengine::v1::READY),
                             Worker("b", true, rtpengine::v1::DRAINING),
                             Worker("c", true, rtpengine::v1::DRAINED)}),
            "worker a is not attached\nworker b is draining\nworker c is draining\n");
}

}  // namespace
}  // namespace controld::rpc
