// See option_table.h. Facts of the incumbent: its usage text.
#include "tools/rtpctl/migrate/option_table.h"

#include "proto/base/text.h"

namespace rtpctl::migrate {
namespace {

// "9900", "9900;2224"
bool IsBarePort(std::string_view value) {
  return !value.empty() && value.find_first_not_of("0123456789; ") == std::string_view::npos;
}

// A value of several addresses is, as soon as one of them is.
bool IsBeyondLoopback(std::string_view value) {
  while (!value.empty()) {
    const size_t end = value.find(';');
    const std::string_view one = base::Trim(value.substr(0, end));
    value.remove_prefix(end == std::string_view::npos ? value.size() : end + 1);
    const bool loopback = one.empty() || one.substr(0, 4) == "127." || one.substr(0, 5) == "[::1]" ||
                          one.substr(0, 4) == "::1:" || one.substr(0, 10) == "localhost:";
    if (!loopback) return true;
  }
  return false;
}

bool IsBeyond255(std::string_view value) {
  return value.size() > 3 || (value.size() == 3 && value > "255");
}

// kNote of what matters where the key is *not* set, or where the daemons themselves refuse the value.
bool IsNever(std::string_view) { return false; }

bool IsTrue(std::string_view value) { return value == "true" || value == "1"; }

bool IsText(std::string_view value) { return !value.empty(); }

constexpr IncumbentOption kOptions[] = {
    {.name = "codecs", .group = Group::kGeneral, .treatment = Treatment::kDrop,
     .note = "nothing is transcoded, so there is no list"},
    {.name = "config-file", .group = Group::kGeneral, .treatment = Treatment::kMap,
     .note = "the units name the file; another one than the default, or another section, is named "
             "in drop-ins of both units"},
    {.name = "config-section", .group = Group::kGeneral, .treatment = Treatment::kMap,
     .note = "as `config-file`"},
    {.name = "foreground", .group = Group::kGeneral, .treatment = Treatment::kDrop,
     .note = "the units say it"},
    {.name = "help", .group = Group::kGeneral, .treatment = Treatment::kDrop,
     .note = "an action: belongs on a command line"},
    {.name = "pidfile", .group = Group::kGeneral, .treatment = Treatment::kDrop,
     .note = "two daemons would write one file; systemd needs none"},
    {.name = "software-id", .group = Group::kGeneral},
    {.name = "version", .group = Group::kGeneral, .treatment = Treatment::kDrop,
     .note = "an action: belongs on a command line"},
    {.name = "debug-srtp", .group = Group::kLogging, .treatment = Treatment::kMap,
     .note = "it is log level 7 for one subsystem",
     .concerns = IsTrue, .mapped_to = "log-level-srtp = 7"},
    {.name = "log-facility", .group = Group::kLogging},
    {.name = "log-facility-cdr", .group = Group::kLogging},
    {.name = "log-facility-dtmf", .group = Group::kLogging,
     .note = "telephone events are relayed, not reported"},
    {.name = "log-facility-rtcp", .group = Group::kLogging,
     .note = "RTCP is in `/metrics` and `rtpctl calls show`, not in the log"},
    {.name = "log-format", .group = Group::kLogging},
    {.name = "log-level", .group = Group::kLogging},
    {.name = "log-level-codec", .group = Group::kLogging},
    {.name = "log-level-control", .group = Group::kLogging},
    {.name = "log-level-core", .group = Group::kLogging},
    {.name = "log-level-crypto", .group = Group::kLogging},
    {.name = "log-level-dtx", .group = Group::kLogging},
    {.name = "log-level-ffmpeg", .group = Group::kLogging},
    {.name = "log-level-http", .group = Group::kLogging},
    {.name = "log-level-ice", .group = Group::kLogging},
    {.name = "log-level-internals", .group = Group::kLogging},
    {.name = "log-level-rtcp", .group = Group::kLogging},
    {.name = "log-level-spandsp", .group = Group::kLogging},
    {.name = "log-level-srtp", .group = Group::kLogging},
    {.name = "log-level-transcoding", .group = Group::kLogging},
    {.name = "log-mark-prefix", .group = Group::kLogging},
    {.name = "log-mark-suffix", .group = Group::kLogging},
    {.name = "log-name", .group = Group::kLogging},
    {.name = "log-srtp-keys", .group = Group::kLogging,
     .note = "keys are shown nowhere"},
    {.name = "log-stderr", .group = Group::kLogging},
    {.name = "max-log-line-length", .group = Group::kLogging},
    {.name = "no-log-timestamps", .group = Group::kLogging},
    {.name = "split-logs", .group = Group::kLogging},
    {.name = "endpoint-learning", .group = Group::kInterfaces},
    {.name = "interface", .group = Group::kInterfaces},
    {.name = "interfaces-config", .group = Group::kInterfaces},
    {.name = "port-max", .group = Group::kInterfaces},
    {.name = "port-min", .group = Group::kInterfaces},
    {.name = "reject-invalid-sdp", .group = Group::kInterfaces},
    {.name = "save-interface-ports", .group = Group::kInterfaces},
    {.name = "sip-source", .group = Group::kInterfaces},
    {.name = "tos", .group = Group::kInterfaces},
    {.name = "iptables-chain", .group = Group::kKernel, .treatment = Treatment::kMap,
     .note = "our rules are in nftables: a port is open there while a call uses it",
     .concerns = IsText, .mapped_to = "nftables = on"},
    {.name = "kernel-player", .group = Group::kKernel,
     .note = "no media is played, by the kernel either"},
    {.name = "kernel-player-media", .group = Group::kKernel,
     .note = "no media is played, by the kernel either"},
    {.name = "nftables-append", .group = Group::kKernel},
    {.name = "nftables-base-chain", .group = Group::kKernel, .treatment = Treatment::kNote,
     .note = "a missing table or chain is an error that names the command, not created; unset: "
             "our rules are in a table of their own, there: a jump from INPUT",
     .concerns = IsText},
    {.name = "nftables-chain", .group = Group::kKernel},
    {.name = "nftables-family", .group = Group::kKernel, .treatment = Treatment::kNote,
     .note = "unset: the family that has the base chain, not ip and ip6 at once",
     .concerns = IsNever},
    {.name = "nftables-start", .group = Group::kKernel, .treatment = Treatment::kDrop,
     .note = "an action, of rtpengine-mediad alone; `rtpctl nft apply` does the same"},
    {.name = "nftables-status", .group = Group::kKernel, .treatment = Treatment::kDrop,
     .note = "an action, of rtpengine-mediad alone; `rtpctl nft show` does the same"},
    {.name = "nftables-stop", .group = Group::kKernel, .treatment = Treatment::kDrop,
     .note = "an action, of rtpengine-mediad alone; `rtpctl nft remove` does the same"},
    {.name = "no-fallback", .group = Group::kKernel},
    {.name = "table", .group = Group::kKernel, .treatment = Treatment::kNote,
     .note = "numbers end at 255 here",
     .concerns = IsBeyond255},
    {.name = "xtables", .group = Group::kKernel, .treatment = Treatment::kDrop,
     .note = "our rules are plain nftables rules, which every tool prints; there is no other form"},
    {.name = "b2b-url", .group = Group::kControl,
     .note = "nobody is called when a call times out: `query`, `log-facility-cdr` and `/metrics` "
             "tell"},
    {.name = "control-pmtu", .group = Group::kControl},
    {.name = "control-tos", .group = Group::kControl},
    {.name = "http-buf-size", .group = Group::kControl,
     .note = "replies are as large as they are; who does not read is closed after 30 s"},
    {.name = "http-idle-timeout", .group = Group::kControl},
    {.name = "https-cert", .group = Group::kControl},
    {.name = "https-key", .group = Group::kControl},
    {.name = "janus-secret", .group = Group::kControl,
     .note = "there is no Janus interface"},
    {.name = "listen-cli", .group = Group::kControl, .treatment = Treatment::kNote,
     .note = "a port alone is on the loopback here, not on all addresses: whoever reaches it is "
             "in command",
     .concerns = IsBarePort},
    {.name = "listen-http", .group = Group::kControl, .treatment = Treatment::kNote,
     .note = "as `listen-ng`: clients elsewhere (Prometheus, browsers) need `listen-ng-allow`",
     .concerns = IsBeyondLoopback},
    {.name = "listen-https", .group = Group::kControl, .treatment = Treatment::kNote,
     .note = "as `listen-ng`: clients elsewhere need `listen-ng-allow`",
     .concerns = IsBeyondLoopback},
    {.name = "listen-ng", .group = Group::kControl, .treatment = Treatment::kNote,
     .note = "without `listen-ng-allow`, only this host, private addresses and attached networks "
             "are listened to: name proxies elsewhere there",
     .concerns = IsBeyondLoopback},
    {.name = "listen-tcp", .group = Group::kControl,
     .note = "the protocol before NG: set proxies to NG (`listen-ng`, `listen-tcp-ng`)"},
    {.name = "listen-tcp-ng", .group = Group::kControl, .treatment = Treatment::kNote,
     .note = "as `listen-ng`: proxies elsewhere need `listen-ng-allow`",
     .concerns = IsBeyondLoopback},
    {.name = "listen-udp", .group = Group::kControl,
     .note = "the protocol before NG: set proxies to NG (`listen-ng`)"},
    {.name = "ng-client-retries", .group = Group::kControl,
     .note = "of `transform`, which is refused here"},
    {.name = "ng-client-timeout", .group = Group::kControl,
     .note = "of `transform`, which is refused here"},
    {.name = "templates", .group = Group::kControl},
    {.name = "xmlrpc-format", .group = Group::kControl,
     .note = "as `b2b-url`"},
    {.name = "delete-delay", .group = Group::kLimits},
    {.name = "final-timeout", .group = Group::kLimits},
    {.name = "max-bandwidth", .group = Group::kLimits},
    {.name = "max-cpu", .group = Group::kLimits},
    {.name = "max-load", .group = Group::kLimits},
    {.name = "max-sessions", .group = Group::kLimits},
    {.name = "offer-timeout", .group = Group::kLimits},
    {.name = "silent-timeout", .group = Group::kLimits},
    {.name = "timeout", .group = Group::kLimits},
    {.name = "dtls-cert-cipher", .group = Group::kDtls},
    {.name = "dtls-ciphers", .group = Group::kDtls},
    {.name = "dtls-mtu", .group = Group::kDtls, .treatment = Treatment::kNote,
     .note = "at most 4144 here",
     .concerns = IsNever},
    {.name = "dtls-passive", .group = Group::kDtls},
    {.name = "dtls-rsa-key-size", .group = Group::kDtls},
    {.name = "dtls-signature", .group = Group::kDtls},
    {.name = "graphite", .group = Group::kStatistics,
     .note = "`/metrics` (listen-http) has the numbers, for Prometheus"},
    {.name = "graphite-interval", .group = Group::kStatistics},
    {.name = "graphite-prefix", .group = Group::kStatistics},
    {.name = "graphite-timeout", .group = Group::kStatistics},
    {.name = "homer", .group = Group::kStatistics,
     .note = "quality is in `/metrics`, `query` and `rtpctl calls show`; no HEP"},
    {.name = "homer-disable-rtcp-stats", .group = Group::kStatistics},
    {.name = "homer-enable-ng", .group = Group::kStatistics},
    {.name = "homer-id", .group = Group::kStatistics},
    {.name = "homer-ng-capture-proto", .group = Group::kStatistics},
    {.name = "homer-protocol", .group = Group::kStatistics},
    {.name = "measure-rtp", .group = Group::kStatistics,
     .note = "RTCP reports of the parties are what quality is computed from"},
    {.name = "mos", .group = Group::kStatistics},
    {.name = "mqtt-cafile", .group = Group::kStatistics},
    {.name = "mqtt-capath", .group = Group::kStatistics},
    {.name = "mqtt-certfile", .group = Group::kStatistics},
    {.name = "mqtt-host", .group = Group::kStatistics,
     .note = "`/metrics` (listen-http) has the numbers, for Prometheus"},
    {.name = "mqtt-id", .group = Group::kStatistics},
    {.name = "mqtt-keepalive", .group = Group::kStatistics},
    {.name = "mqtt-keyfile", .group = Group::kStatistics},
    {.name = "mqtt-pass", .group = Group::kStatistics},
    {.name = "mqtt-port", .group = Group::kStatistics},
    {.name = "mqtt-publish-interval", .group = Group::kStatistics},
    {.name = "mqtt-publish-qos", .group = Group::kStatistics},
    {.name = "mqtt-publish-scope", .group = Group::kStatistics},
    {.name = "mqtt-publish-topic", .group = Group::kStatistics},
    {.name = "mqtt-tls-alpn", .group = Group::kStatistics},
    {.name = "mqtt-user", .group = Group::kStatistics},
    {.name = "rtcp-interval", .group = Group::kStatistics, .treatment = Treatment::kNote,
     .note = "at least 100 ms here",
     .concerns = IsNever},
    {.name = "ssrc-reporting", .group = Group::kStatistics},
    {.name = "active-switchover", .group = Group::kRedis,
     .note = "there is no standby: two independent nodes, and the proxy fails over"},
    {.name = "no-redis-required", .group = Group::kRedis},
    {.name = "redis", .group = Group::kRedis},
    {.name = "redis-allowed-errors", .group = Group::kRedis},
    {.name = "redis-cmd-timeout", .group = Group::kRedis},
    {.name = "redis-connect-timeout", .group = Group::kRedis},
    {.name = "redis-disable-time", .group = Group::kRedis},
    {.name = "redis-expires", .group = Group::kRedis},
    {.name = "redis-format", .group = Group::kRedis},
    {.name = "redis-num-threads", .group = Group::kRedis},
    {.name = "redis-resolve-on-reconnect", .group = Group::kRedis},
    {.name = "redis-subscribe", .group = Group::kRedis},
    {.name = "redis-tcp-keepalive-intvl", .group = Group::kRedis},
    {.name = "redis-tcp-keepalive-probes", .group = Group::kRedis},
    {.name = "redis-tcp-keepalive-time", .group = Group::kRedis},
    {.name = "redis-write", .group = Group::kRedis},
    {.name = "subscribe-keyspace", .group = Group::kRedis},
    {.name = "dtmf-digit-delay", .group = Group::kRecording},
    {.name = "dtmf-log-dest", .group = Group::kRecording},
    {.name = "dtmf-log-ng-tcp", .group = Group::kRecording},
    {.name = "dtmf-no-log-injects", .group = Group::kRecording},
    {.name = "dtmf-no-suppress", .group = Group::kRecording,
     .note = "audio is never silenced because of DTMF"},
    {.name = "record-both", .group = Group::kRecording},
    {.name = "record-egress", .group = Group::kRecording},
    {.name = "recording-dir", .group = Group::kRecording},
    {.name = "recording-format", .group = Group::kRecording},
    {.name = "recording-method", .group = Group::kRecording},
    {.name = "vsc-pause-rec", .group = Group::kRecording},
    {.name = "vsc-pause-resume-rec", .group = Group::kRecording},
    {.name = "vsc-start-pause-resume-rec", .group = Group::kRecording},
    {.name = "vsc-start-rec", .group = Group::kRecording},
    {.name = "vsc-start-stop-rec", .group = Group::kRecording},
    {.name = "vsc-stop-rec", .group = Group::kRecording},
    {.name = "db-cache-expire", .group = Group::kPlayer},
    {.name = "db-cache-reload", .group = Group::kPlayer},
    {.name = "db-media-cache", .group = Group::kPlayer},
    {.name = "db-media-expire", .group = Group::kPlayer},
    {.name = "db-media-reload", .group = Group::kPlayer},
    {.name = "expiry-timer", .group = Group::kPlayer},
    {.name = "media-files-expire", .group = Group::kPlayer},
    {.name = "media-files-reload", .group = Group::kPlayer},
    {.name = "moh-attr-name", .group = Group::kPlayer},
    {.name = "moh-max-duration", .group = Group::kPlayer},
    {.name = "moh-max-repeats", .group = Group::kPlayer},
    {.name = "moh-prevent-double-hold", .group = Group::kPlayer},
    {.name = "mysql-host", .group = Group::kPlayer},
    {.name = "mysql-pass", .group = Group::kPlayer},
    {.name = "mysql-port", .group = Group::kPlayer},
    {.name = "mysql-query", .group = Group::kPlayer},
    {.name = "mysql-user", .group = Group::kPlayer},
    {.name = "player-cache", .group = Group::kPlayer},
    {.name = "preload-db-cache", .group = Group::kPlayer},
    {.name = "preload-db-media", .group = Group::kPlayer},
    {.name = "preload-media-files", .group = Group::kPlayer},
    {.name = "amr-dtx", .group = Group::kAudio},
    {.name = "audio-buffer-delay", .group = Group::kAudio},
    {.name = "audio-buffer-length", .group = Group::kAudio},
    {.name = "audio-player", .group = Group::kAudio},
    {.name = "cn-payload", .group = Group::kAudio},
    {.name = "dtx-buffer", .group = Group::kAudio},
    {.name = "dtx-cn-params", .group = Group::kAudio},
    {.name = "dtx-delay", .group = Group::kAudio},
    {.name = "dtx-lag", .group = Group::kAudio},
    {.name = "dtx-shift", .group = Group::kAudio},
    {.name = "evs-dtx", .group = Group::kAudio},
    {.name = "evs-lib-path", .group = Group::kAudio},
    {.name = "jb-adaptive", .group = Group::kAudio},
    {.name = "jb-adaptive-max", .group = Group::kAudio},
    {.name = "jb-adaptive-min", .group = Group::kAudio},
    {.name = "jb-clock-drift", .group = Group::kAudio},
    {.name = "jitter-buffer", .group = Group::kAudio},
    {.name = "max-dtx", .group = Group::kAudio},
    {.name = "silence-detect", .group = Group::kAudio},
    {.name = "transcode-config", .group = Group::kAudio},
    {.name = "codec-num-threads", .group = Group::kThreads},
    {.name = "http-threads", .group = Group::kThreads},
    {.name = "idle-priority", .group = Group::kThreads},
    {.name = "idle-scheduling", .group = Group::kThreads},
    {.name = "io-uring", .group = Group::kThreads},
    {.name = "io-uring-buffers", .group = Group::kThreads},
    {.name = "kernel-num-threads", .group = Group::kThreads,
     .note = "recording by the kernel is what they are for"},
    {.name = "kernel-slots", .group = Group::kThreads,
     .note = "recording by the kernel is what they are for"},
    {.name = "max-recv-iters", .group = Group::kThreads},
    {.name = "media-num-threads", .group = Group::kThreads},
    {.name = "num-threads", .group = Group::kThreads},
    {.name = "poller-per-thread", .group = Group::kThreads},
    {.name = "poller-size", .group = Group::kThreads},
    {.name = "priority", .group = Group::kThreads},
    {.name = "scheduling", .group = Group::kThreads},
    {.name = "socket-cpu-affinity", .group = Group::kThreads},
    {.name = "thread-stack", .group = Group::kThreads},
    {.name = "timer-accuracy", .group = Group::kThreads},
};

constexpr GroupText kGroups[] = {
    {"General", "not in this version"},
    {"Log", "not in this version"},
    {"Media addresses and ports", "not in this version"},
    {"Kernel and packet filter", "not in this version"},
    {"Control", "not in this version"},
    {"Time-outs and limits", "not in this version"},
    {"DTLS", "not in this version"},
    {"Statistics",
     "nothing is sent out: `/metrics` (listen-http) has the numbers, for Prometheus; `query` has a call's"},
    {"Redis", "no Redis: calls are kept by the media workers, and a restarted daemon has them back from there"},
    {"Recording, DTMF", "nothing is recorded: `start recording` is refused; telephone events are relayed as they are"},
    {"Announcements, hold music, database", "no media is played: `play media` is refused"},
    {"Audio", "audio is relayed as it is, never decoded: no transcoding, jitter buffer or silence detection"},
    {"Threads and tuning", "there is nothing to tune: the threads are event loops, `num-threads` says how many"},
};

}  // namespace

absl::Span<const IncumbentOption> IncumbentOptions() { return kOptions; }

const IncumbentOption* FindIncumbentOption(std::string_view name) {
  for (const IncumbentOption& option : kOptions) {
    if (option.name == name) return &option;
  }
  return nullptr;
}

const GroupText& TextOf(Group group) { return kGroups[static_cast<size_t>(group)]; }

OptionVerdict VerdictOf(const IncumbentOption& option) {
  const base::options::OptionSpec* ours = base::options::FindOption(option.name);
  switch (option.treatment) {
    case Treatment::kMap: return OptionVerdict::kMapped;
    case Treatment::kDrop: return OptionVerdict::kDifferent;
    case Treatment::kNote:
    case Treatment::kKeep: break;
  }
  if (ours == nullptr || ours->owner == base::options::Owner::kNone) return OptionVerdict::kNotSupported;
  return option.treatment == Treatment::kNote ? OptionVerdict::kDifferent : OptionVerdict::kSame;
}

std::string_view VerdictName(OptionVerdict verdict) {
  switch (verdict) {
    case OptionVerdict::kSame: return "same";
    case OptionVerdict::kMapped: return "mapped";
    case OptionVerdict::kDifferent: return "different";
    case OptionVerdict::kNotSupported: return "not supported";
  }
  return "";
}

std::string_view NoteOf(const IncumbentOption& option) {
  if (VerdictOf(option) == OptionVerdict::kNotSupported && option.note.empty()) return TextOf(option.group).missing;
  return VerdictOf(option) == OptionVerdict::kSame ? std::string_view() : option.note;
}

}  // namespace rtpctl::migrate
