// See screen.h: the tables of workers and of calls.
#include <algorithm>

#include "proto/base/text.h"
#include "tools/rtpctl/output/text.h"
#include "tools/rtpctl/top/screen.h"

namespace rtpctl::top {

namespace v1 = rtpengine::v1;

namespace {

// A column. `width` 0: it takes what the others leave. Narrower screens than `from` go without it.
struct Field {
  const char* title;
  size_t width;
  bool right;
  size_t from;
};

constexpr size_t kGap = 1;
constexpr size_t kMarker = 1;  // '>' before the selected row

constexpr Field kWorkerFields[] = {
    {"WORKER", 0, false, 0},   {"STATE", 10, false, 0}, {"CALLS", 6, true, 0},
    {"PKT/S", 6, true, 0},     {"KERNEL", 6, true, 0},  {"KBIT/S", 7, true, 100},
    {"ERR/S", 5, true, 0},     {"CPU", 4, true, 0},     {"MEMORY", 9, true, 100},
    {"STREAMS", 7, true, 120}, {"PORTS", 11, true, 0}};
constexpr Field kCallFields[] = {
    {"CALL-ID", 0, false, 0}, {"AGE", 6, true, 0},       {"WORKER", 8, false, 0},
    {"PKT/S", 6, true, 0},    {"KERNEL", 6, true, 0},    {"LOSS", 5, true, 0},
    {"JITTER", 6, true, 0},   {"MOS", 3, true, 0},       {"ERRORS", 6, true, 0},
    {"KBIT/S", 7, true, 100}, {"STREAMS", 7, true, 110}, {"FROM", 21, false, 130}};

template <size_t kCount>
std::vector<size_t> Widths(const Field (&fields)[kCount], size_t columns) {
  std::vector<size_t> widths(kCount, 0);
  size_t used = kMarker;
  for (size_t i = 0; i < kCount; ++i) {
    if (fields[i].width == 0 || columns < fields[i].from) continue;
    widths[i] = fields[i].width;
    used += fields[i].width + kGap;
  }
  for (size_t i = 0; i < kCount; ++i) {
    if (fields[i].width == 0) widths[i] = columns > used ? columns - used : 0;
  }
  return widths;
}

std::string Cut(const std::string& text, size_t width) {
  return text.size() <= width ? text : text.substr(0, width - 1) + "~";
}

// `whole`: one look for all of the row, unless it is kPlain.
template <size_t kCount>
Line Row(const Field (&fields)[kCount], const std::vector<size_t>& widths,
         const std::vector<Span>& cells, Look whole, char marker) {
  Line line = {{std::string(1, marker), whole}};
  for (size_t i = 0; i < kCount; ++i) {
    if (widths[i] == 0) continue;
    const std::string text = Cut(cells[i].text, widths[i]);
    const std::string padding(widths[i] - text.size(), ' ');
    const std::string padded = fields[i].right ? padding + text : text + padding;
    line.push_back(
        {(line.size() > 1 ? " " : "") + padded, whole == Look::kPlain ? cells[i].look : whole});
  }
  return line;
}

template <size_t kCount>
Line Title(const Field (&fields)[kCount], const std::vector<size_t>& widths) {
  std::vector<Span> cells;
  for (const Field& field : fields) cells.push_back({field.title, Look::kTitle});
  return Row(fields, widths, cells, Look::kTitle, ' ');
}

Span StateSpan(const WorkerRow& worker) {
  if (!worker.attached) return {worker.state == v1::LOST ? "LOST" : "detached", Look::kBad};
  const std::string name = v1::WorkerState_Name(worker.state);
  return {name.empty() ? "?" : name, worker.state == v1::READY ? Look::kGood : Look::kWarning};
}

Figure Kilobits(const Figure& bits) { return bits ? Figure(*bits / 1000) : std::nullopt; }

Span Judged(std::string text, const Figure& figure, double warning, double bad) {
  if (!figure) return {std::move(text), Look::kDim};
  return {std::move(text), *figure >= bad       ? Look::kBad
                           : *figure >= warning ? Look::kWarning
                                                : Look::kPlain};
}

std::vector<Span> WorkerCells(const WorkerRow& worker) {
  const Traffic& traffic = worker.traffic;
  return {{Ascii(worker.name)},
          StateSpan(worker),
          {std::to_string(worker.calls)},
          {Rate(traffic.packets)},
          {worker.has_kernel ? Share(KernelShare(traffic)) : "none"},
          {Rate(Kilobits(traffic.bits))},
          Judged(Rate(traffic.errors), traffic.errors, 0.001, 1000),
          Judged(FormatNumber(worker.cpu_percent, 0) + "%", worker.cpu_percent, 70, 90),
          {FormatOctets(worker.resident_bytes)},
          {std::to_string(worker.kernel_streams)},
          {base::StrCat(worker.ports_used, "/", worker.ports_total)}};
}

std::vector<Span> CallCells(const CallRow& call, int64_t unix_ms) {
  const Quality& quality = call.rates.quality;
  const int64_t age_s = std::max<int64_t>(0, unix_ms - call.created_unix_ms) / 1000;
  // The scale of a MOS is turned round.
  const Figure dissatisfaction = quality.mos ? Figure(5 - *quality.mos) : std::nullopt;
  return {{Ascii(call.call_id), call.leaving ? Look::kDim : Look::kPlain},
          {FormatAge(age_s)},
          {Ascii(call.worker)},
          Judged(Rate(call.rates.in.packets), call.rates.in.packets, 1e18, 1e18),
          {Share(KernelShare(call.rates.in))},
          Judged(Percent(quality.loss_percent), quality.loss_percent, 1, 5),
          Judged(Decimal(quality.jitter_ms, 0), quality.jitter_ms, 30, 100),
          Judged(Decimal(quality.mos, 1), dissatisfaction, 1.4, 2.4),
          Judged(call.looked_at ? std::to_string(call.errors) : "-",
                 static_cast<double>(call.errors), 1, 1e18),
          {Rate(Kilobits(call.rates.in.bits))},
          {call.looked_at ? base::StrCat(call.in_kernel, "/", call.streams) : "-"},
          {Ascii(call.from)}};
}

}  // namespace

Lines WorkerLines(const Model& model, size_t columns, size_t most) {
  const std::vector<size_t> widths = Widths(kWorkerFields, columns);
  Lines out = {Title(kWorkerFields, widths)};
  const size_t count = model.workers().size();
  // One row says how many more there are.
  const size_t shown = count <= most ? count : most - 1;
  for (size_t i = 0; i < shown; ++i) {
    out.push_back(Row(kWorkerFields, widths, WorkerCells(model.workers()[i]), Look::kPlain, ' '));
  }
  if (shown < count)
    out.push_back({{base::StrCat(" and ", count - shown, " more (w)"), Look::kDim}});
  return out;
}

Lines CallLines(const Model& model, const View& view, size_t columns, size_t body) {
  const std::vector<size_t> widths = Widths(kCallFields, columns);
  Lines out = {Title(kCallFields, widths)};
  const std::vector<const CallRow*> rows = Sorted(model, view);
  if (rows.empty()) {
    const bool none = model.totals().calls == 0;
    out.push_back({{none ? " There are no calls." : " No call matches.", Look::kDim}});
  }
  for (size_t i = view.scroll; i < rows.size() && i < view.scroll + body; ++i) {
    const CallRow& call = *rows[i];
    const bool selected = view.selected.empty() ? i == 0 : call.call_id == view.selected;
    out.push_back(Row(kCallFields, widths, CallCells(call, model.unix_ms()),
                      selected ? Look::kSelected : Look::kPlain, selected ? '>' : ' '));
  }
  return out;
}

}  // namespace rtpctl::top
