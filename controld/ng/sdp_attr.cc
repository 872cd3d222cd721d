// Keys sdp-attr and sdp-media-remove (ng-protocol.md §10): the only ones whose wrong content fails
// a command.

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "controld/ng/coercion.h"
#include "controld/ng/key_handlers.h"
#include "controld/ng/parser.h"

namespace controld::ng {
namespace {

SdpAttrRules& RulesOf(Request& request, std::string_view section) {
  for (auto& [name, rules] : request.sdp_attr) {
    if (name == section) return rules;
  }
  return request.sdp_attr.emplace_back(section, SdpAttrRules()).second;
}

std::string_view AttributeSection(std::string_view text) {
  return Canonical(AttributeSectionWords(), text);
}

bool AddSubstitution(SdpAttrRules& rules, std::string_view text) {
  const size_t arrow = text.find('>');
  if (arrow == std::string_view::npos) return false;
  rules.substitute.emplace_back(Unescape(text.substr(0, arrow)), Unescape(text.substr(arrow + 1)));
  return true;
}

// "from>to" texts, and lists of two texts. Anything else is skipped.
void AddSubstitutions(Parser& parser, SdpAttrRules& rules, const Value& value) {
  ForEachText(value, [&](std::string_view text) {
    if (!AddSubstitution(rules, text)) parser.WarnUnknownItem(text);
  });
  const List* list = value.list();
  if (!list) return;
  for (const Value& item : *list) {
    const List* pair = item.list();
    if (!pair || pair->size() != 2) continue;
    const std::string* from = (*pair)[0].string();
    const std::string* to = (*pair)[1].string();
    if (from && to) rules.substitute.emplace_back(Unescape(*from), Unescape(*to));
  }
}

void ApplySection(Parser& parser, std::string_view section, const Dictionary& commands) {
  SdpAttrRules& rules = RulesOf(parser.request(), section);
  const auto append = [](std::vector<std::string>& texts) {
    return [&texts](std::string_view item) { texts.push_back(Unescape(item)); };
  };
  for (const auto& [name, items] : commands.entries()) {
    const std::string_view command = Canonical(SdpAttrCommands(), name);
    if (command == "add") {
      ForEachText(items, append(rules.add));
    } else if (command == "remove") {
      ForEachText(items, append(rules.remove));
    } else if (command == "substitute") {
      AddSubstitutions(parser, rules, items);
    } else {
      return parser.Fail("unknown manipulation command");
    }
  }
}

}  // namespace

bool Parser::SdpAttrFlag(PrefixAction kind, std::string_view section_and_text) {
  const size_t dash = section_and_text.find('-');
  if (dash == std::string_view::npos || dash + 1 == section_and_text.size()) return false;
  const std::string_view section = AttributeSection(section_and_text.substr(0, dash));
  if (section.empty()) return false;
  const std::string_view text = section_and_text.substr(dash + 1);
  SdpAttrRules& rules = RulesOf(request_, section);
  if (kind == PrefixAction::kSdpAttrSubstitute) return AddSubstitution(rules, text);
  (kind == PrefixAction::kSdpAttrAdd ? rules.add : rules.remove).push_back(Unescape(text));
  return true;
}

namespace keys {

void SdpAttr(Parser& parser, const Value& value) {
  const Dictionary* sections = value.dictionary();
  if (!sections) return parser.Fail("wrong type used");
  for (const auto& [name, commands] : sections->entries()) {
    const std::string_view section = AttributeSection(name);
    if (section.empty()) return parser.Fail("unsupported sdp section");
    if (!commands.dictionary()) return parser.Fail("wrong content given");
    ApplySection(parser, section, *commands.dictionary());
  }
}

void SdpMediaRemove(Parser& parser, const Value& value) {
  const List* types = value.list();
  if (!types) return parser.Fail("wrong type used");
  for (const Value& item : *types) {
    const std::string* text = item.string();
    if (!text) continue;
    const std::string_view type = Canonical(RemovableSectionWords(), *text);
    if (type.empty()) return parser.Fail("unsupported sdp section");
    parser.request().sdp_media_remove.emplace_back(type);
  }
}

}  // namespace keys
}  // namespace controld::ng
