#include "controld/ng/lint.h"

#include "controld/ng/parser.h"

namespace controld::ng {

std::string_view VerdictName(Verdict verdict) {
  switch (verdict) {
    case Verdict::kGood:
      return "ok";
    case Verdict::kDepends:
      return "depends";
    case Verdict::kPartly:
      return "in part";
    case Verdict::kDeprecated:
      return "deprecated";
    case Verdict::kNotSupported:
      return "not supported";
    case Verdict::kBadValue:
      return "bad value";
    case Verdict::kUnknown:
      return "unknown";
  }
  return {};
}

std::vector<LintEntry> LintFlags(std::string_view text, Command command,
                                 const ParseOptions& options) {
  std::vector<LintEntry> entries;
  Request request;
  request.command = command;
  Parser parser(options, &request);
  parser.Explain(&entries);
  parser.RtppFlags(text);
  return entries;
}

}  // namespace controld::ng
