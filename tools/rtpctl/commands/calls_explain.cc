// rtpctl calls explain CALL-ID: why media flows or does not, in sentences.
#include <memory>

#include "proto/base/text.h"
#include "tools/rtpctl/commands/commands.h"
#include "tools/rtpctl/output/text.h"

namespace rtpctl {

namespace v1 = rtpengine::v1;

std::string ExplanationText(const v1::ExplainCallResponse& explanation, const Style& style) {
  std::string out = Paint("Call " + Printable(explanation.call().call_id()), Color::kTitle, style);
  if (!explanation.call().worker().empty()) {
    out += " on worker " + Printable(explanation.call().worker());
  }
  out += "\n";
  for (const auto& stream : explanation.streams()) {
    out += "\n" +
           Paint(base::StrCat("Party ", Printable(stream.party()), ", media ", stream.index(),
                              stream.rtcp() ? ", RTCP" : ", RTP"),
                 Color::kTitle, style) +
           "\n";
    if (!stream.signalled().empty()) out += "  " + Printable(stream.signalled()) + "\n";
    for (const auto& fact : stream.facts()) out += "  " + Printable(fact) + "\n";
    for (const auto& missing : stream.missing()) {
      out += Paint("  MISSING: " + Printable(missing), Color::kBad, style) + "\n";
    }
    if (stream.missing().empty()) out += Paint("  nothing is missing", Color::kGood, style) + "\n";
  }
  out += "\n";
  for (const auto& sentence : explanation.verdict()) out += Printable(sentence) + "\n";
  return out;
}

void AddCallsExplain(CLI::App* parent, Session* session) {
  auto* command =
      parent->add_subcommand("explain", "Why media flows or does not, per stream and direction");
  auto call_id = std::make_shared<std::string>();
  command->add_option("CALL-ID", *call_id, "The call-id")->required();
  command->footer(
      "Examples:\n"
      "  rtpctl calls explain 3c26700857a1-8mgvi0bpv9cm@phone\n"
      "  rtpctl calls explain --json 3c26… | jq -r '.streams[].missing[]'   # only what is "
      "missing");
  command->callback([session, call_id] {
    session->set_command([session, call_id] {
      v1::GetCallRequest request;
      request.set_call_id(*call_id);
      v1::ExplainCallResponse explanation;
      const int result = session->Call(&v1::Calls::Stub::ExplainCall, request, &explanation);
      if (result != kExitOk || session->PrintedJson(explanation)) return result;
      session->out() << ExplanationText(explanation, session->style());
      return kExitOk;
    });
  });
}

}  // namespace rtpctl
