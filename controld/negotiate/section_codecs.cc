// Codecs and packet times of one m= section (sdp-rewriting.md §8); the rest of the section is in section.cc.
#include "controld/negotiate/codecs.h"
#include "controld/negotiate/section.h"
#include "controld/negotiate/stored_sdp.h"

namespace controld::negotiate {

using call::Media;
using ng::Flag;

void SectionNegotiator::FillCodecs(const sdp::MediaSection& section, Pair pair,
                                   OutgoingSection* out) {
  const bool allow_empty = request_.Has(Flag::kAllowNoCodecMedia);
  const std::vector<sdp::Codec> theirs = StoredCodecs(pair.receiver->codecs());
  if (is_offer()) {
    std::vector<sdp::Codec> start = section.codecs;
    const std::vector<sdp::Codec> established = StoredCodecs(pair.receiver->established());
    if (request_.Has(Flag::kStaticCodecs) && !established.empty()) {
      start = established;
    } else if (request_.Has(Flag::kReuseCodecs)) {
      start = InOrderOf(std::move(start), established);
    }
    out->codecs = FilterCodecs(start, request_, warnings_);
  } else {
    out->codecs = FilterCodecs(section.codecs, request_, warnings_);
    if (!theirs.empty()) out->codecs = MatchAnswer(out->codecs, theirs, allow_empty);
    if (request_.Has(Flag::kReuseCodecs)) out->codecs = InOrderOf(std::move(out->codecs), theirs);
    if (request_.Has(Flag::kSingleCodec) && out->codecs.size() > 1) out->codecs.resize(1);
    for (Media* media : {pair.sender, pair.receiver}) {
      StoreCodecs(out->codecs, media->mutable_established());
    }
  }
  if (out->codecs.empty() && !section.codecs.empty()) out->rejected = true;
}

void SectionNegotiator::FillPtime(const sdp::MediaSection& section, Pair pair,
                                  OutgoingSection* out) {
  Media* sender = pair.sender;
  Media* receiver = pair.receiver;
  if (is_offer()) {
    sender->set_ptime_override(false);
    receiver->set_ptime_override(false);
  }
  if (section.ptime > 0) {
    if (!sender->ptime_override()) sender->set_ptime(section.ptime);
    if (!receiver->ptime_override()) receiver->set_ptime(section.ptime);
  }
  if (is_offer() && request_.ptime > 0) receiver->set_ptime(request_.ptime);
  if (is_offer() && request_.ptime_reverse > 0) sender->set_ptime(request_.ptime_reverse);
  if (is_offer() && (request_.ptime > 0 || request_.ptime_reverse > 0)) {
    sender->set_ptime_override(true);
    receiver->set_ptime_override(true);
    warnings_->push_back("ptime is changed in SDP only, packets are not repacketised");
  }
  out->ptime = receiver->ptime();
  out->maxptime = section.maxptime;
}

}  // namespace controld::negotiate
