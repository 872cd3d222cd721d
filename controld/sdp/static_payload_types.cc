// The table of RFC 3551 §6, tables 4 and 5. Types 1, 2, 19, 25, 28 and 33 are left out on purpose:
// no rtpmap line is printed for them when the sender gave none (sdp-rewriting.md §2.1).
#include "controld/sdp/static_payload_types.h"

#include <array>
#include <cstddef>

namespace controld::sdp {
namespace {

constexpr size_t kTableSize = 35;  // one more than the highest static type, 34

constexpr std::array<StaticPayloadType, kTableSize> MakeTable() {
  std::array<StaticPayloadType, kTableSize> table{};
  table[0] = {"PCMU", 8000};
  table[3] = {"GSM", 8000};
  table[4] = {"G723", 8000};
  table[5] = {"DVI4", 8000};
  table[6] = {"DVI4", 16000};
  table[7] = {"LPC", 8000};
  table[8] = {"PCMA", 8000};
  table[9] = {"G722", 8000};
  table[10] = {"L16", 44100};
  table[11] = {"L16", 44100, 2};
  table[12] = {"QCELP", 8000};
  table[13] = {"CN", 8000};
  table[14] = {"MPA", 90000};
  table[15] = {"G728", 8000};
  table[16] = {"DVI4", 11025};
  table[17] = {"DVI4", 22050};
  table[18] = {"G729", 8000};
  table[26] = {"JPEG", 90000};
  table[31] = {"H261", 90000};
  table[32] = {"MPV", 90000};
  table[34] = {"H263", 90000};
  return table;
}

constexpr std::array<StaticPayloadType, kTableSize> kTable = MakeTable();
constexpr StaticPayloadType kUnknown;

}  // namespace

const StaticPayloadType& FindStaticPayloadType(int payload_type) {
  if (payload_type < 0 || static_cast<size_t>(payload_type) >= kTable.size()) return kUnknown;
  return kTable[static_cast<size_t>(payload_type)];
}

}  // namespace controld::sdp
