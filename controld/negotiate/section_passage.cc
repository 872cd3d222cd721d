// What a section becomes whose ICE, keys or address pass through; see passage.h for whether they do.
#include "controld/negotiate/bundle.h"
#include "controld/negotiate/passage.h"
#include "controld/negotiate/section.h"
#include "controld/negotiate/stored_sdp.h"

namespace controld::negotiate {

using call::Media;

void SectionNegotiator::ShowAsReceived(const sdp::MediaSection& section,
                                       OutgoingSection* out) const {
  out->rtp = false;
  out->untouched = true;
  out->zero_connection = false;
  out->protocol = section.protocol;
  out->as_received = AttributesAsReceived(context_, sdp_, section);
}

// ICE and keys are between the parties: the section goes on as its author wrote it, and our ports are candidates.
void SectionNegotiator::Pass(const sdp::MediaSection& section, Pair pair, OutgoingSection* out) {
  const bool address_kept = ShowsAsReceived(context_, *pair.sender, *pair.receiver);
  StoreCodecs(section.codecs, pair.sender->mutable_codecs());
  if (!pair.receiver->initialized()) StoreCodecs(section.codecs, pair.receiver->mutable_codecs());
  for (Media* media : {pair.sender, pair.receiver}) LeaveOwnSecurity(media);
  AssignPorts(section, pair, MuxForm::kNone);
  if (!error_.empty()) return;
  for (Media* media : {pair.sender, pair.receiver}) PreparePassage(context_, media);
  if (address_kept) {
    ShowAsReceived(section, out);
  } else {
    out->as_received = AttributesAsReceived(context_, sdp_, section);
  }
  out->candidates = PassedCandidates(sdp_, section, *pair.receiver);
  pair.receiver->set_offered(true);
}

}  // namespace controld::negotiate
