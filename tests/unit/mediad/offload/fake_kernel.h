// A kernel table in memory: what the module does with flows and packets, by the project's own SRTP.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "mediad/offload/flow.h"
#include "mediad/rtp/header.h"
#include "mediad/rtp/header_extensions.h"
#include "mediad/srtp/receiver.h"
#include "mediad/srtp/sender.h"

namespace mediad::offload::testing {

using Bytes = std::vector<uint8_t>;

struct Forwarded {
  base::Endpoint source, destination;
  Bytes packet;
};

class FakeKernel {
 public:
  Result Do(const Operation& operation, std::chrono::nanoseconds now) {
    Result result;
    result.ok = true;
    result.id = operation.id;
    switch (operation.kind) {
      case Operation::Kind::kInstall: return Install(operation);
      case Operation::Kind::kSync:
        if (flows_.count(operation.id) == 0) return Error(ENOENT);
        flows_.at(operation.id).mark = operation.mark;
        TakeStates(operation, &flows_.at(operation.id));
        return result;
      case Operation::Kind::kAdopt: return result;
      case Operation::Kind::kRead:
      case Operation::Kind::kRemove:
        if (flows_.count(operation.id) == 0) return Error(ENOENT);
        result.report = Report(flows_.at(operation.id));
        if (operation.kind == Operation::Kind::kRemove) flows_.erase(operation.id);
        return result;
    }
    (void)now;
    return result;
  }

  // nullopt: the packet goes up. Otherwise it was taken, and went there.
  std::optional<std::vector<Forwarded>> OnPacket(const base::Endpoint& local, const base::Endpoint& source,
                                                 Bytes packet, std::chrono::nanoseconds now) {
    for (auto& [id, entry] : flows_) {
      if (entry.flow.local == local) return Take(entry, source, std::move(packet), now);
    }
    return std::nullopt;
  }

  std::vector<FlowReport> Dump() {
    std::vector<FlowReport> reports;
    for (auto& [id, entry] : flows_) reports.push_back(Report(entry));
    return reports;
  }
  std::vector<Flow> Flows() const {
    std::vector<Flow> flows;
    for (const auto& [id, entry] : flows_) flows.push_back(entry.flow);
    return flows;
  }
  size_t size() const { return flows_.size(); }
  void Clear() { flows_.clear(); }

  int refuse = 0;  // errno for installs
  size_t replays = 0, unauthentic = 0;

 private:
  struct Entry {
    Flow flow;
    Mark mark;
    FlowReport report;
    std::unique_ptr<srtp::Receiver> receiver;
    std::vector<std::unique_ptr<srtp::Sender>> senders;
  };

  static Result Error(int errno_value) {
    Result result;
    result.errno_value = errno_value;
    result.error = "fake refusal";
    return result;
  }

  Result Install(const Operation& operation) {
    if (refuse != 0) return Error(refuse);
    for (const auto& [id, entry] : flows_) {
      if (entry.flow.local == operation.flow.local) return Error(EADDRINUSE);
    }
    const FlowId id = ++last_id_;
    Entry& entry = flows_[id];
    entry.flow = operation.flow;
    entry.mark = operation.mark;
    entry.report.id = id;
    entry.report.local = operation.flow.local;
    if (entry.flow.decrypt) entry.receiver = *srtp::Receiver::Create(*entry.flow.decrypt);
    for (const Output& output : entry.flow.outputs) {
      entry.senders.push_back(output.encrypt ? *srtp::Sender::Create(*output.encrypt) : nullptr);
      entry.report.outputs.emplace_back();
    }
    TakeStates(operation, &entry);
    Result result;
    result.ok = true;
    result.id = id;
    return result;
  }

  static void TakeStates(const Operation& operation, Entry* entry) {
    for (const ReceiveState& state : operation.receive) entry->receiver->MergeRtp({state.ssrc, state.history});
    for (size_t i = 0; i < operation.send.size(); ++i) {
      for (const SendState& state : operation.send[i]) entry->senders[i]->FollowRtp(state.ssrc, state.index);
    }
  }

  std::optional<std::vector<Forwarded>> Take(Entry& entry, const base::Endpoint& source, Bytes packet,
                                             std::chrono::nanoseconds now) {
    const Flow& flow = entry.flow;
    FlowReport& report = entry.report;
    if (packet.size() < 12 || packet[0] >> 6 != 2 || (packet[1] >= 192 && packet[1] <= 223)) return Up(report);
    if (flow.source.valid() && !(flow.source == source)) return Up(report);
    const uint8_t type = packet[1] & 0x7f;
    const auto payload = std::find_if(flow.payloads.begin(), flow.payloads.end(),
                                      [type](const FlowPayload& one) { return one.type == type; });
    if (!flow.payloads.empty() && (payload == flow.payloads.end() || payload->up)) return Up(report);
    const size_t received = packet.size();
    size_t size = packet.size();
    if (entry.receiver != nullptr) {
      const srtp::Result result = entry.receiver->UnprotectRtp(packet, &size);
      if (result != srtp::Result::kOk) {
        ++report.counters.errors;
        ++(result == srtp::Result::kReplay ? replays : unauthentic);
        return std::vector<Forwarded>();
      }
      packet.resize(size);
    }
    Count(&report, rtp::HeaderView::Parse(packet)->ssrc(), packet, received, now);
    std::vector<Forwarded> sent;
    for (size_t i = 0; i < flow.outputs.size(); ++i) {
      if (flow.outputs[i].others.test(type)) continue;
      Bytes copy = WithExtensions(packet, flow.outputs[i].extensions);
      for (const Silence& silence : flow.outputs[i].silence) {
        if (silence.payload_type == type) std::fill(copy.begin() + 12, copy.end(), silence.octet);
      }
      if (entry.senders[i] != nullptr) {
        size_t with_tag = copy.size();
        copy.resize(with_tag + srtp::kMaxOverhead);
        if (entry.senders[i]->ProtectRtp(copy, &with_tag) != srtp::Result::kOk) continue;
        copy.resize(with_tag);
      }
      ++report.outputs[i].counters.packets;
      report.outputs[i].counters.bytes += copy.size();
      sent.push_back({flow.outputs[i].source, flow.outputs[i].destination, std::move(copy)});
    }
    return sent;
  }

  static Bytes WithExtensions(Bytes packet, const Extensions& extensions) {
    size_t size = rtp::StripExtensions(extensions.removed, packet);
    packet.resize(size + rtp::kInsertionRoom);
    if (extensions.inserted != 0) {
      const std::span<const uint8_t> value(reinterpret_cast<const uint8_t*>(extensions.value.data()),
                                           extensions.value.size());
      size = rtp::InsertExtension(extensions.inserted, value, packet, size);
    }
    packet.resize(size);
    return packet;
  }

  static std::optional<std::vector<Forwarded>> Up(FlowReport& report) {
    ++report.up;
    return std::nullopt;
  }

  static void Count(FlowReport* report, uint32_t ssrc, const Bytes& packet, size_t size,
                    std::chrono::nanoseconds now) {
    ++report->counters.packets;
    report->counters.bytes += size;
    report->last = now;
    if (report->first.count() == 0) report->first = now;
    const auto sequence = static_cast<uint16_t>(packet[2] << 8 | packet[3]);
    auto source = std::find_if(report->sources.begin(), report->sources.end(),
                               [ssrc](const SourceReport& one) { return one.ssrc == ssrc; });
    if (source == report->sources.end()) {
      SourceReport fresh;
      fresh.ssrc = ssrc;
      fresh.base_sequence = fresh.extended_sequence = sequence;
      source = report->sources.insert(source, fresh);
    }
    const auto ahead = static_cast<uint16_t>(sequence - source->extended_sequence);
    if (ahead < 0x8000) source->extended_sequence += ahead;
    ++source->packets;
    source->bytes += size;
    source->lost = int64_t{source->extended_sequence} - source->base_sequence + 1 -
                   static_cast<int64_t>(source->packets);
    source->last = now;
    source->last_payload_type = packet[1] & 0x7f;
    source->clock_rate = 8000;
  }

  FlowReport Report(Entry& entry) {
    FlowReport report = entry.report;
    report.order = ++order_;
    report.mark = entry.mark;
    report.source = entry.flow.source;
    for (size_t i = 0; i < entry.flow.outputs.size(); ++i) {
      report.outputs[i].source = entry.flow.outputs[i].source;
      report.outputs[i].destination = entry.flow.outputs[i].destination;
      if (entry.senders[i] == nullptr) continue;
      for (const uint32_t ssrc : entry.senders[i]->RtpSsrcs()) {
        report.outputs[i].sent.push_back({ssrc, *entry.senders[i]->ExportRtp(ssrc)});
      }
    }
    if (entry.receiver != nullptr) {
      for (const auto& state : entry.receiver->ExportRtp(8)) report.received.push_back({state.ssrc, state.history});
    }
    return report;
  }

  FlowId last_id_ = 0;
  uint64_t order_ = 0;
  std::map<FlowId, Entry> flows_;
};

}  // namespace mediad::offload::testing
