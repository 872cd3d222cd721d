// See records.h.
#include "proto/runtime/records.h"

#include <syslog.h>

#include "proto/runtime/syslog_facility.h"

namespace runtime {

absl::StatusOr<RecordWriter> MakeRecordWriter(const base::options::ParsedOptions& options,
                                              std::string_view name) {
  if (options.String(name).empty()) return RecordWriter();
  const absl::StatusOr<int> facility = SyslogFacility(options, name);
  if (!facility.ok()) return facility.status();
  if (options.Bool("log-stderr")) {
    // The log did not open syslog. syslog(3) keeps the pointer.
    static const std::string& ident = *new std::string(options.String("log-name"));
    openlog(ident.c_str(), LOG_PID | LOG_NDELAY, *facility);
  }
  return RecordWriter([priority = *facility | LOG_INFO](const std::string& line) {
    syslog(priority, "%s", line.c_str());
  });
}

}  // namespace runtime
