// Values to messages; see messages.h.
#include <linux/genetlink.h>
#include <linux/netlink.h>

#include <algorithm>
#include <array>
#include <bitset>

#include "kmod/uapi/rtpengine.h"
#include "mediad/offload/netlink/attributes.h"
#include "mediad/offload/netlink/messages.h"

namespace mediad::offload {
namespace {

constexpr uint16_t kRequest = NLM_F_REQUEST | NLM_F_ACK;
constexpr uint16_t kDump = NLM_F_REQUEST | NLM_F_DUMP;

std::span<const uint8_t> AsOctets(const std::string& text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

MessageWriter Begin(uint16_t family, uint16_t flags, uint32_t sequence, uint8_t command) {
  return MessageWriter(family, flags, sequence, command, RTPENGINE_GENL_VERSION);
}

void PutTable(uint32_t table, MessageWriter* out) {
  const size_t nest = out->Begin(RTPENGINE_A_TABLE);
  out->Put(RTPENGINE_TABLE_A_ID, table);
  out->End(nest);
}

void PutKeys(const srtp::Parameters& parameters, MessageWriter* out) {
  uint32_t flags = 0;
  if (parameters.unencrypted_srtp) flags |= RTPENGINE_SRTP_F_UNENCRYPTED_SRTP;
  if (parameters.unencrypted_srtcp) flags |= RTPENGINE_SRTP_F_UNENCRYPTED_SRTCP;
  out->Put(RTPENGINE_SRTP_A_SUITE, SuiteNumber(parameters));
  out->PutOctets(RTPENGINE_SRTP_A_KEY, AsOctets(parameters.key));
  out->PutOctets(RTPENGINE_SRTP_A_SALT, AsOctets(parameters.salt));
  if (!parameters.mki.empty()) out->PutOctets(RTPENGINE_SRTP_A_MKI, AsOctets(parameters.mki));
  if (flags != 0) out->Put(RTPENGINE_SRTP_A_FLAGS, flags);
}

void PutWindow(uint16_t index, uint16_t words, const srtp::ReplayWindow& window, MessageWriter* out) {
  if (window.empty()) return;
  out->Put(index, window.highest());
  out->PutOctets(words, {reinterpret_cast<const uint8_t*>(window.words().data()), RTPENGINE_WINDOW});
}

void PutStates(const std::vector<ReceiveState>& states, MessageWriter* out) {
  if (states.empty()) return;
  const size_t nest = out->Begin(RTPENGINE_SRTP_A_STATES);
  for (size_t i = 0; i < states.size() && i < RTPENGINE_MAX_STATES; ++i) {
    const srtp::RtpHistory& history = states[i].history;
    const size_t one = out->Begin(static_cast<uint16_t>(i + 1));
    out->Put(RTPENGINE_STATE_A_SSRC, states[i].ssrc);
    PutWindow(RTPENGINE_STATE_A_INDEX, RTPENGINE_STATE_A_WINDOW, history.main(), out);
    PutWindow(RTPENGINE_STATE_A_RESTART_INDEX, RTPENGINE_STATE_A_RESTART_WINDOW, history.restarted(), out);
    if (history.in_restarted()) out->PutOctets(RTPENGINE_STATE_A_IN_RESTART, {});
    out->End(one);
  }
  out->End(nest);
}

void PutStates(const std::vector<SendState>& states, MessageWriter* out) {
  if (states.empty()) return;
  const size_t nest = out->Begin(RTPENGINE_SRTP_A_STATES);
  for (size_t i = 0; i < states.size() && i < RTPENGINE_MAX_STATES; ++i) {
    const size_t one = out->Begin(static_cast<uint16_t>(i + 1));
    out->Put(RTPENGINE_STATE_A_SSRC, states[i].ssrc);
    out->Put(RTPENGINE_STATE_A_INDEX, states[i].index);
    out->End(one);
  }
  out->End(nest);
}

void PutPayloads(const std::vector<FlowPayload>& payloads, MessageWriter* out) {
  if (payloads.empty()) return;
  const size_t nest = out->Begin(RTPENGINE_FLOW_A_PTS);
  for (size_t i = 0; i < payloads.size(); ++i) {
    const size_t one = out->Begin(static_cast<uint16_t>(i + 1));
    out->Put(RTPENGINE_PT_A_PT, payloads[i].type);
    if (payloads[i].up) out->Put(RTPENGINE_PT_A_ACTION, uint8_t{RTPENGINE_ACTION_UP});
    if (payloads[i].clock_rate != 0) {
      out->Put(RTPENGINE_PT_A_CLOCK, std::min<uint32_t>(payloads[i].clock_rate, 1'000'000));
    }
    out->End(one);
  }
  out->End(nest);
}

void PutSilence(const std::vector<Silence>& silence, MessageWriter* out) {
  if (silence.empty()) return;
  const size_t nest = out->Begin(RTPENGINE_OUT_A_PTS);
  for (size_t i = 0; i < silence.size(); ++i) {
    const size_t one = out->Begin(static_cast<uint16_t>(i + 1));
    out->Put(RTPENGINE_PT_A_PT, silence[i].payload_type);
    out->Put(RTPENGINE_PT_A_ACTION, uint8_t{RTPENGINE_ACTION_SILENCE});
    out->PutOctets(RTPENGINE_PT_A_PATTERN, {&silence[i].octet, 1});
    out->End(one);
  }
  out->End(nest);
}

// Bit n % 8 of octet n / 8 is n.
template <size_t kBits>
void PutBits(uint16_t type, const std::bitset<kBits>& bits, MessageWriter* out) {
  std::array<uint8_t, kBits / 8> octets{};
  for (size_t i = 0; i < kBits; ++i) {
    if (bits.test(i)) octets[i / 8] = static_cast<uint8_t>(octets[i / 8] | 1u << i % 8);
  }
  out->PutOctets(type, octets);
}

void PutExtensions(const Extensions& extensions, MessageWriter* out) {
  if (extensions.removed.any()) PutBits(RTPENGINE_OUT_A_EXT_REMOVE, extensions.removed, out);
  if (extensions.inserted == 0) return;
  out->Put(RTPENGINE_OUT_A_EXT_ID, extensions.inserted);
  out->PutOctets(RTPENGINE_OUT_A_EXT_VALUE, AsOctets(extensions.value));
}

void PutOutputs(const Operation& operation, MessageWriter* out) {
  const std::vector<Output>& outputs = operation.flow.outputs;
  if (outputs.empty()) return;
  const size_t nest = out->Begin(RTPENGINE_FLOW_A_OUTPUTS);
  for (size_t i = 0; i < outputs.size(); ++i) {
    const Output& output = outputs[i];
    const size_t one = out->Begin(static_cast<uint16_t>(i + 1));
    out->PutAddress(RTPENGINE_OUT_A_SOURCE, output.source);
    out->PutAddress(RTPENGINE_OUT_A_DEST, output.destination);
    out->Put(RTPENGINE_OUT_A_FLAGS, uint32_t{RTPENGINE_OUT_F_RTP});
    out->Put(RTPENGINE_OUT_A_TOS, output.tos);
    PutSilence(output.silence, out);
    if (output.others.any()) PutBits(RTPENGINE_OUT_A_TAKES, ~output.others, out);
    PutExtensions(output.extensions, out);
    if (output.encrypt) {
      const size_t srtp = out->Begin(RTPENGINE_OUT_A_SRTP);
      PutKeys(*output.encrypt, out);
      if (i < operation.send.size()) PutStates(operation.send[i], out);
      out->End(srtp);
    }
    out->End(one);
  }
  out->End(nest);
}

void PutFlow(const Operation& operation, MessageWriter* out) {
  const Flow& flow = operation.flow;
  const size_t nest = out->Begin(RTPENGINE_A_FLOW);
  out->PutAddress(RTPENGINE_FLOW_A_LOCAL, flow.local);
  out->PutOctets(RTPENGINE_FLOW_A_COOKIE, EncodeMark(operation.mark));
  if (const std::string call = operation.call.substr(0, RTPENGINE_MAX_CALL);
      !call.empty() && call.find('\0') == std::string::npos) {
    out->PutText(RTPENGINE_FLOW_A_CALL, call);
  }
  uint32_t flags = RTPENGINE_FLOW_F_RTP;
  if (flow.outputs.empty()) flags |= RTPENGINE_FLOW_F_DROP;
  out->Put(RTPENGINE_FLOW_A_FLAGS, flags);
  if (flow.source.valid()) {
    out->PutAddress(RTPENGINE_FLOW_A_SOURCE, flow.source);
    out->Put(RTPENGINE_FLOW_A_MISMATCH, uint8_t{RTPENGINE_ACTION_UP});
  }
  PutPayloads(flow.payloads, out);
  out->Put(RTPENGINE_FLOW_A_SSRC_POLICY, uint8_t{RTPENGINE_SSRC_LEARN});
  if (flow.decrypt) {
    const size_t srtp = out->Begin(RTPENGINE_FLOW_A_SRTP);
    PutKeys(*flow.decrypt, out);
    PutStates(operation.receive, out);
    out->End(srtp);
  }
  PutOutputs(operation, out);
  out->End(nest);
}

void PutFlowId(FlowId id, MessageWriter* out) {
  const size_t nest = out->Begin(RTPENGINE_A_FLOW);
  out->Put(RTPENGINE_FLOW_A_ID, id);
  out->End(nest);
}

// Indices and the mark.
void PutSync(const Operation& operation, MessageWriter* out) {
  const size_t nest = out->Begin(RTPENGINE_A_FLOW);
  out->Put(RTPENGINE_FLOW_A_ID, operation.id);
  out->PutOctets(RTPENGINE_FLOW_A_COOKIE, EncodeMark(operation.mark));
  if (!operation.receive.empty()) {
    const size_t srtp = out->Begin(RTPENGINE_FLOW_A_SRTP);
    PutStates(operation.receive, out);
    out->End(srtp);
  }
  const size_t outputs = out->Begin(RTPENGINE_FLOW_A_OUTPUTS);
  for (size_t i = 0; i < operation.send.size(); ++i) {
    if (operation.send[i].empty()) continue;
    const size_t one = out->Begin(static_cast<uint16_t>(i + 1));
    out->Put(RTPENGINE_OUT_A_INDEX, static_cast<uint8_t>(i));
    const size_t srtp = out->Begin(RTPENGINE_OUT_A_SRTP);
    PutStates(operation.send[i], out);
    out->End(srtp);
    out->End(one);
  }
  out->End(outputs);
  out->End(nest);
}

uint8_t CommandOf(Operation::Kind kind) {
  switch (kind) {
    case Operation::Kind::kInstall: return RTPENGINE_CMD_FLOW_NEW;
    case Operation::Kind::kRemove: return RTPENGINE_CMD_FLOW_DEL;
    case Operation::Kind::kSync: return RTPENGINE_CMD_FLOW_SYNC;
    case Operation::Kind::kRead:
    case Operation::Kind::kAdopt: return RTPENGINE_CMD_FLOW_GET;
  }
  return RTPENGINE_CMD_FLOW_GET;
}

void Store(uint64_t value, size_t octets, Octets* out) {
  for (size_t i = 0; i < octets; ++i) out->push_back(static_cast<uint8_t>(value >> (8 * i)));
}

uint64_t Load(std::span<const uint8_t> octets) {
  uint64_t value = 0;
  for (size_t i = octets.size(); i-- > 0;) value = value << 8 | octets[i];
  return value;
}

}  // namespace

Octets FindFamilyMessage(uint32_t sequence) {
  MessageWriter out(GENL_ID_CTRL, kRequest, sequence, CTRL_CMD_GETFAMILY, 1);
  out.PutText(CTRL_ATTR_FAMILY_NAME, RTPENGINE_GENL_NAME);
  return out.Finish();
}

Octets InfoMessage(uint16_t family, uint32_t sequence) {
  return Begin(family, kRequest, sequence, RTPENGINE_CMD_INFO_GET).Finish();
}

Octets ClaimMessage(uint16_t family, uint32_t sequence, const TableSettings& settings) {
  MessageWriter out = Begin(family, kRequest, sequence, RTPENGINE_CMD_TABLE_CLAIM);
  const size_t nest = out.Begin(RTPENGINE_A_TABLE);
  out.Put(RTPENGINE_TABLE_A_ID, settings.id);
  out.Put(RTPENGINE_TABLE_A_HOOK, static_cast<uint8_t>(settings.hook));
  if (settings.priority) out.Put(RTPENGINE_TABLE_A_PRIORITY, *settings.priority);
  out.Put(RTPENGINE_TABLE_A_LINGER, settings.linger_ms);
  out.End(nest);
  return out.Finish();
}

Octets DeleteTableMessage(uint16_t family, uint32_t sequence, uint32_t table) {
  MessageWriter out = Begin(family, kRequest, sequence, RTPENGINE_CMD_TABLE_DEL);
  PutTable(table, &out);
  return out.Finish();
}

Octets ListTablesMessage(uint16_t family, uint32_t sequence) {
  return Begin(family, kDump, sequence, RTPENGINE_CMD_TABLE_GET).Finish();
}

Octets SelftestMessage(uint16_t family, uint32_t sequence) {
  return Begin(family, kRequest, sequence, RTPENGINE_CMD_SELFTEST).Finish();
}

Octets ListFlowsMessage(uint16_t family, uint32_t sequence, uint32_t table, bool statistics_only) {
  MessageWriter out = Begin(family, kDump, sequence, RTPENGINE_CMD_FLOW_GET);
  PutTable(table, &out);
  if (statistics_only) out.Put(RTPENGINE_A_FLAGS, uint32_t{RTPENGINE_F_STATS_ONLY});
  return out.Finish();
}

Octets RemoveByLocalMessage(uint16_t family, uint32_t sequence, uint32_t table, const base::Endpoint& local) {
  MessageWriter out = Begin(family, kRequest, sequence, RTPENGINE_CMD_FLOW_DEL);
  PutTable(table, &out);
  const size_t nest = out.Begin(RTPENGINE_A_FLOW);
  out.PutAddress(RTPENGINE_FLOW_A_LOCAL, local);
  out.End(nest);
  return out.Finish();
}

Octets OperationMessage(uint16_t family, uint32_t sequence, uint32_t table, const Operation& operation) {
  const bool install = operation.kind == Operation::Kind::kInstall;
  const uint8_t command = CommandOf(operation.kind);
  MessageWriter out = Begin(family, install ? kRequest | NLM_F_ECHO : kRequest, sequence, command);
  PutTable(table, &out);
  if (install) {
    PutFlow(operation, &out);
  } else if (operation.kind == Operation::Kind::kSync) {
    PutSync(operation, &out);
  } else {
    PutFlowId(operation.id, &out);
    if (command == RTPENGINE_CMD_FLOW_GET) out.Put(RTPENGINE_A_FLAGS, uint32_t{RTPENGINE_F_STATS_ONLY});
  }
  return out.Finish();
}

// Little endian: version 1, session 8, members 1, then for each count packets 4, octets 6.
constexpr uint64_t kMarkVersion = 2;
constexpr size_t kMarkHead = 10, kMarkCount = 10;
static_assert(kMarkHead + Mark::kCounts * kMarkCount <= RTPENGINE_MAX_COOKIE);

Octets EncodeMark(const Mark& mark) {
  Octets out;
  out.reserve(RTPENGINE_MAX_COOKIE);
  Store(kMarkVersion, 1, &out);
  Store(mark.session, 8, &out);
  Store(mark.members, 1, &out);
  for (size_t i = 0; i < mark.counts.size() && i < Mark::kCounts; ++i) {
    Store(mark.counts[i].packets, 4, &out);
    Store(mark.counts[i].bytes, 6, &out);
  }
  return out;
}

std::optional<Mark> DecodeMark(std::span<const uint8_t> cookie) {
  if (cookie.size() < kMarkHead || (cookie.size() - kMarkHead) % kMarkCount != 0) return std::nullopt;
  if (cookie.size() > RTPENGINE_MAX_COOKIE || cookie[0] != kMarkVersion) return std::nullopt;
  Mark mark;
  mark.session = Load(cookie.subspan(1, 8));
  mark.members = cookie[9];
  for (size_t at = kMarkHead; at < cookie.size(); at += kMarkCount) {
    mark.counts.push_back({static_cast<uint32_t>(Load(cookie.subspan(at, 4))), Load(cookie.subspan(at + 4, 6))});
  }
  return mark;
}

}  // namespace mediad::offload
