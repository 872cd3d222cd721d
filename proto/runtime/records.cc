// See records.h.
#include "proto/runtime/records.h"

#include <syslog.h>

#include <ctime>
#include <memory>

#include "proto/runtime/syslog_facility.h"
#include "proto/runtime/syslog_socket.h"

namespace runtime {

absl::StatusOr<RecordWriter> MakeRecordWriter(const base::options::ParsedOptions& options,
                                              std::string_view name) {
  if (options.String(name).empty()) return RecordWriter();
  const absl::StatusOr<int> facility = SyslogFacility(options, name);
  if (!facility.ok()) return facility.status();
  auto socket = std::make_shared<SyslogSocket>(options.String("log-name"));
  return RecordWriter([socket, priority = *facility | LOG_INFO](const std::string& line) {
    socket->Send(priority, line, std::time(nullptr));
  });
}

}  // namespace runtime
