// The library's end of the wire: a BIO that keeps datagrams apart.
//
// One datagram at a time goes in, what the library writes comes out as one datagram for each write.
// No socket, so no MTU to be asked for; the library is told it (SSL_set_mtu). One thread.
#pragma once

#include <openssl/bio.h>
#include <openssl/ssl.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <vector>

#include "mediad/dtls/library_timer.h"

namespace mediad::dtls {

struct Wire {
  std::span<const uint8_t> incoming;  // empty: nothing to read
  std::deque<std::vector<uint8_t>> outgoing;
  size_t max_outgoing = 0;  // what is written beyond is lost, as on a network
  uint64_t written = 0;     // datagrams, lost ones included
  SSL* ssl = nullptr;       // whose timer it is
  LibraryTimer timer;
};

// For SSL_set_bio, which takes it over. `wire` must outlive it. nullptr: no memory.
BIO* NewDatagramBio(Wire* wire);

}  // namespace mediad::dtls
