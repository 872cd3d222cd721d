#include "controld/bencode/encode.h"

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace controld::bencode {
namespace {

// Writes behind what `out` holds. A reply has hundreds of items, most of a few octets: what an append to a string costs
// would be most of the work, so the string is made longer in large steps, and as long as its text at the end.
class Writer {
 public:
  explicit Writer(std::string* out) : out_(out), at_(out->size()) { out->resize(out->capacity()); }
  ~Writer() { out_->resize(at_); }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  void Put(std::string_view text) {
    char* at = Room(kDigits + 1 + text.size());
    at = Number(at, text.size());
    *at++ = ':';
    std::memcpy(at, text.data(), text.size());
    Wrote(at + text.size());
  }

  void Put(const ng::Dictionary& dictionary) {
    Put('d');
    for (const auto& [key, value] : dictionary.entries()) {
      Put(std::string_view(key));
      Put(value);
    }
    Put('e');
  }

  void Put(const ng::Value& value) {
    if (const std::string* text = value.string()) {
      Put(std::string_view(*text));
    } else if (const int64_t* number = value.integer()) {
      Put(*number);
    } else if (const ng::Dictionary* dictionary = value.dictionary()) {
      Put(*dictionary);
    } else {
      Put('l');
      for (const ng::Value& item : *value.list()) Put(item);
      Put('e');
    }
  }

 private:
  static constexpr size_t kDigits = 20;  // of any 64-bit number, with its sign

  void Put(char mark) {
    char* const at = Room(1);
    *at = mark;
    Wrote(at + 1);
  }

  void Put(int64_t number) {
    char* at = Room(kDigits + 2);
    *at++ = 'i';
    at = Number(at, number);
    *at++ = 'e';
    Wrote(at);
  }

  template <typename Integer>
  static char* Number(char* at, Integer number) {
    if (number >= 0 && number < 10) {  // most lengths and most counters
      *at = static_cast<char>('0' + number);
      return at + 1;
    }
    return std::to_chars(at, at + kDigits, number).ptr;
  }

  char* Room(size_t size) {
    if (out_->size() - at_ < size) out_->resize(2 * out_->size() + size);
    return out_->data() + at_;
  }

  void Wrote(const char* end) { at_ = static_cast<size_t>(end - out_->data()); }

  std::string* const out_;
  size_t at_;
};

}  // namespace

void Encode(const ng::Value& value, std::string* out) { Writer(out).Put(value); }

void Encode(const ng::Dictionary& dictionary, std::string* out) { Writer(out).Put(dictionary); }

}  // namespace controld::bencode
