#include "mediad/session/protection.h"

#include <algorithm>
#include <string>

namespace mediad::session {
namespace {

std::string_view SuiteOf(const std::optional<srtp::Parameters>& parameters) {
  return parameters ? std::string_view(parameters->suite->name) : std::string_view();
}

// An SSRC is reported for the first time this many packets before its first roll-over, then after each. Half of what a
// receiver can be behind: one report may get lost.
constexpr uint64_t kDistance = 1 << 14;
constexpr uint64_t kFirstReport = (1 << 16) - kDistance;
constexpr auto kReportInterval = std::chrono::seconds(10);

// Grows with every report's distance that an SSRC moves on; that it also changes when one goes does no harm.
uint64_t ReachedBy(const std::vector<srtp::StreamState>& states) {
  uint64_t sum = 0;
  for (const srtp::StreamState& state : states) {
    const uint64_t index = srtp::RtpIndex(state.roc, state.sequence);
    if (state.has_rtp && index >= kFirstReport) sum += index / kDistance;
  }
  return sum;
}

void Fill(const std::vector<srtp::StreamState>& states, bool rtcp, rtpengine::v1::SrtpKey* key) {
  for (const srtp::StreamState& state : states) {
    if (!state.has_rtp && !rtcp) continue;
    rtpengine::v1::SrtpPosition* position = key->add_positions();
    position->set_ssrc(state.ssrc);
    if (state.has_rtp) position->set_rtp_index(srtp::RtpIndex(state.roc, state.sequence));
    if (rtcp && state.has_rtcp) position->set_rtcp_index(state.rtcp_index);
  }
}

}  // namespace

std::optional<srtp::Parameters> ParametersOf(const rtpengine::v1::SrtpKey& key) {
  const media::SrtpSuite* suite = media::FindSuite(key.suite());
  if (suite == nullptr || key.key().size() != suite->key_size ||
      key.salt().size() != suite->salt_size) {
    return std::nullopt;
  }
  srtp::Parameters parameters;
  parameters.suite = suite;
  parameters.key = key.key();
  parameters.salt = key.salt();
  parameters.mki = key.mki();
  parameters.unencrypted_srtp = key.unencrypted_srtp();
  parameters.unencrypted_srtcp = key.unencrypted_srtcp();
  parameters.unauthenticated_srtp = key.unauthenticated_srtp();
  return parameters;
}

void Fill(const srtp::Parameters& parameters, rtpengine::v1::SrtpKey* key) {
  key->set_suite(std::string(parameters.suite->name));
  key->set_key(parameters.key);
  key->set_salt(parameters.salt);
  key->set_mki(parameters.mki);
  key->set_unencrypted_srtp(parameters.unencrypted_srtp);
  key->set_unencrypted_srtcp(parameters.unencrypted_srtcp);
  key->set_unauthenticated_srtp(parameters.unauthenticated_srtp);
}

std::vector<srtp::StreamState> PositionsOf(const rtpengine::v1::SrtpKey& key) {
  std::vector<srtp::StreamState> states;
  for (const rtpengine::v1::SrtpPosition& position : key.positions()) {
    srtp::StreamState state;
    state.ssrc = position.ssrc();
    state.has_rtp = position.has_rtp_index();
    state.roc = static_cast<uint32_t>(position.rtp_index() >> 16);
    state.sequence = static_cast<uint16_t>(position.rtp_index());
    state.has_rtcp = position.has_rtcp_index();
    state.rtcp_index = position.rtcp_index();
    states.push_back(state);
  }
  return states;
}

void Protection::SetReceive(const std::optional<srtp::Parameters>& parameters, const ContextStart& start) {
  if (parameters == receive_) return;
  receive_ = parameters;
  receiver_.reset();
  if (!parameters) return;
  // A transform that the library refuses leaves the media without a key: nothing passes.
  if (auto receiver = srtp::Receiver::Create(*parameters); receiver.ok()) {
    receiver_ = *std::move(receiver);
    static_cast<void>(receiver_->Import(start.positions));  // OpenSSL can
  }
  reported_ = Reached();
}

void Protection::SetSend(const std::optional<srtp::Parameters>& parameters, const ContextStart& start) {
  if (parameters == send_) return;
  send_ = parameters;
  sender_.reset();
  if (!send_) return;
  if (auto sender = srtp::Sender::Create(*send_); sender.ok()) {
    sender_ = *std::move(sender);
    sender_->BeginRtcpAt(start.first_rtcp_index);
    std::vector<srtp::StreamState> states = start.positions;
    for (srtp::StreamState& state : states) {
      state.has_rtcp = true;
      state.rtcp_index = start.first_rtcp_index;
    }
    static_cast<void>(sender_->Import(states));
  }
  reported_ = Reached();
}

uint64_t Protection::Reached() const {
  return (receiver_ == nullptr ? 0 : ReachedBy(receiver_->Export())) +
         (sender_ == nullptr ? 0 : ReachedBy(sender_->Export()));
}

bool Protection::TakeProgress(std::chrono::nanoseconds now, rtpengine::v1::SrtpKey* receive,
                              rtpengine::v1::SrtpKey* send) {
  if (now < next_report_) return false;
  const uint64_t reached = Reached();
  if (reached == reported_) return false;
  reported_ = reached;
  next_report_ = now + kReportInterval;
  if (receiver_ != nullptr) {
    Fill(*receive_, receive);
    Fill(receiver_->Export(), true, receive);
  }
  if (sender_ != nullptr) {
    Fill(*send_, send);
    Fill(sender_->Export(), false, send);
  }
  return true;
}

std::string_view Protection::receive_suite() const { return SuiteOf(receive_); }
std::string_view Protection::send_suite() const { return SuiteOf(send_); }

}  // namespace mediad::session
