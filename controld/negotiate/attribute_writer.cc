#include "controld/negotiate/attribute_writer.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace controld::negotiate {

void AttributeWriter::Line(std::initializer_list<std::string_view> fragments) {
  if (rules_ == nullptr) {
    out_->append("a=");
    for (std::string_view fragment : fragments) out_->append(fragment);
    out_->append("\r\n");
    return;
  }
  std::string text;
  for (std::string_view fragment : fragments) {
    text.append(fragment);
    for (const std::string& item : rules_->remove) {
      if (absl::EqualsIgnoreCase(item, text)) return;
    }
    for (const auto& [from, to] : rules_->substitute) {
      if (absl::EqualsIgnoreCase(from, text)) {
        absl::StrAppend(out_, "a=", to, "\r\n");
        return;
      }
    }
  }
  absl::StrAppend(out_, "a=", text, "\r\n");
}

void AttributeWriter::Additions() {
  if (rules_ == nullptr) return;
  for (const std::string& text : rules_->add) {
    absl::StrAppend(out_, absl::StartsWith(text, "a=") ? "" : "a=", text, "\r\n");
  }
}

}  // namespace controld::negotiate
