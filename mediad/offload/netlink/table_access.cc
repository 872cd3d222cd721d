#include "mediad/offload/netlink/table_access.h"

#include <cerrno>
#include <cstring>

#include "proto/base/text.h"

namespace mediad::offload {
namespace {

constexpr char kDisabled[] = ", KERNEL FORWARDING DISABLED";

OpenFailure Failed(int errno_value, std::string words) {
  OpenFailure failure;
  failure.errno_value = errno_value;
  failure.words = std::move(words);
  return failure;
}

// Where the module is missing the family is.
OpenFailure FamilyFailure(const Outcome& outcome) {
  if (outcome.errno_value == ENOENT) {
    return Failed(ENOENT, "kernel module nft_rtpengine is not loaded (modprobe nft_rtpengine)");
  }
  return Failed(outcome.errno_value, base::StrCat("generic netlink: ", outcome.text));
}

OpenFailure CommandFailure(const Outcome& outcome) {
  if (outcome.errno_value == EPERM || outcome.errno_value == EACCES) {
    return Failed(outcome.errno_value, "no permission: the process needs CAP_NET_ADMIN");
  }
  return Failed(outcome.errno_value, outcome.text);
}

}  // namespace

OpenFailure OpenFamily(NetlinkSocket* socket, FamilyInfo* family, ModuleInfo* module) {
  if (const int error = socket->Open(); error != 0) {
    return Failed(error, base::StrCat("generic netlink: ", std::strerror(error)));
  }
  std::optional<FamilyInfo> found;
  const Outcome search = socket->Ask(FindFamilyMessage(1), 1, [&found](const Message& message) {
    if (auto info = ReadFamily(message)) found = info;
  });
  if (search.errno_value != 0) return FamilyFailure(search);
  if (!found) return FamilyFailure({EPROTO, "an answer without a family"});
  *family = *found;
  const Outcome info = socket->Ask(InfoMessage(family->id, 2), 2, [module](const Message& message) {
    if (auto read = ReadModule(message)) *module = *std::move(read);
  });
  return info.errno_value == 0 ? OpenFailure() : CommandFailure(info);
}

OpenFailure OpenTable(const TableSettings& settings, NetlinkSocket* socket, OpenedTable* table) {
  const auto line = [&settings](const char* verb, int errno_value) {
    return base::StrCat("FAILED TO ", verb, " KERNEL TABLE ", settings.id, " (", std::strerror(errno_value), ")",
                        kDisabled);
  };
  OpenFailure failure = OpenFamily(socket, &table->family, &table->module);
  if (failure.errno_value != 0) {
    failure.log_line = line("OPEN", failure.errno_value);
    return failure;
  }
  const uint16_t family = table->family.id;
  const Outcome claim = socket->Ask(ClaimMessage(family, 3, settings), 3, [](const Message&) {});
  if (claim.errno_value != 0) {
    failure = CommandFailure(claim);
    if (claim.errno_value == EBUSY) {
      failure.words = base::StrCat("kernel table ", settings.id, " is in use by another process");
    }
    failure.log_line = line(claim.errno_value == EBUSY ? "DELETE" : "OPEN", claim.errno_value);
    return failure;
  }
  const Octets list = ListFlowsMessage(family, 4, settings.id, /*statistics_only=*/false);
  const Outcome listed = socket->Ask(list, 4, [table](const Message& message) {
    if (auto report = ReadFlow(message)) table->flows.push_back(*std::move(report));
  });
  if (listed.errno_value == 0) return {};
  failure = CommandFailure(listed);
  failure.log_line = line("OPEN", listed.errno_value);
  return failure;
}

}  // namespace mediad::offload
