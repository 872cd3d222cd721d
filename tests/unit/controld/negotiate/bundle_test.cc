#include "controld/negotiate/bundle.h"

#include "proto/base/text.h"
#include "tests/unit/controld/negotiate/exchange.h"

namespace controld::negotiate {
namespace {

namespace v1 = rtpengine::v1;

struct Body {
  std::string address;
  int port;
  bool group = true;
  bool mids = true;
  bool extension = true;
  bool reject_audio = false;
};

std::string BodyText(const Body& body) {
  std::string text = base::StrCat("v=0\r\no=- 1 1 IN IP4 ", body.address, "\r\ns=-\r\nc=IN IP4 ",
                                  body.address, "\r\nt=0 0\r\n");
  if (body.group) text += body.reject_audio ? "a=group:BUNDLE 1\r\n" : "a=group:BUNDLE 0 1\r\n";
  for (int i = 0; i < 2; ++i) {
    const int port = body.reject_audio && i == 0 ? 0 : body.port + 10 * i;
    base::StrAppend(&text, "m=", i == 0 ? "audio " : "video ", port, " RTP/AVP ", i == 0 ? 8 : 96, "\r\n");
    if (i == 1) text += "a=rtpmap:96 VP8/90000\r\n";
    if (body.mids) base::StrAppend(&text, "a=mid:", i, "\r\n");
    if (body.extension) text += "a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid\r\n";
  }
  return text;
}

class BundleTest : public Exchange {
 protected:
  std::string Offer(const std::string& word, Body body = {"192.0.2.10", 4000}) {
    ng::Request request = call::Offer("c", "A", BodyText(body));
    if (!word.empty()) request.bundle = {word};
    if (!word.empty() && word != "accept") request.Set(ng::Flag::kGenerateMid);
    return Send(request);
  }
  std::string Answer(Body body = {"198.51.100.20", 5000}) {
    return Send(call::Answer("c", "A", "B", BodyText(body)));
  }
  v1::Media MediaOf(std::string_view tag, int position) {
    const v1::Session session = BuildSession(call_, settings_, false);
    for (const v1::Media& media : session.media()) {
      if (media.id() == PartyOf(tag).media(position).id()) return media;
    }
    return {};
  }
  static bool Has(const std::string& sdp, const std::string& line) {
    return sdp.find(line + "\r\n") != std::string::npos;
  }
};

TEST_F(BundleTest, WithoutFlagsNobodyBundles) {
  EXPECT_EQ(Offer("").find("a=group"), std::string::npos);
  EXPECT_EQ(Answer().find("a=group"), std::string::npos);
  EXPECT_FALSE(MediaOf("A", 0).has_bundled());
  EXPECT_NE(MediaOf("A", 0).port_set(), MediaOf("A", 1).port_set());
}

TEST_F(BundleTest, AcceptBundlesTheSendersLegWhateverTheOtherSideAnswers) {
  EXPECT_EQ(Offer("accept").find("a=group"), std::string::npos);
  const std::string answer = Answer({"198.51.100.20", 5000, false, false, false});
  EXPECT_TRUE(Has(answer, "a=group:BUNDLE 0 1"));
  EXPECT_TRUE(Has(answer, "a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid"));
  const v1::Media audio = MediaOf("A", 0), video = MediaOf("A", 1);
  EXPECT_EQ(audio.port_set(), video.port_set());
  EXPECT_EQ(audio.bundled().head(), audio.id());
  EXPECT_EQ(video.bundled().head(), audio.id());
  EXPECT_EQ(video.bundled().mid(), "1");
  EXPECT_EQ(video.bundled().mid_extension(), 4u);
  EXPECT_FALSE(MediaOf("B", 0).has_bundled());
}

TEST_F(BundleTest, AnOfferedBundleHasPortsInCaseItIsNotTaken) {
  const std::string offer = Offer("offer", {"192.0.2.10", 4000, false, false, false});
  EXPECT_TRUE(Has(offer, "a=group:BUNDLE 1 2"));
  EXPECT_TRUE(Has(offer, "a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid"));
  EXPECT_EQ(offer.find("a=bundle-only"), std::string::npos);
  EXPECT_NE(MediaOf("A", 0).port_set(), MediaOf("A", 1).port_set());
  Answer();
  EXPECT_TRUE(MediaOf("B", 1).has_bundled());
  EXPECT_EQ(MediaOf("B", 0).port_set(), MediaOf("B", 1).port_set());
}

TEST_F(BundleTest, ARequiredBundleHasOnePort) {
  for (const char* word : {"require", "strict"}) {
    call_.clear_parties();
    const std::string offer = Offer(word);
    EXPECT_TRUE(Has(offer, "a=group:BUNDLE 0 1"));
    EXPECT_TRUE(Has(offer, "a=mid:1\r\na=bundle-only"));
    EXPECT_FALSE(Has(offer, "a=mid:0\r\na=bundle-only"));
    EXPECT_EQ(offer.find("m=video 0 ") != std::string::npos, word == std::string("strict"));
    Answer();
    EXPECT_EQ(MediaOf("B", 0).port_set(), MediaOf("B", 1).port_set());
  }
}

TEST_F(BundleTest, ThePortsOutliveARejectedHead) {
  Offer("require");
  const uint32_t port_set = PartyOf("A").id() != 0 ? call_.parties(1).media(0).port_set() : 0;
  Body body{"198.51.100.20", 5000};
  body.reject_audio = true;
  Answer(body);
  EXPECT_EQ(MediaOf("B", 0).port_set(), 0u);
  EXPECT_EQ(MediaOf("B", 1).port_set(), port_set);
  EXPECT_EQ(MediaOf("B", 1).bundled().head(), MediaOf("B", 1).id());  // alone; for its MID
}

TEST_F(BundleTest, RejectEndsIt) {
  Offer("accept");
  Answer();
  EXPECT_EQ(MediaOf("A", 0).port_set(), MediaOf("A", 1).port_set());
  ng::Request reoffer = call::Reoffer("c", "A", "B", BodyText({"192.0.2.10", 4000}));
  reoffer.bundle = {"reject"};
  Send(reoffer);
  EXPECT_EQ(Answer().find("a=group"), std::string::npos);
  EXPECT_FALSE(MediaOf("A", 1).has_bundled());
  EXPECT_NE(MediaOf("A", 0).port_set(), MediaOf("A", 1).port_set());
  EXPECT_EQ(MediaOf("A", 1).late_port_sets_size(), 0) << "they are the other's";
}

}  // namespace
}  // namespace controld::negotiate
