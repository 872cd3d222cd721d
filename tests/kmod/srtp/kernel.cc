#include "tests/kmod/srtp/kernel.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

constexpr uint32_t kRoom = 256;

[[noreturn]] void Die(const char* what) {
  std::perror(what);
  std::exit(2);
}

}  // namespace

Kernel::Kernel()
    : fd_(open("/dev/" SRTP_TEST_DEVICE, O_RDWR | O_CLOEXEC)),
      request_(sizeof(srtp_test_request) + SRTP_TEST_DATA),
      answer_(sizeof(srtp_test_answer) + SRTP_TEST_DATA) {
  if (fd_ < 0) Die("/dev/" SRTP_TEST_DEVICE);
}

Kernel::~Kernel() { close(fd_); }

int Kernel::Call(srtp_test_op op, uint32_t context, uint32_t room, const void* data, size_t size) {
  const srtp_test_request header = {op, context, static_cast<uint32_t>(size), room};
  std::memcpy(request_.data(), &header, sizeof(header));
  if (size > 0) std::memcpy(request_.data() + sizeof(header), data, size);
  const size_t wanted = sizeof(header) + size;
  if (write(fd_, request_.data(), wanted) != static_cast<ssize_t>(wanted)) Die("write");
  const ssize_t got = read(fd_, answer_.data(), answer_.size());
  srtp_test_answer answer;
  if (got < static_cast<ssize_t>(sizeof(answer))) Die("read");
  std::memcpy(&answer, answer_.data(), sizeof(answer));
  answer_size_ = answer.len;
  return answer.result;
}

int Kernel::Create(uint32_t context, uint8_t suite, bool sender,
                   const mediad::srtp::Parameters& parameters) {
  srtp_test_params params = {};
  params.sender = sender ? 1 : 0;
  params.suite = suite;
  params.key_len = static_cast<uint8_t>(parameters.key.size());
  params.salt_len = static_cast<uint8_t>(parameters.salt.size());
  params.mki_len = static_cast<uint8_t>(parameters.mki.size());
  params.unencrypted_srtp = parameters.unencrypted_srtp ? 1 : 0;
  params.unencrypted_srtcp = parameters.unencrypted_srtcp ? 1 : 0;
  std::copy(parameters.key.begin(), parameters.key.end(), params.key);
  std::copy(parameters.salt.begin(), parameters.salt.end(), params.salt);
  std::copy(parameters.mki.begin(), parameters.mki.end(), params.mki);
  return Call(SRTP_TEST_CREATE, context, 0, &params, sizeof(params));
}

KernelResult Kernel::Packet(srtp_test_op op, uint32_t context, Octets* packet) {
  const int result = Call(op, context, kRoom, packet->data(), packet->size());
  const uint8_t* data = answer_.data() + sizeof(srtp_test_answer);
  packet->assign(data, data + answer_size_);
  return static_cast<KernelResult>(result);
}

std::vector<srtp_test_state> Kernel::Export(uint32_t context) {
  const int count = Call(SRTP_TEST_EXPORT, context, 0, nullptr, 0);
  std::vector<srtp_test_state> states(static_cast<size_t>(count));
  std::memcpy(states.data(), answer_.data() + sizeof(srtp_test_answer), answer_size_);
  return states;
}

int Kernel::Import(uint32_t context, const std::vector<srtp_test_state>& states) {
  return Call(SRTP_TEST_IMPORT, context, 0, states.data(), states.size() * sizeof(states[0]));
}
