// The line loop of the parser: where lines end, which letters may stand where, sessions in one body
// (sdp-rewriting.md §1, RFC 8866 §5). What is inside a line is read in parse_lines.cc and
// parse_attributes.cc. Pure; any thread.
#include "controld/sdp/parse.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "controld/sdp/parse_attributes.h"
#include "controld/sdp/parse_lines.h"
#include "controld/sdp/text.h"
#include "proto/base/text.h"

namespace controld::sdp {
namespace {

// What a section inherits from its session, written into the section. Only for bodies with several
// sessions: elsewhere readers of the model look into the section and then into the session.
void HandDown(const SessionDescription& session, MediaSection& media) {
  const auto inherit = [](auto& own, const auto& inherited) {
    if (own.empty()) own = inherited;
  };
  if (!media.connection) media.connection = session.connection;
  if (!media.direction_text) media.direction_text = session.direction_text;
  media.has_recvonly |= session.has_recvonly;
  media.has_sendonly |= session.has_sendonly;
  media.has_inactive |= session.has_inactive;
  media.has_sendrecv |= session.has_sendrecv;
  inherit(media.setup, session.setup);
  inherit(media.tls_id, session.tls_id);
  inherit(media.ice_ufrag, session.ice_ufrag);
  inherit(media.ice_pwd, session.ice_pwd);
  inherit(media.ice_options, session.ice_options);
  inherit(media.fingerprint, session.fingerprint);
  inherit(media.candidates, session.candidates);
  inherit(media.extmap, session.extmap);
  media.extmap_allow_mixed |= session.extmap_allow_mixed;
}

class Parser {
 public:
  // A fragment stands in a session from its first line on.
  Parser(bool strict, bool fragment) : strict_(strict), sessions_(fragment ? 1 : 0) {}

  absl::StatusOr<SessionDescription> Parse(std::string_view text);

 private:
  absl::Status Run(std::string_view text);
  absl::Status Line(char letter, std::string_view value);
  absl::Status SessionLine(char letter, std::string_view value);
  absl::Status MediaLine(char letter, std::string_view value);
  absl::Status BeginSession(std::string_view value);
  absl::Status BeginMedia(std::string_view value);
  absl::Status ReadOrigin(std::string_view value);
  absl::Status ReadConnection(std::string_view value, std::optional<base::IpAddress>& connection);
  void EndSession();

  absl::Status Error(std::string_view what) const {
    return absl::InvalidArgumentError(base::StrCat("SDP line ", line_number_, ": ", what));
  }

  const bool strict_;
  SessionDescription description_;
  int line_number_ = 0;
  int sessions_;
  size_t first_section_ = 0;  // of the current session
  bool origin_seen_ = false;  // in the current session
  bool in_section_ = false;
};

absl::StatusOr<SessionDescription> Parser::Parse(std::string_view text) {
  if (absl::Status status = Run(text); !status.ok()) return status;
  return std::move(description_);
}

absl::Status Parser::Run(std::string_view text) {
  if (text.size() > kMaxBodySize) return absl::InvalidArgumentError("SDP body is too long");
  // One character at the very end is no line: often it is a lone CR.
  while (text.size() > 1) {
    ++line_number_;
    if (text[0] == '\n' || text[0] == '\r') {
      if (strict_) return Error("empty line");
      break;
    }
    if (text[1] != '=') return Error("no equals sign after the letter");
    if (line_number_ > kMaxLines) return Error("too many lines");
    const size_t end = text.find('\n');
    if (std::min(end, text.size()) > kMaxLineSize) return Error("line is too long");
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.back() == '\r') line.remove_suffix(1);
    if (absl::Status status = Line(line[0], line.substr(2)); !status.ok()) return status;
  }
  if (sessions_ > 1) EndSession();
  if (description_.timing.empty()) description_.timing = "0 0";
  return absl::OkStatus();
}

absl::Status Parser::Line(char letter, std::string_view value) {
  if (letter == 'v') return BeginSession(value);
  if (sessions_ == 0) return Error("body does not begin with v=");
  switch (letter) {
    case 'm':
      return BeginMedia(value);
    case 'k':
    case 'r':
    case 'z':
      return absl::OkStatus();
    default:
      return in_section_ ? MediaLine(letter, value) : SessionLine(letter, value);
  }
}

absl::Status Parser::SessionLine(char letter, std::string_view value) {
  switch (letter) {
    case 'o':
      return ReadOrigin(value);
    case 'c':
      return ReadConnection(value, description_.connection);
    case 's':
      description_.name.assign(value);
      break;
    case 't':
      description_.timing.assign(value);
      break;
    case 'i':
      description_.information.emplace(value);
      break;
    case 'u':
      description_.uri.emplace(value);
      break;
    case 'e':
      description_.email.emplace(value);
      break;
    case 'p':
      description_.phone.emplace(value);
      break;
    case 'b':
      ParseBandwidth(value, description_.bandwidth);
      break;
    case 'a':
      ParseSessionAttribute(value, description_);
      break;
    default:
      return Error("unknown letter");
  }
  return absl::OkStatus();
}

absl::Status Parser::MediaLine(char letter, std::string_view value) {
  MediaSection& media = description_.media.back();
  switch (letter) {
    case 'c':
      return ReadConnection(value, media.connection);
    case 'i':
      media.title.emplace(value);
      break;
    case 'b':
      ParseBandwidth(value, media.bandwidth);
      break;
    case 'a':
      ParseMediaAttribute(value, media);
      break;
    default:
      return Error("letter is unknown or not allowed in a media section");
  }
  return absl::OkStatus();
}

absl::Status Parser::BeginSession(std::string_view value) {
  const std::optional<int64_t> version = ParseLeadingNumber(value);
  if (!version || *version != 0) return Error("v= is not 0");
  if (sessions_ > 0) EndSession();
  ++sessions_;
  origin_seen_ = false;
  in_section_ = false;
  description_.name.clear();
  return absl::OkStatus();
}

// Another session follows: what this one hands down must not reach the sections of the next.
void Parser::EndSession() {
  SessionDescription& session = description_;
  for (; first_section_ < session.media.size(); ++first_section_) {
    HandDown(session, session.media[first_section_]);
  }
  session.connection.reset();
  session.direction_text.reset();
  session.has_recvonly = session.has_sendonly = false;
  session.has_inactive = session.has_sendrecv = false;
  session.setup.clear();
  session.tls_id.clear();
  session.ice_ufrag.clear();
  session.ice_pwd.clear();
  session.ice_options.clear();
  session.fingerprint.clear();
  session.candidates.clear();
  session.extmap.clear();
  session.extmap_allow_mixed = false;
}

absl::Status Parser::BeginMedia(std::string_view value) {
  if (description_.media.size() == kMaxMediaSections) return Error("too many media sections");
  std::optional<MediaSection> media = ParseMedia(value);
  if (!media) return Error("malformed m=");
  media->position = description_.media.size();
  description_.media.push_back(std::move(*media));
  in_section_ = true;
  return absl::OkStatus();
}

absl::Status Parser::ReadOrigin(std::string_view value) {
  if (origin_seen_) return Error("second o=");
  origin_seen_ = true;
  std::optional<Origin> origin = ParseOrigin(value);
  if (!origin) return Error("o= needs six words");
  if (!description_.origin) description_.origin = std::move(*origin);
  return absl::OkStatus();
}

absl::Status Parser::ReadConnection(std::string_view value,
                                    std::optional<base::IpAddress>& connection) {
  if (connection) return Error("second c=");
  connection = ParseNetworkAddress(value);
  return connection ? absl::OkStatus() : Error("c= needs a literal address of its type");
}

}  // namespace

absl::StatusOr<SessionDescription> Parse(std::string_view text, bool strict) {
  return Parser(strict, /*fragment=*/false).Parse(text);
}

absl::StatusOr<SessionDescription> ParseFragment(std::string_view text, bool strict) {
  return Parser(strict, /*fragment=*/true).Parse(text);
}

}  // namespace controld::sdp
