// See host_load.h.
#include "mediad/rpc/host_load.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "proto/base/text.h"

namespace mediad::rpc {
namespace {

// The first 4 KiB of a /proc file; empty when it cannot be read.
std::string ReadHead(const char* path) {
  std::string text(4096, '\0');
  const int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return {};
  const ssize_t got = read(fd, text.data(), text.size());
  close(fd);
  text.resize(got > 0 ? static_cast<size_t>(got) : 0);
  return text;
}

std::vector<absl::string_view> Fields(std::string_view line) {
  return absl::StrSplit(base::ToAbsl(line), absl::ByAnyChar(" \n"), absl::SkipEmpty());
}

uint64_t PerSecond(uint64_t now, uint64_t before, double seconds) {
  return now <= before ? 0
                       : static_cast<uint64_t>(static_cast<double>(now - before) / seconds + 0.5);
}

}  // namespace

std::optional<double> ParseLoadAverage(std::string_view proc_loadavg) {
  const auto fields = Fields(proc_loadavg);
  double value = 0;
  if (fields.empty() || !absl::SimpleAtod(fields[0], &value) || !(value >= 0)) return std::nullopt;
  return value;
}

std::optional<uint64_t> ParseResidentOctets(std::string_view proc_statm, uint64_t page_size) {
  const auto fields = Fields(proc_statm);
  uint64_t pages = 0;
  if (fields.size() < 2 || !absl::SimpleAtoi(fields[1], &pages)) return std::nullopt;
  return pages * page_size;
}

HostSample ReadHostSample() {
  HostSample sample;
  sample.cpu = base::ParseCpuTicks(ReadHead("/proc/stat"))[base::kAllCpus];
  sample.load_average = ParseLoadAverage(ReadHead("/proc/loadavg")).value_or(0);
  const auto page_size = static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
  sample.resident_octets = ParseResidentOctets(ReadHead("/proc/self/statm"), page_size).value_or(0);
  return sample;
}

void LoadMeter::FillKernel(const relay::EngineTotals& totals, double seconds,
                           rtpengine::v1::KernelLoad* out) const {
  const auto narrow = [](uint64_t rate) {
    return static_cast<uint32_t>(std::min<uint64_t>(rate, std::numeric_limits<uint32_t>::max()));
  };
  SetKernelCounters(totals, out);
  if (seconds == 0) return;
  out->set_packets_per_second(narrow(PerSecond(totals.kernel_packets, totals_.kernel_packets, seconds)));
  out->set_bytes_per_second(PerSecond(totals.kernel_bytes, totals_.kernel_bytes, seconds));
  out->set_errors_per_second(narrow(PerSecond(totals.kernel_errors, totals_.kernel_errors, seconds)));
}

void SetKernelCounters(const relay::EngineTotals& totals, rtpengine::v1::KernelLoad* out) {
  out->set_packets(totals.kernel_packets);
  out->set_bytes(totals.kernel_bytes);
  out->set_errors(totals.kernel_errors);
  out->set_streams(static_cast<uint32_t>(totals.kernel_streams));
  out->set_active_media(static_cast<uint32_t>(totals.kernel_active_media));
  out->set_mixed_media(static_cast<uint32_t>(totals.mixed_active_media));
}

rtpengine::v1::LoadReport LoadMeter::Report(const HostSample& host,
                                            const relay::EngineTotals& totals, base::Now now) {
  rtpengine::v1::LoadReport report;
  const double seconds = std::chrono::duration<double>(now.monotonic - at_).count();
  if (primed_ && seconds > 0) {
    report.set_packets_per_second(static_cast<uint32_t>(
        std::min<uint64_t>(PerSecond(totals.packets, totals_.packets, seconds),
                           std::numeric_limits<uint32_t>::max())));
    report.set_bytes_per_second(PerSecond(totals.bytes, totals_.bytes, seconds));
    report.set_errors_per_second(static_cast<uint32_t>(
        std::min<uint64_t>(PerSecond(totals.errors, totals_.errors, seconds),
                           std::numeric_limits<uint32_t>::max())));
  }
  FillKernel(totals, primed_ && seconds > 0 ? seconds : 0, report.mutable_kernel());
  if (primed_ &&
      host.cpu.total > cpu_.total) {  // else keep the last: the kernel's ticks are coarse
    const auto spent = static_cast<double>(host.cpu.total - cpu_.total);
    // The kernel lets idle time run backwards a little (proc(5), iowait).
    const double idle =
        host.cpu.idle > cpu_.idle ? static_cast<double>(host.cpu.idle - cpu_.idle) : 0;
    cpu_percent_ = std::clamp(100 * (spent - idle) / spent, 0.0, 100.0);
  }
  primed_ = true;
  cpu_ = host.cpu;
  totals_ = totals;
  at_ = now.monotonic;
  report.set_sessions(totals.sessions);
  report.set_packets(totals.packets);
  report.set_bytes(totals.bytes);
  report.set_errors(totals.errors);
  report.set_active_media(static_cast<uint32_t>(totals.active_media));
  report.set_cpu_percent(cpu_percent_);
  report.set_load_average(host.load_average);
  report.set_resident_bytes(host.resident_octets);
  return report;
}

}  // namespace mediad::rpc
