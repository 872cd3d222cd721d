#include "controld/listen/dump.h"

#include <algorithm>
#include <string_view>

#include "proto/base/text.h"

namespace controld::listen {
namespace {

void Append(const ng::Dictionary& dictionary, std::string* out);

// Keys of a=crypto never get into a log.
std::string WithoutKeys(const std::string& text) {
  constexpr std::string_view kInline = "inline:";
  constexpr std::string_view kEnds = "| ;\r\n";
  std::string out;
  size_t from = 0;
  for (size_t at = 0; at + kInline.size() <= text.size();) {
    if (!base::EqualsIgnoreCase(std::string_view(text).substr(at, kInline.size()), kInline)) {
      ++at;
      continue;
    }
    at += kInline.size();
    out.append(text, from, at - from).append("<hidden>");
    from = std::min(text.find_first_of(kEnds, at), text.size());
    at = from;
  }
  return out.append(text, from);
}

void AppendText(const std::string& original, std::string* out) {
  const std::string text = WithoutKeys(original);
  out->push_back('"');
  for (const char c : text) {
    if (c == '"' || c == '\\') out->push_back('\\');
    if (c == '\r') {
      out->append("\\r");
    } else if (c == '\n') {
      out->append("\\n");
    } else {
      out->push_back(c);
    }
  }
  out->push_back('"');
}

// Depth is bounded by the decoders (requests) and by our own replies.
void Append(const ng::Value& value, std::string* out) {
  if (const int64_t* integer = value.integer()) {
    out->append(base::StrCat(*integer));
  } else if (const std::string* text = value.string()) {
    AppendText(*text, out);
  } else if (const ng::Dictionary* dictionary = value.dictionary()) {
    Append(*dictionary, out);
  } else if (const ng::List* list = value.list()) {
    const char* separator = "[ ";
    for (const ng::Value& item : *list) {
      out->append(separator);
      Append(item, out);
      separator = ", ";
    }
    out->append(list->empty() ? "[ ]" : " ]");
  }
}

void Append(const ng::Dictionary& dictionary, std::string* out) {
  const char* separator = "{ ";
  for (const auto& [key, value] : dictionary.entries()) {
    out->append(separator);
    AppendText(key, out);
    out->append(": ");
    Append(value, out);
    separator = ", ";
  }
  out->append(dictionary.empty() ? "{ }" : " }");
}

}  // namespace

std::string DumpForLog(const ng::Dictionary& dictionary) {
  std::string out;
  Append(dictionary, &out);
  return out;
}

}  // namespace controld::listen
