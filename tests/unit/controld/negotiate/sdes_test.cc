// Which lines are offered, which one answers: sdp-rewriting.md §7.1, as tables.
//
// A line is written "<tag>:<suite><key>": the suite as below, the key as one letter, '*' for a fresh one.
#include "controld/negotiate/sdes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "proto/base/text.h"
#include "proto/media/srtp_suite.h"
#include "tests/unit/controld/call/messages.h"

namespace controld::negotiate {
namespace {

using call::SdesLine;

const std::map<std::string, std::string>& Short() {
  static const std::map<std::string, std::string> kNames = {
      {"G256", "AEAD_AES_256_GCM"},         {"G128", "AEAD_AES_128_GCM"},
      {"A256/80", "AES_256_CM_HMAC_SHA1_80"}, {"A256/32", "AES_256_CM_HMAC_SHA1_32"},
      {"A192/80", "AES_192_CM_HMAC_SHA1_80"}, {"A192/32", "AES_192_CM_HMAC_SHA1_32"},
      {"A/80", "AES_CM_128_HMAC_SHA1_80"},  {"A/32", "AES_CM_128_HMAC_SHA1_32"},
      {"F/80", "F8_128_HMAC_SHA1_80"},      {"F/32", "F8_128_HMAC_SHA1_32"},
      {"N/80", "NULL_HMAC_SHA1_80"},        {"N/32", "NULL_HMAC_SHA1_32"}};
  return kNames;
}

std::vector<std::string> Words(const std::string& text) {
  std::vector<std::string> words;
  size_t at = 0;
  while (at < text.size()) {
    const size_t end = std::min(text.find(' ', at), text.size());
    if (end > at) words.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return words;
}

SdesLines Lines(const std::string& text) {
  SdesLines out;
  for (const std::string& word : Words(text)) {
    const size_t colon = word.find(':');
    SdesLine* line = out.Add();
    line->set_tag(static_cast<uint32_t>(std::stoi(word.substr(0, colon))));
    const std::string& name = Short().at(word.substr(colon + 1, word.size() - colon - 2));
    const media::SrtpSuite* suite = media::FindSuite(name);
    line->mutable_key()->set_suite(name);
    line->mutable_key()->set_key(std::string(suite->key_size, word.back()));
    line->mutable_key()->set_salt(std::string(suite->salt_size, word.back()));
  }
  return out;
}

std::string Text(const SdesLine& line) {
  std::string name = line.key().suite();
  for (const auto& [shorter, longer] : Short()) {
    if (longer == name) name = shorter;
  }
  const std::string& key = line.key().key();
  const bool letter = key.find_first_not_of(key[0]) == std::string::npos;
  return base::StrCat(line.tag(), ":", name, letter ? key.substr(0, 1) : "*");
}

std::string Text(const SdesLines& lines) {
  std::string out;
  for (const SdesLine& line : lines) base::StrAppend(&out, out.empty() ? "" : " ", Text(line));
  return out;
}

// Words of the key SDES, with suites in their short form.
ng::Request RequestOf(const std::string& words) {
  ng::Request request;
  for (const std::string& word : Words(words)) {
    const size_t value = word.find_first_of(":-");
    if (value == std::string::npos) {
      request.sdes.push_back(word);
      continue;
    }
    std::string expanded = word.substr(0, value + 1);
    std::string rest = word.substr(value + 1);
    while (!rest.empty()) {
      const size_t end = std::min(rest.find(';'), rest.size());
      const auto known = Short().find(rest.substr(0, end));
      expanded += known == Short().end() ? rest.substr(0, end) : known->second;
      if (end < rest.size()) expanded += ";";
      rest.erase(0, end + 1);
    }
    request.sdes.push_back(expanded);
  }
  return request;
}

struct OfferRow {
  const char* name;
  const char* flags;
  const char* received;
  const char* sent;     // before
  uint32_t chosen;      // of them
  const char* offered;
};

constexpr char kAll[] =
    "1:G256* 2:G128* 3:A256/80* 4:A256/32* 5:A192/80* 6:A192/32* 7:A/80* 8:A/32* 9:F/80* 10:F/32* 11:N/80* 12:N/32*";

const OfferRow kOffers[] = {
    {"all to whom nothing was received for", "", "", "", 0, kAll},
    {"what is received comes first", "", "1:A/80a", "", 0,
     "1:A/80a 2:G256* 3:G128* 4:A256/80* 5:A256/32* 6:A192/80* 7:A192/32* 8:A/32* 9:F/80* 10:F/32* 11:N/80* 12:N/32*"},
    {"tags of ours are above the highest", "only-A/80 only-A/32 only-G128", "40:A/80a 7:A/32b", "", 0,
     "40:A/80a 7:A/32b 41:G128*"},
    {"tag zero", "only-A/80 only-A/32", "0:A/80a", "", 0, "0:A/80a 1:A/32*"},
    {"a suite twice", "only-A/80 only-A/32", "1:A/80a 2:A/80b", "", 0, "1:A/80a 2:A/80b 3:A/32*"},
    {"nonew", "nonew", "1:A/80a 2:A/32b", "", 0, "1:A/80a 2:A/32b"},
    {"nonew, nothing received", "nonew", "", "", 0, ""},
    {"nonew ignores only-", "nonew only-A/32", "1:A/80a 2:A/32b", "", 0, "1:A/80a 2:A/32b"},
    {"nonew ignores no-", "nonew no-A/80", "1:A/80a 2:A/32b", "", 0, "1:A/80a 2:A/32b"},
    {"only-", "only-A/80", "", "", 0, "1:A/80*"},
    {"only- twice, in our order", "only-A/32 only-A/80", "", "", 0, "1:A/80* 2:A/32*"},
    {"only- filters what is received", "only-A/32", "1:A/80a 2:A/32b 3:G256c", "", 0, "2:A/32b"},
    {"only- what was not received", "only-A192/80", "1:A/80a", "", 0, "1:A192/80*"},
    {"only- an unknown name", "only-FOO", "", "", 0, ""},
    {"only- beats no-", "only-A/80 no-A/80", "", "", 0, "1:A/80*"},
    {"no-", "no-G256 no-G128 no-A256/80 no-A256/32 no-A192/80 no-A192/32 no-F/80 no-F/32 no-N/80 no-N/32",
     "", "", 0, "1:A/80* 2:A/32*"},
    {"no- filters what is received", "no-A/80 no-G128 no-A256/80 no-A256/32 no-A192/80 no-A192/32 no-F/80 no-F/32",
     "1:A/80a 2:A/32b 3:G256c", "", 0, "2:A/32b 3:G256c 4:N/80* 5:N/32*"},
    {"order moves, tags stay", "order:A/32;A/80 only-A/80 only-A/32 only-G128", "", "", 0,
     "3:A/32* 2:A/80* 1:G128*"},
    {"order of received ones", "nonew order:G256", "1:A/80a 2:A/32b 3:G256c", "", 0,
     "3:G256c 1:A/80a 2:A/32b"},
    {"order names what is not there", "nonew order:G128;A/32", "1:A/80a 2:A/32b", "", 0,
     "2:A/32b 1:A/80a"},
    {"names in any case", "only-aes_cm_128_hmac_sha1_80", "", "", 0, "1:A/80*"},
    {"an unanswered offer is repeated", "only-A/80 only-A/32", "", "1:A/80x 2:A/32y", 0,
     "1:A/80x 2:A/32y"},
    {"unanswered, and a filter that is new", "only-A/80", "", "1:A/80x 2:A/32y", 0, "1:A/80x"},
    {"the chosen one stays, the others are new", "only-A/80 only-A/32 only-G128", "", "6:G128w 7:A/80x 8:A/32y", 2,
     "7:A/80x 8:G128* 9:A/32*"},
    {"the chosen one stays whatever the filter says", "only-A/32", "", "6:G128w 7:A/80x", 2,
     "7:A/80x 8:A/32*"},
    {"the chosen one is that of the other party", "only-A/80 only-A/32", "1:A/80b", "1:A/80a", 1,
     "1:A/80b 2:A/32*"},
    {"the other party comes with another suite", "only-A/80 only-A/32", "1:A/32b", "1:A/80a", 1,
     "1:A/32b 2:A/80a"},
};

TEST(SdesTest, Offers) {
  for (const OfferRow& row : kOffers) {
    call::CountingRandom random;
    const ng::Request request = RequestOf(row.flags);
    EXPECT_EQ(Text(OfferLines(Lines(row.received), Lines(row.sent), row.chosen,
                              ReadSdesOptions(request), random)),
              row.offered)
        << row.name;
  }
}

struct AnswerRow {
  const char* name;
  const char* flags;    // of the offer
  const char* offered;
  const char* other;    // answered on the other leg; empty: plain
  const char* previous; // our last answer
  const char* answer;
};

const AnswerRow kAnswers[] = {
    {"nothing offered", "", "", "", "", ""},
    {"the first one, with a key of our own", "", "1:A/80a 2:A/32b", "", "", "1:A/80*"},
    {"the one that the other side took, with its key", "", "1:A/80a 2:A/32b", "9:A/32z", "", "2:A/32z"},
    {"its tag is the offerer's", "", "5:A/32a 3:A/80b", "3:A/80z", "", "3:A/80z"},
    {"of a suite twice the first", "", "1:A/80a 2:A/80b", "2:A/80z", "", "1:A/80z"},
    {"the other side took what was not offered", "", "1:A/80a", "3:G128z", "", "1:A/80*"},
    {"only- of the offer", "only-G256", "1:A/80a 3:G256c", "", "", "3:G256*"},
    {"only- leaves one", "only-A192/80", "1:A/80a 3:G256c", "", "", "1:A/80*"},
    {"no- leaves one", "no-A/80 no-G256", "1:A/80a 3:G256c", "", "", "1:A/80*"},
    {"nonew disables filters", "nonew only-G256", "1:A/80a 3:G256c", "", "", "1:A/80*"},
    {"offerer_pref", "offerer_pref:G256;A/32", "1:A/80a 2:A/32b 3:G256c", "", "", "3:G256*"},
    {"offerer_pref beats the other side's choice", "offerer_pref:A/32", "1:A/80a 2:A/32b", "1:A/80z", "",
     "2:A/32*"},
    {"offerer_pref of what is not offered", "offerer_pref:F/80", "1:A/80a 2:A/32b", "1:A/32z", "",
     "2:A/32z"},
    {"the same line again: our key stays", "", "1:A/80a", "", "1:A/80p", "1:A/80p"},
    {"it stays although the other side has a new one", "", "1:A/80a", "1:A/80z", "1:A/80p", "1:A/80p"},
    {"another tag: a new key", "", "2:A/80a", "", "1:A/80p", "2:A/80*"},
    {"another tag: the other side's key", "", "2:A/80a", "2:A/80z", "1:A/80p", "2:A/80z"},
    {"another order: chosen anew", "", "2:A/32b 1:A/80a", "", "1:A/80p", "2:A/32*"},
    {"static: the choice stays", "static", "2:A/32b 1:A/80a", "", "1:A/80p", "1:A/80p"},
    {"static: it is no longer offered", "static", "2:A/32b", "", "1:A/80p", "2:A/32*"},
    {"no cipher is chosen last", "", "1:N/80a 2:A/80b", "", "", "2:A/80*"},
    {"unless there is nothing else", "", "1:N/80a", "", "", "1:N/80*"},
    {"or it was named", "order:N/80", "1:N/80a 2:A/80b", "", "", "1:N/80*"},
};

TEST(SdesTest, Answers) {
  for (const AnswerRow& row : kAnswers) {
    call::CountingRandom random;
    const ng::Request request = RequestOf(row.flags);
    const SdesOptions options = ReadSdesOptions(request);
    const OffererLines offered = SelectLines(Lines(row.offered), options);
    const SdesLines other = Lines(row.other), previous = Lines(row.previous);
    AnswerContext context;
    context.preferred = offered.preferred;
    context.other = other.empty() ? nullptr : &other.Get(0);
    context.previous = previous.empty() ? nullptr : &previous.Get(0);
    context.keep_choice = options.keep_choice;
    context.null_cipher = options.NamesNullCipher();
    const SdesAnswer answer = AnswerLine(offered.lines, context, random);
    EXPECT_EQ(answer.offered < 0 ? "" : Text(answer.line), row.answer) << row.name;
  }
}

TEST(SdesTest, AnAnswerHasTagAndSuiteOfALine) {
  struct {
    const char* sent;
    const char* answer;
    uint32_t line;
  } const kRows[] = {{"1:A/80a 2:A/32b", "2:A/32z", 2}, {"1:A/80a", "9:A/80z", 0},
                     {"1:A/80a", "1:A/32z", 0},         {"1:A/32a 1:A/80b", "1:A/80z", 2},
                     {"", "1:A/80z", 0}};
  for (const auto& row : kRows) {
    EXPECT_EQ(AcceptedLine(Lines(row.sent), Lines(row.answer).Get(0)), row.line) << row.answer;
  }
}

TEST(SdesTest, SessionParametersOfFlags) {
  call::CountingRandom random;
  SdesLines received = Lines("1:A/80a");
  received.Mutable(0)->mutable_key()->set_unencrypted_srtp(true);
  const ng::Request adds = RequestOf("unencrypted_srtcp unauthenticated_srtp only-A/80 only-A/32");
  for (const SdesLine& line : OfferLines(received, {}, 0, ReadSdesOptions(adds), random)) {
    EXPECT_EQ(line.key().unencrypted_srtp(), line.tag() == 1);
    EXPECT_TRUE(line.key().unencrypted_srtcp());
    EXPECT_TRUE(line.key().unauthenticated_srtp());
  }
  const ng::Request removes = RequestOf("encrypted_srtp encrypted_srtcp authenticated_srtp nonew");
  EXPECT_FALSE(
      OfferLines(received, {}, 0, ReadSdesOptions(removes), random).Get(0).key().unencrypted_srtp());
  AnswerContext context;
  EXPECT_TRUE(AnswerLine(received, context, random).line.key().unencrypted_srtp())
      << "a key of ours has the parameters of the line it answers";
}

// Whatever is offered and answered: an answer line has tag and suite of an offered one, tags of ours are unique,
// no key of ours is ever the same as another.
TEST(SdesTest, PropertiesOfRandomExchanges) {
  call::CountingRandom keys;
  uint64_t state = 42;
  const auto pick = [&state](size_t limit) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return static_cast<size_t>(state >> 33) % limit;
  };
  std::vector<std::string> names;
  for (const auto& [name, suite] : Short()) names.push_back(name);
  const char* const kFlags[] = {"", "nonew", "only-A/80", "no-G256 no-A/32", "order:F/80;A/32",
                                "offerer_pref:A/32;N/80", "static"};
  SdesLines sent;
  uint32_t chosen = 0;
  SdesLine previous;
  for (int round = 0; round < 3000; ++round) {
    std::string text;
    for (size_t lines = pick(5); lines > 0; --lines) {
      base::StrAppend(&text, pick(20), ":", names[pick(names.size())], "a ");
    }
    const ng::Request request = RequestOf(kFlags[pick(std::size(kFlags))]);
    const SdesOptions options = ReadSdesOptions(request);
    const OffererLines offered = SelectLines(Lines(text), options);
    sent = OfferLines(offered.lines, sent, chosen, options, keys);
    std::set<uint32_t> ours;
    for (const SdesLine& line : sent) {
      if (Text(line).ends_with('*')) {
        EXPECT_TRUE(ours.insert(line.tag()).second) << Text(sent);
      }
    }
    chosen = sent.empty() ? 0 : static_cast<uint32_t>(pick(static_cast<size_t>(sent.size()) + 1));
    AnswerContext context;
    context.preferred = offered.preferred;
    context.keep_choice = options.keep_choice;
    if (chosen != 0) context.other = &sent.Get(static_cast<int>(chosen) - 1);
    if (pick(2) == 0 && previous.has_key()) context.previous = &previous;
    const SdesAnswer answer = AnswerLine(offered.lines, context, keys);
    if (answer.offered < 0) {
      EXPECT_TRUE(offered.lines.empty());
      continue;
    }
    EXPECT_EQ(AcceptedLine(offered.lines, answer.line) != 0, true) << text << Text(answer.line);
    previous = answer.line;
  }
}

}  // namespace
}  // namespace controld::negotiate
