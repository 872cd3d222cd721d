// Lines to the system's log daemon that never wait for it: a log daemon that hangs must not hold up media.
//
// syslog(3) blocks once the daemon's queue is full. Here such a line is lost, counted, and the next one that gets through
// is preceded by one that says how many were. Form: "<priority>Mon DD hh:mm:ss ident[pid]: text". Thread-safe.
#pragma once

#include <cstdint>
#include <ctime>
#include <mutex>
#include <string>
#include <string_view>

namespace runtime {

inline constexpr char kSyslogSocket[] = "/dev/log";

class SyslogSocket {
 public:
  // Connects at the first line, and again when the log daemon was restarted.
  explicit SyslogSocket(std::string ident, std::string path = kSyslogSocket);
  ~SyslogSocket();
  SyslogSocket(const SyslogSocket&) = delete;
  SyslogSocket& operator=(const SyslogSocket&) = delete;

  // `priority`: facility | severity, as syslog(3) has them. `text`: one line, without LF.
  void Send(int priority, std::string_view text, std::time_t now);
  uint64_t lost() const;

 private:
  bool Connect();
  bool Write(const std::string& datagram);

  const std::string ident_;
  const std::string path_;
  mutable std::mutex mutex_;
  int fd_ = -1;             // guarded by mutex_, as is all below
  uint64_t lost_ = 0;
  uint64_t unreported_ = 0;
};

}  // namespace runtime
