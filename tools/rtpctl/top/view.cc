// See view.h.
#include "tools/rtpctl/top/view.h"

#include <algorithm>
#include <array>

namespace rtpctl::top {
namespace {

constexpr size_t kLongestFilter = 256;

struct SortRow {
  Sort sort;
  std::string_view name;
  char letter;
};
constexpr std::array<SortRow, kSorts> kSortRows = {{{Sort::kPackets, "packets", 'P'},
                                                    {Sort::kKernel, "kernel", 'K'},
                                                    {Sort::kLoss, "loss", 'L'},
                                                    {Sort::kJitter, "jitter", 'J'},
                                                    {Sort::kMos, "mos", 'M'},
                                                    {Sort::kErrors, "errors", 'E'},
                                                    {Sort::kAge, "age", 'A'},
                                                    {Sort::kCall, "call", 'C'},
                                                    {Sort::kWorker, "worker", 'W'}}};

// Greater comes first.
Figure Weight(const CallRow& row, Sort sort) {
  switch (sort) {
    case Sort::kPackets: return row.rates.in.packets;
    case Sort::kKernel: return KernelShare(row.rates.in);
    case Sort::kLoss: return row.rates.quality.loss_percent;
    case Sort::kJitter: return row.rates.quality.jitter_ms;
    case Sort::kMos: return row.rates.quality.mos ? Figure(-*row.rates.quality.mos) : std::nullopt;
    case Sort::kErrors:
      return row.looked_at ? Figure(static_cast<double>(row.errors)) : std::nullopt;
    case Sort::kAge: return -static_cast<double>(row.created_unix_ms);
    default: return std::nullopt;
  }
}

bool ComesFirst(const CallRow& a, const CallRow& b, Sort sort, bool reversed) {
  if (sort == Sort::kCall) return reversed ? b.call_id < a.call_id : a.call_id < b.call_id;
  if (sort == Sort::kWorker) {
    if (a.worker != b.worker) return reversed ? b.worker < a.worker : a.worker < b.worker;
    return a.call_id < b.call_id;
  }
  const Figure of_a = Weight(a, sort), of_b = Weight(b, sort);
  if (of_a.has_value() != of_b.has_value()) return of_a.has_value();
  if (of_a && *of_a != *of_b) return reversed ? *of_a < *of_b : *of_a > *of_b;
  return a.call_id < b.call_id;
}

size_t IndexOf(const std::vector<const CallRow*>& rows, const std::string& call_id) {
  for (size_t i = 0; i < rows.size(); ++i) {
    if (rows[i]->call_id == call_id) return i;
  }
  return 0;
}

// Where a movement leads among `count` places; `at` unchanged when the key is none.
size_t Moved(Key key, size_t at, size_t count, size_t page) {
  const size_t last = count == 0 ? 0 : count - 1;
  switch (key) {
    case Key::kUp: return at == 0 ? 0 : at - 1;
    case Key::kDown: return std::min(at + 1, last);
    case Key::kPageUp: return at > page ? at - page : 0;
    case Key::kPageDown: return std::min(at + page, last);
    case Key::kHome: return 0;
    case Key::kEnd: return last;
    default: return at;
  }
}

void Type(const KeyPress& key, View* view) {
  switch (key.key) {
    case Key::kCharacter:
      if (view->typed.size() < kLongestFilter) view->typed.push_back(key.character);
      return;
    case Key::kBackspace:
      if (!view->typed.empty()) view->typed.pop_back();
      return;
    case Key::kEnter:
      view->filter = view->typed;
      view->typing = false;
      return;
    case Key::kEscape: view->typing = false; return;
    default: return;
  }
}

void SortBy(Sort sort, View* view) {
  view->reversed = view->sort == sort && !view->reversed;
  view->sort = sort;
}

void NextSort(size_t step, View* view) {
  view->sort = static_cast<Sort>((static_cast<size_t>(view->sort) + step) % kSorts);
  view->reversed = false;
}

void Open(Page page, View* view) {
  view->page = page;
  view->page_scroll = 0;
}

void ApplyToCalls(const KeyPress& key, const Model& model, size_t body, View* view) {
  const std::vector<const CallRow*> rows = Sorted(model, *view);
  if (rows.empty()) return;
  const size_t at = IndexOf(rows, view->selected);
  if (key.key == Key::kEnter || key.key == Key::kRight) {
    view->detail = rows[at]->call_id;
    view->selected = view->detail;
    return Open(Page::kCall, view);
  }
  view->selected = rows[Moved(key.key, at, rows.size(), body)]->call_id;
}

// Letters with a meaning; those that move become the key that does the same.
Wish ApplyLetter(char letter, View* view, Key* key) {
  switch (letter) {
    case 'q': return Wish::kQuit;
    case 'k': *key = Key::kUp; break;
    case 'j': *key = Key::kDown; break;
    case 'g': *key = Key::kHome; break;
    case 'G': *key = Key::kEnd; break;
    case ' ': *key = Key::kPageDown; break;
    case 's':
    case '>': NextSort(1, view); break;
    case '<': NextSort(kSorts - 1, view); break;
    case 'r': view->reversed = !view->reversed; break;
    case 'w': Open(view->page == Page::kWorkers ? Page::kCalls : Page::kWorkers, view); break;
    case 'h':
    case '?':
      view->behind = view->page == Page::kHelp ? view->behind : view->page;
      Open(view->page == Page::kHelp ? view->behind : Page::kHelp, view);
      break;
    case '/':
      Open(Page::kCalls, view);
      view->typing = true;
      view->typed = view->filter;
      break;
    default:
      for (const SortRow& row : kSortRows) {
        if (row.letter == letter) SortBy(row.sort, view);
      }
  }
  return Wish::kNone;
}

}  // namespace

std::string_view SortName(Sort sort) { return kSortRows[static_cast<size_t>(sort)].name; }
char SortLetter(Sort sort) { return kSortRows[static_cast<size_t>(sort)].letter; }

std::optional<Sort> SortOf(std::string_view name) {
  for (const SortRow& row : kSortRows) {
    if (row.name == name) return row.sort;
  }
  return std::nullopt;
}

std::vector<std::string> SortNames() {
  std::vector<std::string> names;
  for (const SortRow& row : kSortRows) names.emplace_back(row.name);
  return names;
}

std::vector<const CallRow*> Sorted(const Model& model, const View& view) {
  std::vector<const CallRow*> rows;
  for (const CallRow& row : model.calls()) {
    if (row.call_id.find(view.filter) != std::string::npos) rows.push_back(&row);
  }
  std::sort(rows.begin(), rows.end(), [&](const CallRow* a, const CallRow* b) {
    return ComesFirst(*a, *b, view.sort, view.reversed);
  });
  return rows;
}

Wish Apply(const KeyPress& key, const Model& model, size_t body, View* view) {
  if (key.key == Key::kInterrupt) return Wish::kQuit;
  if (key.key == Key::kSuspend) return Wish::kSuspend;
  if (key.key == Key::kRedraw) return Wish::kRedraw;
  if (view->typing) {
    Type(key, view);
    return Wish::kNone;
  }
  KeyPress meant = key;
  if (key.key == Key::kCharacter) {
    const Wish wish = ApplyLetter(key.character, view, &meant.key);
    if (wish != Wish::kNone || meant.key == Key::kCharacter) return wish;
  }
  const bool back =
      meant.key == Key::kEscape || meant.key == Key::kLeft || meant.key == Key::kBackspace;
  if (view->page == Page::kCalls) {
    if (meant.key == Key::kEscape) view->filter.clear();
    ApplyToCalls(meant, model, body, view);
  } else if (back) {
    Open(view->page == Page::kHelp ? view->behind : Page::kCalls, view);
  } else {
    // Settle() knows how long the page is.
    view->page_scroll = Moved(meant.key, view->page_scroll, SIZE_MAX / 2, body);
  }
  return Wish::kNone;
}

void Settle(const Model& model, size_t body, size_t length, View* view) {
  if (view->page != Page::kCalls) {
    view->page_scroll = std::min(view->page_scroll, length > body ? length - body : 0);
    return;
  }
  const std::vector<const CallRow*> rows = Sorted(model, *view);
  if (rows.empty()) {
    view->scroll = 0;
    return;
  }
  const size_t at = IndexOf(rows, view->selected);
  if (rows[at]->call_id != view->selected) view->selected.clear();
  view->scroll = std::min({view->scroll, at, rows.size() > body ? rows.size() - body : 0});
  if (body > 0 && at >= view->scroll + body) view->scroll = at + 1 - body;
}

}  // namespace rtpctl::top
