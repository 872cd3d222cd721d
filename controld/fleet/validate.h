// What a worker may say: a worker that breaks these rules is cut off rather than believed.
//
// Every function returns the fault in words, or an empty string. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "controld/call/worker_gateway.h"
#include "rtpengine/v1/worker.pb.h"

namespace controld::fleet {

inline constexpr size_t kMaxSessionId = 8 * 1024;  // session.proto, Session.id
inline constexpr int kMaxInterfaces = 1024;
inline constexpr int kMaxCertificates = 16;  // and digests of each

std::string FaultOf(const rtpengine::v1::Hello& hello);

// A port set that was asked for.
struct ExpectedPortSet {
  uint32_t id;
  uint32_t count;
  uint32_t port;  // 0: any
};
std::vector<ExpectedPortSet> ExpectedOf(const rtpengine::v1::Session& session);

// The answer to ApplySession: exactly the port sets asked for, on announced addresses and ports.
std::string FaultOf(const rtpengine::v1::ApplySessionResult& result,
                    const std::vector<ExpectedPortSet>& expected, const call::WorkerView& view);
std::string FaultOf(const rtpengine::v1::SessionRecord& record, const call::WorkerView& view);
std::string FaultOf(const rtpengine::v1::Event& event, const std::string& controller_name);
std::string FaultOf(const rtpengine::v1::LoadReport& load);

// Whether the result is of the kind that the command asks for (an error always is).
bool Matches(rtpengine::v1::Command::CommandCase command,
             const rtpengine::v1::CommandResult& result);

}  // namespace controld::fleet
