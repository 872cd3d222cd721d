// The kernel's SRTP by its test device (device.c). Not thread-safe; ends the program when the
// device fails, which is not what is tested.
#pragma once

#include <cstdint>
#include <vector>

#include "mediad/srtp/parameters.h"
#include "tests/kmod/srtp/device.h"

// enum srtp_result of kmod/srtp.h.
enum class KernelResult : int {
  kOk,
  kAuthentication,
  kReplay,
  kMalformed,
  kNoRoom,
  kExhausted,
  kFailed,
  kUserSpace,
};

class Kernel {
 public:
  using Octets = std::vector<uint8_t>;

  Kernel();
  ~Kernel();
  Kernel(const Kernel&) = delete;
  Kernel& operator=(const Kernel&) = delete;

  // Replaces what was at `context`. -errno if the kernel refuses.
  int Create(uint32_t context, uint8_t suite, bool sender,
             const mediad::srtp::Parameters& parameters);
  // `op` is SRTP_TEST_PROTECT_RTP and so on; *packet is as it is afterwards.
  KernelResult Packet(srtp_test_op op, uint32_t context, Octets* packet);
  std::vector<srtp_test_state> Export(uint32_t context);
  int Import(uint32_t context, const std::vector<srtp_test_state>& states);

 private:
  int Call(srtp_test_op op, uint32_t context, uint32_t room, const void* data, size_t size);

  int fd_;
  Octets request_;
  Octets answer_;
  size_t answer_size_ = 0;  // of its data
};
