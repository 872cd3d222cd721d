// What is written is what the header says, and what is read back is what was meant.
#include "mediad/offload/netlink/messages.h"

#include <gtest/gtest.h>
#include <linux/netlink.h>

#include <cstring>

#include "kmod/uapi/rtpengine.h"
#include "mediad/offload/netlink/attributes.h"

namespace mediad::offload {
namespace {

base::Endpoint At(const char* text) { return *base::Endpoint::Parse(text); }

Message Only(const Octets& octets) {
  MessageReader reader(octets);
  Message message, more;
  EXPECT_TRUE(reader.Next(&message));
  EXPECT_FALSE(reader.Next(&more));
  return message;
}

TEST(Messages, AMarkComesBack) {
  Mark mark{0x0123456789abcdef, 1, {{4'000'000'000u, (uint64_t{1} << 48) - 1}, {7, 123456789}}};
  EXPECT_EQ(DecodeMark(EncodeMark(mark)), mark);
  mark.counts.resize(Mark::kCounts);
  EXPECT_EQ(EncodeMark(mark).size(), size_t{RTPENGINE_MAX_COOKIE});
  EXPECT_EQ(DecodeMark(EncodeMark(mark)), mark);
  EXPECT_FALSE(DecodeMark(Octets(9, 2)));
  EXPECT_FALSE(DecodeMark(Octets(11, 2)));   // half a count
  EXPECT_FALSE(DecodeMark(Octets(10, 0)));   // no version
  EXPECT_FALSE(DecodeMark(Octets(130, 2)));
}

TEST(Messages, AnInstalledFlowReadsBackAsWritten) {
  Operation operation;
  operation.flow.local = At("203.0.113.1:30000");
  operation.flow.source = At("198.51.100.1:4000");
  operation.flow.payloads = {{8, 8000, false}, {101, 8000, true}};
  Output& output = operation.flow.outputs.emplace_back();
  output.source = At("[2001:db8::1]:30002");
  output.destination = At("[2001:db8::2]:5000");
  srtp::Parameters parameters;
  parameters.suite = media::FindSuite("AES_CM_128_HMAC_SHA1_80");
  parameters.key = std::string(16, 'k');
  parameters.salt = std::string(14, 's');
  output.encrypt = operation.flow.decrypt = parameters;
  srtp::RtpHistory history;
  for (const uint16_t sequence : std::initializer_list<uint16_t>{100, 101, 103}) history.Commit(2, sequence);
  operation.receive = {{0xcafe, history}};
  operation.send = {{{0xcafe, 0x20067}}};
  operation.mark.session = 42;
  operation.call = "call@test";

  const Octets octets = OperationMessage(30, 7, 3, operation);
  const Message message = Only(octets);
  EXPECT_EQ(message.type, 30);
  EXPECT_EQ(message.sequence, 7u);
  EXPECT_EQ(message.command, RTPENGINE_CMD_FLOW_NEW);
  EXPECT_EQ(message.flags, NLM_F_REQUEST | NLM_F_ACK | NLM_F_ECHO);
  EXPECT_FALSE(ReadFlow(message));  // a request has no number yet
  EXPECT_EQ(ReadTable(message)->id, 3u);

  // The same attributes with one, as the kernel tells them.
  MessageWriter reply(30, 0, 7, RTPENGINE_CMD_FLOW_GET, 1);
  const size_t nest = reply.Begin(RTPENGINE_A_FLOW);
  reply.Put(RTPENGINE_FLOW_A_ID, uint32_t{9});
  AttributeReader top(message.attributes);
  Attribute attribute;
  while (top.Next(&attribute)) {
    if (attribute.type != RTPENGINE_A_FLOW) continue;
    AttributeReader inner(attribute.payload);
    Attribute one;
    while (inner.Next(&one)) reply.PutOctets(one.type, one.payload);
  }
  reply.End(nest);
  const Octets told = reply.Finish();
  const auto report = ReadFlow(Only(told));
  ASSERT_TRUE(report);
  EXPECT_EQ(report->id, 9u);
  EXPECT_EQ(report->local, operation.flow.local);
  EXPECT_EQ(report->source, operation.flow.source);
  EXPECT_EQ(report->mark, operation.mark);
  ASSERT_EQ(report->outputs.size(), 1u);
  EXPECT_EQ(report->outputs[0].destination, output.destination);
  ASSERT_EQ(report->outputs[0].sent.size(), 1u);
  EXPECT_EQ(report->outputs[0].sent[0].index, 0x20067u);
  ASSERT_EQ(report->received.size(), 1u);
  EXPECT_EQ(report->received[0].history.highest(), 0x20067u);
  EXPECT_FALSE(report->received[0].history.main().Fresh(0x20065));
  EXPECT_TRUE(report->received[0].history.main().Fresh(0x20066));
}

// The attribute at the end of a path of nests; empty: there is none.
Octets Inside(std::span<const uint8_t> attributes, std::initializer_list<uint16_t> path) {
  std::span<const uint8_t> rest = attributes;
  for (const uint16_t type : path) {
    AttributeReader reader(rest);
    Attribute one;
    bool found = false;
    while (!found && reader.Next(&one)) found = one.type == type;
    if (!found) return {};
    rest = one.payload;
  }
  return Octets(rest.begin(), rest.end());
}

TEST(Messages, AnOutputSaysWhatItTakesAndWhatItsExtensionsHave) {
  Operation operation;
  operation.flow.local = At("203.0.113.1:30000");
  for (int i = 0; i < 2; ++i) {
    Output& output = operation.flow.outputs.emplace_back();
    output.source = At("203.0.113.1:30002");
    output.destination = At("198.51.100.2:5000");
  }
  Output& special = operation.flow.outputs[0];
  special.others.set(0).set(96);
  special.extensions.removed.set(4).set(255);
  special.extensions.inserted = 3;
  special.extensions.value = "v";
  const Octets octets = OperationMessage(30, 7, 3, operation);
  const auto of_output = [&octets](uint16_t output, uint16_t type) {
    return Inside(Only(octets).attributes, {RTPENGINE_A_FLOW, RTPENGINE_FLOW_A_OUTPUTS, output, type});
  };
  Octets takes(16, 0xff), removed(32, 0);
  takes[0] = takes[12] = 0xfe;
  removed[0] = 0x10;
  removed[31] = 0x80;
  EXPECT_EQ(of_output(1, RTPENGINE_OUT_A_TAKES), takes);
  EXPECT_EQ(of_output(1, RTPENGINE_OUT_A_EXT_REMOVE), removed);
  EXPECT_EQ(of_output(1, RTPENGINE_OUT_A_EXT_ID), Octets{3});
  EXPECT_EQ(of_output(1, RTPENGINE_OUT_A_EXT_VALUE), Octets{'v'});
  EXPECT_FALSE(of_output(2, RTPENGINE_OUT_A_DEST).empty());
  for (const uint16_t type : {RTPENGINE_OUT_A_TAKES, RTPENGINE_OUT_A_EXT_REMOVE, RTPENGINE_OUT_A_EXT_ID}) {
    EXPECT_TRUE(of_output(2, type).empty()) << type;
  }
}

TEST(Messages, ErrorsAreInTheKernelsWords) {
  // error, the request's header, then the text
  Octets octets(sizeof(nlmsghdr) + sizeof(nlmsgerr));
  const int32_t error = -EBUSY;
  std::memcpy(&octets[sizeof(nlmsghdr)], &error, sizeof(error));
  const std::string text = "table has an owner";
  nlattr attribute{static_cast<uint16_t>(sizeof(nlattr) + text.size() + 1), NLMSGERR_ATTR_MSG};
  const auto* raw = reinterpret_cast<const uint8_t*>(&attribute);
  octets.insert(octets.end(), raw, raw + sizeof(attribute));
  octets.insert(octets.end(), text.begin(), text.end());
  octets.push_back(0);
  nlmsghdr header{};
  header.nlmsg_len = static_cast<uint32_t>(octets.size());
  header.nlmsg_type = NLMSG_ERROR;
  header.nlmsg_flags = NLM_F_CAPPED | NLM_F_ACK_TLVS;
  std::memcpy(octets.data(), &header, sizeof(header));
  const Outcome outcome = ReadOutcome(Only(octets));
  EXPECT_EQ(outcome.errno_value, EBUSY);
  EXPECT_EQ(outcome.text, text);
}

TEST(Messages, AnEventSaysWhoseItIs) {
  MessageWriter writer(30, 0, 0, RTPENGINE_CMD_EVENT, RTPENGINE_GENL_VERSION);
  const size_t nest = writer.Begin(RTPENGINE_A_EVENT);
  writer.Put(RTPENGINE_EVENT_A_TYPE, uint32_t{RTPENGINE_EVENT_SSRC});
  writer.Put(RTPENGINE_EVENT_A_FLOW_ID, uint32_t{7});
  writer.Put(RTPENGINE_EVENT_A_SSRC, uint32_t{0xcafe});
  writer.End(nest);
  const Octets octets = writer.Finish();
  const auto event = ReadEvent(Only(octets));
  ASSERT_TRUE(event);
  EXPECT_EQ(event->kind, FlowEvent::Kind::kSsrc);
  EXPECT_EQ(event->id, 7u);
  EXPECT_EQ(event->ssrc, 0xcafeu);
}

TEST(Messages, WhatIsCutShortIsNotRead) {
  Operation operation;
  operation.flow.local = At("203.0.113.1:30000");
  const Octets octets = OperationMessage(30, 7, 3, operation);
  for (size_t size = 0; size < octets.size(); ++size) {
    MessageReader reader({octets.data(), size});
    Message message;
    EXPECT_FALSE(reader.Next(&message)) << size;
  }
}

}  // namespace
}  // namespace mediad::offload
