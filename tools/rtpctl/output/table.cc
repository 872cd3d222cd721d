// See table.h.
#include "tools/rtpctl/output/table.h"

#include <algorithm>

#include "tools/rtpctl/output/text.h"

namespace rtpctl {
namespace {

constexpr size_t kGap = 2;
constexpr size_t kNarrowest = 8;  // a shrunk column keeps this much

const char* Code(Color color) {
  switch (color) {
    case Color::kNone: return "";
    case Color::kGood: return "\033[32m";
    case Color::kWarning: return "\033[33m";
    case Color::kBad: return "\033[31m";
    case Color::kDim: return "\033[2m";
    case Color::kTitle: return "\033[1m";
  }
  return "";
}

void TrimRight(std::string* line) {
  const size_t last = line->find_last_not_of(' ');
  line->resize(last == std::string::npos ? 0 : last + 1);
}

}  // namespace

std::string Paint(const std::string& text, Color color, const Style& style) {
  if (!style.color || color == Color::kNone || text.empty()) return text;
  return Code(color) + text + "\033[0m";
}

void Table::Add(std::vector<Cell> row) {
  row.resize(columns_.size(), Cell(""));
  rows_.push_back(std::move(row));
}

std::vector<size_t> Table::Widths(const Style& style) const {
  std::vector<size_t> widths;
  size_t total = 0;
  for (size_t i = 0; i < columns_.size(); ++i) {
    size_t width = DisplayWidth(columns_[i].title);
    for (const auto& row : rows_) width = std::max(width, DisplayWidth(row[i].text));
    widths.push_back(width);
    total += width + (i == 0 ? 0 : kGap);
  }
  if (style.width == 0 || total <= style.width) return widths;
  for (size_t i = 0; i < columns_.size(); ++i) {
    if (!columns_[i].shrink) continue;
    const size_t excess = total - style.width;
    const size_t floor = std::min(widths[i], std::max(kNarrowest, DisplayWidth(columns_[i].title)));
    widths[i] = widths[i] > floor + excess ? widths[i] - excess : floor;
    break;
  }
  return widths;
}

std::string Table::Render(const Style& style) const {
  const std::vector<size_t> widths = Widths(style);
  std::string out;
  const auto add_line = [&](auto cell_at) {
    std::string line;
    for (size_t i = 0; i < columns_.size(); ++i) {
      const Cell cell = cell_at(i);
      const std::string text = Shorten(cell.text, widths[i]);
      const std::string padding(widths[i] - DisplayWidth(text), ' ');
      if (i > 0) line.append(kGap, ' ');
      if (columns_[i].right) line += padding;
      line += Paint(text, cell.color, style);
      if (!columns_[i].right && i + 1 < columns_.size()) line += padding;
    }
    TrimRight(&line);
    out += line + "\n";
  };
  add_line([&](size_t i) { return Cell(columns_[i].title, Color::kTitle); });
  for (const auto& row : rows_) add_line([&](size_t i) { return row[i]; });
  return out;
}

std::string Fields::Render(const Style& style) const {
  size_t width = 0;
  for (const auto& [key, value] : fields_) width = std::max(width, DisplayWidth(key));
  std::string out;
  for (const auto& [key, value] : fields_) {
    std::string line = key + ":" + std::string(width - DisplayWidth(key) + 1, ' ');
    line += Paint(value.text, value.color, style);
    TrimRight(&line);
    out += line + "\n";
  }
  return out;
}

}  // namespace rtpctl
