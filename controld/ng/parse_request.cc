#include "controld/ng/parse_request.h"

#include "controld/ng/parser.h"

namespace controld::ng {
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
    Parser(options, &request).RunLiterally(dictionary);
  }
  return request;
}

}  // namespace controld::ng
