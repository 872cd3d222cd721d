// Opening a kernel table, step by step, with what to say when it cannot be. Waits for the kernel.
#pragma once

#include <string>
#include <vector>

#include "mediad/offload/netlink/messages.h"
#include "mediad/offload/netlink/netlink_socket.h"

namespace mediad::offload {

struct OpenedTable {
  FamilyInfo family;
  ModuleInfo module;
  std::vector<FlowReport> flows;  // left by an earlier process; with settings
};

struct OpenFailure {
  int errno_value = 0;    // 0: it is open
  std::string words;      // for people: what is wrong and what helps
  std::string log_line;   // the literal line of config.md §7
};

// Opens `socket`, finds the family, claims the table, lists its flows.
OpenFailure OpenTable(const TableSettings& settings, NetlinkSocket* socket, OpenedTable* table);

// The family and what the module says of itself; opens `socket`. For tools.
OpenFailure OpenFamily(NetlinkSocket* socket, FamilyInfo* family, ModuleInfo* module);

}  // namespace mediad::offload
