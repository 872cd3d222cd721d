// How far the SSRCs of a media have come under its keys: kept as the worker reports it, given back with the same keys
// (worker.proto, SrtpProgress). Commands may replace keys meanwhile: then it is of no use, and stays until the next
// report. Values only.
#pragma once

#include "controld/call/call_state.pb.h"
#include "rtpengine/v1/worker.pb.h"

namespace controld::call {

// False: known already, or none of its keys is one of the media's.
bool TakeProgress(const rtpengine::v1::SrtpProgress& reported, Media* media);

// Fills in the positions of keys that `media`, which carries the transport, has a report of.
void FillPositions(const Media& media, rtpengine::v1::Srtp* srtp);

}  // namespace controld::call
