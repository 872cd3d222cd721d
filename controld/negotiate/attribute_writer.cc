#include "controld/negotiate/attribute_writer.h"
#include "proto/base/text.h"


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
      if (base::EqualsIgnoreCase(item, text)) return;
    }
    for (const auto& [from, to] : rules_->substitute) {
      if (base::EqualsIgnoreCase(from, text)) {
        base::StrAppend(out_, "a=", to, "\r\n");
        return;
      }
    }
  }
  base::StrAppend(out_, "a=", text, "\r\n");
}

void AttributeWriter::Additions() {
  if (rules_ == nullptr) return;
  for (const std::string& text : rules_->add) {
    base::StrAppend(out_, text.starts_with("a=") ? "" : "a=", text, "\r\n");
  }
}

}  // namespace controld::negotiate
