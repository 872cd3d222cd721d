#include "mediad/relay/call.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "proto/base/log.h"
#include "proto/base/text.h"

namespace mediad::relay {
namespace {

namespace v1 = rtpengine::v1;

v1::Error Invalid(std::string text) {
  v1::Error error;
  error.set_code(v1::Error::INVALID);
  error.set_text(std::move(text));
  return error;
}

ports::PortRequest RequestFor(const v1::PortSet& wanted, std::string_view member) {
  ports::PortRequest request;
  request.interface = wanted.interface();
  request.family = wanted.family() == v1::IPV6 ? base::Family::kIpv6 : base::Family::kIpv4;
  request.count = wanted.count();
  request.port = static_cast<uint16_t>(wanted.port());
  request.address = base::IpAddress::FromBytes(wanted.address()).value_or(base::IpAddress());
  request.member = member;
  return request;
}

}  // namespace

class Call::Reservation {
 public:
  explicit Reservation(Call& call) : call_(call) {}
  ~Reservation() {
    for (Entry& entry : entries_) {
      const ports::PortAllocation ports = entry.set.ports;
      Drop(&entry.sockets);
      call_.interfaces_.Release(ports.address, ports.port, ports.count);
    }
  }

  std::optional<v1::Error> Add(const v1::PortSet& wanted, std::string_view member) {
    std::vector<std::unique_ptr<MediaSocket>> sockets;
    ports::AllocationResult result = call_.interfaces_.Allocate(
        RequestFor(wanted, member),
        [&](const base::IpAddress& address, uint16_t first, unsigned count) {
          return Bind(address, first, count, &sockets);
        });
    if (const auto* failure = std::get_if<ports::AllocationFailure>(&result)) {
      v1::Error error;
      ports::ToProto(*failure, &error);
      return error;
    }
    auto& ports = std::get<ports::PortAllocation>(result);
    const size_t interface = call_.interfaces_.IndexOf(ports.interface, ports.address);
    for (auto& socket : sockets) socket->interface = static_cast<uint32_t>(interface);
    entries_.push_back({{wanted.id(), std::move(ports)}, std::move(sockets)});
    return std::nullopt;
  }

  // Hands over set `id`; false: not reserved here.
  bool Take(uint32_t id, std::vector<PortSet>* sets,
            std::vector<std::unique_ptr<MediaSocket>>* sockets) {
    for (auto entry = entries_.begin(); entry != entries_.end(); ++entry) {
      if (entry->set.id != id) continue;
      sets->push_back(std::move(entry->set));
      for (auto& socket : entry->sockets) sockets->push_back(std::move(socket));
      entries_.erase(entry);
      return true;
    }
    return false;
  }

  std::string_view last_interface() const {
    return entries_.empty() ? std::string_view() : entries_.back().set.ports.interface;
  }

 private:
  struct Entry {
    PortSet set;
    std::vector<std::unique_ptr<MediaSocket>> sockets;
  };

  void Drop(std::vector<std::unique_ptr<MediaSocket>>* sockets) {
    sockets->clear();
  }

  int Bind(const base::IpAddress& address, uint16_t first, unsigned count,
           std::vector<std::unique_ptr<MediaSocket>>* sockets) {
    Drop(sockets);
    for (unsigned offset = 0; offset < count; ++offset) {
      auto socket = std::make_unique<MediaSocket>();
      socket->call = &call_;
      const base::Endpoint local{address, static_cast<uint16_t>(first + offset)};
      int error = socket->socket.Bind(local);
      if (error == 0) error = call_.watcher_.Watch(socket.get());
      if (error != 0) {
        Drop(sockets);
        return error;
      }
      call_.watcher_.Admit(socket.get(), local);
      sockets->push_back(std::move(socket));
    }
    return 0;
  }

  Call& call_;
  std::vector<Entry> entries_;
};

Call::Call(std::string id, std::string owner, const rtcp::QualityOptions& quality,
           session::SecureServices* services, ports::InterfaceTable& interfaces, Watcher& watcher)
    : session_(std::move(id), quality, services),
      owner_(std::move(owner)),
      interfaces_(interfaces),
      watcher_(watcher) {}

Call::~Call() { ReleaseAll(); }

void Call::ReleaseAll() {
  sockets_.clear();
  for (const PortSet& set : port_sets_) {
    interfaces_.Release(set.ports.address, set.ports.port, set.ports.count);
  }
  port_sets_.clear();
}

const Call::PortSet* Call::Find(uint32_t id) const {
  for (const PortSet& set : port_sets_) {
    if (set.id == id) return &set;
  }
  return nullptr;
}

// An open port set may only lose ports at its end (the RTCP port, once multiplexing is agreed).
std::optional<v1::Error> Call::CheckKept(const v1::PortSet& wanted, const PortSet& have) const {
  if (wanted.count() > have.ports.count) {
    return Invalid(base::StrCat("port set ", wanted.id(), " cannot grow; use a new id"));
  }
  if (wanted.port() != 0 && wanted.port() != have.ports.port) {
    return Invalid(base::StrCat("port set ", wanted.id(), " is open on port ", have.ports.port));
  }
  if (!wanted.address().empty() && wanted.address() != have.ports.address.ToBytes()) {
    return Invalid(base::StrCat("port set ", wanted.id(), " is open on address ",
                                have.ports.address.ToString()));
  }
  if ((wanted.family() == v1::IPV6) != (have.ports.address.family() == base::Family::kIpv6)) {
    return Invalid(base::StrCat("port set ", wanted.id(), " is open with another family"));
  }
  return std::nullopt;
}

// Ids of ours and of every call taken in stay apart.
std::optional<v1::Error> Call::CheckHanded(const std::vector<HandedCall>& handed) const {
  uint32_t highest = 0;
  for (const PortSet& set : port_sets_) highest = std::max(highest, set.id);
  for (const session::Media& media : session_.media()) highest = std::max(highest, media.id);
  for (const HandedCall& one : handed) {
    if (one.offset < highest) {
      return Invalid(base::StrCat("offset ", one.offset, " is below id ", highest, " in use"));
    }
    for (const PortSet& set : one.call->port_sets_) {
      highest = std::max(highest, set.id + one.offset);
    }
    for (const session::Media& media : one.call->session_.media()) {
      highest = std::max(highest, media.id + one.offset);
    }
  }
  return std::nullopt;
}

void Call::TakeIn(const HandedCall& handed) {
  Call& other = *handed.call;
  for (PortSet& set : other.port_sets_) {
    set.id += handed.offset;
    port_sets_.push_back(std::move(set));
  }
  other.port_sets_.clear();
  for (auto& socket : other.sockets_) {
    socket->call = this;
    sockets_.push_back(std::move(socket));
  }
  other.sockets_.clear();
  session_.Absorb(&other.session_, handed.offset);
}

void Call::GiveBack(const HandedCall& handed) {
  Call& other = *handed.call;
  size_t sockets = 0;
  size_t first = 0;
  while (first < port_sets_.size() && port_sets_[first].id <= handed.offset) {
    sockets += port_sets_[first++].ports.count;
  }
  for (size_t i = first; i < port_sets_.size(); ++i) {
    port_sets_[i].id -= handed.offset;
    other.port_sets_.push_back(std::move(port_sets_[i]));
  }
  port_sets_.resize(first);
  for (size_t i = sockets; i < sockets_.size(); ++i) {
    sockets_[i]->call = &other;
    other.sockets_.push_back(std::move(sockets_[i]));
  }
  sockets_.resize(sockets);
  session_.GiveBack(&other.session_, handed.offset);
}

std::optional<v1::Error> Call::Apply(v1::Session* specification, std::vector<HandedCall>* handed,
                                     const base::Now& now) {
  if (auto error = CheckHanded(*handed)) return error;
  for (const HandedCall& one : *handed) TakeIn(one);
  auto error = ApplyOwn(specification, now);
  if (!error) return std::nullopt;
  for (auto one = handed->rbegin(); one != handed->rend(); ++one) GiveBack(*one);
  return error;
}

std::optional<v1::Error> Call::ApplyOwn(v1::Session* specification, const base::Now& now) {
  for (const v1::PortSet& wanted : specification->port_sets()) {
    if (const PortSet* have = Find(wanted.id())) {
      if (auto error = CheckKept(wanted, *have)) return error;
    }
  }
  Reservation reservation(*this);
  for (const v1::PortSet& wanted : specification->port_sets()) {
    if (Find(wanted.id()) != nullptr) continue;
    // A session stays on the member of a round-robin group it started with.
    std::string_view member = reservation.last_interface();
    if (member.empty() && !port_sets_.empty()) member = port_sets_.front().ports.interface;
    if (auto error = reservation.Add(wanted, member)) return error;
  }
  Adopt(*specification, &reservation);

  std::vector<session::BoundPortSet> bound;
  bound.reserve(port_sets_.size());
  for (const PortSet& set : port_sets_) {
    bound.push_back({set.id, {set.ports.address, set.ports.port},
                     static_cast<uint16_t>(set.ports.count)});
  }
  session_.Apply(*specification, bound, now);
  for (size_t i = 0; i < sockets_.size(); ++i) {
    MediaSocket& socket = *sockets_[i];
    socket.index = static_cast<session::SocketIndex>(i);
    const session::LocalSocket& local = session_.sockets()[i];
    int error = local.media == session::kNoMedia ? 0 : socket.socket.SetTos(local.tos);
    if (error == 0) error = watcher_.Watch(&socket);
    if (error != 0) {
      base::log::Context context;
      context.call_id = session_.id();
      context.port = local.local.port;
      base::log::Log(base::log::Severity::kWarning, base::log::Subsystem::kCore, context,
                     "Media socket option refused: ", std::strerror(error));
    }
  }
  if (specification->debug() != static_cast<bool>(following_)) {
    following_ = specification->debug() ? base::log::Following(session_.id()) : base::log::Following();
  }
  record_ = std::move(*specification->mutable_record());
  record_.shrink_to_fit();
  return std::nullopt;
}

// Brings port_sets_ and sockets_ into the order of the specification; closes what is no longer in it.
void Call::Adopt(const v1::Session& specification, Reservation* reservation) {
  std::vector<PortSet> sets;
  std::vector<std::unique_ptr<MediaSocket>> sockets;
  sets.reserve(static_cast<size_t>(specification.port_sets_size()));
  for (const v1::PortSet& wanted : specification.port_sets()) {
    if (reservation->Take(wanted.id(), &sets, &sockets)) continue;
    size_t first = 0;
    for (PortSet& have : port_sets_) {
      if (have.id != wanted.id()) {
        first += have.ports.count;
        continue;
      }
      for (size_t i = 0; i < wanted.count(); ++i) sockets.push_back(std::move(sockets_[first + i]));
      sets.push_back(have);
      sets.back().ports.count = wanted.count();
      break;
    }
  }
  // What was not moved is closed before its port is given back.
  sockets_ = std::move(sockets);
  for (const PortSet& have : port_sets_) {
    unsigned kept = 0;
    for (const PortSet& set : sets) {
      if (set.id == have.id) kept = set.ports.count;
    }
    if (kept == have.ports.count) continue;
    interfaces_.Release(have.ports.address, static_cast<uint16_t>(have.ports.port + kept),
                        have.ports.count - kept);
  }
  port_sets_ = std::move(sets);
}

bool Call::TakeRecord(v1::Session* specification) {
  if (specification->generation() != session_.generation() + 1) return false;
  session_.set_generation(specification->generation());
  record_ = std::move(*specification->mutable_record());
  record_.shrink_to_fit();
  return true;
}

void Call::DescribePorts(google::protobuf::RepeatedPtrField<v1::PortSetAllocation>* out) const {
  for (const PortSet& set : port_sets_) {
    v1::PortSetAllocation* allocation = out->Add();
    allocation->set_id(set.id);
    allocation->set_interface(set.ports.interface);
    allocation->set_address(set.ports.address.ToBytes());
    allocation->set_advertised(set.ports.advertised.ToBytes());
    allocation->set_port(set.ports.port);
    allocation->set_advertised_name(set.ports.advertised.ToString());
  }
}

void Call::StopMedia() {
  for (auto& socket : sockets_) watcher_.Unwatch(socket.get());
}

bool Call::Park(session::SocketIndex index) {
  MediaSocket* const socket = sockets_[index].get();
  if (!socket->watched) return false;
  watcher_.Unwatch(socket);
  return true;
}

void Call::Unpark(const std::vector<session::SocketIndex>& sockets) {
  for (const session::SocketIndex index : sockets) watcher_.Watch(sockets_[index].get());
}

void Call::ResumeMedia() {
  for (auto& socket : sockets_) watcher_.Watch(socket.get());
}

}  // namespace mediad::relay
