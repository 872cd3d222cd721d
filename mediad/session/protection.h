// The SRTP contexts of one transport: what is received is opened with one, what is sent closed with the other.
//
// Not here: where keys come from (the specification, dtls_handshakes.h), the transforms (../srtp). A key that
// stays the same keeps its context: indices, roll-over counters and replay windows go on. One thread.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "mediad/srtp/receiver.h"
#include "mediad/srtp/sender.h"
#include "rtpengine/v1/session.pb.h"

namespace mediad::session {

// nullopt: a suite nobody knows, or key and salt do not have its lengths.
std::optional<srtp::Parameters> ParametersOf(const rtpengine::v1::SrtpKey& key);
void Fill(const srtp::Parameters& parameters, rtpengine::v1::SrtpKey* key);

class Protection {
 public:
  // nullopt: without a key nothing is accepted, or sent.
  void SetReceive(const std::optional<srtp::Parameters>& parameters);
  // `first_rtcp_index`: of a new context (srtp::Sender::BeginRtcpAt).
  void SetSend(const std::optional<srtp::Parameters>& parameters, uint32_t first_rtcp_index = 0);
  // The party has moved: roll-over counters of what is sent begin anew, as its own do (media.md §6).
  void RestartSend() {
    if (sender_ != nullptr) sender_->RestartRtp();
  }

  srtp::Receiver* receiver() { return receiver_.get(); }
  srtp::Sender* sender() { return sender_.get(); }
  const std::optional<srtp::Parameters>& receive() const { return receive_; }
  const std::optional<srtp::Parameters>& send() const { return send_; }
  // "" = no key.
  std::string_view receive_suite() const;
  std::string_view send_suite() const;

 private:
  std::optional<srtp::Parameters> receive_;
  std::optional<srtp::Parameters> send_;
  std::unique_ptr<srtp::Receiver> receiver_;
  std::unique_ptr<srtp::Sender> sender_;
};

}  // namespace mediad::session
