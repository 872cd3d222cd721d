#include "controld/negotiate/merge.h"

#include <gtest/gtest.h>

namespace controld::negotiate {
namespace {

// Whatever refers to a port set has to follow it to its new number.
TEST(MergeTest, PortsOfIceMoveWithTheirCall) {
  call::CallState into, from;
  into.set_call_id("one");
  into.set_next_id(10);
  from.set_call_id("two");
  from.set_next_id(4);
  from.set_tie_breaker(77);
  from.set_certificate("digest");
  call::Party* party = from.add_parties();
  party->set_id(1);
  call::Media* media = party->add_media();
  media->set_id(2);
  media->set_port_set(3);
  media->add_maps()->set_port_set(3);
  media->mutable_maps(0)->add_further_port_sets(4);
  media->mutable_ice()->set_port_set(3);
  media->mutable_ice()->set_generation(9);
  media->mutable_ice()->add_selected()->set_port_set(4);
  for (const uint32_t id : {3u, 4u}) from.add_port_sets()->mutable_wanted()->set_id(id);

  uint32_t offset = 0;
  ASSERT_TRUE(MergeCalls(&into, from, &offset));
  EXPECT_EQ(offset, 10u);
  const call::Media& moved = into.parties(0).media(0);
  EXPECT_EQ(moved.maps(0).port_set(), 13u);
  EXPECT_EQ(moved.maps(0).further_port_sets(0), 14u);
  EXPECT_EQ(moved.ice().port_set(), 13u);
  EXPECT_EQ(moved.ice().selected(0).port_set(), 14u);
  EXPECT_EQ(moved.ice().generation(), 0u);
  EXPECT_EQ(into.tie_breaker(), 77u);
  EXPECT_EQ(into.certificate(), "digest");
}

}  // namespace
}  // namespace controld::negotiate
