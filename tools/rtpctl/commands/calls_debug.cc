// rtpctl calls debug CALL-ID: the log has everything about one call, on controld and its worker.
#include <memory>

#include "tools/rtpctl/commands/commands.h"
#include "tools/rtpctl/output/text.h"

namespace rtpctl {

namespace v1 = rtpengine::v1;

void AddCallsDebug(CLI::App* parent, Session* session) {
  auto* command = parent->add_subcommand(
      "debug", "Logs every line about a call, whatever the log levels are, until it ends");
  auto call_id = std::make_shared<std::string>();
  auto off = std::make_shared<bool>(false);
  command->add_option("CALL-ID", *call_id, "The call-id")->required();
  command->add_flag("--off", *off, "As the log levels say, from now on");
  command->footer("Example:\n  rtpctl calls debug 3c26700857a1-8mgvi0bpv9cm@phone");
  command->callback([session, call_id, off] {
    session->set_command([session, call_id, off] {
      v1::DebugCallRequest request;
      request.set_call_id(*call_id);
      request.set_on(!*off);
      v1::DebugCallResponse response;
      const int result = session->Call(&v1::Calls::Stub::DebugCall, request, &response);
      if (result != kExitOk || session->PrintedJson(response)) return result;
      session->out() << (*off ? "Disabled" : "Enabled") << " debugging for call "
                     << Printable(*call_id) << "\n";
      return kExitOk;
    });
  });
}

}  // namespace rtpctl
