#include "controld/sdp/raw_attributes.h"

#include <string>

namespace controld::sdp {
namespace {

// Of the lines that the parser sees; empty behind the last one.
std::string_view TakeLine(std::string_view& body) {
  if (body.size() < 2 || body[0] == '\n' || body[0] == '\r') return {};
  const size_t end = body.find('\n');
  std::string_view line = body.substr(0, end);
  body.remove_prefix(end == std::string_view::npos ? body.size() : end + 1);
  if (line.back() == '\r') line.remove_suffix(1);
  return line;
}

Attribute Split(std::string_view text) {
  const size_t colon = text.find(':');
  if (colon == std::string_view::npos) return {std::string(text), "", false};
  return {std::string(text.substr(0, colon)), std::string(text.substr(colon + 1)), true};
}

}  // namespace

std::vector<Attribute> RawAttributes(std::string_view body, size_t position) {
  std::vector<Attribute> attributes;
  size_t sections = 0;  // that have begun
  bool inside = false;
  while (true) {
    const std::string_view line = TakeLine(body);
    if (line.size() < 2) break;
    if (line[0] == 'm') inside = sections++ == position;
    if (line[0] == 'v') inside = false;
    if (sections > position + 1) break;
    if (!inside || line[0] != 'a') continue;
    Attribute attribute = Split(line.substr(2));
    if (attribute.name == "mid" || attribute.name == "label") continue;
    attributes.push_back(std::move(attribute));
  }
  return attributes;
}

}  // namespace controld::sdp
