// See keys.h. Sequences as of ECMA-48 §5.4, keys as xterm and the Linux console send them.
#include "tools/rtpctl/top/keys.h"

#include <optional>

namespace rtpctl::top {
namespace {

constexpr unsigned char kEsc = 0x1B;
constexpr unsigned char kBell = 0x07;
// Longer ones are garbage: what follows is read as keys again.
constexpr size_t kLongestSequence = 64;
constexpr size_t kLongestString = 4096;

std::optional<Key> LetterKey(unsigned char letter) {
  switch (letter) {
    case 'A': return Key::kUp;
    case 'B': return Key::kDown;
    case 'C': return Key::kRight;
    case 'D': return Key::kLeft;
    case 'H': return Key::kHome;
    case 'F': return Key::kEnd;
    case 'M': return Key::kEnter;  // of the number pad
    default: return std::nullopt;
  }
}

// ESC [ NUMBER ~
std::optional<Key> NumberKey(std::string_view parameters) {
  const std::string_view number = parameters.substr(0, parameters.find(';'));
  if (number == "1" || number == "7") return Key::kHome;
  if (number == "4" || number == "8") return Key::kEnd;
  if (number == "5") return Key::kPageUp;
  if (number == "6") return Key::kPageDown;
  return std::nullopt;
}

}  // namespace

std::vector<KeyPress> KeyReader::Feed(std::string_view octets) {
  std::vector<KeyPress> out;
  for (const char octet : octets) Take(static_cast<unsigned char>(octet), &out);
  return out;
}

std::vector<KeyPress> KeyReader::Flush() {
  std::vector<KeyPress> out;
  if (state_ == State::kEscape) out.push_back({Key::kEscape, 0});
  state_ = State::kGround;
  return out;
}

void KeyReader::Take(unsigned char octet, std::vector<KeyPress>* out) {
  if (state_ != State::kGround) ++length_;
  switch (state_) {
    case State::kGround: return TakeGround(octet, out);
    case State::kEscape: return TakeEscape(octet, out);
    case State::kControl: return TakeControl(octet, out);
    case State::kSingleShift:
      state_ = State::kGround;
      if (const auto key = LetterKey(octet)) out->push_back({*key, 0});
      return;
    case State::kString:
      if (octet == kEsc) state_ = State::kStringEscape;
      if (octet == kBell || length_ > kLongestString) state_ = State::kGround;
      return;
    case State::kStringEscape:
      // ESC backslash ends it; any other sequence ends it, too, and is read.
      state_ = State::kGround;
      if (octet != '\\') TakeEscape(octet, out);
      return;
    case State::kFunction: state_ = State::kGround; return;
    case State::kMouse:
      if (length_ >= 3) state_ = State::kGround;
      return;
  }
}

void KeyReader::TakeGround(unsigned char octet, std::vector<KeyPress>* out) {
  switch (octet) {
    case kEsc: state_ = State::kEscape; return;
    case '\r':
    case '\n': out->push_back({Key::kEnter, 0}); return;
    case 0x08:
    case 0x7F: out->push_back({Key::kBackspace, 0}); return;
    case 0x03:
    case 0x04:
    case 0x1C: out->push_back({Key::kInterrupt, 0}); return;
    case 0x0C: out->push_back({Key::kRedraw, 0}); return;
    case 0x1A: out->push_back({Key::kSuspend, 0}); return;
    default: break;
  }
  // Other controls and octets beyond ASCII are no keys of ours.
  if (octet >= 0x20 && octet < 0x7F) {
    out->push_back({Key::kCharacter, static_cast<char>(octet)});
  }
}

void KeyReader::TakeEscape(unsigned char octet, std::vector<KeyPress>* out) {
  length_ = 0;
  parameters_.clear();
  switch (octet) {
    case '[': state_ = State::kControl; return;
    case 'O': state_ = State::kSingleShift; return;
    case ']':
    case 'P':
    case 'X':
    case '^':
    case '_': state_ = State::kString; return;
    case kEsc: out->push_back({Key::kEscape, 0}); return;  // the second one may begin a sequence
    default: break;
  }
  // ESC, and at once something else.
  out->push_back({Key::kEscape, 0});
  state_ = State::kGround;
  TakeGround(octet, out);
}

void KeyReader::TakeControl(unsigned char octet, std::vector<KeyPress>* out) {
  if (octet >= 0x20 && octet < 0x40 && length_ <= kLongestSequence) {
    parameters_.push_back(static_cast<char>(octet));
    return;
  }
  state_ = State::kGround;
  if (octet == kEsc) {
    state_ = State::kEscape;
  } else if (octet == 'M' && parameters_.empty()) {
    state_ = State::kMouse;
    length_ = 0;
  } else if (octet == '~') {
    if (const auto key = NumberKey(parameters_)) out->push_back({*key, 0});
  } else if (octet == '[') {
    state_ = State::kFunction;
  } else if (octet < 0x20) {
    TakeGround(octet, out);  // a control ends the sequence: Ctrl-C has to work
  } else if (parameters_.find_first_not_of("0123456789;") == std::string::npos) {
    if (const auto key = LetterKey(octet)) out->push_back({*key, 0});
  }
}

}  // namespace rtpctl::top
