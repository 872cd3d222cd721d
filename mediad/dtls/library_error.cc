#include "mediad/dtls/library_error.h"

#include <openssl/err.h>

namespace mediad::dtls {

std::string TakeLibraryError() {
  const unsigned long code = ERR_peek_last_error();
  const char* const reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  std::string text = reason == nullptr ? "unknown error" : reason;
  ERR_clear_error();
  return text;
}

}  // namespace mediad::dtls
