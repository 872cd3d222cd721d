// Which media of the two parties an m= section is about (sdp-rewriting.md §3.2, §3.5; RFC 8843 §7.1 for
// mids). Not what the section changes there (section.h). Pure; one thread.
#pragma once

#include <vector>

#include "controld/call/call_state.pb.h"
#include "controld/negotiate/dialogue.h"
#include "controld/sdp/session_description.h"

namespace controld::negotiate {

struct MediaPair {
  call::Media* sender = nullptr;
  call::Media* receiver = nullptr;  // null: the section is not shown to the receiver
};

// For the sections of one message, in their order: no medium is given out twice.
class Pairing {
 public:
  // All arguments outlive the pairing.
  Pairing(call::CallState* call, const sdp::SessionDescription& sdp, const Dialogue& dialogue);

  // The sender's medium: by mid where the party has used it, else by position, else a new one.
  call::Media* SenderMedia(int index);
  // Its counterpart: the one that is subscribed to it, else by position, else a new one.
  call::Media* ReceiverMedia(const call::Media& mine);
  // The counterpart if there is one already.
  call::Media* Subscribed(const call::Media& mine);

 private:
  bool ClaimedByMid(const call::Media& media, const sdp::MediaSection& section) const;
  // Bound to another section of the sender.
  bool Taken(const call::Media& theirs, const call::Media& mine) const;

  call::CallState* const call_;
  const sdp::SessionDescription& sdp_;
  call::Party* const sender_;
  call::Party* const receiver_;
  std::vector<uint32_t> used_;  // media ids
};

}  // namespace controld::negotiate
