// What the daemons tell others: Homer, Graphite, DTMF, lines about RTCP. Data; see option_spec.h and config.md §1.7.
//
// Who knows a thing tells it: mediad sees RTCP, controld NG messages, statistics and whose DTMF it is.
#include "proto/base/options/tables.h"

namespace base::options {
namespace {

constexpr OptionSpec kExport[] = {
    {.name = "dtmf-log-dest", .type = Type::kString, .owner = Owner::kControld,
     .help = "address:port that gets a UDP datagram with JSON for each DTMF event"},
    {.name = "dtmf-log-ng-tcp", .type = Type::kFlag, .owner = Owner::kControld,
     .help = "tell DTMF events to the clients connected to listen-tcp-ng"},
    {.name = "graphite", .letter = 'g', .type = Type::kString, .owner = Owner::kControld,
     .help = "Graphite server, address:port (TCP)"},
    {.name = "graphite-interval", .letter = 'G', .type = Type::kInteger, .fallback = "0",
     .owner = Owner::kControld, .help = "seconds between Graphite writes; 0 means 1", .minimum = 0,
     .maximum = 86400},
    {.name = "graphite-prefix", .type = Type::kString, .owner = Owner::kControld,
     .help = "put before every Graphite name"},
    {.name = "graphite-timeout", .type = Type::kInteger, .fallback = "0", .owner = Owner::kControld,
     .help = "seconds allowed for a Graphite connection; 0 means 10", .minimum = 0,
     .maximum = 3600},
    {.name = "homer", .type = Type::kString, .owner = Owner::kBoth,
     .help = "Homer server for HEPv3, address:port; gets RTCP from mediad, NG from controld if it shall"},
    {.name = "homer-disable-rtcp-stats", .type = Type::kFlag, .owner = Owner::kMediad,
     .help = "no RTCP to Homer"},
    {.name = "homer-enable-ng", .type = Type::kFlag, .owner = Owner::kControld,
     .help = "NG messages to Homer"},
    {.name = "homer-id", .type = Type::kInteger, .fallback = "2001", .owner = Owner::kBoth,
     .help = "HEP capture id", .minimum = 0, .maximum = 4294967295.0},
    {.name = "homer-ng-capture-proto", .type = Type::kInteger, .fallback = "61",
     .owner = Owner::kControld, .help = "HEP protocol number of NG messages", .minimum = 0,
     .maximum = 255},
    {.name = "homer-protocol", .type = Type::kString, .fallback = "udp", .owner = Owner::kBoth,
     .help = "how Homer is reached: udp, tcp", .allowed = "udp|tcp"},
    {.name = "log-facility-dtmf", .type = Type::kString, .owner = Owner::kControld,
     .help = "syslog facility of a line of JSON for each DTMF event; empty = none",
     .allowed = kFacilities},
    {.name = "log-facility-rtcp", .type = Type::kString, .owner = Owner::kMediad,
     .help = "syslog facility of a line for each RTCP datagram received; empty = none",
     .allowed = kFacilities},
};

}  // namespace

absl::Span<const OptionSpec> ExportOptions() { return kExport; }

}  // namespace base::options
