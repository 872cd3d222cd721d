// RTP load through a relay: both parties of every call send 50 packets a second and count what
// reaches them.
//
// Calls come from a file, a line each: "A-LOCAL A-RELAY B-LOCAL B-RELAY" as ADDRESS:PORT, LOCAL
// being where the party sends from, RELAY the relay's port towards it. Sending is spread evenly
// over the packet interval by a timer of 1 ms. The payload begins with the time of sending, from
// which the delay through the relay is told. Each thread has its share of the calls. Prints one
// JSON object. With --srtp 1 the first party of every call speaks SRTP, with the key that ngload has
// signalled: what it sends is encrypted, of what it gets only the size and the SSRC are looked at.
#include <atomic>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <thread>
#include <vector>

#include "tools/bench/command_line.h"
#include "tools/bench/sockets.h"
#include "tools/bench/srtp_caller.h"

namespace {

constexpr size_t kHeaderSize = 12;
constexpr int64_t kTickNs = 1'000'000;
constexpr int64_t kDrainNs = 300'000'000;  // how long the last packets may take
constexpr uint64_t kTimer = ~uint64_t{0};

struct Party {
  int fd = -1;
  uint32_t ssrc = 0;
  uint16_t sequence = 0;
  uint32_t timestamp = 0;
  bool secure = false;
};

struct Totals {
  uint64_t sent = 0, send_errors = 0, received = 0, foreign = 0, late_ticks = 0;
  std::vector<uint32_t> delays_us;

  void Add(const Totals& other) {
    sent += other.sent;
    send_errors += other.send_errors;
    received += other.received;
    foreign += other.foreign;
    late_ticks += other.late_ticks;
    delays_us.insert(delays_us.end(), other.delays_us.begin(), other.delays_us.end());
  }
};

struct Settings {
  uint32_t interval_ms = 20;
  uint32_t payload = 160;
  int64_t duration_ns = 0;
};

void StoreWord(uint8_t* to, uint32_t word) {
  word = htonl(word);
  std::memcpy(to, &word, 4);
}

class Loader {
 public:
  // `parties` come in couples: the two of a call.
  Loader(std::vector<Party> parties, const Settings& settings)
      : parties_(std::move(parties)),
        settings_(settings),
        size_(kHeaderSize + settings.payload),
        packet_(size_ + SRTP_MAX_TRAILER_LEN, 0x55) {
    for (size_t i = 0; i < parties_.size(); ++i) bench::Watch(epoll_, parties_[i].fd, i);
  }

  Totals Run() {
    const int timer = bench::PeriodicTimer(kTickNs);
    bench::Watch(epoll_, timer, kTimer);
    const int64_t start = bench::NowNs();
    epoll_event events[256];
    for (int64_t now = start; now - start < settings_.duration_ns + kDrainNs;
         now = bench::NowNs()) {
      const int count = epoll_wait(epoll_, events, 256, 100);
      for (int i = 0; i < count; ++i) {
        if (events[i].data.u64 == kTimer) {
          OnTimer(bench::Expirations(timer), now - start < settings_.duration_ns);
        } else {
          Receive(parties_[events[i].data.u64 & ~uint64_t{1}].ssrc, parties_[events[i].data.u64]);
        }
      }
    }
    close(timer);
    return std::move(totals_);
  }

 private:
  void OnTimer(uint64_t ticks, bool sending) {
    if (ticks > 1) totals_.late_ticks += ticks - 1;
    for (; ticks > 0 && sending; --ticks) {
      for (size_t i = tick_ % settings_.interval_ms; i < parties_.size();
           i += settings_.interval_ms) {
        Send(parties_[i]);
      }
      ++tick_;
    }
  }

  void Send(Party& party) {
    std::fill(packet_.begin(), packet_.end(), 0x55);
    packet_[0] = 0x80;
    packet_[1] = 8;  // PCMA
    const uint16_t sequence = htons(++party.sequence);
    std::memcpy(&packet_[2], &sequence, 2);
    StoreWord(&packet_[4], party.timestamp += settings_.interval_ms * 8);
    StoreWord(&packet_[8], party.ssrc);
    const int64_t now = bench::NowNs();
    std::memcpy(&packet_[kHeaderSize], &now, sizeof now);
    const size_t size = party.secure ? caller_.Protect(packet_, size_) : size_;
    if (send(party.fd, packet_.data(), size, 0) == static_cast<ssize_t>(size)) {
      ++totals_.sent;
    } else {
      ++totals_.send_errors;
    }
  }

  void Receive(uint32_t first_ssrc, const Party& party) {
    uint8_t buffer[2048];
    while (true) {
      const ssize_t size = recv(party.fd, buffer, sizeof buffer, 0);
      if (size < 0) {
        if (errno == EINTR || errno == ECONNREFUSED) continue;
        return;
      }
      uint32_t ssrc = 0;
      if (static_cast<size_t>(size) == size_ + (party.secure ? bench::kSrtpTag : 0)) {
        std::memcpy(&ssrc, buffer + 8, 4);
      }
      ssrc = ntohl(ssrc);
      // What comes back must be the other party's of the same call.
      if (ssrc == party.ssrc || (ssrc != first_ssrc && ssrc != first_ssrc + 1)) {
        ++totals_.foreign;
        continue;
      }
      ++totals_.received;
      if (party.secure) continue;
      int64_t sent_at = 0;
      std::memcpy(&sent_at, buffer + kHeaderSize, sizeof sent_at);
      if (++timed_ % 16 == 0) {
        totals_.delays_us.push_back(static_cast<uint32_t>((bench::NowNs() - sent_at) / 1000));
      }
    }
  }

  std::vector<Party> parties_;
  Settings settings_;
  size_t size_;  // of an RTP packet
  std::vector<uint8_t> packet_;
  bench::SrtpCaller caller_;
  int epoll_ = bench::Epoll();
  uint64_t tick_ = 0;
  uint64_t timed_ = 0;  // packets whose delay can be told
  Totals totals_;
};

std::vector<Party> OpenParties(const std::string& file, bool srtp) {
  std::ifstream input(file);
  if (!input) bench::Die("cannot read " + file);
  std::vector<Party> parties;
  std::string line;
  while (std::getline(input, line)) {
    std::istringstream words(line);
    std::string local, relay;
    for (int side = 0; side < 2; ++side) {
      if (!(words >> local >> relay)) bench::Die("bad line: " + line);
      Party party;
      party.fd = bench::UdpSocket(bench::Endpoint(local));
      // Connected: a strict peer, and cheaper to send from.
      const sockaddr_in to = bench::Endpoint(relay);
      if (connect(party.fd, bench::Generic(to), sizeof to) != 0) bench::DieErrno("connect");
      party.ssrc = 0x10000000u + static_cast<uint32_t>(parties.size());
      party.secure = srtp && side == 0;
      parties.push_back(party);
    }
  }
  if (parties.empty()) bench::Die("no calls in " + file);
  return parties;
}

}  // namespace

int main(int argc, char** argv) {
  const bench::CommandLine arguments(argc, argv,
                                     {{"calls", ""},
                                      {"seconds", "10"},
                                      {"interval-ms", "20"},
                                      {"payload", "160"},
                                      {"threads", "1"},
                                      {"srtp", "0"}});
  bench::RaiseFileLimit();
  if (srtp_init() != srtp_err_status_ok) bench::Die("libsrtp2 does not start");
  Settings settings;
  settings.interval_ms = arguments.Number("interval-ms");
  settings.payload = arguments.Number("payload");
  settings.duration_ns = int64_t{arguments.Number("seconds")} * 1'000'000'000;
  const uint32_t threads = arguments.Number("threads");
  if (settings.interval_ms == 0 || threads == 0 || settings.payload < 8 ||
      settings.payload > 1400) {
    bench::Die("--interval-ms and --threads at least 1, --payload 8 to 1400");
  }
  const std::vector<Party> parties =
      OpenParties(arguments.Text("calls"), arguments.Number("srtp") != 0);
  const size_t calls = parties.size() / 2;
  std::vector<Totals> results(threads);
  std::vector<std::thread> workers;
  for (uint32_t t = 0; t < threads; ++t) {
    const auto begin = parties.begin() + static_cast<std::ptrdiff_t>(2 * (calls * t / threads));
    const auto end = parties.begin() + static_cast<std::ptrdiff_t>(2 * (calls * (t + 1) / threads));
    workers.emplace_back([&results, t, share = std::vector<Party>(begin, end), &settings] {
      results[t] = Loader(share, settings).Run();
    });
  }
  for (std::thread& worker : workers) worker.join();
  Totals totals;
  for (const Totals& result : results) totals.Add(result);
  std::printf(
      "{\"calls\": %zu, \"sent\": %llu, \"send_errors\": %llu, \"received\": %llu, \"lost\": %lld, "
      "\"foreign\": %llu, \"late_ticks\": %llu, \"delay_p50_us\": %.0f, \"delay_p99_us\": %.0f}\n",
      calls, static_cast<unsigned long long>(totals.sent),
      static_cast<unsigned long long>(totals.send_errors),
      static_cast<unsigned long long>(totals.received),
      static_cast<long long>(totals.sent) - static_cast<long long>(totals.received),
      static_cast<unsigned long long>(totals.foreign),
      static_cast<unsigned long long>(totals.late_ticks), bench::Percentile(totals.delays_us, 0.5),
      bench::Percentile(totals.delays_us, 0.99));
}
