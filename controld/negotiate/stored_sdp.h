// What the call model keeps of a party's SDP, and the SDP made again from it: codecs, and the lines that a
// party's subscribers get to see. Not here: what an SDP means for a call (section.h). Pure.
#pragma once

#include <vector>

#include "controld/call/call_state.pb.h"
#include "controld/sdp/session_description.h"

namespace controld::negotiate {

using CodecRecords = google::protobuf::RepeatedPtrField<call::SdpCodec>;
void StoreCodecs(const std::vector<sdp::Codec>& codecs, CodecRecords* records);
std::vector<sdp::Codec> StoredCodecs(const CodecRecords& records);
// As the party sent them.
void StoreCodecs(const std::vector<sdp::Codec>& codecs, call::Media* media);
std::vector<sdp::Codec> StoredCodecs(const call::Media& media);

void StoreSessionLines(const sdp::SessionDescription& sdp, call::Party* party);
void StoreSectionLines(const sdp::MediaSection& section, call::Media* media);

// The session level as the party last sent it, without sections and bandwidths.
sdp::SessionDescription StoredSession(const call::Party& party);
// A section of the party, with `codecs` in place of its own, in the direction given.
sdp::MediaSection StoredSection(const call::Media& media, std::vector<sdp::Codec> codecs,
                                sdp::Direction direction);

// What a party's SDP says when it sends and receives so.
sdp::Direction DirectionOf(bool sends, bool receives);

}  // namespace controld::negotiate
