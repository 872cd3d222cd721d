// Options about packet filter rules. Data; see option_spec.h and config.md §1.3.
#include "proto/base/options/tables.h"

namespace base::options {
namespace {

constexpr OptionSpec kFirewall[] = {
    {.name = "nftables", .type = Type::kString, .fallback = "auto", .owner = Owner::kMediad,
     .help = "keep nftables rules that let packets for open media ports in: auto (with a kernel "
             "table), on, off",
     .allowed = "auto|on|off"},
    {.name = "nftables-append", .type = Type::kFlag, .owner = Owner::kMediad,
     .help = "put the jump at the end of the base chain instead of its start"},
    {.name = "nftables-base-chain", .type = Type::kString, .fallback = "INPUT",
     .unset = "a table of our own", .owner = Owner::kMediad,
     .help = "if set, the rules go to table `filter`, with a jump from this chain; none = no jump"},
    {.name = "nftables-chain", .type = Type::kString, .owner = Owner::kMediad,
     .help = "chain that holds our rules; default rtpengine_<table>, or input in a table of our own"},
    {.name = "nftables-family", .type = Type::kString, .fallback = "auto", .owner = Owner::kMediad,
     .help = "address families of the rules: ip, ip4, ip6, ip,ip6 (any order), inet, or auto: inet, "
             "or where the base chain is",
     .allowed = "auto|ip|ip4|ip6|ip,ip6|ip6,ip|inet"},
    {.name = "nftables-priority", .type = Type::kInteger, .fallback = "-10",
     .owner = Owner::kMediad,
     .help = "where the chain in a table of our own stands among those of the input hook; filter "
             "is 0",
     .minimum = -1000, .maximum = 1000},
    {.name = "nftables-start", .type = Type::kFlag, .owner = Owner::kMediad,
     .help = "add chains and rules, print Success, exit 0", .rule = Rule::kAction},
    {.name = "nftables-status", .type = Type::kFlag, .owner = Owner::kMediad,
     .help = "print whether the rules are there; exit 0 or 1", .rule = Rule::kAction},
    {.name = "nftables-stop", .type = Type::kFlag, .owner = Owner::kMediad,
     .help = "remove chains and rules, print Success, exit 0 (also when there were none)",
     .rule = Rule::kAction},
    {.name = "nftables-table", .type = Type::kString, .fallback = "rtpengine",
     .owner = Owner::kMediad, .help = "name of a table of our own"},
};

}  // namespace

absl::Span<const OptionSpec> FirewallOptions() { return kFirewall; }

}  // namespace base::options
