// Codecs by name, for SDP that nobody sent us: payload type, clock rate and channels where a client only gives
// a name. Not here: what can be decoded (nothing is), codecs of received SDP (codecs.h). Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "controld/sdp/session_description.h"

namespace controld::negotiate {

// The codecs of `items` ("name[/rate[/channels…]]", names in any case) with payload types, dynamic ones from
// 96 on. A name nobody knows is left out. Video without a rate has rate 0, as recorded.
std::vector<sdp::Codec> CodecsByName(const std::vector<std::string>& items);

// Says which key pressed or that nobody speaks, beside a codec: telephone-event, CN.
bool IsSupplementary(const sdp::Codec& codec);

// What a receiver that takes one codec answers: the first real one and telephone-event at its rate.
std::vector<sdp::Codec> FirstUsable(const std::vector<sdp::Codec>& offered);

}  // namespace controld::negotiate
