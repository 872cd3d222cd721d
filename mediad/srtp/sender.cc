#include "mediad/srtp/sender.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "mediad/srtp/layout.h"
#include "mediad/srtp/libsrtp_session.h"
#include "mediad/srtp/rtp_index.h"

namespace mediad::srtp {
namespace {

constexpr uint32_t kMaxRtcpIndex = 0x7fffffff;
constexpr uint32_t kEncrypted = 0x80000000;

}  // namespace

Sender::Sender(const Parameters& parameters) : parameters_(parameters) {}
Sender::~Sender() = default;

absl::StatusOr<std::unique_ptr<Sender>> Sender::Create(const Parameters& parameters,
                                                       Backend backend) {
  if (absl::Status status = Validate(parameters); !status.ok()) return status;
  std::unique_ptr<Sender> sender(new Sender(parameters));
  if (backend == Backend::kLibsrtp) {
    auto session = LibsrtpSession::Create(parameters, /*sender=*/true);
    if (!session.ok()) return session.status();
    sender->libsrtp_ = *std::move(session);
    return sender;
  }
  auto rtp = Transform::Create(parameters, Protocol::kSrtp);
  if (!rtp.ok()) return rtp.status();
  auto rtcp = Transform::Create(parameters, Protocol::kSrtcp);
  if (!rtcp.ok()) return rtcp.status();
  sender->rtp_ = *std::move(rtp);
  sender->rtcp_ = *std::move(rtcp);
  return sender;
}

Sender::Stream& Sender::Use(uint32_t ssrc) {
  Stream evicted;
  Stream& stream = streams_.Use(ssrc, &evicted);
  first_rtcp_index_ = std::max(first_rtcp_index_, evicted.rtcp_index);
  if (!stream.has_rtp && !stream.has_rtcp) stream.rtcp_index = first_rtcp_index_;
  return stream;
}

// The order of the parts: receiver.cc.
Result Sender::ProtectRtp(std::span<uint8_t> buffer, size_t* size) {
  if (libsrtp_ != nullptr) return libsrtp_->ProtectRtp(buffer, size);
  const size_t trailer = rtp_->tag_size() + parameters_.mki.size();
  if (*size > buffer.size() || *size + trailer > kMaxPacket) return Result::kMalformed;
  const std::span<uint8_t> body = buffer.first(*size);
  const size_t header = RtpHeaderSize(body);
  if (header == 0) return Result::kMalformed;
  if (buffer.size() - *size < trailer) return Result::kNoRoom;

  const uint16_t sequence = Load16(&body[2]);
  const uint32_t ssrc = Load32(&body[8]);
  const Stream* known = streams_.Find(ssrc);
  const bool continues = known != nullptr && known->has_rtp;
  const uint64_t roc = continues ? EstimateRoc(known->rtp_index, sequence) : 0;
  if (roc > kMaxRoc) return Result::kExhausted;
  Stream& stream = Use(ssrc);
  stream.rtp_index = std::max(continues ? stream.rtp_index : 0, RtpIndex(roc, sequence));
  stream.has_rtp = true;

  uint8_t* end = body.data() + body.size();
  std::copy(parameters_.mki.begin(), parameters_.mki.end(),
            end + (rtp_->aead() ? rtp_->tag_size() : 0));
  rtp_->Seal(body, header, static_cast<uint32_t>(roc),
             end + (rtp_->aead() ? 0 : parameters_.mki.size()));
  *size += trailer;
  return Result::kOk;
}

Result Sender::ProtectRtcp(std::span<uint8_t> buffer, size_t* size) {
  if (libsrtp_ != nullptr) return libsrtp_->ProtectRtcp(buffer, size);
  const size_t tag_size = rtcp_->tag_size();
  const size_t mki = parameters_.mki.size();
  const size_t trailer = tag_size + 4 + mki;
  if (*size > buffer.size() || *size + trailer > kMaxPacket) return Result::kMalformed;
  const std::span<uint8_t> body = buffer.first(*size);
  if (!IsRtcp(body)) return Result::kMalformed;
  if (buffer.size() - *size < trailer) return Result::kNoRoom;

  const uint32_t ssrc = Load32(&body[4]);
  const Stream* known = streams_.Find(ssrc);
  if ((known != nullptr ? known->rtcp_index : first_rtcp_index_) > kMaxRtcpIndex) {
    return Result::kExhausted;
  }
  Stream& stream = Use(ssrc);
  stream.has_rtcp = true;
  const uint32_t word = stream.rtcp_index++ | (rtcp_->encrypts() ? kEncrypted : 0);

  uint8_t* end = body.data() + body.size();
  uint8_t* after_word = end + (rtcp_->aead() ? tag_size : 0) + 4;
  Store32(after_word - 4, word);
  std::copy(parameters_.mki.begin(), parameters_.mki.end(), after_word);
  rtcp_->Seal(body, kRtcpHeader, word, rtcp_->aead() ? end : after_word + mki);
  *size += trailer;
  return Result::kOk;
}

void Sender::RestartRtp() {
  streams_.ForEach([](Stream& stream) {
    // Its SRTCP index is one that was given to it, even if no RTCP has used it.
    stream.has_rtcp = true;
    stream.has_rtp = false;
    stream.rtp_index = 0;
  });
}

std::vector<StreamState> Sender::Export() const {
  std::vector<StreamState> states;
  streams_.ForEach([&](const Stream& stream) {
    states.push_back({.ssrc = stream.ssrc,
                      .has_rtp = stream.has_rtp,
                      .roc = static_cast<uint32_t>(stream.rtp_index >> 16),
                      .sequence = static_cast<uint16_t>(stream.rtp_index),
                      .has_rtcp = stream.has_rtcp,
                      .rtcp_index = stream.rtcp_index});
  });
  return states;
}

std::optional<uint64_t> Sender::ExportRtp(uint32_t ssrc) const {
  const Stream* stream = streams_.Find(ssrc);
  if (stream == nullptr || !stream->has_rtp) return std::nullopt;
  return stream->rtp_index;
}

std::vector<uint32_t> Sender::RtpSsrcs() const {
  std::vector<uint32_t> ssrcs;
  for (const Stream* stream : streams_.Recent()) {
    if (stream->has_rtp) ssrcs.push_back(stream->ssrc);
  }
  return ssrcs;
}

void Sender::FollowRtp(uint32_t ssrc, uint64_t index) {
  if (libsrtp_ != nullptr) return;
  Stream& stream = Use(ssrc);
  stream.rtp_index = stream.has_rtp ? std::max(stream.rtp_index, index) : index;
  stream.has_rtp = true;
}

absl::Status Sender::Import(std::span<const StreamState> states) {
  if (libsrtp_ != nullptr) return absl::UnimplementedError("SRTP: libsrtp cannot import");
  for (const StreamState& state : states) {
    Stream& stream = Use(state.ssrc);
    stream = {.ssrc = state.ssrc,
              .has_rtp = state.has_rtp,
              .has_rtcp = state.has_rtcp,
              .rtp_index = RtpIndex(state.roc, state.sequence),
              .rtcp_index = state.rtcp_index};
  }
  return absl::OkStatus();
}

}  // namespace mediad::srtp
