// The NG commands that work on calls. One file each; shard thread only.
#pragma once

#include "controld/call/call_table.h"

namespace controld::call {

using Respond = CallService::Respond;

// offer_answer.cc
void HandleOfferAnswer(CallTable& table, ng::Request&& request, const base::Endpoint& origin,
                       base::Now now, Respond respond);
// delete_command.cc
void HandleDelete(CallTable& table, ng::Request&& request, base::Now now, Respond respond);
// Carries out delayed deletions that are due.
void ExpireDeletions(CallTable& table, base::Now now);
// Puts the call's delayed deletions on the list that ExpireDeletions works through.
void WatchDeadlines(CallTable& table, const CallState& call);
// subscribe_command.cc
void HandleSubscribeRequest(CallTable& table, ng::Request&& request, base::Now now, Respond respond);
void HandleSubscribeAnswer(CallTable& table, ng::Request&& request, base::Now now, Respond respond);
void HandleUnsubscribe(CallTable& table, ng::Request&& request, Respond respond);
// media_commands.cc
// block/unblock/silence/unsilence media, block/unblock DTMF.
void HandleManipulation(CallTable& table, ng::Request&& request, Respond respond);
// start/stop/pause recording.
void HandleRecording(CallTable& table, ng::Request&& request, Respond respond);
// start/stop forwarding.
void HandleForwarding(CallTable& table, ng::Request&& request, Respond respond);
// play/stop media, play DTMF: this program has no audio.
void HandlePlayer(const Respond& respond);
// single_command.cc. The request has a call-id, made up if the client gave none.
void HandlePublish(CallTable& table, ng::Request&& request, const base::Endpoint& origin,
                   base::Now now, Respond respond);
void HandleCreate(CallTable& table, ng::Request&& request, const base::Endpoint& origin,
                  base::Now now, Respond respond);
void HandleCreateAnswer(CallTable& table, ng::Request&& request, base::Now now, Respond respond);
void HandleTransform(CallTable& table, ng::Request&& request, Respond respond);
// link_command.cc
void HandleConnect(CallTable& table, ng::Request&& request, base::Now now, Respond respond);
void HandleMesh(CallTable& table, ng::Request&& request, base::Now now, Respond respond);
void HandleInject(CallTable& table, ng::Request&& request, base::Now now, Respond respond);
// query_command.cc
void HandleQuery(CallTable& table, ng::Request&& request, base::Now now, Respond respond);

ng::Dictionary Ok();
ng::Dictionary Failure(std::string_view reason);

}  // namespace controld::call
