// The effects behind session::SecureServices: the kernel's random numbers, and the one budget of handshakes that all
// relay threads draw on. Any thread.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "mediad/dtls/handshake_budget.h"
#include "mediad/session/secure_services.h"

namespace mediad::relay {

// base::SystemRandom is for one thread; this is one for each.
class ThreadRandom final : public base::Random {
 public:
  uint64_t Next() override {
    thread_local base::SystemRandom random;
    return random.Next();
  }
};

class SecureShell {
 public:
  using FindCertificate =
      std::function<std::shared_ptr<const dtls::Certificate>(std::string_view digest)>;

  // `find`: null if the process has no certificates.
  SecureShell(FindCertificate find, std::string software, uint16_t mtu) {
    services_.certificate = std::move(find);
    if (!services_.certificate) services_.certificate = [](std::string_view) { return nullptr; };
    services_.take_handshake = [this](const base::IpAddress& source, std::chrono::nanoseconds now) {
      const std::lock_guard<std::mutex> lock(mutex_);
      return budget_.Take(source, now);
    };
    services_.random = &random_;
    services_.software = std::move(software);
    services_.mtu = mtu;
  }
  SecureShell(const SecureShell&) = delete;
  SecureShell& operator=(const SecureShell&) = delete;

  session::SecureServices* services() { return &services_; }

 private:
  ThreadRandom random_;
  std::mutex mutex_;
  dtls::HandshakeBudget budget_;  // guarded by mutex_
  session::SecureServices services_;
};

}  // namespace mediad::relay
