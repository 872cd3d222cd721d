// Any datagram as messages of the kernel: nothing is believed, nothing breaks.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "mediad/offload/netlink/messages.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace mediad::offload;
  MessageReader reader({data, size});
  Message message;
  size_t messages = 0;
  while (reader.Next(&message)) {
    if (++messages > size) std::abort();
    ReadOutcome(message);
    ReadFamily(message);
    ReadModule(message);
    ReadTable(message);
    ReadTests(message);
    ReadEvent(message);
    const auto report = ReadFlow(message);
    if (!report) continue;
    for (const auto& state : report->received) {
      if (state.history.highest() >> 48 != 0) std::abort();
    }
    if (report->sources.size() > 64 || report->outputs.size() > 64) std::abort();
  }
  return 0;
}
