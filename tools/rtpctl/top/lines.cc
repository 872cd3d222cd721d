// See lines.h.
#include "tools/rtpctl/top/lines.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "proto/base/text.h"
#include "tools/rtpctl/output/text.h"
#include "tools/rtpctl/top/screen.h"

namespace rtpctl::top {

namespace v1 = rtpengine::v1;

namespace {

using Json = nlohmann::ordered_json;

Json Number(const Figure& figure) {
  // To a thousandth: more digits say nothing.
  return figure ? Json(static_cast<double>(static_cast<int64_t>(*figure * 1000 + 0.5)) / 1000)
                : Json(nullptr);
}

void AddTraffic(const Traffic& traffic, Json* out) {
  (*out)["packets_per_second"] = Number(traffic.packets);
  (*out)["kernel_packets_per_second"] = Number(traffic.kernel);
  (*out)["kernel_ratio"] = Number(KernelShare(traffic));
  (*out)["bits_per_second"] = Number(traffic.bits);
  (*out)["errors_per_second"] = Number(traffic.errors);
}

void AddQuality(const Quality& quality, Json* out) {
  (*out)["loss_percent"] = Number(quality.loss_percent);
  (*out)["jitter_ms"] = Number(quality.jitter_ms);
  (*out)["mos"] = Number(quality.mos);
}

Json WorkerJson(const WorkerRow& worker) {
  Json out = {{"name", Printable(worker.name)},
              {"state", v1::WorkerState_Name(worker.state)},
              {"attached", worker.attached},
              {"calls", worker.calls},
              {"cpu_percent", Number(worker.cpu_percent)},
              {"resident_bytes", worker.resident_bytes},
              {"ports_used", worker.ports_used},
              {"ports_total", worker.ports_total},
              {"kernel_streams", worker.kernel_streams}};
  AddTraffic(worker.traffic, &out);
  return out;
}

Json CallJson(const CallRow& call, int64_t unix_ms) {
  Json out = {{"call_id", Printable(call.call_id)},
              {"worker", Printable(call.worker)},
              {"created_from", Printable(call.from)},
              {"age_s", std::max<int64_t>(0, unix_ms - call.created_unix_ms) / 1000},
              {"leaving", call.leaving}};
  if (call.looked_at) {
    out.update(Json{
        {"streams", call.streams}, {"kernel_streams", call.in_kernel}, {"errors", call.errors}});
  }
  AddTraffic(call.rates.in, &out);
  AddQuality(call.rates.quality, &out);
  return out;
}

Table CallTable(const Model& model, const View& view) {
  Table table({{"CALL-ID", false, true},
               {"AGE", true},
               {"WORKER"},
               {"PKT/S", true},
               {"KERNEL", true},
               {"LOSS", true},
               {"JITTER", true},
               {"MOS", true},
               {"ERRORS", true}});
  for (const CallRow* call : Sorted(model, view)) {
    const Quality& quality = call->rates.quality;
    const int64_t age_s = std::max<int64_t>(0, model.unix_ms() - call->created_unix_ms) / 1000;
    table.Add({Printable(call->call_id), FormatAge(age_s), Printable(call->worker),
               Rate(call->rates.in.packets), Share(KernelShare(call->rates.in)),
               Percent(quality.loss_percent), Decimal(quality.jitter_ms, 0),
               Decimal(quality.mos, 1), call->looked_at ? std::to_string(call->errors) : "-"});
  }
  return table;
}

Table WorkerTable(const Model& model) {
  Table table({{"WORKER", false, true},
               {"STATE"},
               {"CALLS", true},
               {"PKT/S", true},
               {"KERNEL", true},
               {"ERR/S", true},
               {"CPU", true},
               {"PORTS", true}});
  for (const WorkerRow& worker : model.workers()) {
    table.Add({Printable(worker.name),
               worker.attached ? v1::WorkerState_Name(worker.state) : std::string("detached"),
               std::to_string(worker.calls), Rate(worker.traffic.packets),
               worker.has_kernel ? Share(KernelShare(worker.traffic)) : "none",
               Rate(worker.traffic.errors), FormatNumber(worker.cpu_percent, 0) + "%",
               base::StrCat(worker.ports_used, "/", worker.ports_total)});
  }
  return table;
}

}  // namespace

std::string BlockText(const Model& model, const View& view, const Style& style) {
  const Totals& totals = model.totals();
  std::string out = FormatTime(model.unix_ms() / 1000);
  if (!model.trouble().empty()) return base::StrCat(out, "  ", model.trouble(), "\n\n");
  base::StrAppend(&out, "  calls ", totals.calls, ", workers ", totals.attached, "/",
                  totals.workers, ", packets/s ", Rate(totals.traffic.packets), " (kernel ",
                  Share(KernelShare(totals.traffic)), "), errors/s ", Rate(totals.traffic.errors));
  base::StrAppend(&out, ", loss ", Percent(totals.quality.loss_percent), ", jitter ",
                  Decimal(totals.quality.jitter_ms, 0), " ms, MOS ", Decimal(totals.quality.mos, 1),
                  "\n");
  const Table workers = WorkerTable(model), calls = CallTable(model, view);
  if (!workers.empty()) out += workers.Render(style);
  if (!calls.empty()) out += calls.Render(style);
  return out + "\n";
}

std::string BlockJson(const Model& model, const View& view) {
  Json out = {{"time", static_cast<double>(model.unix_ms()) / 1000},
              {"target", Printable(model.target())}};
  if (!model.trouble().empty()) {
    out["error"] = Printable(model.trouble());
    return out.dump() + "\n";
  }
  const Totals& totals = model.totals();
  out["controller"] = Printable(model.controller());
  out["calls"] = totals.calls;
  out["calls_listed"] = totals.listed;
  out["calls_looked_at"] = totals.looked_at;
  AddTraffic(totals.traffic, &out);
  AddQuality(totals.quality, &out);
  out["workers"] = Json::array();
  for (const WorkerRow& worker : model.workers()) out["workers"].push_back(WorkerJson(worker));
  out["call_list"] = Json::array();
  for (const CallRow* call : Sorted(model, view)) {
    out["call_list"].push_back(CallJson(*call, model.unix_ms()));
  }
  return out.dump() + "\n";
}

}  // namespace rtpctl::top
