// rtpctl offload: which streams of the calls the kernel forwards, and why the others not.
#include <algorithm>
#include <ctime>
#include <memory>

#include "proto/base/text.h"
#include "tools/rtpctl/commands/commands.h"
#include "tools/rtpctl/output/streams.h"
#include "tools/rtpctl/output/text.h"

namespace rtpctl {

namespace v1 = rtpengine::v1;

namespace {

int GetCall(Session* session, const std::string& id, v1::CallInfo* call) {
  v1::GetCallRequest request;
  request.set_call_id(id);
  return session->Call(&v1::Calls::Stub::GetCall, request, call);
}

void AddList(CLI::App* parent, Session* session) {
  auto* command = parent->add_subcommand("list", "Calls, and how many of their streams are in the kernel");
  auto limit = std::make_shared<uint32_t>(100);
  command->add_option("--limit", *limit, "At most so many calls")->capture_default_str();
  command->footer("Example:\n  rtpctl offload list --limit 20");
  command->callback([session, limit] {
    session->set_command([session, limit] {
      v1::ListCallsRequest request;
      request.set_limit(*limit);
      v1::ListCallsResponse calls;
      if (const int result = session->Call(&v1::Calls::Stub::ListCalls, request, &calls); result != kExitOk) {
        return result;
      }
      // The list has no statistics; a call that ended meanwhile stays as listed.
      for (v1::CallInfo& call : *calls.mutable_calls()) {
        v1::CallInfo full;
        if (GetCall(session, call.call_id(), &full) == kExitOk) call = std::move(full);
      }
      if (session->PrintedJson(calls)) return kExitOk;
      session->out() << OffloadCallsText(calls, session->style());
      return kExitOk;
    });
  });
}

// `only_missing`: why-not.
void AddOne(CLI::App* parent, Session* session, const char* name, const char* help, bool only_missing) {
  auto* command = parent->add_subcommand(name, help);
  auto id = std::make_shared<std::string>();
  command->add_option("CALL-ID", *id, "The call")->required();
  command->footer(base::StrCat("Example:\n  rtpctl offload ", name, " 3848276298220188511@atlanta.example.com"));
  command->callback([session, id, only_missing] {
    session->set_command([session, id, only_missing] {
      v1::CallInfo call;
      const int result = GetCall(session, *id, &call);
      if (result != kExitOk || session->PrintedJson(call)) return result;
      session->out() << OffloadText(call, only_missing, std::time(nullptr), session->style());
      return kExitOk;
    });
  });
}

}  // namespace

std::string OffloadCallsText(const v1::ListCallsResponse& calls, const Style& style) {
  if (calls.calls().empty()) return "There are no calls.\n";
  Table table({{"CALL", false, true}, {"WORKER"}, {"STREAMS", true}, {"IN KERNEL", true}, {"PACKETS", true}});
  for (const auto& call : calls.calls()) {
    uint64_t streams = 0, there = 0, packets = 0;
    ForEachStream(call, [&](const auto&, const auto&, const v1::StreamStatistics& stream) {
      if (stream.rtcp()) return;
      ++streams;
      there += stream.offload().in_kernel();
      packets += stream.offload().ingress().packets();
    });
    table.Add({Printable(call.call_id()), Printable(call.worker()), std::to_string(streams),
               {std::to_string(there), there == streams ? Color::kGood : Color::kWarning},
               std::to_string(packets)});
  }
  return table.Render(style);
}

std::string OffloadText(const v1::CallInfo& call, bool only_missing, int64_t now, const Style& style) {
  Table table({{"PARTY", false, true}, {"MEDIA"}, {"STREAM"}, {"LOCAL"}, {"WHERE"}, {"PACKETS", true},
               {"SINCE", true}, {"WHY"}});
  ForEachStream(call, [&](const auto& party, const auto& media, const v1::StreamStatistics& stream) {
    const v1::Offload& offload = stream.offload();
    if (only_missing && offload.in_kernel()) return;
    std::string why = WhyText(stream);
    if (!offload.removed().empty()) base::StrAppend(&why, "; left before: ", Printable(offload.removed()));
    const int64_t age = std::max<int64_t>(0, now - offload.since_unix_ms() / 1000);
    table.Add({Printable(party.tag()), std::to_string(media.index()), stream.rtcp() ? "RTCP" : "RTP",
               FormatEndpoint(stream.local_address(), stream.local_port()),
               {PlaceText(offload), offload.in_kernel() ? Color::kGood : Color::kWarning},
               std::to_string(offload.ingress().packets()),
               offload.since_unix_ms() == 0 ? std::string("-") : FormatAge(age), why});
  });
  if (table.empty()) return only_missing ? "Every stream is in the kernel.\n" : "The call has no streams.\n";
  return table.Render(style);
}

void AddOffload(CLI::App* parent, Session* session) {
  AddList(parent, session);
  AddOne(parent, session, "show", "The streams of a call and who forwards them", false);
  AddOne(parent, session, "why-not", "What keeps streams of a call out of the kernel", true);
}

}  // namespace rtpctl
