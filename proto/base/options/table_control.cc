// Options of controld. Data; see option_spec.h and config.md §1.
#include "proto/base/options/tables.h"

namespace base::options {
namespace {

constexpr OptionSpec kControl[] = {
    {.name = "control-pmtu", .type = Type::kString, .owner = Owner::kControld,
     .help = "path MTU discovery on UDP control sockets: want, dont", .allowed = "want|dont"},
    {.name = "control-tos", .type = Type::kInteger, .fallback = "0", .owner = Owner::kControld,
     .help = "TOS of NG replies", .minimum = 0, .maximum = 255},
    {.name = "controller-name", .type = Type::kString, .fallback = "@host",
     .owner = Owner::kControld, .help = "name of this controller; its sessions carry it"},
    {.name = "delete-delay", .letter = 'd', .type = Type::kInteger, .fallback = "30",
     .owner = Owner::kControld, .help = "seconds between delete and real removal", .minimum = 0},
    {.name = "endpoint-learning", .type = Type::kString, .fallback = "heuristic",
     .owner = Owner::kControld, .help = "when the address of a peer is taken from its packets",
     .allowed = "delayed|immediate|off|heuristic"},
    {.name = "final-timeout", .letter = 'a', .type = Type::kInteger, .fallback = "0",
     .owner = Owner::kControld, .help = "longest life of a call in seconds",
     .rule = Rule::kNegativeIsDefault},
    {.name = "listen-grpc", .type = Type::kList, .fallback = "unix:/run/rtpengine/controld.sock",
     .owner = Owner::kControld,
     .help = "address for workers and rtpctl: unix:/path or address:port"},
    {.name = "listen-ng", .letter = 'n', .type = Type::kList, .owner = Owner::kControld,
     .help = "UDP NG control address"},
    {.name = "max-bandwidth", .type = Type::kInteger, .fallback = "0", .owner = Owner::kControld,
     .help = "bytes per second above which new calls are refused", .maximum = 9e15,
     .rule = Rule::kNegativeIsDefault},
    {.name = "max-cpu", .type = Type::kDouble, .fallback = "0", .owner = Owner::kControld,
     .help = "CPU percentage above which new calls are refused", .rule = Rule::kNegativeIsDefault},
    {.name = "max-load", .type = Type::kDouble, .fallback = "0", .owner = Owner::kControld,
     .help = "1-minute load above which new calls are refused", .rule = Rule::kNegativeIsDefault},
    {.name = "max-sessions", .type = Type::kInteger, .fallback = "-1", .owner = Owner::kControld,
     .help = "limit of own calls", .rule = Rule::kNegativeIsDefault},
    {.name = "moh-attr-name", .type = Type::kString, .owner = Owner::kControld,
     .help = "attribute that marks hold music in SDP: never passed on"},
    {.name = "offer-timeout", .type = Type::kInteger, .fallback = "3600", .owner = Owner::kControld,
     .help = "seconds an unanswered offer lives; <= 0 means the default",
     .rule = Rule::kNonPositiveIsDefault},
    {.name = "reject-invalid-sdp", .type = Type::kFlag, .owner = Owner::kControld,
     .help = "refuse SDP with syntax errors"},
    {.name = "silent-timeout", .letter = 's', .type = Type::kInteger, .fallback = "3600",
     .owner = Owner::kControld,
     .help = "the same for streams that are on hold; <= 0 means the default",
     .rule = Rule::kNonPositiveIsDefault},
    {.name = "sip-source", .type = Type::kFlag, .owner = Owner::kControld,
     .help = "use the address given by the proxy instead of the one in the SDP"},
    {.name = "software-id", .type = Type::kString, .fallback = "@software",
     .owner = Owner::kControld, .help = "name in SDP, STUN, DTLS certificate"},
    {.name = "ssrc-reporting", .type = Type::kString, .fallback = "full", .owner = Owner::kControld,
     .help = "where SSRC statistics appear in replies: full, inline, global, none",
     .allowed = "full|inline|global|none"},
    {.name = "templates", .type = Type::kString, .owner = Owner::kControld,
     .help = "section of the file with signalling templates"},
    {.name = "timeout", .letter = 'o', .type = Type::kInteger, .fallback = "60",
     .owner = Owner::kControld,
     .help = "seconds without media before a call ends; <= 0 means the default",
     .rule = Rule::kNonPositiveIsDefault},
    {.name = "tos", .letter = 'T', .type = Type::kInteger, .fallback = "0",
     .owner = Owner::kControld, .help = "TOS / traffic class of media", .minimum = 0,
     .maximum = 255},
    {.name = "worker-lost-timeout", .type = Type::kInteger, .fallback = "60",
     .owner = Owner::kControld, .help = "seconds after which the calls of an absent worker end",
     .minimum = 1},
};

}  // namespace

absl::Span<const OptionSpec> ControlOptions() { return kControl; }

}  // namespace base::options
