// Properties over damaged bodies: parsing always ends with a value or an error, and what it makes
// stays in proportion to the text.
#include <random>
#include <string>

#include "controld/sdp/parse.h"
#include "gtest/gtest.h"
#include "tests/unit/controld/sdp/bodies.h"

namespace controld::sdp {
namespace {

// Octets of text the model holds.
size_t TextSize(const SessionDescription& session) {
  size_t size = session.name.size() + session.timing.size();
  for (const Attribute& a : session.attributes) size += a.name.size() + a.value.size();
  for (const MediaSection& media : session.media) {
    size += media.type_text.size() + media.protocol.size() + media.formats.size();
    for (const Attribute& a : media.attributes) size += a.name.size() + a.value.size();
    for (const Codec& codec : media.codecs) {
      size += codec.name.size() + (codec.fmtp ? codec.fmtp->size() : 0);
      for (const std::string& feedback : codec.rtcp_fb) size += feedback.size();
    }
  }
  return size;
}

void Check(std::string_view text) {
  for (const bool strict : {false, true}) {
    const absl::StatusOr<SessionDescription> parsed = Parse(text, strict);
    if (!parsed.ok()) {
      ASSERT_EQ(parsed.status().code(), absl::StatusCode::kInvalidArgument) << text;
      continue;
    }
    // Static names can add up to 5 octets for each of two; repeats multiply by at most four.
    ASSERT_LE(TextSize(*parsed), 5 * text.size() + 16) << text;
    ASSERT_LE(parsed->media.size(), text.size() / 5) << text;
    for (const MediaSection& media : parsed->media) {
      ASSERT_LE(media.port, 65535u) << text;
      ASSERT_GE(media.port_count, 1u) << text;
      for (const Codec& codec : media.codecs) {
        ASSERT_TRUE(codec.payload_type >= 0 && codec.payload_type <= 127) << text;
      }
    }
  }
}

TEST(Robustness, EveryPrefix) {
  for (const testing::Body& body : testing::kBodies) {
    for (size_t size = 0; size <= body.text.size(); ++size) Check(body.text.substr(0, size));
  }
}

TEST(Robustness, EverySingleByteChange) {
  constexpr std::string_view kBytes("\0\n\r =:\xff", 7);
  for (const testing::Body& body : testing::kBodies) {
    std::string text(body.text);
    for (size_t at = 0; at < text.size(); ++at) {
      for (const char byte : kBytes) {
        const char kept = std::exchange(text[at], byte);
        Check(text);
        text[at] = kept;
      }
    }
  }
}

TEST(Robustness, EverySingleByteLostOrDoubled) {
  for (const testing::Body& body : testing::kBodies) {
    for (size_t at = 0; at < body.text.size(); ++at) {
      const std::string head(body.text.substr(0, at));
      Check(head + std::string(body.text.substr(at + 1)));
      Check(head + body.text[at] + std::string(body.text.substr(at)));
    }
  }
}

TEST(Robustness, LinesOfDifferentBodiesMixed) {
  std::vector<std::string> lines;
  for (const testing::Body& body : testing::kBodies) {
    std::string_view rest = body.text;
    while (!rest.empty()) {
      const size_t end = rest.find('\n');
      lines.emplace_back(rest.substr(0, end == std::string_view::npos ? end : end + 1));
      rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    }
  }
  std::mt19937 random(20240229);
  std::uniform_int_distribution<size_t> pick(0, lines.size() - 1), count(0, 40);
  for (int round = 0; round < 3000; ++round) {
    std::string text = "v=0\r\nm=audio 1 RTP/AVP 96 96 8\r\n";
    for (size_t left = count(random); left > 0; --left) text += lines[pick(random)];
    Check(text);
  }
}

TEST(Robustness, RepeatsDoNotMultiply) {
  std::string text = "v=0\r\nm=audio 1 RTP/AVP 96 96 96 96\r\n";
  while (text.size() < kMaxBodySize - 4096) {
    text += "a=rtcp-fb:96 " + std::string(500, 'x') + "\r\na=fmtp:96 " + std::string(500, 'y');
    text += "\r\na=rtpmap:96 z/8000\r\n";
  }
  Check(text);
}

}  // namespace
}  // namespace controld::sdp
