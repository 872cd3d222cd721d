#include "controld/negotiate/interfaces.h"

#include "proto/base/text.h"
#include "controld/call/call_model.h"

namespace controld::negotiate {
namespace {

using rtpengine::v1::Interface;

base::Family FamilyOf(const Interface& interface) {
  return interface.address().size() == 16 ? base::Family::kIpv6 : base::Family::kIpv4;
}

// The name that carries addresses: aliases resolved once.
std::string Resolve(const call::WorkerView& worker, const std::string& name) {
  for (const Interface& interface : worker.interfaces) {
    if (!interface.alias_of().empty() && interface.name() == name) return interface.alias_of();
  }
  return name;
}

bool Exists(const call::WorkerView& worker, const std::string& name) {
  for (const Interface& interface : worker.interfaces) {
    if (interface.alias_of().empty() && (interface.name() == name || interface.group() == name)) {
      return true;
    }
  }
  return false;
}

bool HasFamily(const call::WorkerView& worker, const std::string& name, base::Family family) {
  for (const Interface& interface : worker.interfaces) {
    if (interface.alias_of().empty() && (interface.name() == name || interface.group() == name) &&
        FamilyOf(interface) == family) {
      return true;
    }
  }
  return false;
}

bool IsMemberOf(const call::WorkerView& worker, const std::string& member,
                const std::string& group) {
  for (const Interface& interface : worker.interfaces) {
    if (interface.name() == member && interface.group() == group) return true;
  }
  return false;
}

// The default interface; a round-robin member stands for its group.
std::string DefaultName(const call::WorkerView& worker) {
  const Interface& first = worker.interfaces.front();
  return first.group().empty() ? first.name() : first.group();
}

}  // namespace

bool ChooseInterface(call::Media* media, const std::string& name, base::Family family,
                     const call::WorkerView& worker, std::vector<std::string>* warnings) {
  if (worker.interfaces.empty()) return false;
  std::string wanted = Resolve(worker, name);
  if (!wanted.empty() && !Exists(worker, wanted)) {
    // Historical names: they select a family when no interface is called so.
    if (name == "internal") family = base::Family::kIpv4;
    else if (name == "external") family = base::Family::kIpv6;
    else warnings->push_back(base::StrCat("Interface '", name, "' not found, using default"));
    wanted = DefaultName(worker);
  }
  const base::Family current = call::FromProto(media->family());
  if (wanted.empty()) {
    if (!media->interface().empty() && (current == family || family == base::Family::kNone)) {
      return true;  // once set, a leg stays
    }
    wanted = DefaultName(worker);
  } else if (IsMemberOf(worker, media->interface(), wanted)) {
    wanted = media->interface();  // a leg keeps its member of a round-robin group
  }
  if (family == base::Family::kNone) {
    family = current != base::Family::kNone ? current : FamilyOf(worker.interfaces.front());
  }
  if (!HasFamily(worker, wanted, family)) {
    // Any interface of that family, else any family of that interface.
    for (const Interface& interface : worker.interfaces) {
      if (interface.alias_of().empty() && FamilyOf(interface) == family) {
        warnings->push_back(base::StrCat("Interface '", wanted, "' has no ",
                                         family == base::Family::kIpv6 ? "IPv6" : "IPv4",
                                         " address, using '", interface.name(), "'"));
        wanted = interface.group().empty() ? interface.name() : interface.group();
        media->set_interface(wanted);
        media->set_family(call::ToProto(family));
        return true;
      }
    }
    const base::Family other =
        family == base::Family::kIpv6 ? base::Family::kIpv4 : base::Family::kIpv6;
    warnings->push_back(base::StrCat("No interface has an ",
                                     family == base::Family::kIpv6 ? "IPv6" : "IPv4",
                                     " address, using the other family"));
    if (!HasFamily(worker, wanted, other)) return false;
    family = other;
  }
  media->set_interface(wanted);
  media->set_family(call::ToProto(family));
  return true;
}

}  // namespace controld::negotiate
