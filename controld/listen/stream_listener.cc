#include "controld/listen/stream_listener.h"

#include <pthread.h>

#include <exception>
#include <future>
#include <utility>

#include <boost/asio/post.hpp>

#include "controld/listen/stream_core.h"
#include "proto/base/log.h"

namespace controld::listen {

StreamListener::StreamListener() : core_(std::make_unique<StreamCore>(this)) {}

StreamListener::~StreamListener() { Stop(); }

absl::StatusOr<std::unique_ptr<StreamListener>> StreamListener::Bind(
    const StreamAddresses& addresses, const StreamSettings& settings) {
  std::unique_ptr<StreamListener> listener(new StreamListener);
  StreamCore& core = *listener->core_;
  core.settings = settings;
  if (!addresses.https.empty()) {
    const absl::Status loaded = core.LoadCertificate();
    if (!loaded.ok()) return loaded;
  }
  const std::pair<StreamKind, const std::vector<base::Endpoint>*> kinds[] = {
      {StreamKind::kNg, &addresses.ng},
      {StreamKind::kHttp, &addresses.http},
      {StreamKind::kHttps, &addresses.https},
      {StreamKind::kCli, &addresses.cli},
  };
  for (const auto& [kind, list] : kinds) {
    for (const base::Endpoint& address : *list) {
      const absl::Status bound = core.Listen(kind, address);
      if (!bound.ok()) return bound;
    }
  }
  return listener;
}

void StreamListener::Start(StreamServices services) {
  core_->services = std::move(services);
  core_->Accept();
  core_->StartSweeping();
  thread_ = std::thread([this] {
    pthread_setname_np(pthread_self(), "ng-stream");
    for (;;) {
      // The library reports errors by value; what it throws nevertheless (no memory) costs the
      // connection at work, not the process.
      try {
        core_->io.run();
        return;
      } catch (const std::exception& error) {
        base::log::Log(base::log::Severity::kError, base::log::Subsystem::kControl, {},
                       "Stream listener: ", error.what());
      }
    }
  });
}

void StreamListener::Stop() {
  if (!thread_.joinable()) return;
  asio::post(core_->io, [this] {
    core_->CloseAll();
    core_->io.stop();
  });
  thread_.join();
}

absl::Status StreamListener::ReloadCertificate() {
  if (core_->settings.certificate.empty()) return absl::OkStatus();
  // The loop's thread reads `tls` without a lock: it changes there too.
  auto done = std::make_shared<std::promise<absl::Status>>();
  auto result = done->get_future();
  asio::post(core_->io, [this, done] { done->set_value(core_->LoadCertificate()); });
  if (result.wait_for(std::chrono::seconds(2)) != std::future_status::ready) {
    return absl::DeadlineExceededError("The listener is busy");
  }
  return result.get();
}

void StreamListener::SetTos(int tos) {
  asio::post(core_->io, [this, tos] { core_->SetTos(tos); });
}

std::vector<std::string> StreamListener::descriptions() const { return core_->descriptions(); }

std::vector<base::Endpoint> StreamListener::addresses() const { return core_->addresses(); }

const StreamCounters& StreamListener::counters() const { return core_->counters; }

void StreamListener::Notify(std::string message) { core_->Notify(std::move(message)); }

void StreamListener::SendReply(const ReplyPath& path, std::string_view message) {
  core_->Deliver(path.channel, std::string(message));
}

}  // namespace controld::listen
