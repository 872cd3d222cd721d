// Names of the model's enumerations and the direction rule of sdp-rewriting.md §1.1. Any thread.
#include "controld/sdp/session_description.h"

namespace controld::sdp {

std::string_view MediaTypeName(MediaType type) {
  switch (type) {
    case MediaType::kAudio:
      return "audio";
    case MediaType::kVideo:
      return "video";
    case MediaType::kText:
      return "text";
    case MediaType::kApplication:
      return "application";
    case MediaType::kMessage:
      return "message";
    case MediaType::kImage:
      return "image";
    case MediaType::kOther:
      break;
  }
  return "other";
}

std::string_view DirectionName(Direction direction) {
  switch (direction) {
    case Direction::kSendonly:
      return "sendonly";
    case Direction::kRecvonly:
      return "recvonly";
    case Direction::kInactive:
      return "inactive";
    case Direction::kSendrecv:
      break;
  }
  return "sendrecv";
}

// One keyword after the other, each in the section and then in the session; "sendrecv" is never
// looked for, so it does not undo a restriction.
Direction EffectiveDirection(const SessionDescription& session, const MediaSection& media) {
  if (media.has_recvonly || session.has_recvonly) return Direction::kRecvonly;
  if (media.has_sendonly || session.has_sendonly) return Direction::kSendonly;
  if (media.has_inactive || session.has_inactive) return Direction::kInactive;
  return Direction::kSendrecv;
}

}  // namespace controld::sdp
