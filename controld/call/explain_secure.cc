#include "controld/call/explain_secure.h"

#include <string>

#include "controld/call/call_model.h"
#include "proto/base/text.h"

namespace controld::call {
namespace {

namespace v1 = rtpengine::v1;

std::string Text(const v1::Endpoint& endpoint) { return FromProto(endpoint).ToString(); }

std::string_view StateText(v1::IcePairState state) {
  switch (state) {
    case v1::PAIR_FROZEN: return "not checked yet";
    case v1::PAIR_WAITING: return "waits for its check";
    case v1::PAIR_IN_PROGRESS: return "is being checked";
    case v1::PAIR_SUCCEEDED: return "works";
    case v1::PAIR_FAILED: return "failed";
    default: return "in an unknown state";
  }
}

bool IceDone(const v1::StreamStatistics& stream) {
  return !stream.has_ice() || stream.ice().state() == v1::ICE_COMPLETED ||
         stream.ice().state() == v1::ICE_USABLE;
}

std::string RemotesOf(const v1::IceStatus& ice) {
  std::string text;
  int shown = 0;
  for (const v1::IcePair& pair : ice.pairs()) {
    if (++shown > 3) return text + " …";
    base::StrAppend(&text, text.empty() ? "" : ", ", Text(pair.remote()));
  }
  return text.empty() ? "its candidates" : text;
}

void ExplainIce(const v1::IceStatus& ice, v1::StreamExplanation* out) {
  out->add_facts(base::StrCat("ICE: we are ", ice.controlling() ? "controlling" : "controlled", "; ",
                              ice.checks_sent(), " checks sent, ", ice.responses(), " answered; ",
                              ice.checks_received(), " received, ", ice.checks_refused(),
                              " refused"));
  if (ice.has_selected()) {
    out->add_facts(base::StrCat("ICE: ", ice.selected().nominated() ? "selected " : "in use ",
                                Text(ice.selected().local()), " to ", Text(ice.selected().remote())));
  }
  for (const v1::IcePair& pair : ice.pairs()) {
    out->add_facts(base::StrCat("ICE: ", Text(pair.local()), " to ", Text(pair.remote()), " ",
                                StateText(pair.state()), pair.nominated() ? ", nominated" : ""));
  }
  switch (ice.state()) {
    case v1::ICE_WAITING:
      out->add_missing("ICE: credentials or candidates of the party");
      break;
    case v1::ICE_CHECKING:
      out->add_missing(base::StrCat("ICE: ", ice.checks_sent(), " checks sent, no answer from ",
                                    RemotesOf(ice)));
      break;
    case v1::ICE_FAILED:
      out->add_missing(base::StrCat("ICE: failed, no pair of addresses works; tried ", RemotesOf(ice)));
      break;
    default: break;
  }
}

void ExplainDtls(const Media& media, const v1::StreamStatistics& stream,
                 v1::StreamExplanation* out) {
  const v1::DtlsStatus& dtls = stream.dtls();
  const std::string role = dtls.client() ? "client" : "server";
  switch (dtls.state()) {
    case v1::DTLS_IDLE:
      out->add_missing(IceDone(stream) ? "DTLS: nothing came, a ClientHello is waited for"
                                       : "DTLS waits for ICE");
      break;
    case v1::DTLS_HANDSHAKE:
      out->add_missing(base::StrCat("DTLS: handshake under way as ", role, ", ",
                                    dtls.records_received(), " records received, ",
                                    dtls.flights_sent(), " flights sent"));
      break;
    case v1::DTLS_UNVERIFIED:
      out->add_missing("DTLS: the handshake is through, the fingerprint to verify it by is not signalled");
      break;
    case v1::DTLS_ESTABLISHED:
      out->add_facts(base::StrCat("DTLS: established as ", role, " with ", dtls.suite()));
      break;
    case v1::DTLS_FAILED:
      out->add_missing(base::StrCat("DTLS: handshake failed: ", dtls.failure()));
      break;
    case v1::DTLS_CLOSED: out->add_missing("DTLS: closed by the party"); break;
    default: break;
  }
  if (dtls.state() != v1::DTLS_FAILED && !media.dtls().failure().empty()) {
    out->add_facts(base::StrCat("DTLS: an earlier handshake failed: ", media.dtls().failure()));
  }
}

}  // namespace

void ExplainSecurity(const Media& media, const v1::StreamStatistics& stream,
                     v1::StreamExplanation* out) {
  if (media.passage() != PASSAGE_NONE) {
    out->add_facts(
        stream.confirmed()
            ? "ICE passes through to the other party: this address has answered its checks"
            : "ICE passes through to the other party: no check of its was answered by here; "
              "what the parties found may be another way");
  }
  if (stream.has_ice()) ExplainIce(stream.ice(), out);
  if (stream.has_dtls()) ExplainDtls(media, stream, out);
}

}  // namespace controld::call
