// From a decoded dictionary to a typed request: aliases, coercions, rtpp-flags, templates, warnings
// (ng-protocol.md §3, §5, §8, §9, §10).
//
// Not here: which commands need which keys (controld/call), the wire (framing.h). Pure and
// thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "controld/ng/commands.h"
#include "controld/ng/encoding.h"
#include "controld/ng/request.h"
#include "controld/ng/value.h"

namespace controld::ng {

// Signalling templates: name in lower case → rtpp-flags text (§5).
using Templates = absl::flat_hash_map<std::string, std::string>;

struct ParseOptions {
  // Numbers in strings are decimal in bencode, and follow their base prefix (0x…, 0…) in JSON.
  Encoding encoding = Encoding::kBencode;
  const Templates* templates = nullptr;  // must outlive the call
  // Bare transport words in rtpp-flags ("RTP/SAVP", "SRTP", "AVPF"): off imitates a release that
  // took them for unknown flags.
  bool transport_words = true;
};

// Reads `command` and, for the commands that run the common key parser, all keys in order of
// appearance (ng-protocol.md §5, §8, §9). Never fails: oddities are in Request::warnings, a request
// that has to fail has Request::error set.
Request ParseRequest(const Dictionary& dictionary, const ParseOptions& options = {});

}  // namespace controld::ng
