// Lines to the system's log daemon that never wait for it: a log daemon that hangs must not hold up
// media.
//
// syslog(3) blocks once the daemon's queue is full, and ten lines fill it
// (net.unix.max_dgram_qlen). Here lines that it does not take yet, or that come while it is
// restarted, wait in order; a thread that exists only from the first such line on hands them over.
// Beyond `capacity` lines are lost, counted, and the next one is preceded by one that says how many
// were. Form: "<priority>Mon DD hh:mm:ss ident[pid]: text". Thread-safe.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <ctime>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace runtime {

inline constexpr char kSyslogSocket[] = "/dev/log";

class SyslogSocket {
 public:
  static constexpr size_t kCapacity = 4096;  // lines that wait; about 1 MiB of call records

  // Connects at the first line, and again when the log daemon was restarted.
  explicit SyslogSocket(std::string ident, std::string path = kSyslogSocket,
                        size_t capacity = kCapacity);
  // Lines that still wait get `kFarewell` to be taken.
  ~SyslogSocket();
  SyslogSocket(const SyslogSocket&) = delete;
  SyslogSocket& operator=(const SyslogSocket&) = delete;

  // `priority`: facility | severity, as syslog(3) has them. `text`: one line, without LF.
  void Send(int priority, std::string_view text, std::time_t now);
  uint64_t lost() const;

 private:
  static constexpr std::chrono::milliseconds kFarewell{300};

  bool Connect();
  bool Write(const std::string& datagram);
  void Enqueue(std::string datagram);
  void HandOver();

  const std::string ident_;
  const std::string path_;
  const size_t capacity_;
  mutable std::mutex mutex_;
  int fd_ = -1;  // guarded by mutex_, as is all below
  uint64_t lost_ = 0;
  uint64_t unreported_ = 0;
  std::deque<std::string> waiting_;
  bool stop_ = false;
  std::condition_variable changed_;
  std::thread thread_;
};

}  // namespace runtime
