#include "mediad/nft/ruleset.h"

namespace mediad::nft {

std::string_view FamilyName(Family family) {
  switch (family) {
    case Family::kInet: return "inet";
    case Family::kIp: return "ip";
    case Family::kIp6: return "ip6";
  }
  return "";
}

const Chain* Table::FindChain(std::string_view chain) const {
  for (const Chain& one : chains) {
    if (one.name == chain) return &one;
  }
  return nullptr;
}

const Set* Table::FindSet(std::string_view set) const {
  for (const Set& one : sets) {
    if (one.name == set) return &one;
  }
  return nullptr;
}

const Table* Ruleset::Find(Family family, std::string_view table) const {
  for (const Table& one : tables) {
    if (one.family == family && one.name == table) return &one;
  }
  return nullptr;
}

}  // namespace mediad::nft
