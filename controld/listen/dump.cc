#include "controld/listen/dump.h"

#include "proto/base/text.h"

namespace controld::listen {
namespace {

void Append(const ng::Dictionary& dictionary, std::string* out);

void AppendText(const std::string& text, std::string* out) {
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
