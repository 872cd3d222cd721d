// Carries out one controller's commands: checks what concerns the stream (who may touch which
// session, sizes), hands the rest to the media plane, and gives every answer the id of its command.
//
// Does not look into sessions: whether a session makes sense is the media plane's judgement.
// Thread-safe.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "mediad/rpc/media_plane.h"
#include "rtpengine/v1/worker.pb.h"

namespace mediad::rpc {

inline constexpr size_t kMaxSessionIdOctets = 8 * 1024;  // session.proto
inline constexpr size_t kMaxRecordOctets =
    1024 * 1024;  // so that a page of ListSessions holds at least one
inline constexpr size_t kMaxResultOctets = (size_t{2} << 20) - 8192;

class CommandServer {
 public:
  using Done = std::function<void(rtpengine::v1::CommandResult)>;

  explicit CommandServer(MediaPlane& plane) : plane_(plane) {}

  // `controller` is the name in the stream's Welcome. `done` is called exactly once, on any thread.
  void Serve(const std::string& controller, rtpengine::v1::Command command, Done done);

 private:
  MediaPlane& plane_;
};

// Why a command is refused before the media plane sees it; nullopt: it is not.
std::optional<rtpengine::v1::Error> RefuseCommand(std::string_view controller,
                                                  const rtpengine::v1::Command& command);
// Takes sessions off the end of a page until it fits, and says that there are more.
void FitIntoFrame(rtpengine::v1::ListSessionsResult* page, size_t limit);

}  // namespace mediad::rpc
