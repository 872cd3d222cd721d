// The screen of `rtpctl top`: model, view and size in, lines of text with attributes out.
//
// Pure. A screen has exactly as many lines as the size has rows, none of them wider than its
// columns; every character is ASCII and takes one column: text of strangers passes Ascii().
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tools/rtpctl/top/view.h"

namespace rtpctl::top {

enum class Look : uint8_t { kPlain, kBold, kDim, kGood, kWarning, kBad, kTitle, kSelected };

struct Span {
  std::string text;
  Look look = Look::kPlain;
  bool operator==(const Span&) const = default;
};
using Line = std::vector<Span>;
using Lines = std::vector<Line>;

struct Frame {
  View view;  // settled
  Size size;
  double interval_s = 1;
  double now_s = 0;  // monotonic: how old the answers are
};

// Lines that the page has for what scrolls.
size_t BodyRows(const Model& model, const View& view, const Size& size);
// Lines that there are of it, on the pages other than kCalls.
size_t BodyLength(const Model& model, const View& view, const Size& size);
Lines Render(const Model& model, const Frame& frame);
// Without attributes and trailing blanks, each line ended by LF.
std::string PlainText(const Lines& lines);

// ---- parts (screen_*.cc)
Lines HeaderLines(const Model& model, const Frame& frame);
Lines WorkerLines(const Model& model, size_t columns, size_t most);  // title line and rows
Lines CallLines(const Model& model, const View& view, size_t columns, size_t body);
Lines DetailLines(const Model& model, const std::string& call_id, size_t columns);
Lines HelpLines();

// ---- figures as text; "-" when not known
std::string Rate(const Figure& figure);     // "0.5", "50", "12345", "123k", "45.0M"
std::string Percent(const Figure& figure);  // of a figure in percent: "0%", "0.4%", "12%"
std::string Share(const Figure& figure);    // of a figure of 0 to 1: "83%"
std::string Decimal(const Figure& figure, int decimals);

}  // namespace rtpctl::top
