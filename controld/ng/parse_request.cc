#include "controld/ng/parse_request.h"

#include "controld/ng/coercion.h"
#include "controld/ng/parser.h"

namespace controld::ng {
namespace {

std::optional<std::string> TextOf(const Dictionary& dictionary, std::string_view key) {
  const Value* value = dictionary.Find(key);
  const std::string* text = value ? value->string() : nullptr;
  return text ? std::optional(*text) : std::nullopt;
}

// The commands that know no aliases, templates or rtpp-flags (§5): exactly these keys.
void ParseLiterally(const Dictionary& dictionary, const ParseOptions& options, Request* request) {
  switch (request->command) {
    case Command::kQuery:
      request->call_id = TextOf(dictionary, "call-id");
      request->from_tag = TextOf(dictionary, "from-tag");
      request->to_tag = TextOf(dictionary, "to-tag");
      break;
    case Command::kList:
      if (const Value* limit = dictionary.Find("limit")) {
        request->limit = NumberOf(*limit, options.encoding == Encoding::kJson);
      }
      break;
    case Command::kCli:
      request->body = TextOf(dictionary, "body");
      break;
    default:
      break;
  }
}

}  // namespace

Request ParseRequest(const Dictionary& dictionary, const ParseOptions& options) {
  Request request;
  const CommandLookup lookup = PeekCommand(dictionary);
  if (const Value* value = dictionary.Find("command"); value && value->string()) {
    request.command_text = *value->string();
  }
  request.command = lookup.command;
  request.error = lookup.error;
  if (!request.error.empty()) return request;
  if (RunsCommonParser(request.command)) {
    Parser(options, &request).Run(dictionary);
  } else {
    ParseLiterally(dictionary, options, &request);
  }
  return request;
}

}  // namespace controld::ng
