#include "controld/negotiate/sdes.h"

#include <algorithm>
#include <set>
#include <utility>

#include "controld/sdp/crypto.h"
#include "proto/base/text.h"
#include "proto/media/srtp_suite.h"

namespace controld::negotiate {
namespace {

using call::SdesLine;

constexpr std::string_view kNullPrefix = "NULL_";

bool Names(const std::vector<std::string_view>& suites, std::string_view suite) {
  return std::any_of(suites.begin(), suites.end(),
                     [&](std::string_view name) { return base::EqualsIgnoreCase(name, suite); });
}

// "A;B" behind a prefix.
void AppendSuites(std::string_view list, std::vector<std::string_view>* out) {
  while (!list.empty()) {
    const size_t end = list.find(';');
    if (end != 0) out->push_back(list.substr(0, end));
    list = end == std::string_view::npos ? std::string_view() : list.substr(end + 1);
  }
}

std::string RandomOctets(size_t size, base::Random& random) {
  std::string out;
  while (out.size() < size) {
    uint64_t number = random.Next();
    for (size_t i = 0; i < sizeof(number) && out.size() < size; ++i) {
      out.push_back(static_cast<char>(number & 0xff));
      number >>= 8;
    }
  }
  return out;
}

SdesLine FreshLine(const media::SrtpSuite& suite, uint32_t tag, base::Random& random) {
  SdesLine line;
  line.set_tag(tag);
  line.mutable_key()->set_suite(std::string(suite.name));
  line.mutable_key()->set_key(RandomOctets(suite.key_size, random));
  line.mutable_key()->set_salt(RandomOctets(suite.salt_size, random));
  return line;
}

void SetParameters(const SdesOptions& options, SdesLine* line) {
  rtpengine::v1::SrtpKey* key = line->mutable_key();
  if (options.unencrypted_srtp) key->set_unencrypted_srtp(*options.unencrypted_srtp);
  if (options.unencrypted_srtcp) key->set_unencrypted_srtcp(*options.unencrypted_srtcp);
  if (options.unauthenticated_srtp) key->set_unauthenticated_srtp(*options.unauthenticated_srtp);
}

void CopyParameters(const SdesLine& from, SdesLine* to) {
  rtpengine::v1::SrtpKey* key = to->mutable_key();
  key->set_unencrypted_srtp(from.key().unencrypted_srtp());
  key->set_unencrypted_srtcp(from.key().unencrypted_srtcp());
  key->set_unauthenticated_srtp(from.key().unauthenticated_srtp());
}

// Lines whose suites are named come first, in the order of the names.
void MoveToFront(const std::vector<std::string_view>& suites, SdesLines* lines) {
  auto front = lines->begin();
  for (const std::string_view suite : suites) {
    front = std::stable_partition(front, lines->end(), [&](const SdesLine& line) {
      return base::EqualsIgnoreCase(line.key().suite(), suite);
    });
  }
}

// An offer as it grows: no suite of ours twice, tags that rise.
class OfferBuilder {
 public:
  bool Has(std::string_view suite) const { return suites_.count(std::string(suite)) > 0; }
  // With the tag it has.
  SdesLine* Add(const SdesLine& line) {
    next_tag_ = std::max(next_tag_, line.tag() + 1);
    suites_.insert(line.key().suite());
    SdesLine* added = lines_.Add();
    *added = line;
    return added;
  }
  // With a tag above all others.
  void AddAbove(SdesLine line) {
    line.set_tag(std::max(line.tag(), next_tag_));
    Add(line);
  }
  uint32_t next_tag() const { return next_tag_; }
  SdesLines Take() { return std::move(lines_); }

 private:
  SdesLines lines_;
  std::set<std::string> suites_;
  uint32_t next_tag_ = 1;
};

bool SameSuite(const SdesLine& a, const SdesLine& b) { return a.key().suite() == b.key().suite(); }

bool SameTagAndSuite(const SdesLine& a, const SdesLine& b) {
  return a.tag() == b.tag() && SameSuite(a, b);
}

template <typename Predicate>
std::optional<int> FirstLine(const SdesLines& lines, Predicate predicate) {
  const auto found = std::find_if(lines.begin(), lines.end(), predicate);
  if (found == lines.end()) return std::nullopt;
  return static_cast<int>(found - lines.begin());
}

// The line of an offer that the answer takes.
int ChosenPosition(const SdesLines& offered, const AnswerContext& context) {
  if (context.keep_choice && context.previous != nullptr) {
    const auto kept = FirstLine(
        offered, [&](const SdesLine& line) { return SameTagAndSuite(line, *context.previous); });
    if (kept) return *kept;
  }
  if (context.preferred > 0) return static_cast<int>(context.preferred) - 1;
  if (context.other != nullptr) {
    const auto same =
        FirstLine(offered, [&](const SdesLine& line) { return SameSuite(line, *context.other); });
    if (same) return *same;
  }
  // An offerer that can encrypt shall.
  const auto encrypted = FirstLine(offered, [&](const SdesLine& line) {
    return context.null_cipher || !HasNullCipher(line.key().suite());
  });
  return encrypted.value_or(0);
}

}  // namespace

bool SdesOptions::Allows(std::string_view suite) const {
  return only.empty() ? !Names(never, suite) : Names(only, suite);
}

bool SdesOptions::NamesNullCipher() const {
  for (const auto* suites : {&only, &order, &offerer_preference}) {
    for (const std::string_view name : *suites) {
      const media::SrtpSuite* suite = media::FindSuite(name);
      if (suite != nullptr && HasNullCipher(suite->name)) return true;
    }
  }
  return false;
}

bool HasNullCipher(std::string_view suite) { return suite.starts_with(kNullPrefix); }

SdesOptions ReadSdesOptions(const ng::Request& request) {
  SdesOptions out;
  const std::pair<std::string_view, bool*> switches[] = {
      {"off", &out.off},   {"nonew", &out.no_new}, {"prefer", &out.prefer},
      {"static", &out.keep_choice}, {"pad", &out.pad}, {"lifetime", &out.lifetime}};
  const std::pair<std::string_view, std::optional<bool>*> parameters[] = {
      {"encrypted_srtp", &out.unencrypted_srtp},
      {"encrypted_srtcp", &out.unencrypted_srtcp},
      {"authenticated_srtp", &out.unauthenticated_srtp}};
  const std::pair<std::string_view, std::vector<std::string_view>*> lists[] = {
      {"only-", &out.only}, {"no-", &out.never}, {"order:", &out.order},
      {"offerer_pref:", &out.offerer_preference}};
  for (const std::string_view word : request.sdes) {
    for (const auto& [name, value] : switches) {
      if (word == name) *value = true;
    }
    for (const auto& [name, value] : parameters) {
      if (word == name) *value = false;
      if (word.starts_with("un") && word.substr(2) == name) *value = true;
    }
    for (const auto& [prefix, suites] : lists) {
      if (word.starts_with(prefix)) AppendSuites(word.substr(prefix.size()), suites);
    }
  }
  if (request.Has(ng::Flag::kPadCrypto)) out.pad = true;
  return out;
}

SdesLines ReadLines(const std::vector<std::string>& values) {
  SdesLines out;
  for (const std::string& value : values) {
    const std::optional<sdp::Crypto> crypto = sdp::ReadCrypto(value);
    if (!crypto) continue;
    SdesLine* line = out.Add();
    line->set_tag(crypto->tag);
    rtpengine::v1::SrtpKey* key = line->mutable_key();
    key->set_suite(std::string(crypto->suite->name));
    key->set_key(crypto->key);
    key->set_salt(crypto->salt);
    key->set_mki(crypto->mki);
    key->set_unencrypted_srtp(crypto->unencrypted_srtp);
    key->set_unencrypted_srtcp(crypto->unencrypted_srtcp);
    key->set_unauthenticated_srtp(crypto->unauthenticated_srtp);
  }
  return out;
}

OffererLines SelectLines(SdesLines received, const SdesOptions& options) {
  OffererLines out;
  if (options.no_new) {
    out.lines = std::move(received);
  } else {
    for (const SdesLine& line : received) {
      if (options.Allows(line.key().suite())) *out.lines.Add() = line;
    }
    if (out.lines.empty() && !received.empty()) *out.lines.Add() = received.Get(0);
  }
  for (const std::string_view suite : options.offerer_preference) {
    const auto found = FirstLine(out.lines, [&](const SdesLine& line) {
      return base::EqualsIgnoreCase(line.key().suite(), suite);
    });
    if (out.preferred == 0 && found) out.preferred = static_cast<uint32_t>(*found) + 1;
  }
  return out;
}

SdesLines OfferLines(const SdesLines& received, const SdesLines& sent, uint32_t chosen,
                     const SdesOptions& options, base::Random& random) {
  const auto allowed = [&](const SdesLine& line) {
    return options.no_new || options.Allows(line.key().suite());
  };
  OfferBuilder offer;
  for (const SdesLine& line : received) {
    if (allowed(line)) SetParameters(options, offer.Add(line));
  }
  for (int i = 0; i < sent.size(); ++i) {
    const bool in_use = chosen == static_cast<uint32_t>(i) + 1;
    if (chosen != 0 ? !in_use : !allowed(sent.Get(i))) continue;
    if (!offer.Has(sent.Get(i).key().suite())) offer.AddAbove(sent.Get(i));
  }
  if (!options.no_new) {
    for (const media::SrtpSuite& suite : media::kSrtpSuites) {
      if (offer.Has(suite.name) || !options.Allows(suite.name)) continue;
      SetParameters(options, offer.Add(FreshLine(suite, offer.next_tag(), random)));
    }
  }
  SdesLines lines = offer.Take();
  MoveToFront(options.order, &lines);
  return lines;
}

uint32_t AcceptedLine(const SdesLines& sent, const SdesLine& answer) {
  const auto found =
      FirstLine(sent, [&](const SdesLine& line) { return SameTagAndSuite(line, answer); });
  return found ? static_cast<uint32_t>(*found) + 1 : 0;
}

SdesAnswer AnswerLine(const SdesLines& offered, const AnswerContext& context,
                      base::Random& random) {
  SdesAnswer answer;
  if (offered.empty()) return answer;
  answer.offered = ChosenPosition(offered, context);
  const SdesLine& chosen = offered.Get(answer.offered);
  if (context.previous != nullptr && SameTagAndSuite(*context.previous, chosen)) {
    answer.line = *context.previous;
  } else if (context.other != nullptr && SameSuite(*context.other, chosen)) {
    answer.line = *context.other;
    answer.line.set_tag(chosen.tag());
  } else {
    answer.line = FreshLine(*media::FindSuite(chosen.key().suite()), chosen.tag(), random);
    CopyParameters(chosen, &answer.line);
  }
  return answer;
}

void WriteCrypto(const SdesLines& lines, const SdesOptions& options, AttributeWriter* writer) {
  const sdp::CryptoForm form{options.pad, options.lifetime};
  for (const SdesLine& line : lines) {
    const rtpengine::v1::SrtpKey& key = line.key();
    const sdp::Crypto crypto{line.tag(), nullptr, key.key(), key.salt(), key.mki(),
                             key.unencrypted_srtp(), key.unencrypted_srtcp(),
                             key.unauthenticated_srtp()};
    writer->Line({"crypto", base::StrCat(":", line.tag()), base::StrCat(" ", key.suite()),
                  base::StrCat(" ", sdp::KeyParameters(crypto, form)),
                  sdp::SessionParameters(crypto)});
  }
}

}  // namespace controld::negotiate
