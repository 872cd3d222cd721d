// The messages of kmod/uapi/rtpengine.h: values to octets and back. Sans-IO; any thread. Fuzzed.
//
// Nothing received is believed: what does not fit is left out, or the whole is nullopt. Not here: sockets, the order of
// messages (kernel_link.h).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "mediad/offload/flow.h"

namespace mediad::offload {

using Octets = std::vector<uint8_t>;

enum class Hook : uint8_t { kPrerouting = 0, kInputFirst = 1, kInputLast = 2 };  // enum rtpengine_hook

struct TableSettings {
  uint32_t id = 0;
  Hook hook = Hook::kInputFirst;
  std::optional<int32_t> priority;  // nullopt: the hook's own
  uint32_t linger_ms = 0;
};

// `family`: number of the generic netlink family.
Octets FindFamilyMessage(uint32_t sequence);
Octets InfoMessage(uint16_t family, uint32_t sequence);
Octets ClaimMessage(uint16_t family, uint32_t sequence, const TableSettings& settings);
Octets DeleteTableMessage(uint16_t family, uint32_t sequence, uint32_t table);
Octets ListTablesMessage(uint16_t family, uint32_t sequence);
Octets SelftestMessage(uint16_t family, uint32_t sequence);
Octets ListFlowsMessage(uint16_t family, uint32_t sequence, uint32_t table, bool statistics_only);
Octets RemoveByLocalMessage(uint16_t family, uint32_t sequence, uint32_t table, const base::Endpoint& local);
Octets OperationMessage(uint16_t family, uint32_t sequence, uint32_t table, const Operation& operation);

// One message of a datagram.
struct Message {
  uint16_t type = 0;
  uint16_t flags = 0;
  uint32_t sequence = 0;
  uint8_t command = 0;                    // of a generic netlink message
  std::span<const uint8_t> attributes;    // likewise
  std::span<const uint8_t> body;          // behind the netlink header

  bool is_error() const;                  // NLMSG_ERROR, which acknowledges as well
  bool is_done() const;                   // NLMSG_DONE: the end of a dump
};

class MessageReader {
 public:
  explicit MessageReader(std::span<const uint8_t> datagram) : left_(datagram) {}
  bool Next(Message* message);

 private:
  std::span<const uint8_t> left_;
};

// What NLMSG_ERROR or NLMSG_DONE says: 0 = success.
struct Outcome {
  int errno_value = 0;
  std::string text;  // the kernel's, or that of the number
};
Outcome ReadOutcome(const Message& message);

struct FamilyInfo {
  uint16_t id = 0;
  uint32_t events_group = 0;  // 0: there is none
};
std::optional<FamilyInfo> ReadFamily(const Message& message);

struct ModuleInfo {
  std::string version;
  uint32_t suites = 0;
  uint32_t max_flows = 0, flows = 0, tables = 0;
};
std::optional<ModuleInfo> ReadModule(const Message& message);

struct TableInfo {
  uint32_t id = 0;
  Hook hook = Hook::kInputFirst;
  int32_t priority = 0;
  uint32_t linger_ms = 0, linger_left_ms = 0, flows = 0, owner = 0;
  uint64_t events_lost = 0;
  std::vector<std::pair<uint16_t, uint64_t>> reasons;  // enum rtpengine_reason
};
std::optional<TableInfo> ReadTable(const Message& message);

struct TestResult {
  std::string name, detail;
  int32_t result = 0;
};
std::vector<TestResult> ReadTests(const Message& message);

std::optional<FlowReport> ReadFlow(const Message& message);
std::optional<FlowEvent> ReadEvent(const Message& message);

Octets EncodeMark(const Mark& mark);
std::optional<Mark> DecodeMark(std::span<const uint8_t> cookie);

}  // namespace mediad::offload
