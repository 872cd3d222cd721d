// What was typed: octets of a terminal in, keys out.
//
// Any octets are taken. Escape sequences that mean nothing here (answers of the terminal, mouse,
// pasted marks) are swallowed whole, so that none of their octets acts as a key; their length is
// bounded. A lone ESC is a key only when nothing follows it: the caller says so with Flush, some 50
// ms later. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rtpctl::top {

enum class Key : uint8_t {
  kCharacter,  // `character`: printable ASCII
  kUp,
  kDown,
  kLeft,
  kRight,
  kPageUp,
  kPageDown,
  kHome,
  kEnd,
  kEnter,
  kBackspace,
  kEscape,
  kInterrupt,  // Ctrl-C, Ctrl-D, Ctrl-backslash
  kSuspend,    // Ctrl-Z
  kRedraw,     // Ctrl-L
};

struct KeyPress {
  Key key = Key::kCharacter;
  char character = 0;

  bool operator==(const KeyPress&) const = default;
};

class KeyReader {
 public:
  std::vector<KeyPress> Feed(std::string_view octets);
  // Part of a sequence has come.
  bool pending() const { return state_ != State::kGround; }
  // Nothing more comes: a lone ESC is the key, the beginning of anything longer is forgotten.
  std::vector<KeyPress> Flush();

 private:
  enum class State : uint8_t {
    kGround,
    kEscape,       // ESC
    kControl,      // ESC [
    kSingleShift,  // ESC O
    kString,       // ESC ] P X ^ _: up to BEL or ESC backslash
    kStringEscape,
    kMouse,     // ESC [ M: three octets
    kFunction,  // ESC [ [: one octet, of the Linux console's function keys
  };

  void Take(unsigned char octet, std::vector<KeyPress>* out);
  void TakeGround(unsigned char octet, std::vector<KeyPress>* out);
  void TakeEscape(unsigned char octet, std::vector<KeyPress>* out);
  void TakeControl(unsigned char octet, std::vector<KeyPress>* out);

  State state_ = State::kGround;
  std::string parameters_;  // of a control sequence
  size_t length_ = 0;       // octets swallowed of a sequence
};

}  // namespace rtpctl::top
