// rtpctl calls list: calls of this controller, filtered.
#include <ctime>
#include <memory>

#include "proto/base/text.h"
#include "tools/rtpctl/commands/commands.h"
#include "tools/rtpctl/output/text.h"

namespace rtpctl {

namespace v1 = rtpengine::v1;

std::string CallsText(const v1::ListCallsResponse& calls, int64_t now, const Style& style) {
  if (calls.calls().empty()) {
    return calls.total() == 0 ? "There are no calls.\n"
                              : base::StrCat("None of ", calls.total(), " calls matches.\n");
  }
  Table table({{"CALL-ID", false, true},
               {"AGE", true},
               {"WORKER"},
               {"PARTIES", true},
               {"FROM"},
               {"STATE"}});
  for (const auto& call : calls.calls()) {
    const bool leaving = call.deletion_unix_ms() != 0;
    table.Add({Printable(call.call_id()),
               FormatAge(std::max<int64_t>(0, now - call.created_unix_ms() / 1000)),
               Printable(call.worker()), std::to_string(call.parties_size()),
               Printable(call.created_from()),
               leaving ? Cell("being deleted", Color::kDim) : Cell("active", Color::kGood)});
  }
  std::string out = table.Render(style);
  if (static_cast<uint64_t>(calls.calls_size()) < calls.total()) {
    out += Paint(base::StrCat(calls.calls_size(), " of ", calls.total(), " calls shown."),
                 Color::kDim, style) +
           "\n";
  }
  return out;
}

void AddCallsList(CLI::App* parent, Session* session) {
  auto* command = parent->add_subcommand("list", "Calls, all or filtered");
  auto request = std::make_shared<v1::ListCallsRequest>();
  command
      ->add_option_function<uint32_t>(
          "--limit", [request](uint32_t value) { request->set_limit(value); },
          "At most so many (default 100)")
      ->check(CLI::Range(1u, 1'000'000u));
  command->add_option_function<std::string>(
      "--contains", [request](const std::string& value) { request->set_contains(value); },
      "Call-ids that contain this text");
  command->add_option_function<std::string>(
      "--worker", [request](const std::string& value) { request->set_worker(value); },
      "Calls on this worker");
  command
      ->add_option_function<int64_t>(
          "--older-than", [request](int64_t value) { request->set_older_than_s(value); },
          "Calls of at least this age in seconds")
      ->check(CLI::NonNegativeNumber);
  command->add_option_function<std::string>(
      "--address", [request](const std::string& value) { request->set_address(value); },
      "Calls with a party at this IP address (as signalled)");
  command->footer(
      "Examples:\n"
      "  rtpctl calls list --older-than 7200\n"
      "  rtpctl calls list --address 198.51.100.7\n"
      "  rtpctl calls list --json | jq -r '.calls[].call_id'");
  command->callback([session, request] {
    session->set_command([session, request] {
      v1::ListCallsResponse calls;
      const int result = session->Call(&v1::Calls::Stub::ListCalls, *request, &calls);
      if (result != kExitOk || session->PrintedJson(calls)) return result;
      session->out() << CallsText(calls, std::time(nullptr), session->style());
      return kExitOk;
    });
  });
}

}  // namespace rtpctl
