#include "controld/ng/rtpp_flags.h"

#include <string>
#include <utility>

namespace controld::ng {

void RtppFlagsReader::SkipSpaces() {
  while (!AtEnd() && text_[position_] == ' ') ++position_;
}

std::optional<RtppFlagsItem> RtppFlagsReader::Next() {
  SkipSpaces();
  if (AtEnd()) return std::nullopt;
  return Item(0);
}

RtppFlagsItem RtppFlagsReader::Item(int depth) {
  // Inside brackets a ']' ends an item, at the top level it is a character like others.
  const std::string_view name_ends = depth == 0 ? "= " : "= ]";
  const std::string_view text_ends = name_ends.substr(1);
  const size_t start = position_;
  position_ = std::min(text_.find_first_of(name_ends, start), text_.size());
  RtppFlagsItem item{text_.substr(start, position_ - start), std::nullopt};
  if (AtEnd() || text_[position_] != '=') return item;
  ++position_;
  if (!AtEnd() && text_[position_] == '[' && depth < kMaxDepth) {
    ++position_;
    item.value = Bracket(depth + 1);
    return item;
  }
  const size_t value = position_;
  position_ = std::min(text_.find_first_of(text_ends, value), text_.size());
  item.value = Value(text_.substr(value, position_ - value));
  return item;
}

// The first element decides: with a '=' it is a dictionary, else a list.
Value RtppFlagsReader::Bracket(int depth) {
  List list;
  Dictionary dictionary;
  bool is_dictionary = false;
  bool first = true;
  for (SkipSpaces(); !AtEnd() && text_[position_] != ']'; SkipSpaces()) {
    if (text_[position_] == '[' && depth < kMaxDepth) {  // a list within a list
      ++position_;
      list.push_back(Bracket(depth + 1));
      first = false;
      continue;
    }
    RtppFlagsItem item = Item(depth);
    if (first) is_dictionary = item.value.has_value();
    first = false;
    if (is_dictionary) {
      if (item.value) dictionary.Add(std::string(item.name), *std::move(item.value));
    } else if (!item.value) {
      list.emplace_back(item.name);
    } else if (const std::string* text = item.value->string()) {
      list.emplace_back(std::string(item.name) + "=" + *text);
    }
  }
  if (!AtEnd()) ++position_;
  return is_dictionary ? Value(std::move(dictionary)) : Value(std::move(list));
}

}  // namespace controld::ng
