// The SRTP contexts of one transport: what is received is opened with one, what is sent closed with the other.
//
// Not here: where keys come from (the specification, dtls_handshakes.h), the transforms (../srtp). A key that
// stays the same keeps its context: indices, roll-over counters and replay windows go on. So that they go on in another
// process too, which is told them by its controller, Progress says how far they are: seldom, for a receiver finds its
// way from up to 32768 packets behind, and from 0 until the first roll-over. One thread.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "mediad/srtp/receiver.h"
#include "mediad/srtp/sender.h"
#include "rtpengine/v1/session.pb.h"

namespace mediad::session {

// nullopt: a suite nobody knows, or key and salt do not have its lengths.
std::optional<srtp::Parameters> ParametersOf(const rtpengine::v1::SrtpKey& key);
void Fill(const srtp::Parameters& parameters, rtpengine::v1::SrtpKey* key);
std::vector<srtp::StreamState> PositionsOf(const rtpengine::v1::SrtpKey& key);

// What a new context begins with.
struct ContextStart {
  std::vector<srtp::StreamState> positions;  // of RTP alone for what we send
  uint32_t first_rtcp_index = 0;             // srtp::Sender::BeginRtcpAt
};

class Protection {
 public:
  // nullopt: without a key nothing is accepted, or sent.
  void SetReceive(const std::optional<srtp::Parameters>& parameters, const ContextStart& start = {});
  void SetSend(const std::optional<srtp::Parameters>& parameters, const ContextStart& start = {});
  // The party has moved: roll-over counters of what is sent begin anew, as its own do (media.md §6).
  void RestartSend() {
    if (sender_ != nullptr) sender_->RestartRtp();
  }

  // True: both keys are filled in, with the positions of their SSRCs, because these have moved on by a report's
  // distance. Not on the packet path: once a second is enough.
  bool TakeProgress(std::chrono::nanoseconds now, rtpengine::v1::SrtpKey* receive,
                    rtpengine::v1::SrtpKey* send);

  srtp::Receiver* receiver() { return receiver_.get(); }
  srtp::Sender* sender() { return sender_.get(); }
  const std::optional<srtp::Parameters>& receive() const { return receive_; }
  const std::optional<srtp::Parameters>& send() const { return send_; }
  // "" = no key.
  std::string_view receive_suite() const;
  std::string_view send_suite() const;

 private:
  uint64_t Reached() const;

  std::optional<srtp::Parameters> receive_;
  std::optional<srtp::Parameters> send_;
  std::unique_ptr<srtp::Receiver> receiver_;
  std::unique_ptr<srtp::Sender> sender_;
  uint64_t reported_ = 0;  // Reached() of the last report
  std::chrono::nanoseconds next_report_{0};  // not before, monotonic
};

}  // namespace mediad::session
