#include "mediad/srtp/receiver.h"

#include <utility>

#include "mediad/srtp/layout.h"
#include "mediad/srtp/libsrtp_session.h"

namespace mediad::srtp {

Receiver::Receiver(const Parameters& parameters) : parameters_(parameters) {}
Receiver::~Receiver() = default;

absl::StatusOr<std::unique_ptr<Receiver>> Receiver::Create(const Parameters& parameters,
                                                           Backend backend) {
  if (absl::Status status = Validate(parameters); !status.ok()) return status;
  std::unique_ptr<Receiver> receiver(new Receiver(parameters));
  if (backend == Backend::kLibsrtp) {
    auto session = LibsrtpSession::Create(parameters, /*sender=*/false);
    if (!session.ok()) return session.status();
    receiver->libsrtp_ = *std::move(session);
    return receiver;
  }
  auto rtp = Transform::Create(parameters, Protocol::kSrtp);
  if (!rtp.ok()) return rtp.status();
  auto rtcp = Transform::Create(parameters, Protocol::kSrtcp);
  if (!rtcp.ok()) return rtcp.status();
  receiver->rtp_ = *std::move(rtp);
  receiver->rtcp_ = *std::move(rtcp);
  return receiver;
}

Result Receiver::UnprotectRtp(std::span<uint8_t> packet, size_t* size) {
  if (libsrtp_ != nullptr) return libsrtp_->UnprotectRtp(packet, packet.data(), size);
  return ReceiveRtp(packet, packet.data(), size);
}

Result Receiver::VerifyRtp(std::span<const uint8_t> packet, size_t* plain_size) {
  if (libsrtp_ != nullptr) return libsrtp_->UnprotectRtp(packet, nullptr, plain_size);
  return ReceiveRtp(packet, nullptr, plain_size);
}

Result Receiver::UnprotectRtcp(std::span<uint8_t> packet, size_t* size) {
  if (libsrtp_ != nullptr) return libsrtp_->UnprotectRtcp(packet, packet.data(), size);
  return ReceiveRtcp(packet, packet.data(), size);
}

Result Receiver::VerifyRtcp(std::span<const uint8_t> packet, size_t* plain_size) {
  if (libsrtp_ != nullptr) return libsrtp_->UnprotectRtcp(packet, nullptr, plain_size);
  return ReceiveRtcp(packet, nullptr, plain_size);
}

// header, payload, MKI, tag; with AEAD: header, payload, tag, MKI.
Result Receiver::ReceiveRtp(std::span<const uint8_t> packet, uint8_t* in_place, size_t* size) {
  const size_t mki = parameters_.mki.size();
  const size_t trailer = rtp_->tag_size() + mki;
  if (packet.size() < kRtpFixedHeader + trailer || packet.size() > kMaxPacket) {
    return Result::kMalformed;
  }
  const std::span<const uint8_t> body = packet.first(packet.size() - trailer);
  const size_t header = RtpHeaderSize(body);
  if (header == 0) return Result::kMalformed;
  const uint8_t* tag = body.data() + body.size() + (rtp_->aead() ? 0 : mki);
  const uint16_t sequence = Load16(&body[2]);
  const uint32_t ssrc = Load32(&body[8]);

  static const RtpHistory kNothing;
  const Stream* known = streams_.Find(ssrc);
  const RtpHistory& history = known != nullptr ? known->rtp : kNothing;
  if (parameters_.unauthenticated_srtp) {
    const uint32_t roc = history.Estimate(sequence);
    rtp_->Open(body, header, tag, {&roc, 1}, in_place);
    streams_.Use(ssrc).rtp.Advance(roc, sequence);
  } else {
    const RtpHistory::Guesses guesses = history.Guess(sequence);
    const int fits = rtp_->Open(body, header, tag, guesses.span(), in_place);
    if (fits < 0) return guesses.replay ? Result::kReplay : Result::kAuthentication;
    streams_.Use(ssrc).rtp.Commit(guesses.roc[fits], sequence);
  }
  *size = body.size();
  return Result::kOk;
}

// header, payload, E-bit and index, MKI, tag; with AEAD: header, payload, tag, E-bit and index,
// MKI.
Result Receiver::ReceiveRtcp(std::span<const uint8_t> packet, uint8_t* in_place, size_t* size) {
  const size_t mki = parameters_.mki.size();
  const size_t tag_size = rtcp_->tag_size();
  const size_t trailer = tag_size + 4 + mki;
  if (packet.size() < kRtcpHeader + trailer || packet.size() > kMaxPacket || !IsRtcp(packet)) {
    return Result::kMalformed;
  }
  const std::span<const uint8_t> body = packet.first(packet.size() - trailer);
  const uint8_t* end = body.data() + body.size();
  const uint8_t* tag = rtcp_->aead() ? end : end + 4 + mki;
  const uint32_t word = Load32(rtcp_->aead() ? end + tag_size : end);
  const uint32_t index = word & 0x7fffffff;
  const uint32_t ssrc = Load32(&body[4]);

  const Stream* known = streams_.Find(ssrc);
  if (known != nullptr && !known->rtcp.Fresh(index)) return Result::kReplay;
  if (rtcp_->Open(body, kRtcpHeader, tag, {&word, 1}, in_place) < 0) {
    return Result::kAuthentication;
  }
  streams_.Use(ssrc).rtcp.Commit(index);
  *size = body.size();
  return Result::kOk;
}

std::vector<StreamState> Receiver::Export() const {
  std::vector<StreamState> states;
  streams_.ForEach([&](const Stream& stream) {
    StreamState state;
    state.ssrc = stream.ssrc;
    state.has_rtp = !stream.rtp.empty();
    state.roc = static_cast<uint32_t>(stream.rtp.highest() >> 16);
    state.sequence = static_cast<uint16_t>(stream.rtp.highest());
    state.has_rtcp = !stream.rtcp.empty();
    state.rtcp_index = static_cast<uint32_t>(stream.rtcp.highest());
    states.push_back(state);
  });
  return states;
}

std::vector<Receiver::RtpState> Receiver::ExportRtp(size_t most) const {
  std::vector<RtpState> states;
  for (const Stream* stream : streams_.Recent()) {
    if (states.size() < most && !stream->rtp.empty()) states.push_back({stream->ssrc, stream->rtp});
  }
  return states;
}

void Receiver::MergeRtp(const RtpState& state) {
  if (libsrtp_ != nullptr) return;
  const RtpHistory& other = state.history;
  streams_.Use(state.ssrc).rtp.Merge(other.main(), other.restarted(), other.in_restarted());
}

absl::Status Receiver::Import(std::span<const StreamState> states) {
  if (libsrtp_ != nullptr) return absl::UnimplementedError("SRTP: libsrtp cannot import");
  for (const StreamState& state : states) {
    Stream& stream = streams_.Use(state.ssrc);
    stream.rtp = state.has_rtp ? RtpHistory::Restore(state.roc, state.sequence) : RtpHistory();
    stream.rtcp = state.has_rtcp ? ReplayWindow::UpTo(state.rtcp_index) : ReplayWindow();
  }
  return absl::OkStatus();
}

}  // namespace mediad::srtp
