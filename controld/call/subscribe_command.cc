// `subscribe request`, `subscribe answer`, `unsubscribe` (ng-protocol.md §6.15): checks, replies and the form
// that SIPREC clients get. What a subscription is: ../negotiate/subscribe.h.
#include <memory>
#include <string>
#include <utility>

#include "controld/call/call_model.h"
#include "controld/call/fragment_command.h"
#include "controld/call/join.h"
#include "controld/negotiate/negotiate.h"
#include "controld/negotiate/origin.h"
#include "controld/negotiate/select_party.h"
#include "controld/negotiate/subscribe.h"
#include "controld/negotiate/write_sdp.h"
#include "controld/sdp/parse.h"
#include "proto/base/log.h"

namespace controld::call {
namespace {

using ng::Dictionary;
using ng::List;

constexpr char kUnknownCallIds[] = "Unknown call-ID(s)";

// As the proxy sees the media: what it receives, what it sends.
std::string_view Mode(const Media& media) {
  if (media.sends()) return media.receives() ? "sendrecv" : "recvonly";
  return media.receives() ? "sendonly" : "inactive";
}

// A subscriber's tag. Clients that leave their flags to us put the SIP dialogue's to-tag beside them, which
// is not the subscriber's.
std::string SubscriberTag(const ng::Request& request, base::Random& random) {
  const bool meant = !request.rtpp_flags || request.Has(ng::Flag::kToTag);
  if (meant && request.to_tag && !request.to_tag->empty()) return *request.to_tag;
  return GenerateId(random);
}

void LogWarnings(const CallState& call, const std::vector<std::string>& warnings) {
  for (const std::string& warning : warnings) {
    base::log::Log(base::log::Severity::kWarning, base::log::Subsystem::kCore, LogContext(call),
                   warning);
  }
}

Dictionary MediaLabel(const Party& party, const Media& media) {
  Dictionary label;
  label.Add("tag", party.tag());
  label.Add("index", int64_t{media.index()});
  label.Add("type", media.type_text());
  if (!party.label().empty()) label.Add("label", party.label());
  label.Add("mode", Mode(media));
  return label;
}

Dictionary TagMedias(const Party& party, List medias) {
  Dictionary entry;
  entry.Add("tag", party.tag());
  if (!party.label().empty()) entry.Add("label", party.label());
  entry.Add("medias", std::move(medias));
  return entry;
}

// tag-medias: the sections, those in a row of one party together; media-labels: the same by label.
void AddSiprec(const CallState& call, const std::vector<uint32_t>& sources, Dictionary* reply) {
  List tag_medias;
  List medias;
  Dictionary labels;
  const Party* party = nullptr;
  for (const uint32_t id : sources) {
    const Media* media = FindMedia(call, id);
    if (media == nullptr) continue;
    const Party* source = PartyOfMedia(call, id);
    if (source != party && party != nullptr) {
      tag_medias.push_back(TagMedias(*party, std::exchange(medias, {})));
    }
    party = source;
    Dictionary item;
    item.Add("index", int64_t{media->index()});
    item.Add("type", media->type_text());
    item.Add("label", media->label());
    item.Add("mode", Mode(*media));
    medias.push_back(std::move(item));
    labels.Add(media->label(), MediaLabel(*party, *media));
  }
  if (party != nullptr) tag_medias.push_back(TagMedias(*party, std::move(medias)));
  reply->Add("tag-medias", std::move(tag_medias));
  reply->Add("media-labels", std::move(labels));
}

// A subscribe request between its two halves: before and after the worker has the ports.
struct Subscribing {
  ng::Request request;
  std::string to_tag;
  negotiate::SubscribeOutcome outcome;
  negotiate::OriginLine origin;
};

Dictionary SubscribeReply(const CallState& call, const Subscribing& work,
                          const Settings& settings) {
  const std::vector<uint32_t>& sources = work.outcome.sources;
  Dictionary reply;
  reply.Add("sdp", negotiate::WriteSdp(call, work.outcome.outgoing, work.request, settings,
                                       work.origin));
  List tags;
  for (const uint32_t id : sources) {
    const Party* party = PartyOfMedia(call, id);
    tags.push_back(party == nullptr ? std::string() : party->tag());
  }
  if (tags.size() == 1) reply.Add("from-tag", tags.front());
  if (work.request.Has(ng::Flag::kSiprec)) AddSiprec(call, sources, &reply);
  reply.Add("from-tags", std::move(tags));
  reply.Add("to-tag", work.to_tag);
  reply.Add("result", "ok");
  return reply;
}

}  // namespace

void HandleSubscribeRequest(CallTable& table, ng::Request&& request, base::Now now,
                            Respond respond) {
  if (!request.call_id || request.call_id->empty()) return respond(Failure("No call-id in message"));
  if (!request.error.empty()) return respond(Failure(request.error));
  const std::string call_id = *request.call_id;
  auto work = std::make_shared<Subscribing>();
  work->to_tag = SubscriberTag(request, table.random);
  work->request = std::move(request);
  Change change(work->request);
  change.refused = "Failed to create SDP";
  change.work = [&table, work, now](CallState* draft, const WorkerView& worker) {
    const negotiate::SourceSelection sources = negotiate::SelectSources(*draft, work->request);
    if (!sources.error.empty()) return sources.error;
    work->outcome = negotiate::SubscribeRequest(draft, work->request, work->to_tag, sources.media,
                                                worker, table.settings, table.random, now);
    LogWarnings(*draft, work->outcome.warnings);
    if (!work->outcome.error.empty()) return work->outcome.error;
    work->origin = negotiate::PrepareSubscriberOrigin(draft, work->outcome.outgoing, work->request,
                                                      table.settings, table.random);
    return std::string();
  };
  change.reply = [&table, work](const CallState& call) {
    return SubscribeReply(call, *work, table.settings);
  };
  // The subscriber may be a party of another call, which then becomes one with this.
  std::vector<std::string> others;
  if (!work->request.to_call_id.empty()) others.push_back(work->request.to_call_id);
  JoinCalls(table, call_id, others,
            {kUnknownCallIds, "Failed to merge two calls into one (tag collision)",
             "Failed to merge two calls into one"},
            std::move(change), std::move(respond));
}

void HandleSubscribeAnswer(CallTable& table, ng::Request&& request, base::Now now, Respond respond) {
  if (!request.call_id || request.call_id->empty()) return respond(Failure("No call-id in message"));
  if (HasFragment(request) && request.to_tag && !request.to_tag->empty()) {
    const std::string tag = *request.to_tag;
    return HandleFragment(table, std::move(request), tag, now, std::move(respond));
  }
  const std::string call_id = *request.call_id;
  auto kept = std::make_shared<const ng::Request>(std::move(request));
  Change change(*kept);
  change.refused = "Failed to process subscription answer";
  // An unknown call comes before a missing body.
  change.work = [&table, kept, now](CallState* draft, const WorkerView& worker) -> std::string {
    if (!kept->sdp) return "No SDP body in message";
    const auto sdp = sdp::Parse(*kept->sdp, table.settings.reject_invalid_sdp);
    if (!sdp.ok()) return "Failed to parse SDP";
    if (std::string error = negotiate::CheckSdp(*kept, *sdp, table.settings); !error.empty()) {
      return error;
    }
    if (!kept->to_tag || kept->to_tag->empty()) return "No to-tag in message";
    std::string error = negotiate::SubscribeAnswer(draft, *kept, *sdp, worker, table.settings,
                                                   table.random, now);
    if (error.empty()) ApplyFragmentsThatWaited(now, *kept->to_tag, draft);
    return error;
  };
  ChangeCall(table, call_id, negotiate::kUnknownCallId, std::move(change), std::move(respond));
}

void HandleUnsubscribe(CallTable& table, ng::Request&& request, Respond respond) {
  if (!request.call_id || request.call_id->empty()) return respond(Failure("No call-id in message"));
  const std::string call_id = *request.call_id;
  auto kept = std::make_shared<const ng::Request>(std::move(request));
  Change change(*kept);
  change.refused = "Failed to unsubscribe";
  change.work = [kept](CallState* draft, const WorkerView&) -> std::string {
    if (!kept->to_tag || kept->to_tag->empty()) return "No to-tag in message";
    return negotiate::Unsubscribe(draft, *kept);
  };
  ChangeCall(table, call_id, negotiate::kUnknownCallId, std::move(change), std::move(respond));
}

}  // namespace controld::call
