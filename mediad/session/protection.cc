#include "mediad/session/protection.h"

#include <string>

namespace mediad::session {
namespace {

std::string_view SuiteOf(const std::optional<srtp::Parameters>& parameters) {
  return parameters ? std::string_view(parameters->suite->name) : std::string_view();
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

void Protection::SetReceive(const std::optional<srtp::Parameters>& parameters) {
  if (parameters == receive_) return;
  receive_ = parameters;
  receiver_.reset();
  if (!parameters) return;
  // A transform that the library refuses leaves the media without a key: nothing passes.
  if (auto receiver = srtp::Receiver::Create(*parameters); receiver.ok()) {
    receiver_ = *std::move(receiver);
  }
}

void Protection::SetSend(const std::optional<srtp::Parameters>& parameters,
                         uint32_t first_rtcp_index) {
  if (parameters == send_) return;
  send_ = parameters;
  sender_.reset();
  if (!send_) return;
  if (auto sender = srtp::Sender::Create(*send_); sender.ok()) {
    sender_ = *std::move(sender);
    sender_->BeginRtcpAt(first_rtcp_index);
  }
}

std::string_view Protection::receive_suite() const { return SuiteOf(receive_); }
std::string_view Protection::send_suite() const { return SuiteOf(send_); }

}  // namespace mediad::session
