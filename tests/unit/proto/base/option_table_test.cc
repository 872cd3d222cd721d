// The option table itself: complete, sorted, consistent.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "proto/base/options/decode.h"
#include "proto/base/options/option_spec.h"

namespace base::options {
namespace {

// Every option of the reference, in its usage's order.
constexpr std::string_view kReference[] = {
    "help", "active-switchover", "amr-dtx", "audio-buffer-delay", "audio-buffer-length",
    "audio-player", "b2b-url", "cn-payload", "codec-num-threads", "codecs", "config-file",
    "config-section", "control-pmtu", "control-tos", "db-cache-expire", "db-cache-reload",
    "db-media-cache", "db-media-expire", "db-media-reload", "debug-srtp", "delete-delay",
    "dtls-cert-cipher", "dtls-ciphers", "dtls-mtu", "dtls-passive", "dtls-rsa-key-size",
    "dtls-signature", "dtmf-digit-delay", "dtmf-log-dest", "dtmf-log-ng-tcp", "dtmf-no-log-injects",
    "dtmf-no-suppress", "dtx-buffer", "dtx-cn-params", "dtx-delay", "dtx-lag", "dtx-shift",
    "endpoint-learning", "evs-dtx", "evs-lib-path", "expiry-timer", "final-timeout", "foreground",
    "graphite", "graphite-interval", "graphite-prefix", "graphite-timeout", "homer",
    "homer-disable-rtcp-stats", "homer-enable-ng", "homer-id", "homer-ng-capture-proto",
    "homer-protocol", "http-buf-size", "http-idle-timeout", "http-threads", "https-cert",
    "https-key", "idle-priority", "idle-scheduling", "interface", "interfaces-config", "io-uring",
    "io-uring-buffers", "iptables-chain", "janus-secret", "jb-adaptive", "jb-adaptive-max",
    "jb-adaptive-min", "jb-clock-drift", "jitter-buffer", "kernel-num-threads", "kernel-player",
    "kernel-player-media", "kernel-slots", "listen-cli", "listen-http", "listen-https", "listen-ng",
    "listen-tcp", "listen-tcp-ng", "listen-udp", "log-facility", "log-facility-cdr",
    "log-facility-dtmf", "log-facility-rtcp", "log-format", "log-level", "log-level-codec",
    "log-level-control", "log-level-core", "log-level-crypto", "log-level-dtx", "log-level-ffmpeg",
    "log-level-http", "log-level-ice", "log-level-internals", "log-level-rtcp", "log-level-spandsp",
    "log-level-srtp", "log-level-transcoding", "log-mark-prefix", "log-mark-suffix", "log-name",
    "log-srtp-keys", "log-stderr", "max-bandwidth", "max-cpu", "max-dtx", "max-load",
    "max-log-line-length", "max-recv-iters", "max-sessions", "measure-rtp", "media-files-expire",
    "media-files-reload", "media-num-threads", "moh-attr-name", "moh-max-duration",
    "moh-max-repeats", "moh-prevent-double-hold", "mos", "mqtt-cafile", "mqtt-capath",
    "mqtt-certfile", "mqtt-host", "mqtt-id", "mqtt-keepalive", "mqtt-keyfile", "mqtt-pass",
    "mqtt-port", "mqtt-publish-interval", "mqtt-publish-qos", "mqtt-publish-scope",
    "mqtt-publish-topic", "mqtt-tls-alpn", "mqtt-user", "mysql-host", "mysql-pass", "mysql-port",
    "mysql-query", "mysql-user", "nftables-append", "nftables-base-chain", "nftables-chain",
    "nftables-family", "nftables-start", "nftables-status", "nftables-stop", "ng-client-retries",
    "ng-client-timeout", "no-fallback", "no-log-timestamps", "no-redis-required", "num-threads",
    "offer-timeout", "pidfile", "player-cache", "poller-per-thread", "poller-size", "port-max",
    "port-min", "preload-db-cache", "preload-db-media", "preload-media-files", "priority",
    "record-both", "record-egress", "recording-dir", "recording-format", "recording-method",
    "redis", "redis-allowed-errors", "redis-cmd-timeout", "redis-connect-timeout",
    "redis-disable-time", "redis-expires", "redis-format", "redis-num-threads",
    "redis-resolve-on-reconnect", "redis-subscribe", "redis-tcp-keepalive-intvl",
    "redis-tcp-keepalive-probes", "redis-tcp-keepalive-time", "redis-write", "reject-invalid-sdp",
    "rtcp-interval", "save-interface-ports", "scheduling", "silence-detect", "silent-timeout",
    "sip-source", "socket-cpu-affinity", "software-id", "split-logs", "ssrc-reporting",
    "subscribe-keyspace", "table", "templates", "thread-stack", "timeout", "timer-accuracy", "tos",
    "transcode-config", "version", "vsc-pause-rec", "vsc-pause-resume-rec",
    "vsc-start-pause-resume-rec", "vsc-start-rec", "vsc-start-stop-rec", "vsc-stop-rec",
    "xmlrpc-format", "xtables",
};

TEST(OptionTableTest, HasEveryOptionOfTheReference) {
  EXPECT_EQ(std::size(kReference), 213u);
  for (const std::string_view name : kReference) EXPECT_NE(FindOption(name), nullptr) << name;
}

TEST(OptionTableTest, HasOurOwn) {
  const std::set<std::string_view> ours = {
      "listen-grpc", "controller-name", "worker-lost-timeout", "controller", "worker-name",
      "listen-admin", "listen-metrics", "orphan-timeout", "tls-cert", "tls-key", "tls-ca", "grpc-insecure",
      "kernel-hook", "kernel-hook-priority", "kernel-linger", "listen-ng-allow", "listen-ng-rate",
      "listen-ng-secret-file", "ng-idle-timeout", "nftables",
      "nftables-priority", "nftables-table", "spread-threads"};
  for (const std::string_view name : ours) EXPECT_NE(FindOption(name), nullptr) << name;
  EXPECT_EQ(Table().size(), 213u + ours.size());
  EXPECT_EQ(FindOption("no-such"), nullptr);
}

TEST(OptionTableTest, NamesAndLettersAreUniqueAndSorted) {
  std::set<char> letters;
  std::string_view last;
  for (const OptionSpec& spec : Table()) {
    EXPECT_LT(last, spec.name);
    last = spec.name;
    EXPECT_TRUE(spec.letter == 0 || letters.insert(spec.letter).second) << spec.name;
    EXPECT_FALSE(spec.help.empty()) << spec.name;
    EXPECT_LE(spec.minimum, spec.maximum) << spec.name;
  }
}

// A default that its own option refuses would make the shipped file fail.
TEST(OptionTableTest, DefaultsAreAllowed) {
  const Environment machine;
  for (const OptionSpec& spec : Table()) {
    if (spec.fallback.empty() || spec.fallback.front() == '@') continue;
    const auto value = DecodeFileValue(spec, spec.fallback, machine);
    ASSERT_TRUE(value.ok()) << spec.name << ": " << value.status();
    EXPECT_EQ(*value, DefaultValue(spec, machine)) << spec.name;
  }
}

TEST(OptionTableTest, HelpNamesEveryOption) {
  for (const Daemon daemon : {Daemon::kControld, Daemon::kMediad}) {
    const std::string help = HelpText(daemon, "prog");
    for (const OptionSpec& spec : Table()) {
      EXPECT_THAT(help, testing::HasSubstr(std::string(spec.name)));
    }
    EXPECT_THAT(help, testing::HasSubstr("  -L, --log-level=INT"));
    EXPECT_THAT(help, testing::HasSubstr("Usage: prog"));
  }
}

}  // namespace
}  // namespace base::options
