// Messages to values; see messages.h.
#include <linux/genetlink.h>
#include <linux/netlink.h>

#include <algorithm>
#include <cstring>

#include "kmod/uapi/rtpengine.h"
#include "mediad/offload/netlink/attributes.h"
#include "mediad/offload/netlink/messages.h"

namespace mediad::offload {
namespace {

constexpr size_t kMost = 64;  // entries of a nest; the kernel has fewer of each kind

std::chrono::nanoseconds Time(const Attribute& attribute) {
  return std::chrono::nanoseconds(std::min<uint64_t>(attribute.Or0<uint64_t>(), INT64_MAX));
}

// The nest `type` of the message.
std::optional<std::span<const uint8_t>> Nest(const Message& message, uint16_t type) {
  AttributeReader reader(message.attributes);
  Attribute attribute;
  while (reader.Next(&attribute)) {
    if (attribute.type == type) return attribute.payload;
  }
  return std::nullopt;
}

void ReadCounter(const Attribute& attribute, FlowCounters* out) {
  switch (attribute.type) {
    case RTPENGINE_STATS_A_PACKETS: out->packets = attribute.Or0<uint64_t>(); break;
    case RTPENGINE_STATS_A_BYTES: out->bytes = attribute.Or0<uint64_t>(); break;
    case RTPENGINE_STATS_A_ERRORS: out->errors = attribute.Or0<uint64_t>(); break;
    default: break;
  }
}

void ReadStats(std::span<const uint8_t> nest, FlowReport* out) {
  AttributeReader reader(nest);
  Attribute attribute;
  while (reader.Next(&attribute)) {
    switch (attribute.type) {
      case RTPENGINE_STATS_A_UP: out->up = attribute.Or0<uint64_t>(); break;
      case RTPENGINE_STATS_A_FIRST: out->first = Time(attribute); break;
      case RTPENGINE_STATS_A_LAST: out->last = Time(attribute); break;
      case RTPENGINE_STATS_A_TOS: out->tos = attribute.Or0<uint8_t>(); break;
      default: ReadCounter(attribute, &out->counters); break;
    }
  }
}

SourceReport ReadSource(std::span<const uint8_t> nest) {
  SourceReport out;
  // Counters are bounded, so that no sum of theirs overflows.
  const auto bounded = [](const Attribute& one) { return std::min<uint64_t>(one.Or0<uint64_t>(), UINT32_MAX); };
  AttributeReader reader(nest);
  Attribute one;
  while (reader.Next(&one)) {
    switch (one.type) {
      case RTPENGINE_SSRC_A_SSRC: out.ssrc = one.Or0<uint32_t>(); break;
      case RTPENGINE_SSRC_A_PACKETS: out.packets = one.Or0<uint64_t>(); break;
      case RTPENGINE_SSRC_A_BYTES: out.bytes = one.Or0<uint64_t>(); break;
      case RTPENGINE_SSRC_A_BASE_SEQ: out.base_sequence = one.Or0<uint32_t>(); break;
      case RTPENGINE_SSRC_A_EXT_SEQ: out.extended_sequence = one.Or0<uint32_t>(); break;
      case RTPENGINE_SSRC_A_LOST:
        out.lost = std::clamp<int64_t>(one.Or0<int64_t>(), -int64_t{UINT32_MAX}, int64_t{UINT32_MAX});
        break;
      case RTPENGINE_SSRC_A_DUPLICATES: out.duplicates = bounded(one); break;
      case RTPENGINE_SSRC_A_REORDERED: out.reordered = bounded(one); break;
      case RTPENGINE_SSRC_A_RESETS: out.resets = bounded(one); break;
      case RTPENGINE_SSRC_A_JITTER: out.jitter = one.Or0<uint32_t>(); break;
      case RTPENGINE_SSRC_A_CLOCK: out.clock_rate = one.Or0<uint32_t>(); break;
      case RTPENGINE_SSRC_A_LAST_PT: out.last_payload_type = one.Or0<uint8_t>() & 0x7f; break;
      case RTPENGINE_SSRC_A_LAST_TS: out.last_timestamp = one.Or0<uint32_t>(); break;
      case RTPENGINE_SSRC_A_LAST: out.last = Time(one); break;
      default: break;
    }
  }
  return out;
}

std::vector<SourceReport> ReadSources(std::span<const uint8_t> nest) {
  std::vector<SourceReport> out;
  AttributeReader reader(nest);
  Attribute attribute;
  while (out.size() < kMost && reader.Next(&attribute)) out.push_back(ReadSource(attribute.payload));
  return out;
}

// One context's place of one SSRC: an index and what was received below it.
struct Place {
  std::optional<uint64_t> index;
  std::optional<srtp::ReplayWindow::Words> words;

  srtp::ReplayWindow Window() const {
    if (!index) return {};
    srtp::ReplayWindow::Words only{};
    only[*index / 64 % only.size()] = uint64_t{1} << (*index % 64);
    return srtp::ReplayWindow::Restore(*index, words.value_or(only));
  }
};

std::optional<uint64_t> ReadIndex(const Attribute& attribute) {
  const auto index = attribute.As<uint64_t>();
  if (index && *index >> 48 != 0) return std::nullopt;
  return index;
}

ReceiveState ReadState(std::span<const uint8_t> nest) {
  uint32_t ssrc = 0;
  Place main, restarted;
  bool in_restarted = false;
  AttributeReader reader(nest);
  Attribute one;
  while (reader.Next(&one)) {
    switch (one.type) {
      case RTPENGINE_STATE_A_SSRC: ssrc = one.Or0<uint32_t>(); break;
      case RTPENGINE_STATE_A_INDEX: main.index = ReadIndex(one); break;
      case RTPENGINE_STATE_A_WINDOW: main.words = one.As<srtp::ReplayWindow::Words>(); break;
      case RTPENGINE_STATE_A_RESTART_INDEX: restarted.index = ReadIndex(one); break;
      case RTPENGINE_STATE_A_RESTART_WINDOW: restarted.words = one.As<srtp::ReplayWindow::Words>(); break;
      case RTPENGINE_STATE_A_IN_RESTART: in_restarted = true; break;
      default: break;
    }
  }
  return {ssrc, srtp::RtpHistory::From(main.Window(), restarted.Window(), in_restarted && restarted.index)};
}

// Those that RTP was received, or sent, with.
std::vector<ReceiveState> ReadStates(std::span<const uint8_t> srtp) {
  std::vector<ReceiveState> out;
  AttributeReader reader(srtp);
  Attribute attribute;
  while (reader.Next(&attribute)) {
    if (attribute.type != RTPENGINE_SRTP_A_STATES) continue;
    AttributeReader states(attribute.payload);
    Attribute state;
    while (out.size() < kMost && states.Next(&state)) {
      out.push_back(ReadState(state.payload));
      if (out.back().history.empty()) out.pop_back();
    }
  }
  return out;
}

OutputReport ReadOutput(std::span<const uint8_t> nest) {
  OutputReport out;
  AttributeReader reader(nest);
  Attribute attribute;
  while (reader.Next(&attribute)) {
    switch (attribute.type) {
      case RTPENGINE_OUT_A_SOURCE: out.source = attribute.Address(); break;
      case RTPENGINE_OUT_A_DEST: out.destination = attribute.Address(); break;
      case RTPENGINE_OUT_A_SRTP:
        for (const ReceiveState& state : ReadStates(attribute.payload)) {
          out.sent.push_back({state.ssrc, state.history.highest()});
        }
        break;
      case RTPENGINE_OUT_A_STATS: {
        AttributeReader counters(attribute.payload);
        Attribute counter;
        while (counters.Next(&counter)) ReadCounter(counter, &out.counters);
        break;
      }
      default: break;
    }
  }
  return out;
}

FlowEvent::Kind KindOf(uint32_t type) {
  switch (type) {
    case RTPENGINE_EVENT_SSRC: return FlowEvent::Kind::kSsrc;
    case RTPENGINE_EVENT_SOURCE: return FlowEvent::Kind::kSource;
    case RTPENGINE_EVENT_IDLE: return FlowEvent::Kind::kIdle;
    case RTPENGINE_EVENT_AUTH: return FlowEvent::Kind::kAuthentication;
    case RTPENGINE_EVENT_PT: return FlowEvent::Kind::kPayloadType;
    default: return FlowEvent::Kind::kOther;
  }
}

void ReadGroup(std::span<const uint8_t> nest, FamilyInfo* out) {
  std::string name;
  uint32_t id = 0;
  AttributeReader reader(nest);
  Attribute attribute;
  while (reader.Next(&attribute)) {
    if (attribute.type == CTRL_ATTR_MCAST_GRP_NAME) name = attribute.Text();
    if (attribute.type == CTRL_ATTR_MCAST_GRP_ID) id = attribute.Or0<uint32_t>();
  }
  if (name == RTPENGINE_MCGRP_EVENTS) out->events_group = id;
}

}  // namespace

bool Message::is_error() const { return type == NLMSG_ERROR; }
bool Message::is_done() const { return type == NLMSG_DONE; }

bool MessageReader::Next(Message* message) {
  nlmsghdr header;
  if (left_.size() < sizeof(header)) return false;
  std::memcpy(&header, left_.data(), sizeof(header));
  if (header.nlmsg_len < sizeof(header) || header.nlmsg_len > left_.size()) return false;
  *message = Message();
  message->type = header.nlmsg_type;
  message->flags = header.nlmsg_flags;
  message->sequence = header.nlmsg_seq;
  message->body = left_.subspan(sizeof(header), header.nlmsg_len - sizeof(header));
  if (message->type >= NLMSG_MIN_TYPE && message->body.size() >= GENL_HDRLEN) {
    message->command = message->body[0];
    message->attributes = message->body.subspan(GENL_HDRLEN);
  }
  left_ = left_.subspan(std::min<size_t>(left_.size(), NLMSG_ALIGN(header.nlmsg_len)));
  return true;
}

Outcome ReadOutcome(const Message& message) {
  Outcome outcome;
  int32_t error = 0;
  if (message.body.size() >= sizeof(error)) std::memcpy(&error, message.body.data(), sizeof(error));
  outcome.errno_value = error > -4096 && error < 0 ? -error : 0;
  if (outcome.errno_value == 0) return outcome;
  size_t behind = sizeof(error);
  if (message.is_error()) {
    nlmsgerr header;
    if (message.body.size() < sizeof(header)) return outcome;
    std::memcpy(&header, message.body.data(), sizeof(header));
    behind = sizeof(header);
    // The request comes back, unless it was cut off.
    if ((message.flags & NLM_F_CAPPED) == 0 && header.msg.nlmsg_len > sizeof(nlmsghdr)) {
      behind += NLMSG_ALIGN(std::min<size_t>(header.msg.nlmsg_len, message.body.size()) - sizeof(nlmsghdr));
    }
  }
  if ((message.flags & NLM_F_ACK_TLVS) != 0 && behind <= message.body.size()) {
    AttributeReader reader(message.body.subspan(behind));
    Attribute attribute;
    while (reader.Next(&attribute)) {
      if (attribute.type == NLMSGERR_ATTR_MSG) outcome.text = attribute.Text();
    }
  }
  if (outcome.text.empty()) outcome.text = std::strerror(outcome.errno_value);
  return outcome;
}

std::optional<FamilyInfo> ReadFamily(const Message& message) {
  FamilyInfo out;
  AttributeReader reader(message.attributes);
  Attribute attribute;
  while (reader.Next(&attribute)) {
    if (attribute.type == CTRL_ATTR_FAMILY_ID) out.id = attribute.Or0<uint16_t>();
    if (attribute.type != CTRL_ATTR_MCAST_GROUPS) continue;
    AttributeReader groups(attribute.payload);
    Attribute group;
    while (groups.Next(&group)) ReadGroup(group.payload, &out);
  }
  if (out.id < NLMSG_MIN_TYPE) return std::nullopt;
  return out;
}

std::optional<ModuleInfo> ReadModule(const Message& message) {
  const auto nest = Nest(message, RTPENGINE_A_INFO);
  if (!nest) return std::nullopt;
  ModuleInfo out;
  AttributeReader reader(*nest);
  Attribute attribute;
  while (reader.Next(&attribute)) {
    switch (attribute.type) {
      case RTPENGINE_INFO_A_VERSION: out.version = attribute.Text(); break;
      case RTPENGINE_INFO_A_SUITES: out.suites = attribute.Or0<uint32_t>(); break;
      case RTPENGINE_INFO_A_MAX_FLOWS: out.max_flows = attribute.Or0<uint32_t>(); break;
      case RTPENGINE_INFO_A_FLOWS: out.flows = attribute.Or0<uint32_t>(); break;
      case RTPENGINE_INFO_A_TABLES: out.tables = attribute.Or0<uint32_t>(); break;
      default: break;
    }
  }
  return out;
}

std::optional<TableInfo> ReadTable(const Message& message) {
  const auto nest = Nest(message, RTPENGINE_A_TABLE);
  if (!nest) return std::nullopt;
  TableInfo out;
  AttributeReader reader(*nest);
  Attribute one;
  while (reader.Next(&one)) {
    switch (one.type) {
      case RTPENGINE_TABLE_A_ID: out.id = one.Or0<uint32_t>(); break;
      case RTPENGINE_TABLE_A_HOOK: out.hook = static_cast<Hook>(one.Or0<uint8_t>()); break;
      case RTPENGINE_TABLE_A_PRIORITY: out.priority = one.Or0<int32_t>(); break;
      case RTPENGINE_TABLE_A_LINGER: out.linger_ms = one.Or0<uint32_t>(); break;
      case RTPENGINE_TABLE_A_LINGER_LEFT: out.linger_left_ms = one.Or0<uint32_t>(); break;
      case RTPENGINE_TABLE_A_FLOWS: out.flows = one.Or0<uint32_t>(); break;
      case RTPENGINE_TABLE_A_OWNER: out.owner = one.Or0<uint32_t>(); break;
      case RTPENGINE_TABLE_A_EVENTS_LOST: out.events_lost = one.Or0<uint64_t>(); break;
      case RTPENGINE_TABLE_A_REASONS: {
        AttributeReader reasons(one.payload);
        Attribute reason;
        while (out.reasons.size() < kMost && reasons.Next(&reason)) {
          out.reasons.emplace_back(reason.type, reason.Or0<uint64_t>());
        }
        break;
      }
      default: break;
    }
  }
  return out;
}

std::vector<TestResult> ReadTests(const Message& message) {
  std::vector<TestResult> out;
  AttributeReader reader(message.attributes);
  Attribute test;
  while (reader.Next(&test)) {
    if (test.type != RTPENGINE_A_TEST) continue;
    TestResult& result = out.emplace_back();
    AttributeReader fields(test.payload);
    Attribute field;
    while (fields.Next(&field)) {
      if (field.type == RTPENGINE_TEST_A_NAME) result.name = field.Text();
      if (field.type == RTPENGINE_TEST_A_RESULT) result.result = field.Or0<int32_t>();
      if (field.type == RTPENGINE_TEST_A_DETAIL) result.detail = field.Text();
    }
  }
  return out;
}

std::optional<FlowReport> ReadFlow(const Message& message) {
  const auto nest = Nest(message, RTPENGINE_A_FLOW);
  if (!nest) return std::nullopt;
  FlowReport out;
  bool has_id = false;
  AttributeReader reader(*nest);
  Attribute one;
  while (reader.Next(&one)) {
    switch (one.type) {
      case RTPENGINE_FLOW_A_ID:
        has_id = one.payload.size() == sizeof(uint32_t);
        out.id = one.Or0<uint32_t>();
        break;
      case RTPENGINE_FLOW_A_LOCAL: out.local = one.Address(); break;
      case RTPENGINE_FLOW_A_SOURCE: out.source = one.Address(); break;
      case RTPENGINE_FLOW_A_COOKIE: out.mark = DecodeMark(one.payload); break;
      case RTPENGINE_FLOW_A_STATS: ReadStats(one.payload, &out); break;
      case RTPENGINE_FLOW_A_SSRCS: out.sources = ReadSources(one.payload); break;
      case RTPENGINE_FLOW_A_SRTP: out.received = ReadStates(one.payload); break;
      case RTPENGINE_FLOW_A_OUTPUTS: {
        AttributeReader outputs(one.payload);
        Attribute output;
        while (out.outputs.size() < kMost && outputs.Next(&output)) {
          out.outputs.push_back(ReadOutput(output.payload));
        }
        break;
      }
      default: break;
    }
  }
  if (!has_id) return std::nullopt;
  return out;
}

std::optional<FlowEvent> ReadEvent(const Message& message) {
  const auto nest = Nest(message, RTPENGINE_A_EVENT);
  if (!nest) return std::nullopt;
  FlowEvent out;
  AttributeReader reader(*nest);
  Attribute attribute;
  while (reader.Next(&attribute)) {
    if (attribute.type == RTPENGINE_EVENT_A_TYPE) out.kind = KindOf(attribute.Or0<uint32_t>());
    if (attribute.type == RTPENGINE_EVENT_A_FLOW_ID) out.id = attribute.Or0<uint32_t>();
    if (attribute.type == RTPENGINE_EVENT_A_SSRC) out.ssrc = attribute.Or0<uint32_t>();
  }
  return out;
}

}  // namespace mediad::offload
