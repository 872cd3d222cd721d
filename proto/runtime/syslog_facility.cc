// See syslog_facility.h.
#include "proto/runtime/syslog_facility.h"

#include <syslog.h>

#include <algorithm>
#include <iterator>

#include "proto/base/text.h"

namespace runtime {
namespace {

struct FacilityName {
  std::string_view name;
  int facility;
};
constexpr FacilityName kFacilities[] = {
    {"auth", LOG_AUTH},     {"authpriv", LOG_AUTHPRIV}, {"cron", LOG_CRON},
    {"daemon", LOG_DAEMON}, {"ftp", LOG_FTP},           {"kern", LOG_KERN},
    {"lpr", LOG_LPR},       {"mail", LOG_MAIL},         {"news", LOG_NEWS},
    {"syslog", LOG_SYSLOG}, {"user", LOG_USER},         {"uucp", LOG_UUCP},
    {"local0", LOG_LOCAL0}, {"local1", LOG_LOCAL1},     {"local2", LOG_LOCAL2},
    {"local3", LOG_LOCAL3}, {"local4", LOG_LOCAL4},     {"local5", LOG_LOCAL5},
    {"local6", LOG_LOCAL6}, {"local7", LOG_LOCAL7},
};

}  // namespace

absl::StatusOr<int> SyslogFacility(const base::options::ParsedOptions& options, std::string_view name) {
  const std::string& wanted = options.String(name);
  const auto found = std::find_if(std::begin(kFacilities), std::end(kFacilities),
                                  [&](const FacilityName& entry) { return entry.name == wanted; });
  if (found == std::end(kFacilities)) {
    return absl::InvalidArgumentError(base::StrCat("Invalid log facility '", wanted, "' (", name, ")"));
  }
  return found->facility;
}

}  // namespace runtime
