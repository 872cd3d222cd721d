// rtpctl calls delete CALL-ID: ends a call at once and shows its last counters.
#include <ctime>
#include <memory>

#include "tools/rtpctl/commands/commands.h"
#include "tools/rtpctl/output/text.h"

namespace rtpctl {

namespace v1 = rtpengine::v1;

std::string DeletedText(const std::string& call_id, const v1::SessionStatistics& statistics,
                        const Style& style) {
  std::string out = "Deleted call " + Printable(call_id) + "\n";
  Table streams = StreamTable();
  for (const auto& media : statistics.media()) {
    AddStreams(media, "-", std::to_string(media.media()), std::time(nullptr), &streams);
  }
  if (!streams.empty()) out += "\n" + streams.Render(style);
  return out;
}

void AddCallsDelete(CLI::App* parent, Session* session) {
  auto* command = parent->add_subcommand(
      "delete", "Ends a call now, without a delay; the SIP side is not told");
  auto call_id = std::make_shared<std::string>();
  command->add_option("CALL-ID", *call_id, "The call-id")->required();
  command->footer("Example:\n  rtpctl calls delete 3c26700857a1-8mgvi0bpv9cm@phone");
  command->callback([session, call_id] {
    session->set_command([session, call_id] {
      v1::DeleteCallRequest request;
      request.set_call_id(*call_id);
      v1::DeleteCallResponse response;
      const int result = session->Call(&v1::Calls::Stub::DeleteCall, request, &response);
      if (result != kExitOk || session->PrintedJson(response)) return result;
      session->out() << DeletedText(*call_id, response.statistics(), session->style());
      return kExitOk;
    });
  });
}

}  // namespace rtpctl
