#include "mediad/dtls/datagram_bio.h"

#include <algorithm>

namespace mediad::dtls {
namespace {

Wire* WireOf(BIO* bio) { return static_cast<Wire*>(BIO_get_data(bio)); }

int Write(BIO* bio, const char* octets, int length) {
  if (length <= 0) return 0;
  Wire* const wire = WireOf(bio);
  ++wire->written;
  if (wire->outgoing.size() < wire->max_outgoing)
    wire->outgoing.emplace_back(octets, octets + length);
  return length;
}

int Read(BIO* bio, char* octets, int length) {
  Wire* const wire = WireOf(bio);
  BIO_clear_retry_flags(bio);
  if (wire->incoming.empty()) {
    BIO_set_retry_read(bio);
    return -1;
  }
  const size_t count = std::min(wire->incoming.size(), static_cast<size_t>(std::max(length, 0)));
  std::copy_n(wire->incoming.begin(), count, octets);
  wire->incoming = {};  // the rest of a datagram is lost, as with recvfrom(2)
  return static_cast<int>(count);
}

long Control(BIO* bio, int command, long, void* argument) {
  switch (command) {
    case BIO_CTRL_FLUSH:
      return 1;
    case BIO_CTRL_DGRAM_SET_NEXT_TIMEOUT: {
      Wire* const wire = WireOf(bio);
      wire->timer.OnSet(wire->ssl, static_cast<timeval*>(argument));
      return 1;
    }
    case BIO_CTRL_DGRAM_GET_MTU_OVERHEAD:  // of IPv4 and UDP; lowers the least MTU that is taken
      return 28;
    default:  // pending octets, MTU, peer: none
      return 0;
  }
}

int Create(BIO* bio) {
  BIO_set_init(bio, 1);
  return 1;
}

// Made once, never freed: every BIO of the process refers to it.
BIO_METHOD* Method() {
  static BIO_METHOD* const method = [] {
    BIO_METHOD* const made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "datagrams");
    if (made == nullptr) return made;
    BIO_meth_set_write(made, Write);
    BIO_meth_set_read(made, Read);
    BIO_meth_set_ctrl(made, Control);
    BIO_meth_set_create(made, Create);
    return made;
  }();
  return method;
}

}  // namespace

BIO* NewDatagramBio(Wire* wire) {
  BIO_METHOD* const method = Method();
  BIO* const bio = method == nullptr ? nullptr : BIO_new(method);
  if (bio != nullptr) BIO_set_data(bio, wire);
  return bio;
}

}  // namespace mediad::dtls
