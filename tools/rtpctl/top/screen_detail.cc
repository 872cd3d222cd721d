// See screen.h: the page of one call, and the help.
#include <algorithm>

#include "proto/base/text.h"
#include "tools/rtpctl/output/streams.h"
#include "tools/rtpctl/output/text.h"
#include "tools/rtpctl/top/screen.h"

namespace rtpctl::top {

namespace v1 = rtpengine::v1;

namespace {

// "DROP_STRICT_SOURCE": "strict source"
std::string DropName(v1::DropReason reason) {
  std::string name = v1::DropReason_Name(reason);
  if (name.rfind("DROP_", 0) != 0) return base::StrCat("reason ", static_cast<int>(reason));
  name.erase(0, 5);
  for (char& c : name) c = c == '_' ? ' ' : (c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c);
  return name;
}

std::string Ago(int64_t unix_ms, int64_t now_unix_ms) {
  return FormatAge(std::max<int64_t>(0, now_unix_ms - unix_ms) / 1000) + " ago";
}

// Wrapped at blanks; continuation lines begin with as many blanks as the first.
void AddWrapped(size_t indent, const std::string& text, Look look, size_t columns, Lines* out) {
  const size_t room = columns > indent + 10 ? columns - indent : 10;
  for (size_t begin = 0; begin < text.size();) {
    size_t length = std::min(room, text.size() - begin);
    if (begin + length < text.size()) {
      const size_t blank = text.rfind(' ', begin + length);
      if (blank != std::string::npos && blank > begin) length = blank - begin;
    }
    out->push_back({{std::string(indent, ' ') + text.substr(begin, length), look}});
    begin += length;
    while (begin < text.size() && text[begin] == ' ') ++begin;
  }
}

std::string DirectionText(const Figure& packets, const Figure& bits, uint64_t total) {
  const Figure kilobits = bits ? Figure(*bits / 1000) : std::nullopt;
  return base::StrCat(Rate(packets), " packets/s, ", Rate(kilobits), " kbit/s, ", total, " in all");
}

std::string QualityText(const Quality& quality) {
  return base::StrCat(", loss ", Percent(quality.loss_percent), ", jitter ",
                      Decimal(quality.jitter_ms, 0), " ms, MOS ", Decimal(quality.mos, 1));
}

void AddStream(const v1::PartyInfo& party, const v1::CallMediaInfo& media,
               const v1::StreamStatistics& stream, const StreamRates& rates, int64_t now_unix_ms,
               size_t columns, Lines* out) {
  const std::string name = base::StrCat(Ascii(party.tag()), "/", media.index(), " ",
                                        Ascii(media.type()), stream.rtcp() ? " RTCP" : " RTP");
  out->push_back(
      {{name, Look::kBold},
       {base::StrCat("  ", FormatEndpoint(stream.local_address(), stream.local_port()), " <> ",
                     FormatEndpoint(stream.endpoint()), stream.confirmed() ? " (confirmed)" : ""),
        Look::kPlain}});
  std::string in = base::StrCat(
      "in   ", DirectionText(rates.in.packets, rates.in.bits, stream.ingress().packets()));
  if (!stream.rtcp()) in += QualityText(rates.quality);
  const bool silent = stream.ingress().packets() == 0;
  AddWrapped(3, in, silent ? Look::kWarning : Look::kPlain, columns, out);
  AddWrapped(3,
             base::StrCat("out  ", DirectionText(rates.out_packets, rates.out_bits,
                                                 stream.egress().packets())),
             Look::kPlain, columns, out);
  const v1::Offload& offload = stream.offload();
  std::string place = PlaceText(offload);
  if (offload.in_kernel()) {
    base::StrAppend(&place, " since ", Ago(offload.since_unix_ms(), now_unix_ms), ", ",
                    Share(KernelShare(rates.in)), " of packets");
  } else {
    base::StrAppend(&place, ": ", Ascii(WhyText(stream)));
  }
  if (!offload.removed().empty())
    base::StrAppend(&place, "; left before: ", Ascii(offload.removed()));
  AddWrapped(3, place, offload.in_kernel() ? Look::kGood : Look::kDim, columns, out);
  const uint64_t errors = stream.ingress().errors() + stream.egress().errors();
  if (errors > 0) AddWrapped(3, base::StrCat(errors, " errors"), Look::kWarning, columns, out);
  for (const v1::DropCount& drop : stream.explain().drops()) {
    AddWrapped(3,
               base::StrCat(drop.count(), " dropped: ", DropName(drop.reason()), " (last ",
                            Ago(drop.last_unix_ms(), now_unix_ms), " from ",
                            FormatEndpoint(drop.last_source()), ")"),
               Look::kWarning, columns, out);
  }
}

}  // namespace

Lines DetailLines(const Model& model, const std::string& call_id, size_t columns) {
  const Detail* detail = model.detail(call_id);
  if (detail == nullptr) {
    return {{{"Call " + Ascii(call_id), Look::kTitle}}, {{"Asking.", Look::kDim}}};
  }
  const v1::CallInfo& call = detail->explanation.call();
  Lines out = {{{base::StrCat(detail->gone ? "Call that has ended: " : "Call ", Ascii(call_id)),
                 Look::kTitle}}};
  AddWrapped(0,
             base::StrCat("worker ", Ascii(call.worker()), ", created ",
                          Ago(call.created_unix_ms(), model.unix_ms()), " from ",
                          Ascii(call.created_from()), ", ", call.parties_size(), " parties",
                          call.deletion_unix_ms() != 0 ? ", to be deleted" : ""),
             Look::kPlain, columns, &out);
  for (const std::string& verdict : detail->explanation.verdict()) {
    const bool missing = verdict.find("missing") != std::string::npos;
    AddWrapped(0, Ascii(verdict), missing ? Look::kWarning : Look::kDim, columns, &out);
  }
  size_t at = 0;
  ForEachStream(call, [&](const auto& party, const auto& media, const auto& stream) {
    const StreamRates none;
    const StreamRates& rates = at < detail->rates.size() ? detail->rates[at] : none;
    ++at;
    AddStream(party, media, stream, rates, model.unix_ms(), columns, &out);
  });
  if (at == 0) out.push_back({{"The worker tells of no streams.", Look::kWarning}});
  return out;
}

Lines HelpLines() {
  static constexpr const char* kText[] = {
      "arrows, j k, PgUp PgDn, Home End   move",
      "Enter       one call: its streams, both directions, why not in the kernel, drops",
      "Esc         back; on the list of calls: no filter",
      "w           the workers, and back",
      "/           call-ids that contain a text",
      "s < >       next or previous order; r reverses",
      "P K L J M E A C W   order by packets, kernel, loss, jitter, MOS, errors, age,",
      "            call-id, worker",
      "Ctrl-L      draws anew",
      "q, Ctrl-C   quit",
      "",
      "PKT/S   packets received in a second       KERNEL  share that the kernel took",
      "LOSS    of what parties sent, just now     JITTER  ms, of the worst stream",
      "MOS     as RTCP reported last, the worst   ERRORS  of the call since it began"};
  Lines out = {{{"Keys and columns", Look::kTitle}}};
  for (const char* line : kText) out.push_back({{line, Look::kPlain}});
  return out;
}

}  // namespace rtpctl::top
