// See screen.h: the screen as a whole, its header and footer.
#include "tools/rtpctl/top/screen.h"

#include <algorithm>
#include <ctime>

#include "proto/base/text.h"
#include "tools/rtpctl/output/text.h"

namespace rtpctl::top {
namespace {

constexpr size_t kHeaderRows = 3;
constexpr Size kSmallest = {6, 30};
// Fewer rows than that are all for the calls.
constexpr size_t kRowsForWorkers = 14;

bool TooSmall(const Size& size) {
  return size.rows < kSmallest.rows || size.columns < kSmallest.columns;
}

size_t WorkersShown(const Model& model, const Size& size) {
  if (size.rows < kRowsForWorkers) return 0;
  return std::min(model.workers().size(), std::max<size_t>(1, size.rows / 6));
}

std::string ClockText(int64_t unix_ms) {
  const std::string time = FormatTime(unix_ms / 1000);  // "2026-11-28 08:14:03 +0000"
  return time.size() >= 19 ? time.substr(11, 8) : time;
}

// Left and right, the right one at the margin as far as there is room.
Line Spread(Line left, Span right, size_t columns) {
  size_t used = right.text.size();
  for (const Span& span : left) used += span.text.size();
  left.push_back({std::string(columns > used ? columns - used : 2, ' '), Look::kPlain});
  left.push_back(std::move(right));
  return left;
}

Line QualityLine(const Model& model, const View& view, size_t columns) {
  const Totals& totals = model.totals();
  std::string text = base::StrCat("loss ", Percent(totals.quality.loss_percent), "  jitter ",
                                  Decimal(totals.quality.jitter_ms, 0), " ms  MOS ",
                                  Decimal(totals.quality.mos, 1));
  if (totals.worst_mos) base::StrAppend(&text, ", worst ", Decimal(totals.worst_mos, 1));
  if (totals.looked_at < totals.calls) {
    base::StrAppend(&text, "  (of ", totals.looked_at, " calls)");
  }
  std::string order = base::StrCat("by ", SortName(view.sort), view.reversed ? ", reversed" : "");
  if (!view.filter.empty()) order = base::StrCat("with \"", Ascii(view.filter), "\" ", order);
  return Spread({{text, Look::kPlain}}, {order, Look::kDim}, columns);
}

Line FooterLine(const View& view) {
  if (view.typing) {
    return {{"Call-ids that contain: ", Look::kBold}, {Ascii(view.typed) + "_", Look::kPlain}};
  }
  const char* text = "";
  switch (view.page) {
    case Page::kCalls:
      text = "q quit  Enter call  w workers  s sort  r reverse  / filter  ? help";
      break;
    case Page::kHelp:
    case Page::kCall:
    case Page::kWorkers: text = "q quit  Esc back  arrows scroll  ? help"; break;
  }
  return {{text, Look::kDim}};
}

// The page's own title line, and what scrolls under it.
Lines PageLines(const Model& model, const View& view, const Size& size) {
  switch (view.page) {
    case Page::kCall: return DetailLines(model, view.detail, size.columns);
    case Page::kWorkers: return WorkerLines(model, size.columns, model.workers().size());
    case Page::kHelp: return HelpLines();
    case Page::kCalls: break;
  }
  return {};
}

// Cuts what is too wide, fills title and selection up to the margin.
Line Fit(const Line& line, size_t columns) {
  Line out;
  size_t used = 0;
  for (const Span& span : line) {
    if (used >= columns) break;
    out.push_back({span.text.substr(0, columns - used), span.look});
    used += out.back().text.size();
  }
  if (!out.empty() && (out.back().look == Look::kTitle || out.back().look == Look::kSelected)) {
    out.back().text.append(columns - used, ' ');
  }
  return out;
}

Lines BodyLines(const Model& model, const Frame& frame) {
  const View& view = frame.view;
  const size_t body = BodyRows(model, view, frame.size);
  if (view.page == Page::kCalls) {
    Lines out;
    if (const size_t shown = WorkersShown(model, frame.size); shown > 0) {
      out = WorkerLines(model, frame.size.columns, shown);
    }
    const Lines calls = CallLines(model, view, frame.size.columns, body);
    out.insert(out.end(), calls.begin(), calls.end());
    return out;
  }
  Lines page = PageLines(model, view, frame.size);
  const size_t from = 1 + std::min(view.page_scroll, page.size() - 1);
  Lines out = {page.front()};
  for (size_t i = from; i < page.size() && i < from + body; ++i) out.push_back(std::move(page[i]));
  return out;
}

}  // namespace

size_t BodyRows(const Model& model, const View& view, const Size& size) {
  size_t used = kHeaderRows + 2;  // the table's title, the footer
  if (view.page == Page::kCalls) {
    const size_t shown = WorkersShown(model, size);
    if (shown > 0) used += shown + 1;
  }
  return size.rows > used ? size.rows - used : 0;
}

size_t BodyLength(const Model& model, const View& view, const Size& size) {
  const size_t lines = PageLines(model, view, size).size();
  return lines == 0 ? 0 : lines - 1;
}

Lines HeaderLines(const Model& model, const Frame& frame) {
  const Totals& totals = model.totals();
  const size_t columns = frame.size.columns;
  std::string name = model.controller().empty() ? "" : " " + Ascii(model.controller());
  if (model.started_unix() > 0) {
    name += ", up " + FormatAge(model.unix_ms() / 1000 - model.started_unix());
  }
  Lines out;
  out.push_back(
      Spread({{"rtpctl top", Look::kBold}, {name, Look::kPlain}},
             {base::StrCat("every ", Decimal(frame.interval_s, frame.interval_s < 10 ? 1 : 0),
                           " s  ", ClockText(model.unix_ms())),
              Look::kDim},
             columns));
  const bool detached = totals.attached < totals.workers || totals.workers == 0;
  out.push_back({{base::StrCat("calls ", totals.calls, "  "), Look::kPlain},
                 {base::StrCat("workers ", totals.attached, "/", totals.workers),
                  detached ? Look::kBad : Look::kPlain},
                 {base::StrCat("  packets/s ", Rate(totals.traffic.packets), " (kernel ",
                               Share(KernelShare(totals.traffic)), ")  bit/s ",
                               Rate(totals.traffic.bits), "  "),
                  Look::kPlain},
                 {base::StrCat("errors/s ", Rate(totals.traffic.errors)),
                  totals.traffic.errors.value_or(0) > 0 ? Look::kWarning : Look::kPlain}});
  if (model.trouble().empty()) {
    out.push_back(QualityLine(model, frame.view, columns));
  } else {
    const double seconds = std::max(0.0, frame.now_s - model.trouble_since_s());
    out.push_back({{base::StrCat("for ", FormatAge(static_cast<int64_t>(seconds)),
                                 ", trying again: ", Ascii(model.trouble())),
                    Look::kBad}});
  }
  return out;
}

Lines Render(const Model& model, const Frame& frame) {
  const Size& size = frame.size;
  Lines lines;
  if (TooSmall(size)) {
    lines.push_back(
        {{base::StrCat("too small: ", kSmallest.columns, "x", kSmallest.rows, " at least"),
          Look::kPlain}});
  } else {
    lines = HeaderLines(model, frame);
    const Lines body = BodyLines(model, frame);
    lines.insert(lines.end(), body.begin(), body.end());
    lines.resize(size.rows - 1);
    lines.push_back(FooterLine(frame.view));
  }
  lines.resize(size.rows);
  for (Line& line : lines) line = Fit(line, size.columns);
  return lines;
}

std::string PlainText(const Lines& lines) {
  std::string out;
  for (const Line& line : lines) {
    std::string text;
    for (const Span& span : line) text += span.text;
    const size_t last = text.find_last_not_of(' ');
    text.resize(last == std::string::npos ? 0 : last + 1);
    out += text + "\n";
  }
  return out;
}

std::string Decimal(const Figure& figure, int decimals) {
  return figure ? FormatNumber(*figure, decimals) : "-";
}

std::string Rate(const Figure& figure) {
  if (!figure) return "-";
  if (*figure >= 9.95e6) return FormatNumber(*figure / 1e6, 1) + "M";
  if (*figure >= 99999.5) return FormatNumber(*figure / 1e3, 0) + "k";
  return FormatNumber(*figure, *figure > 0 && *figure < 9.95 ? 1 : 0);
}

std::string Percent(const Figure& figure) {
  return figure ? FormatNumber(*figure, *figure > 0 && *figure < 9.95 ? 1 : 0) + "%" : "-";
}

std::string Share(const Figure& figure) {
  return figure ? FormatNumber(*figure * 100, 0) + "%" : "-";
}

}  // namespace rtpctl::top
