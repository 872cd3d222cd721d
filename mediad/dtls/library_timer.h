// The library's retransmission timer under our time.
//
// OpenSSL compares its DTLS timer with gettimeofday(), wherever `now` comes from, and looks at it
// in every read. When it starts the timer it tells the BIO (BIO_CTRL_DGRAM_SET_NEXT_TIMEOUT) by a
// pointer: up to 3.1 to the timer itself, later to a copy. Which of the two is found out by
// changing the value and asking the library for what is left:
//  * the timer itself: it is moved to where no clock gets, and back to 1970 to make the library
//  retransmit. The wall
//    clock, and its jumps, have no say.
//  * a copy: nothing can be moved. The library's second, doubled, runs beside ours; Expire() may be
//  early then.
// One thread.
#pragma once

#include <openssl/ssl.h>
#include <sys/time.h>

namespace mediad::dtls {

class LibraryTimer {
 public:
  // The BIO control: the timer was started, or stopped (0). `timer` is the library's argument.
  void OnSet(SSL* ssl, timeval* timer);

  bool running() const { return running_; }
  bool shared() const { return shared_ != nullptr; }

  // As DTLSv1_handle_timeout: 1 the flight was sent again, 0 nothing was due, below 0 an error.
  int Expire(SSL* ssl);

 private:
  timeval* shared_ = nullptr;  // in `ssl`, as long as it lives; nullptr: not running, or a copy
  bool running_ = false;
};

}  // namespace mediad::dtls
