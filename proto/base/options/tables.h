// The parts of the option table, by owner. Only for table.cc; everybody else asks Table().
#pragma once

#include "proto/base/options/option_spec.h"

namespace base::options {

inline constexpr std::string_view kFacilities =
    "auth|authpriv|cron|daemon|ftp|kern|lpr|mail|news|syslog|user|uucp|"
    "local0|local1|local2|local3|local4|local5|local6|local7";

absl::Span<const OptionSpec> GeneralOptions();    // both daemons
absl::Span<const OptionSpec> ControlOptions();    // controld
absl::Span<const OptionSpec> MediaOptions();      // mediad
absl::Span<const OptionSpec> ExportOptions();     // either: Homer, Graphite, DTMF, RTCP lines
absl::Span<const OptionSpec> FirewallOptions();   // mediad: nftables
absl::Span<const OptionSpec> ReferenceOptions();  // nobody yet

}  // namespace base::options
