#include "controld/negotiate/pairing.h"

#include <algorithm>

#include "controld/call/call_model.h"

namespace controld::negotiate {
namespace {

using call::Media;
using call::Party;

// Whoever answers with mids of its own making names the wrong medium, but rarely of the same type.
bool NamesByMid(const sdp::MediaSection& section, const Media& media) {
  return media.has_mid() && media.mid() == section.mid &&
         (media.type_text().empty() || media.type_text() == section.type_text);
}

bool Contains(const std::vector<uint32_t>& ids, uint32_t id) {
  return std::find(ids.begin(), ids.end(), id) != ids.end();
}

}  // namespace

Pairing::Pairing(call::CallState* call, const sdp::SessionDescription& sdp,
                 const Dialogue& dialogue)
    : call_(call), sdp_(sdp), sender_(call::FindParty(call, dialogue.sender)),
      receiver_(call::FindParty(call, dialogue.receiver)) {}

// Another section of this message names the medium by its mid, so position must not take it away.
bool Pairing::ClaimedByMid(const Media& media, const sdp::MediaSection& section) const {
  if (!media.has_mid() || media.mid() == section.mid) return false;
  return std::any_of(sdp_.media.begin(), sdp_.media.end(),
                     [&](const sdp::MediaSection& other) { return NamesByMid(other, media); });
}

Media* Pairing::SenderMedia(int index) {
  const sdp::MediaSection& section = sdp_.media[static_cast<size_t>(index)];
  Media* mine = nullptr;
  if (!section.mid.empty()) {
    for (Media& media : *sender_->mutable_media()) {
      if (NamesByMid(section, media) && !Contains(used_, media.id())) {
        mine = &media;
        break;
      }
    }
  }
  if (mine == nullptr && index < sender_->media_size()) {
    Media* candidate = sender_->mutable_media(index);
    if (!Contains(used_, candidate->id()) && !ClaimedByMid(*candidate, section)) mine = candidate;
  }
  if (mine == nullptr) mine = call::AddMedia(call_, sender_);
  used_.push_back(mine->id());
  return mine;
}

Media* Pairing::Subscribed(const Media& mine) {
  for (Media& media : *receiver_->mutable_media()) {
    for (const call::Subscription& subscription : media.subscriptions()) {
      if (subscription.offer_answer() && subscription.media() == mine.id() &&
          !Contains(used_, media.id())) {
        return &media;
      }
    }
  }
  return nullptr;
}

bool Pairing::Taken(const Media& theirs, const Media& mine) const {
  if (Contains(used_, theirs.id())) return true;
  for (const call::Subscription& subscription : theirs.subscriptions()) {
    if (!subscription.offer_answer() || subscription.media() == mine.id()) continue;
    const Party* source = call::PartyOfMedia(*call_, subscription.media());
    if (source != nullptr && source->id() == sender_->id()) return true;
  }
  return false;
}

Media* Pairing::ReceiverMedia(const Media& mine) {
  Media* theirs = Subscribed(mine);
  if (theirs == nullptr) {
    // Sections that are hidden from the receiver do not count in its positions, and the reverse.
    uint32_t position = mine.index() - 1;
    for (const Media& media : sender_->media()) {
      if (media.index() < mine.index() && media.hidden()) --position;
    }
    for (const Media& media : receiver_->media()) {
      if (media.index() <= position + 1 && media.hidden()) ++position;
    }
    while (receiver_->media_size() <= static_cast<int>(position)) call::AddMedia(call_, receiver_);
    theirs = receiver_->mutable_media(static_cast<int>(position));
    if (Taken(*theirs, mine)) theirs = call::AddMedia(call_, receiver_);
  }
  used_.push_back(theirs->id());
  return theirs;
}

}  // namespace controld::negotiate
