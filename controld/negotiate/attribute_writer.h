// Writes a= lines, applying the request's sdp-attr rules (sdp-rewriting.md §5).
//
// A line is built from fragments; after each one the text so far is looked up, ignoring case, first in
// `remove` (drops the line), then in `substitute` (replaces the whole line). One pass: the result of a
// substitution is not looked up again.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "controld/ng/request.h"

namespace controld::negotiate {

class AttributeWriter {
 public:
  // `rules` may be null; both outlive the writer.
  AttributeWriter(std::string* out, const ng::SdpAttrRules* rules) : out_(out), rules_(rules) {}

  // "a=<fragments joined>\r\n".
  void Line(std::initializer_list<std::string_view> fragments);
  // The rules' additions, after the regular lines.
  void Additions();

 private:
  std::string* const out_;
  const ng::SdpAttrRules* const rules_;
};

}  // namespace controld::negotiate
