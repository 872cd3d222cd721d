// Aligned tables for people.
//
// Pure: rows in, text out. Cells are text already (see text.h for making strangers' text harmless);
// widths count code points. A table that is wider than the terminal shortens its shrinkable column,
// so that lines do not wrap; when there is no terminal nothing is cut.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace rtpctl {

enum class Color : uint8_t { kNone, kGood, kWarning, kBad, kDim, kTitle };

struct Style {
  bool color = false;
  size_t width = 0;  // of the terminal; 0 = unlimited
};

// `text` in a colour, or as it is.
std::string Paint(const std::string& text, Color color, const Style& style);

struct Column {
  std::string title;
  bool right = false;   // numbers
  bool shrink = false;  // at most one column
};

struct Cell {
  Cell(std::string value, Color paint = Color::kNone) : text(std::move(value)), color(paint) {}
  Cell(const char* value) : text(value) {}
  std::string text;
  Color color = Color::kNone;
};

class Table {
 public:
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  // As many cells as there are columns; missing ones are empty.
  void Add(std::vector<Cell> row);
  bool empty() const { return rows_.empty(); }
  // Title line and rows, each ended by LF, without trailing blanks.
  std::string Render(const Style& style) const;

 private:
  std::vector<size_t> Widths(const Style& style) const;

  std::vector<Column> columns_;
  std::vector<std::vector<Cell>> rows_;
};

// "key: value" lines with the values aligned.
class Fields {
 public:
  void Add(std::string key, Cell value) { fields_.emplace_back(std::move(key), std::move(value)); }
  std::string Render(const Style& style) const;

 private:
  std::vector<std::pair<std::string, Cell>> fields_;
};

}  // namespace rtpctl
