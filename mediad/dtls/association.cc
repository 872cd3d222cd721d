#include "mediad/dtls/association.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <utility>

#include "mediad/dtls/context.h"
#include "mediad/dtls/datagram_bio.h"
#include "mediad/dtls/library_error.h"
#include "mediad/dtls/records.h"
#include "proto/base/text.h"

namespace mediad::dtls {
namespace {

using std::chrono::nanoseconds;

// Where the library's own clock has a say (library_timer.h) and it is not time yet.
constexpr std::chrono::milliseconds kEarly{50};
// Encrypted records before the keys are known are kept by the library, 17 KiB each: what a peer's
// last flight needs, and some more after each retransmission.
constexpr unsigned kEarlyRecords = 8;
constexpr unsigned kEarlyRecordsPerInterval = 2;
// Explicit nonce and tag of an AEAD cipher (RFC 5288 §3): the library leaves them out of its MTU.
constexpr size_t kUncounted = 8 + 16;

}  // namespace

struct Association::Impl final : CookieSource {
  explicit Impl(AssociationOptions given) : options(std::move(given)) {
    options.mtu = std::clamp(options.mtu, kMinMtu, kMaxMtu);
    wire.max_outgoing = kMaxQueued;
  }
  ~Impl() override {
    SSL_free(ssl);
    OPENSSL_cleanse(secret.data(), secret.size());
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  bool running() const { return state == State::kIdle || state == State::kHandshake; }
  bool completed() const { return state == State::kUnverified || state == State::kEstablished; }

  bool MakeLibraryState(Role as);
  void DropLibraryState();
  void BeginAsClient(nanoseconds now);
  void BeginHandshake(nanoseconds now);
  bool TakeClientHello(nanoseconds now);
  void Advance(nanoseconds now);
  void AfterCall(uint64_t written_before, nanoseconds now);
  void GiveUpHandshake(nanoseconds now);
  void Complete();
  void Verify();
  void ReadCompleted();
  void Fail(std::string text);
  std::string Unanswered() const;
  void TakeRecord(std::span<const uint8_t> octets, nanoseconds now);
  bool ExpectsChangeCipherSpec() const;
  bool Admits(const Record& record);
  void Cookie(unsigned char* cookie) const override;

  AssociationOptions options;
  std::optional<media::Fingerprint> peer;
  State state = State::kIdle;
  Role role = Role::kUndecided;
  bool started = false;
  bool deaf =
      false;  // completed, and the library has given up: keys stay, nothing is read any more
  std::string failure;
  std::optional<Keys> secret_keys;  // not shown before kEstablished
  std::optional<Keys> keys;
  Counters counters;

  std::optional<nanoseconds> retransmit_at;
  std::optional<nanoseconds> fail_at;
  nanoseconds interval = kFirstInterval;
  unsigned early_records = kEarlyRecords;
  std::string last_alert;  // not believed, only named
  std::string last_error;

  Wire wire;
  SSL* ssl = nullptr;
  std::vector<uint8_t> source;       // of the datagram at hand
  std::array<uint8_t, 32> secret{};  // of cookies; made with the first library state
  bool secret_made = false;
};

// RFC 6347 §4.2.1: a keyed hash of where the ClientHello came from.
void Association::Impl::Cookie(unsigned char* cookie) const {
  unsigned char digest[EVP_MAX_MD_SIZE] = {};
  unsigned int length = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()), source.data(), source.size(),
       digest, &length);
  std::copy_n(digest, kLength, cookie);
}

bool Association::Impl::MakeLibraryState(Role as) {
  DropLibraryState();
  if (!secret_made) {
    if (RAND_bytes(secret.data(), static_cast<int>(secret.size())) != 1) return false;
    secret_made = true;
  }
  ssl = SSL_new(options.certificate->context());
  BIO* const bio = ssl == nullptr ? nullptr : NewDatagramBio(&wire);
  if (bio == nullptr) return false;
  SSL_set_bio(ssl, bio, bio);
  wire.ssl = ssl;
  SSL_set_app_data(ssl, static_cast<CookieSource*>(this));
  // The first returns 0 for success.
  if (SSL_set_tlsext_use_srtp(ssl, options.profiles.c_str()) != 0 ||
      SSL_set_mtu(ssl, static_cast<long>(options.mtu - kUncounted)) <= 0)
    return false;
  as == Role::kClient ? SSL_set_connect_state(ssl) : SSL_set_accept_state(ssl);
  early_records = kEarlyRecords;
  return true;
}

void Association::Impl::DropLibraryState() {
  SSL_free(ssl);
  ssl = nullptr;
  wire.ssl = nullptr;
  wire.timer = {};
}

void Association::Impl::BeginHandshake(nanoseconds now) {
  state = State::kHandshake;
  interval = kFirstInterval;
  if (!fail_at) fail_at = now + kHandshakeLimit;
}

void Association::Impl::BeginAsClient(nanoseconds now) {
  role = Role::kClient;
  BeginHandshake(now);
  if (!MakeLibraryState(role)) return Fail(base::StrCat("DTLS: ", TakeLibraryError()));
  Advance(now);
}

// The first ClientHello makes us the server; with cookies, the first that brings one. True: the
// handshake runs, and the library has the record.
bool Association::Impl::TakeClientHello(nanoseconds now) {
  if (ssl == nullptr && !MakeLibraryState(Role::kServer)) {
    Fail(base::StrCat("DTLS: ", TakeLibraryError()));
    return false;
  }
  if (options.verify_cookie) {
    const std::unique_ptr<BIO_ADDR, decltype(&BIO_ADDR_free)> unused(BIO_ADDR_new(), BIO_ADDR_free);
    const uint64_t written_before = wire.written;
    const int listened = unused == nullptr ? 0 : DTLSv1_listen(ssl, unused.get());
    ERR_clear_error();
    AfterCall(written_before, now);
    if (listened <= 0) return false;
  }
  role = Role::kServer;
  BeginHandshake(now);
  return true;
}

void Association::Impl::Advance(nanoseconds now) {
  const uint64_t written_before = wire.written;
  ERR_clear_error();
  const int result = SSL_do_handshake(ssl);
  const int error = result == 1 ? SSL_ERROR_NONE : SSL_get_error(ssl, result);
  AfterCall(written_before, now);
  if (result == 1) return Complete();
  if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) GiveUpHandshake(now);
}

// Something new sent: the interval begins anew. Nothing to repeat: no deadline.
void Association::Impl::AfterCall(uint64_t written_before, nanoseconds now) {
  const bool sent = wire.written != written_before;
  if (sent) ++counters.flights_sent;
  if (!wire.timer.running()) {
    retransmit_at.reset();
  } else if (sent || !retransmit_at) {
    interval = kFirstInterval;
    retransmit_at = now + interval;
  }
}

// Nothing of what the library objects to was authenticated: it may have been the peer, or anybody.
void Association::Impl::GiveUpHandshake(nanoseconds now) {
  last_error = TakeLibraryError();
  DropLibraryState();
  retransmit_at.reset();
  if (counters.restarts >= kMaxRestarts) return Fail(last_error);
  ++counters.restarts;
  if (role == Role::kClient) {
    retransmit_at = now + kFirstInterval;  // begins again then
  } else {
    role = Role::kUndecided;
    state = State::kIdle;
  }
}

void Association::Impl::Complete() {
  retransmit_at.reset();
  fail_at.reset();
  secret_keys = ExportKeys(ssl, role == Role::kClient);
  ERR_clear_error();
  if (!secret_keys) return Fail("no SRTP profile in common");
  state = State::kUnverified;
  Verify();
}

void Association::Impl::Verify() {
  if (!completed() || !peer || ssl == nullptr) return;
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(SSL_get1_peer_certificate(ssl),
                                                                X509_free);
  const std::optional<std::string> digest =
      certificate == nullptr ? std::nullopt : DigestOf(certificate.get(), peer->hash);
  ERR_clear_error();
  if (!digest || digest->size() != peer->digest.size() ||
      CRYPTO_memcmp(digest->data(), peer->digest.data(), digest->size()) != 0) {
    SSL_shutdown(ssl);
    ERR_clear_error();
    return Fail("fingerprint mismatch");
  }
  if (state == State::kEstablished) return;
  keys = std::exchange(secret_keys, std::nullopt);
  state = State::kEstablished;
}

// What comes after the handshake: the peer's last flight once more (the library repeats ours),
// close_notify, data.
void Association::Impl::ReadCompleted() {
  std::array<uint8_t, 256> unused;
  const uint64_t written_before = wire.written;
  ERR_clear_error();
  int result = 0;
  do {
    result = SSL_read(ssl, unused.data(), unused.size());
  } while (result > 0);
  const int error = SSL_get_error(ssl, result);
  if (wire.written != written_before) ++counters.flights_sent;
  ERR_clear_error();
  if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) return;
  if ((SSL_get_shutdown(ssl) & SSL_RECEIVED_SHUTDOWN) != 0) {
    state = State::kClosed;
    secret_keys.reset();
  } else {
    deaf = true;
  }
}

void Association::Impl::Fail(std::string text) {
  state = State::kFailed;
  failure = std::move(text);
  retransmit_at.reset();
  fail_at.reset();
  keys.reset();
  secret_keys.reset();
  DropLibraryState();
}

std::string Association::Impl::Unanswered() const {
  std::string text = base::StrCat("no answer for ", kHandshakeLimit.count(), " s");
  if (!last_error.empty()) base::StrAppend(&text, "; last error: ", last_error);
  if (!last_alert.empty()) base::StrAppend(&text, "; alert received: ", last_alert);
  return text;
}

// Out of turn the library means to drop it, but makes no progress afterwards (3.0): one forged
// record of 14 octets would end the handshake.
bool Association::Impl::ExpectsChangeCipherSpec() const {
  if (ssl == nullptr || role == Role::kUndecided) return false;
  const OSSL_HANDSHAKE_STATE last = SSL_get_state(ssl);
  return last == (role == Role::kClient ? TLS_ST_CW_FINISHED : TLS_ST_SR_CERT_VRFY);
}

// Whether the library may see it. It drops on its own what does not decrypt, what is replayed and
// what is of another epoch; what it would believe without authentication is stopped here.
bool Association::Impl::Admits(const Record& record) {
  if (record.epoch != 0) {
    if (record.epoch != 1 || deaf || ssl == nullptr || role == Role::kUndecided) return false;
    if (completed()) return true;
    if (early_records == 0) return false;
    --early_records;
    return true;
  }
  if (!running()) return false;
  switch (record.type) {
    case ContentType::kHandshake:
      if (role == Role::kUndecided) return IsClientHello(record.octets);
      return ssl != nullptr &&
             IsPlausibleHandshake(record.content,
                                  role == Role::kClient ? Sender::kServer : Sender::kClient);
    case ContentType::kChangeCipherSpec:
      return record.content.size() == 1 && record.content[0] == 1 && ExpectsChangeCipherSpec();
    case ContentType::kAlert:
      if (record.content.size() == 2) last_alert = SSL_alert_desc_string_long(record.content[1]);
      return false;
    case ContentType::kData:
      return false;
  }
  return false;
}

void Association::Impl::TakeRecord(std::span<const uint8_t> octets, nanoseconds now) {
  wire.incoming = octets;
  if (completed()) {
    ReadCompleted();
  } else if (role != Role::kUndecided || TakeClientHello(now)) {
    Advance(now);
  }
  wire.incoming = {};
}

Association::Association(AssociationOptions options)
    : impl_(std::make_unique<Impl>(std::move(options))) {}
Association::~Association() = default;
Association::Association(Association&&) noexcept = default;
Association& Association::operator=(Association&&) noexcept = default;

void Association::Start(nanoseconds now) {
  if (impl_->started || !impl_->running()) return;
  impl_->started = true;
  if (impl_->options.setup == Setup::kActive) impl_->BeginAsClient(now);
}

void Association::SetSetup(Setup setup, nanoseconds now) {
  Impl& impl = *impl_;
  if (setup == impl.options.setup) return;
  impl.options.setup = setup;
  if (!impl.started || !impl.running()) return;
  if (setup == Setup::kActive && impl.role != Role::kClient) {
    impl.BeginAsClient(now);
  } else if (setup == Setup::kPassive && impl.role == Role::kClient) {
    impl.DropLibraryState();
    impl.role = Role::kUndecided;
    impl.state = State::kIdle;
    impl.retransmit_at.reset();
    impl.fail_at.reset();
  }
}

void Association::SetPeerFingerprint(const media::Fingerprint& fingerprint) {
  if (!fingerprint.valid()) return;
  impl_->peer = fingerprint;
  impl_->Verify();
}

bool Association::OnDatagram(std::span<const uint8_t> datagram, std::span<const uint8_t> source,
                             nanoseconds now) {
  Impl& impl = *impl_;
  if (!impl.started || impl.deaf || !(impl.running() || impl.completed())) return false;
  impl.source.assign(source.begin(), source.end());
  bool taken = false;
  while (!datagram.empty()) {
    Record record;
    const bool whole = NextRecord(&datagram, &record);
    if (whole && impl.Admits(record)) {
      ++impl.counters.records_received;
      taken = true;
      impl.TakeRecord(record.octets, now);
    } else {
      ++impl.counters.records_ignored;
    }
    if (!whole) break;
  }
  return taken;
}

void Association::OnTimer(nanoseconds now) {
  Impl& impl = *impl_;
  if (impl.fail_at && now >= *impl.fail_at) return impl.Fail(impl.Unanswered());
  if (!impl.retransmit_at || now < *impl.retransmit_at) return;
  if (impl.ssl == nullptr) return impl.BeginAsClient(now);  // after GiveUpHandshake

  const uint64_t written_before = impl.wire.written;
  ERR_clear_error();
  const int result = impl.wire.timer.Expire(impl.ssl);
  if (result < 0) return impl.GiveUpHandshake(now);
  if (impl.wire.written != written_before) ++impl.counters.flights_sent;
  if (result == 0) {
    impl.retransmit_at = now + kEarly;
    return;
  }
  impl.early_records += kEarlyRecordsPerInterval;
  impl.interval *= 2;
  impl.retransmit_at = now + impl.interval;
}

std::optional<nanoseconds> Association::NextDeadline() const {
  if (!impl_->retransmit_at) return impl_->fail_at;
  if (!impl_->fail_at) return impl_->retransmit_at;
  return std::min(*impl_->retransmit_at, *impl_->fail_at);
}

bool Association::TakeDatagram(std::vector<uint8_t>* datagram) {
  auto& outgoing = impl_->wire.outgoing;
  if (outgoing.empty()) return false;
  datagram->swap(outgoing.front());
  outgoing.pop_front();
  return true;
}

void Association::Close() {
  Impl& impl = *impl_;
  if (impl.state == State::kFailed || impl.state == State::kClosed) return;
  if (impl.completed() && impl.ssl != nullptr) {
    SSL_shutdown(impl.ssl);
    ERR_clear_error();
  }
  impl.state = State::kClosed;
  impl.retransmit_at.reset();
  impl.fail_at.reset();
  impl.secret_keys.reset();
  impl.DropLibraryState();
}

State Association::state() const { return impl_->state; }
Role Association::role() const { return impl_->role; }
const std::string& Association::failure() const { return impl_->failure; }
const std::optional<Keys>& Association::keys() const { return impl_->keys; }
const Association::Counters& Association::counters() const { return impl_->counters; }

}  // namespace mediad::dtls
