#include "controld/call/srtp_progress.h"

#include <string>

namespace controld::call {
namespace {

namespace v1 = rtpengine::v1;

bool SameKey(const v1::SrtpKey& one, const v1::SrtpKey& other) {
  return one.suite() == other.suite() && one.key() == other.key() && one.salt() == other.salt();
}

bool InUse(const v1::SrtpProgress& reported, const Media& media) {
  if (media.has_srtp_receive() && SameKey(media.srtp_receive(), reported.receive())) return true;
  if (media.has_srtp_send() && SameKey(media.srtp_send(), reported.send())) return true;
  for (const v1::DtlsKeys& keys : media.dtls().established()) {
    if (keys.rtcp() == reported.rtcp() && SameKey(keys.receive(), reported.receive())) return true;
  }
  return false;
}

void Fill(const v1::SrtpKey& reported, v1::SrtpKey* key) {
  if (SameKey(reported, *key)) *key->mutable_positions() = reported.positions();
}

}  // namespace

bool TakeProgress(const v1::SrtpProgress& reported, Media* media) {
  if (!InUse(reported, *media)) return false;
  SrtpProgress* entry = nullptr;
  for (SrtpProgress& known : *media->mutable_srtp_progress()) {
    if (known.rtcp() == reported.rtcp()) entry = &known;
  }
  if (entry == nullptr) entry = media->add_srtp_progress();
  const std::string before = entry->SerializeAsString();
  entry->set_rtcp(reported.rtcp());
  *entry->mutable_receive() = reported.receive();
  *entry->mutable_send() = reported.send();
  return entry->SerializeAsString() != before;
}

void FillPositions(const Media& media, v1::Srtp* srtp) {
  for (const SrtpProgress& progress : media.srtp_progress()) {
    if (!progress.rtcp() && srtp->has_receive()) Fill(progress.receive(), srtp->mutable_receive());
    if (!progress.rtcp() && srtp->has_send()) Fill(progress.send(), srtp->mutable_send());
    if (!srtp->has_dtls()) continue;
    for (v1::DtlsKeys& keys : *srtp->mutable_dtls()->mutable_established()) {
      if (keys.rtcp() != progress.rtcp()) continue;
      Fill(progress.receive(), keys.mutable_receive());
      Fill(progress.send(), keys.mutable_send());
    }
  }
}

}  // namespace controld::call
