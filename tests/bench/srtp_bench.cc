// What it costs to protect and to unprotect a voice packet of 172 octets (20 ms of G.711): every
// suite, our implementation (openssl) and libsrtp2. Not a test; README.md here.
#include <benchmark/benchmark.h>

#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "mediad/srtp/layout.h"
#include "mediad/srtp/receiver.h"
#include "mediad/srtp/sender.h"

namespace mediad::srtp {
namespace {

constexpr size_t kPacket = 172;
constexpr size_t kBuffer = kPacket + kMaxOverhead;

Parameters KeyFor(const media::SrtpSuite& suite) {
  Parameters parameters;
  parameters.suite = &suite;
  parameters.key = std::string(suite.key_size, 'k');
  parameters.salt = std::string(suite.salt_size, 's');
  return parameters;
}

void Fill(uint8_t* packet, uint16_t sequence) {
  std::memset(packet, 0x55, kPacket);
  packet[0] = 0x80;
  packet[1] = 0;
  Store16(packet + 2, sequence);
  Store32(packet + 8, 4096);
}

void Protect(benchmark::State& state, const media::SrtpSuite& suite, Backend backend) {
  auto sender = Sender::Create(KeyFor(suite), backend);
  if (!sender.ok()) return state.SkipWithError("not with this library");
  std::vector<uint8_t> packet(kBuffer);
  Fill(packet.data(), 0);
  uint16_t sequence = 0;
  for (auto _ : state) {
    Store16(&packet[2], sequence++);
    size_t size = kPacket;
    if ((*sender)->ProtectRtp(packet, &size) != Result::kOk) {
      return state.SkipWithError("not protected");
    }
    benchmark::DoNotOptimize(packet.data());
  }
}

// Packets are protected beforehand, 4096 at a time, without counting the time.
void Unprotect(benchmark::State& state, const media::SrtpSuite& suite, Backend backend) {
  constexpr size_t kBatch = 4096;
  auto sender = Sender::Create(KeyFor(suite), backend);
  auto receiver = Receiver::Create(KeyFor(suite), backend);
  if (!sender.ok() || !receiver.ok()) return state.SkipWithError("not with this library");
  std::vector<uint8_t> packets(kBatch * kBuffer);
  uint16_t sequence = 0;
  size_t at = kBatch;
  size_t protected_size = 0;
  for (auto _ : state) {
    if (at == kBatch) {
      state.PauseTiming();
      for (at = 0; at < kBatch; ++at) {
        uint8_t* packet = &packets[at * kBuffer];
        Fill(packet, sequence++);
        protected_size = kPacket;
        if ((*sender)->ProtectRtp({packet, kBuffer}, &protected_size) != Result::kOk) {
          return state.SkipWithError("not protected");
        }
      }
      at = 0;
      state.ResumeTiming();
    }
    size_t size = 0;
    if ((*receiver)->UnprotectRtp({&packets[at++ * kBuffer], protected_size}, &size) !=
        Result::kOk) {
      return state.SkipWithError("not unprotected");
    }
  }
}

void Register() {
  for (const media::SrtpSuite& suite : media::kSrtpSuites) {
    for (const Backend backend : {Backend::kOpenssl, Backend::kLibsrtp}) {
      const std::string name =
          std::string(suite.name) + (backend == Backend::kOpenssl ? "/openssl" : "/libsrtp");
      benchmark::RegisterBenchmark(("protect/" + name).c_str(), Protect, suite, backend);
      benchmark::RegisterBenchmark(("unprotect/" + name).c_str(), Unprotect, suite, backend);
    }
  }
}

}  // namespace
}  // namespace mediad::srtp

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  mediad::srtp::Register();
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
