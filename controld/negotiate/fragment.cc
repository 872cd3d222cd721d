#include "controld/negotiate/fragment.h"

#include <algorithm>

#include "controld/negotiate/ice.h"
#include "controld/sdp/parse.h"

namespace controld::negotiate {
namespace {

using call::IceLeg;
using call::Media;
using call::Party;

constexpr int kMostQueued = 16;
constexpr size_t kLongestQueued = 8 * 1024;
constexpr int64_t kQueuedFor_us = 3'000'000;

Media* FindSection(const sdp::MediaSection& section, int position, Party* party) {
  if (!section.mid.empty()) {
    for (Media& media : *party->mutable_media()) {
      if (media.has_mid() && media.mid() == section.mid) return &media;
    }
    return nullptr;
  }
  return position < party->media_size() ? party->mutable_media(position) : nullptr;
}

bool SameCredentials(const std::string& ufrag, const std::string& password, const IceLeg& leg) {
  return !leg.remote_ufrag().empty() && (ufrag.empty() || ufrag == leg.remote_ufrag()) &&
         (password.empty() || password == leg.remote_password());
}

// The same address for the same component is the same candidate.
void RemoveRepeated(int known, IceLeg* leg) {
  auto* candidates = leg->mutable_remote_candidates();
  for (int i = candidates->size() - 1; i >= known; --i) {
    const auto& added = candidates->Get(i);
    const bool repeated = std::any_of(
        candidates->begin(), candidates->begin() + i, [&](const rtpengine::v1::IceCandidate& other) {
          return other.component() == added.component() &&
                 other.endpoint().port() == added.endpoint().port() &&
                 other.endpoint().address() == added.endpoint().address();
        });
    if (repeated) candidates->DeleteSubrange(i, 1);
  }
}

bool Add(const std::vector<std::string>& candidates, bool end, IceLeg* leg) {
  const int known = leg->remote_candidates_size();
  const bool ended = leg->end_of_candidates();
  TakeCandidates(candidates, leg);
  RemoveRepeated(known, leg);
  if (end) leg->set_end_of_candidates(true);
  return leg->remote_candidates_size() > known || (end && !ended);
}

}  // namespace

bool ApplyFragment(const sdp::SessionDescription& fragment, Party* party) {
  bool changed = false;
  int position = 0;
  for (const sdp::MediaSection& section : fragment.media) {
    Media* media = FindSection(section, position++, party);
    if (media == nullptr || !media->has_ice()) continue;
    const std::string& ufrag = section.ice_ufrag.empty() ? fragment.ice_ufrag : section.ice_ufrag;
    const std::string& password = section.ice_pwd.empty() ? fragment.ice_pwd : section.ice_pwd;
    if (!SameCredentials(ufrag, password, media->ice())) continue;
    const auto& candidates = section.candidates.empty() ? fragment.candidates : section.candidates;
    changed = Add(candidates, section.end_of_candidates, media->mutable_ice()) || changed;
  }
  if (!fragment.media.empty()) return changed;
  for (Media& media : *party->mutable_media()) {
    if (!media.has_ice() || !SameCredentials(fragment.ice_ufrag, fragment.ice_pwd, media.ice())) {
      continue;
    }
    changed = Add(fragment.candidates, false, media.mutable_ice()) || changed;
  }
  return changed;
}

void QueueFragment(std::string_view tag, std::string_view body, int64_t now_us,
                   call::CallState* call) {
  if (call->fragments_size() >= kMostQueued || body.size() > kLongestQueued) return;
  call::Fragment* fragment = call->add_fragments();
  fragment->set_tag(std::string(tag));
  fragment->set_body(std::string(body));
  fragment->set_expires_us(now_us + kQueuedFor_us);
}

void ApplyQueuedFragments(int64_t now_us, call::CallState* call, Party* party) {
  auto* fragments = call->mutable_fragments();
  for (int i = 0; i < fragments->size();) {
    const call::Fragment& fragment = fragments->Get(i);
    const bool over = fragment.expires_us() < now_us;
    const bool theirs = party->has_tag() && fragment.tag() == party->tag();
    if (!over && theirs) {
      if (const auto parsed = sdp::ParseFragment(fragment.body()); parsed.ok()) {
        ApplyFragment(*parsed, party);
      }
    }
    if (over || theirs) fragments->DeleteSubrange(i, 1);
    else ++i;
  }
}

}  // namespace controld::negotiate
