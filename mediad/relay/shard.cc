// The loop and the packet path of a shard; commands and timers have their own files.
#include "mediad/relay/shard.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "proto/base/log.h"
#include "proto/base/prefetch.h"
#include "proto/base/text.h"

namespace mediad::relay {
Shard::Shard(const EngineOptions& options, unsigned number, ports::InterfaceTable& interfaces,
             session::SecureServices* services, const std::atomic<bool>& attached)
    : options_(options),
      interfaces_(interfaces),
      services_(services),
      attached_(attached),
      traffic_(std::max<size_t>(1, interfaces.address_count())) {
  if (options_.kernel != nullptr) OpenDesk(number);
}

Shard::~Shard() {
  Stop();
  calls_.clear();
  if (wake_ >= 0) close(wake_);
  if (epoll_ >= 0) close(epoll_);
}

bool Shard::Open() {
  epoll_ = epoll_create1(EPOLL_CLOEXEC);
  wake_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (epoll_ < 0 || wake_ < 0) return false;
  epoll_event event{};
  event.events = EPOLLIN | EPOLLET;  // each write is an event: nobody has to read it
  event.data.ptr = nullptr;          // the queue
  return epoll_ctl(epoll_, EPOLL_CTL_ADD, wake_, &event) == 0;
}

void Shard::Start(const Engine::EventCallback* on_event) {
  on_event_ = on_event;
  thread_ = std::thread([this] { Loop(); });
}

void Shard::Stop() {
  std::deque<Command> left;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
    signalled_.store(true, std::memory_order_release);
    if (!thread_.joinable()) left.swap(queue_);  // never started: nobody else will
  }
  if (wake_ >= 0) eventfd_write(wake_, 1);
  if (thread_.joinable()) {
    thread_.join();
    std::lock_guard<std::mutex> lock(mutex_);
    left.swap(queue_);
  }
  if (desk_ != nullptr) {
    for (Command& command : desk_->Close()) left.push_back(std::move(command));
  }
  for (auto& slice : slices_) slice.clear();
  reporting_.clear();
  calls_.clear();
  for (Command& command : left) {
    Refuse(std::move(command), rtpengine::v1::Error::SHUTTING_DOWN, "the worker is stopping");
  }
}

void Shard::Post(Command command) {
  std::unique_lock<std::mutex> lock(mutex_);
  if (stopping_) {
    lock.unlock();
    Refuse(std::move(command), rtpengine::v1::Error::SHUTTING_DOWN, "the worker is stopping");
    return;
  }
  queue_.push_back(std::move(command));
  const bool first = !signalled_.exchange(true);
  lock.unlock();
  if (base::HelpScope* const help = base::HelpScope::Current(); help != nullptr) {
    help->Posted(this);
  } else if (first) {
    Wake();
  }
}

void Shard::Wake() {
  if (owner_.load() != Owner::kShard) eventfd_write(wake_, 1);
}

void Shard::Help() {
  Owner expected = Owner::kNobody;
  if (!owner_.compare_exchange_strong(expected, Owner::kHelper)) return Wake();
  ++helped_;
  now_ = base::ReadClocks();
  RunCommands();
  const bool sooner = (desk_ != nullptr && desk_->has_work()) || NextDeadline() < sleeps_until_;
  owner_.store(Owner::kNobody);
  owner_.notify_one();
  // What came meanwhile and was not begun is the shard's.
  if (sooner || signalled_.load()) Wake();
}

EngineTotals Shard::totals() const {
  constexpr auto kOrder = std::memory_order_relaxed;
  return {sessions_.load(kOrder), packets_.load(kOrder), bytes_.load(kOrder), errors_.load(kOrder),
          active_media_.load(kOrder), kernel_packets_.load(kOrder), kernel_bytes_.load(kOrder),
          kernel_errors_.load(kOrder), kernel_streams_.load(kOrder), kernel_active_.load(kOrder),
          mixed_active_.load(kOrder), dtmf_events_.load(kOrder), dtmf_suppressed_.load(kOrder)};
}

void Shard::AddTraffic(
    google::protobuf::RepeatedPtrField<rtpengine::v1::InterfaceLoad>* loads) const {
  for (size_t i = 0; i < traffic_.size() && i < static_cast<size_t>(loads->size()); ++i) {
    traffic_[i].AddTo(loads->Mutable(static_cast<int>(i)));
  }
}

int Shard::Watch(MediaSocket* socket) {
  if (socket->watched) return 0;
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.ptr = socket;
  if (epoll_ctl(epoll_, EPOLL_CTL_ADD, socket->socket.fd(), &event) != 0) return errno;
  socket->watched = true;
  return 0;
}

void Shard::Unwatch(MediaSocket* socket) {
  if (!socket->watched) return;
  socket->watched = false;
  epoll_ctl(epoll_, EPOLL_CTL_DEL, socket->socket.fd(), nullptr);
}

void Shard::Loop() {
  std::array<epoll_event, kBatch> events;
  now_ = base::ReadClocks();
  next_tick_ = now_.monotonic;
  attachment_changed_ = now_.monotonic;
  for (;;) {
    const int ready = AwaitEvents(events);
    now_ = base::ReadClocks();
    for (size_t i = 0; i < static_cast<size_t>(std::max(ready, 0)); ++i) {
      const std::span<const epoll_event> left(events.data() + i, static_cast<size_t>(ready) - i);
      Anticipate(left.subspan(1));
      if (left[0].data.ptr != nullptr) Receive(static_cast<MediaSocket*>(left[0].data.ptr), now_);
    }
    if (signalled_.load(std::memory_order_acquire) && !RunCommands()) return;
    if (desk_ != nullptr && desk_->has_work()) desk_->Work(now_);
    if (!deadlines_.empty()) RunDeadlines(now_);
    if (now_.monotonic >= next_tick_) Tick(now_);
  }
}

int Shard::AwaitEvents(std::span<epoll_event> events) {
  int patience = TimeToWait();
  sleeps_until_ = NextDeadline();
  const uint64_t helped = helped_;
  // Whoever posts uses these two in the other order: either it finds us asleep, or we find its command.
  owner_.store(Owner::kNobody);
  if (signalled_.load()) patience = 0;
  const auto look = [&](int timeout) {
    return epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), timeout);
  };
  int ready = look(patience);
  for (Owner expected = Owner::kNobody;
       !owner_.compare_exchange_strong(expected, Owner::kShard); expected = Owner::kNobody) {
    owner_.wait(Owner::kHelper);
  }
  // Who helped may have closed a socket that an event points to.
  if (helped_ != helped) ready = look(0);
  return ready;
}

// Between two packets of a call, many others' have been through the cache: what the next ones need comes while this
// one is at work.
void Shard::Anticipate(std::span<const epoll_event> coming) {
  const auto socket = [&](size_t i) { return static_cast<const MediaSocket*>(coming[i].data.ptr); };
  if (coming.size() > 2) base::Prefetch(socket(2), sizeof(MediaSocket));
  if (coming.size() > 1 && socket(1) != nullptr) base::Prefetch(socket(1)->call, sizeof(Call));
  if (!coming.empty() && socket(0) != nullptr) socket(0)->call->PrefetchTables(socket(0)->index);
}

std::chrono::nanoseconds Shard::NextDeadline() const {
  return deadlines_.empty() ? next_tick_ : std::min(next_tick_, deadlines_.begin()->first);
}

int Shard::TimeToWait() const {
  if (desk_ != nullptr && desk_->has_work()) return 0;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(NextDeadline() - now_.monotonic);
  return static_cast<int>(std::clamp<int64_t>(left.count(), 0, 1000));
}

bool Shard::Receive(MediaSocket* media, const base::Now& now) {
  media->call->Prefetch(media->index);
  const Received received = media->socket.Receive(buffer_);
  if (received.status != ReceiveStatus::kPacket) {
    if (received.status == ReceiveStatus::kFatal) Fail(media, received.errno_value);
    return false;
  }
  Call& call = *media->call;
  InterfaceTraffic& traffic = traffic_[media->interface];
  Add(packets_, 1);
  Add(bytes_, received.size);
  traffic.CountIngress(received.size);
  if (received.truncated) NoteTruncated(call, *media, received.source, now);
  const session::Drop drop =
      call.session().OnPacket(media->index, received.source, {buffer_.data(), received.size},
                              received.tos, now, &sinks_);
  Send(call, now);
  if (drop != session::Drop::kNone) CountDrop(drop, traffic);
  if (const auto quality = call.session().TakeQuality()) traffic.CountQuality(*quality);
  if (const auto peer = call.session().TakeEvent()) EmitPeer(call, *peer);
  if (call.session().has_secure_events()) EmitSecure(call);
  if (call.session().next_deadline() != call.supervision().scheduled) Schedule(call);
  if (desk_ != nullptr) desk_->TouchIfChanged(call);
  if (sinks_.has_notes()) Tell(call, *media, received.source, now);
  return true;
}

void Shard::Send(Call& call, const base::Now& now) {
  for (const session::Sink& sink : sinks_) {
    InterfaceTraffic& traffic = traffic_[call.interface_of(sink.socket)];
    if (call.socket(sink.socket).Send(sink.bytes, sink.destination) == 0) {
      traffic.CountEgress(sink.bytes.size());
      continue;
    }
    traffic.CountEgressError();
    call.session().OnSendFailed(sink, now);
    Add(errors_, 1);
  }
}

void Shard::CountDrop(session::Drop drop, InterfaceTraffic& traffic) {
  switch (drop) {
    case session::Drop::kNotRtp:
    case session::Drop::kStunUnexpected:
    case session::Drop::kDtlsUnexpected:
    case session::Drop::kRtcpUnknownType:
    case session::Drop::kStrictSource:
    case session::Drop::kSrtpAuthentication:
    case session::Drop::kSrtpReplay:
    case session::Drop::kSrtpNoKey:
    case session::Drop::kIceSource:
    case session::Drop::kStunInvalid:
    case session::Drop::kStunRefused:
    case session::Drop::kDtlsSource:
    case session::Drop::kDtlsLimit:
    case session::Drop::kDtlsInvalid:
    case session::Drop::kBundleUnknown:
      Add(errors_, 1);
      traffic.CountIngressError();
      break;
    default:
      break;
  }
}

void Shard::NoteTruncated(Call& call, const MediaSocket& media, const base::Endpoint& source,
                          const base::Now& now) {
  call.session().OnTruncated(media.index, source, now);
  if (truncation_logged_unix_s_ == now.unix_s()) return;
  truncation_logged_unix_s_ = now.unix_s();
  base::log::Context context;
  context.call_id = call.session().id();
  context.port = call.session().sockets()[media.index].local.port;
  base::log::Log(base::log::Severity::kWarning, base::log::Subsystem::kCore, context,
                 "Datagram from ", source.ToString(), " cut to ", kBufferSize, " octets");
}

// The socket is taken out of the loop, the call stays until its controller deletes it.
void Shard::Fail(MediaSocket* media, int errno_value) {
  Unwatch(media);
  Call& call = *media->call;
  const std::string reason =
      base::StrCat("Read error on media socket: ", std::strerror(errno_value));
  base::log::Context context;
  context.call_id = call.session().id();
  context.port = call.session().sockets()[media->index].local.port;
  base::log::Log(base::log::Severity::kError, base::log::Subsystem::kCore, context, reason);
  if (call.supervision().failure_reported == call.session().generation() + 1) return;
  call.supervision().failure_reported = call.session().generation() + 1;
  rtpengine::v1::Event event = EventFor(call);
  event.mutable_failed()->set_reason(reason);
  Emit(std::move(event));
}

rtpengine::v1::Event Shard::EventFor(const Call& call) const {
  rtpengine::v1::Event event;
  event.set_session(call.session().id());
  event.set_owner(call.owner());
  event.set_generation(call.session().generation());
  return event;
}

void Shard::EmitPeer(const Call& call, const session::PeerEvent& peer) const {
  rtpengine::v1::Event event = EventFor(call);
  rtpengine::v1::EndpointConfirmed* confirmed = event.mutable_confirmed();
  confirmed->set_media(peer.media);
  confirmed->set_rtcp(peer.rtcp);
  confirmed->mutable_endpoint()->set_address(peer.endpoint.address.ToBytes());
  confirmed->mutable_endpoint()->set_port(peer.endpoint.port);
  Emit(std::move(event));
}

}  // namespace mediad::relay
