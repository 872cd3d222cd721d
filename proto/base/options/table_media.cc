// Options of mediad. Data; see option_spec.h and config.md §1.
#include "proto/base/options/tables.h"

namespace base::options {
namespace {

constexpr OptionSpec kMedia[] = {
    {.name = "controller", .type = Type::kList, .fallback = "unix:/run/rtpengine/controld.sock",
     .owner = Owner::kMediad, .help = "controller to attach to: unix:/path or address:port"},
    {.name = "dtls-cert-cipher", .type = Type::kString, .fallback = "prime256v1",
     .owner = Owner::kMediad, .help = "kind of the DTLS key: prime256v1, RSA",
     .allowed = "prime256v1|RSA"},
    {.name = "dtls-ciphers", .type = Type::kString,
     .fallback = "DEFAULT:!NULL:!aNULL:!SHA256:!SHA384:!aECDH:!AESGCM+AES256:!aPSK",
     .owner = Owner::kMediad, .help = "OpenSSL cipher list for DTLS"},
    {.name = "dtls-mtu", .type = Type::kInteger, .fallback = "1200", .owner = Owner::kMediad,
     .help = "octets of a DTLS packet on the wire, of which 48 are headers", .minimum = 576,
     .maximum = 4144},
    {.name = "dtls-rsa-key-size", .type = Type::kInteger, .fallback = "2048",
     .owner = Owner::kMediad, .help = "bits of an RSA key", .minimum = 1024, .maximum = 8192},
    {.name = "dtls-signature", .type = Type::kString, .fallback = "sha-256",
     .owner = Owner::kMediad, .help = "certificate signature: sha-256, sha-1",
     .allowed = "sha-256|sha-1"},
    {.name = "interface", .letter = 'i', .type = Type::kList, .owner = Owner::kMediad,
     .help = "media address, [NAME/]ADDRESS[!ADVERTISED] or NEW=EXISTING"},
    {.name = "interfaces-config", .type = Type::kString, .owner = Owner::kMediad,
     .help = "prefix of sections that define media addresses"},
    {.name = "kernel-hook", .type = Type::kString, .fallback = "auto", .owner = Owner::kMediad,
     .help = "where the kernel takes media: auto, prerouting, input-first, input-last (before or after the "
             "firewall's input rules; auto: after them with nftables-base-chain, else before)",
     .allowed = "auto|prerouting|input-first|input-last"},
    {.name = "kernel-hook-priority", .type = Type::kInteger, .fallback = "0", .unset = "its own",
     .owner = Owner::kMediad,
     .help = "netfilter priority instead of that of kernel-hook (-450, -1, 1)", .minimum = -2147483647,
     .maximum = 2147483647},
    {.name = "kernel-linger", .type = Type::kInteger, .fallback = "120", .owner = Owner::kMediad,
     .help = "seconds that media goes on in the kernel when this process dies", .minimum = 0,
     .maximum = 86400},
    {.name = "listen-admin", .type = Type::kList, .fallback = "unix:/run/rtpengine/mediad.sock",
     .owner = Owner::kMediad, .help = "address for rtpctl: unix:/path or address:port"},
    {.name = "listen-metrics", .type = Type::kList, .owner = Owner::kMediad,
     .help = "HTTP address:port for /metrics, /livez and /readyz of this worker"},
    {.name = "mos", .type = Type::kList, .fallback = "CQ", .owner = Owner::kMediad,
     .help = "MOS variant: CQ/LQ, and formula legacy, g107, g1072",
     .allowed = "CQ|LQ|legacy|G.107|g107|G.107.2|g107.2|g.1072|g1072"},
    {.name = "no-fallback", .letter = 'F', .type = Type::kFlag, .owner = Owner::kMediad,
     .help = "refuse to start when kernel forwarding is asked for and not available"},
    {.name = "orphan-timeout", .type = Type::kInteger, .fallback = "3600", .owner = Owner::kMediad,
     .help = "seconds after which idle sessions end when no controller is attached", .minimum = 1},
    {.name = "port-max", .letter = 'M', .type = Type::kInteger, .fallback = "39999",
     .owner = Owner::kMediad, .help = "last media port", .minimum = 1, .maximum = 65535},
    {.name = "port-min", .letter = 'm', .type = Type::kInteger, .fallback = "30000",
     .owner = Owner::kMediad, .help = "first media port", .minimum = 1, .maximum = 65535},
    {.name = "save-interface-ports", .letter = 'S', .type = Type::kFlag, .owner = Owner::kBoth,
     .help = "take ports only on the first address of a logical interface, with ICE, too"},
    {.name = "table", .letter = 't', .type = Type::kInteger, .fallback = "-1",
     .owner = Owner::kMediad, .help = "kernel forwarding table; negative = user space only",
     .maximum = 255, .rule = Rule::kNegativeIsDefault},
    {.name = "worker-name", .type = Type::kString, .fallback = "@host", .owner = Owner::kMediad,
     .help = "name of this worker"},
};

}  // namespace

absl::Span<const OptionSpec> MediaOptions() { return kMedia; }

}  // namespace base::options
