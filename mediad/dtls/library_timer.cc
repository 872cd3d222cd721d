#include "mediad/dtls/library_timer.h"

#include <ctime>
#include <limits>

namespace mediad::dtls {
namespace {

constexpr time_t kNever = std::numeric_limits<time_t>::max() / 2;

}  // namespace

void LibraryTimer::OnSet(SSL* ssl, timeval* timer) {
  shared_ = nullptr;
  running_ = timer->tv_sec != 0 || timer->tv_usec != 0;
  if (!running_) return;
  *timer = {kNever, 0};
  timeval left{};
  // Years, when the value just written is what the library reads.
  if (DTLSv1_get_timeout(ssl, &left) == 1 && left.tv_sec > kNever / 4) shared_ = timer;
}

int LibraryTimer::Expire(SSL* ssl) {
  if (shared_ != nullptr) *shared_ = {1, 0};
  return static_cast<int>(DTLSv1_handle_timeout(ssl));
}

}  // namespace mediad::dtls
