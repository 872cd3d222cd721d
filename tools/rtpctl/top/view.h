// What of the model is shown, and what keys do to it.
//
// Pure; single-threaded.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tools/rtpctl/top/keys.h"
#include "tools/rtpctl/top/model.h"

namespace rtpctl::top {

enum class Page : uint8_t { kCalls, kCall, kWorkers, kHelp };

enum class Sort : uint8_t {
  kPackets,
  kKernel,
  kLoss,
  kJitter,
  kMos,
  kErrors,
  kAge,
  kCall,
  kWorker
};
inline constexpr size_t kSorts = 9;

// As --sort takes it; the letter that chooses it.
std::string_view SortName(Sort sort);
char SortLetter(Sort sort);
std::optional<Sort> SortOf(std::string_view name);
std::vector<std::string> SortNames();

struct Size {
  size_t rows = 24, columns = 80;
  bool operator==(const Size&) const = default;
};

struct View {
  Page page = Page::kCalls;
  Page behind = Page::kCalls;  // of the help
  Sort sort = Sort::kPackets;
  bool reversed = false;
  std::string filter;   // call-ids that contain it
  bool typing = false;  // a filter is being typed
  std::string typed;
  std::string selected;    // call-id on page kCalls; empty: the first
  std::string detail;      // call-id on page kCall
  size_t scroll = 0;       // first row shown of page kCalls
  size_t page_scroll = 0;  // first line shown of the other pages
};

// The calls that pass the filter, in order. The worst first: least MOS, most of anything else;
// names by alphabet. Without a figure last, whichever way.
std::vector<const CallRow*> Sorted(const Model& model, const View& view);

enum class Wish : uint8_t { kNone, kQuit, kSuspend, kRedraw };

// `body`: lines that the page has for rows.
Wish Apply(const KeyPress& key, const Model& model, size_t body, View* view);
// After the model, the size or the view changed: the selected row is one that is there, and in
// sight. `length`: lines that the pages other than kCalls have.
void Settle(const Model& model, size_t body, size_t length, View* view);

}  // namespace rtpctl::top
