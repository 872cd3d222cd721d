// rtpctl calls delete CALL-ID: ends a call at once and shows it as it was.
#include <ctime>
#include <memory>

#include "tools/rtpctl/commands/commands.h"
#include "tools/rtpctl/output/text.h"

namespace rtpctl {

namespace v1 = rtpengine::v1;

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
      session->out() << "Deleted call " << Printable(*call_id) << "\n\n"
                     << CallText(response.call(), std::time(nullptr), session->style());
      return kExitOk;
    });
  });
}

}  // namespace rtpctl
