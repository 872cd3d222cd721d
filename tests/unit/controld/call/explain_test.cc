// What `calls explain` says of who carries a stream.
#include "controld/call/explain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace controld::call {
namespace {

namespace v1 = rtpengine::v1;
using testing::Contains;
using testing::HasSubstr;

class ExplainTest : public ::testing::Test {
 protected:
  ExplainTest() {
    Party* party = call_.add_parties();
    party->set_tag("a");
    Media* media = party->add_media();
    media->set_id(1);
    media->set_index(1);
    media->set_rtcp_mux(true);
    media->set_port_set(1);
    auto* statistics = statistics_.add_media();
    statistics->set_media(1);
    stream_ = statistics->add_streams();
  }
  std::vector<std::string> Facts() const {
    const v1::ExplainCallResponse explained = ExplainCall(call_, statistics_, 60'000);
    return {explained.streams(0).facts().begin(), explained.streams(0).facts().end()};
  }

  CallState call_;
  v1::SessionStatistics statistics_;
  v1::StreamStatistics* stream_ = nullptr;
};

TEST_F(ExplainTest, WithoutATableNothingIsSaidOfTheKernel) {
  EXPECT_THAT(Facts(), testing::Not(Contains(HasSubstr("carries it"))));
}

TEST_F(ExplainTest, TheKernelCarriesIt) {
  v1::Offload* offload = stream_->mutable_offload();
  offload->set_in_kernel(true);
  offload->set_since_unix_ms(50'000);
  offload->set_times(1);
  offload->mutable_ingress()->set_packets(500);
  offload->mutable_egress()->set_packets(499);
  EXPECT_THAT(Facts(), Contains("the kernel carries it, since 10.0 s ago; of the above, 500 packets "
                                "came in and 499 went out there"));
}

TEST_F(ExplainTest, UserSpaceCarriesItAndWhy) {
  v1::Offload* offload = stream_->mutable_offload();
  offload->set_text("ICE has not selected a pair yet");
  EXPECT_THAT(Facts(), Contains("user space carries it: ICE has not selected a pair yet"));
  offload->set_times(2);
  offload->set_removed("re-INVITE");
  EXPECT_THAT(Facts(), Contains("user space carries it: ICE has not selected a pair yet; it left the "
                                "kernel for: re-INVITE; of the above, 0 packets came in and 0 went "
                                "out there"));
}

}  // namespace
}  // namespace controld::call
