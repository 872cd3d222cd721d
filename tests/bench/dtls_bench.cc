// How many DTLS-SRTP handshakes a core does in a second, as server and as client, with verification of the peer's
// certificate and the export of keys: P-256 certificates (the default) and RSA. Not a test; README.md here.
//
// Both sides run here, in one thread, and only one of them is measured, in CPU time.
#include <benchmark/benchmark.h>
#include <time.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <vector>

#include "mediad/dtls/association.h"

namespace mediad::dtls {
namespace {

using Certificates = std::array<std::shared_ptr<const Certificate>, 2>;

double CpuSeconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

// Adds the CPU time of its life to `*total`.
class Meter {
 public:
  explicit Meter(double* total) : total_(total), start_(CpuSeconds()) {}
  ~Meter() { *total_ += CpuSeconds() - start_; }

 private:
  double* const total_;
  const double start_;
};

std::unique_ptr<Association> Make(const Certificates& certificates, size_t own, Setup setup) {
  AssociationOptions options;
  options.certificate = certificates[own];
  options.setup = setup;
  auto association = std::make_unique<Association>(std::move(options));
  association->SetPeerFingerprint(
      certificates[1 - own]->fingerprint(media::FingerprintHash::kSha256));
  return association;
}

// A whole handshake. spent[0]: CPU time of the client, spent[1]: of the server, both from their making to their end.
bool Handshake(const Certificates& certificates, std::array<double, 2>* spent) {
  const std::chrono::nanoseconds now = std::chrono::hours(1);
  std::array<std::unique_ptr<Association>, 2> ends;
  std::vector<uint8_t> datagram;
  for (size_t i = 0; i < 2; ++i) {
    const Meter meter(&(*spent)[i]);
    ends[i] = Make(certificates, i, i == 0 ? Setup::kActive : Setup::kPassive);
    ends[i]->Start(now);
  }
  const auto give = [&](size_t from) {
    {
      const Meter meter(&(*spent)[from]);
      if (!ends[from]->TakeDatagram(&datagram)) return false;
    }
    const uint8_t source[] = {static_cast<uint8_t>(from)};
    const Meter meter(&(*spent)[1 - from]);
    ends[1 - from]->OnDatagram(datagram, source, now);
    return true;
  };
  for (bool any = true; any;) {
    any = false;
    for (size_t from = 0; from < 2; ++from) {
      while (give(from)) any = true;
    }
  }
  const bool done = ends[0]->state() == State::kEstablished && ends[1]->state() == State::kEstablished;
  for (size_t i = 0; i < 2; ++i) {
    const Meter meter(&(*spent)[i]);
    ends[i].reset();
  }
  return done;
}

void Measure(benchmark::State& state, size_t side, bool rsa) {
  CertificateOptions options;
  options.rsa = rsa;
  Certificates certificates;
  for (auto& certificate : certificates) {
    certificate = Certificate::Generate(options, "bench", 1'700'000'000).value();
  }
  for (auto _ : state) {
    std::array<double, 2> spent{};
    if (!Handshake(certificates, &spent)) return state.SkipWithError("no handshake");
    state.SetIterationTime(spent[side]);
  }
  state.SetItemsProcessed(state.iterations());  // items_per_second: handshakes of a core
}

BENCHMARK_CAPTURE(Measure, server/P-256, size_t{1}, false)->UseManualTime()->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(Measure, client/P-256, size_t{0}, false)->UseManualTime()->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(Measure, server/RSA-2048, size_t{1}, true)->UseManualTime()->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(Measure, client/RSA-2048, size_t{0}, true)->UseManualTime()->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace mediad::dtls

BENCHMARK_MAIN();
