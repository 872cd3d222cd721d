// NG load over UDP: whole calls (offer, answer, query, delete), a given number of them at a time.
//
// A request unanswered for a second is sent again with the same cookie, as SIP proxies do, four
// times at most.
// --hold 1 leaves the calls open (for measuring memory) and, with --calls-file, writes them in
// rtpload's form; with --srtp 1 the caller speaks SRTP with keys in its SDP, the callee plain RTP.
// --burst N sends N offers at once, waits without repeating, counts missing replies and deletes the
// calls. --encoding json speaks JSON instead of bencode. One thread. Prints one JSON object. Requests
// are written and replies searched by hand: what is generated is fixed, and of a reply only "result"
// and the media endpoint matter.
#include <array>
#include <charconv>
#include <cstdio>
#include <fstream>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "tools/bench/command_line.h"
#include "tools/bench/sockets.h"
#include "tools/bench/srtp_caller.h"

namespace {

enum Command { kOffer, kAnswer, kQuery, kDelete, kCommands };
constexpr const char* kNames[kCommands] = {"offer", "answer", "query", "delete"};
constexpr int64_t kRetransmitNs = 1'000'000'000;
constexpr int kMaxSends = 5;
constexpr size_t kBatch = 32;      // datagrams in one system call
constexpr size_t kReply = 65'536;  // octets

// One request's dictionary, in either encoding, written behind what is in the text already. Texts
// have no character that JSON escapes but line ends.
class Dictionary {
 public:
  Dictionary(bool json, std::string* text) : json_(json), text_(*text) {
    text_ += json ? '{' : 'd';
  }

  void Add(std::string_view key, std::string_view value) {
    Begin(key);
    Append(value);
  }
  void Add(std::string_view key, int value) {
    Begin(key);
    text_ += json_ ? std::to_string(value) : "i" + std::to_string(value) + "e";
  }
  void AddList(std::string_view key, std::string_view item) {
    Begin(key);
    text_ += json_ ? '[' : 'l';
    Append(item);
    text_ += json_ ? ']' : 'e';
  }
  void End() { text_ += json_ ? '}' : 'e'; }

 private:
  void Begin(std::string_view key) {
    if (json_ && text_.back() != '{') text_ += ',';
    Append(key);
    if (json_) text_ += ':';
  }
  void Append(std::string_view text) {
    if (!json_) {
      text_ += std::to_string(text.size());
      text_ += ':';
      text_ += text;
      return;
    }
    text_ += '"';
    for (const char c : text) {
      if (c == '\r') {
        text_ += "\\r";
      } else if (c == '\n') {
        text_ += "\\n";
      } else {
        text_ += c;
      }
    }
    text_ += '"';
  }

  const bool json_;
  std::string& text_;
};

std::string Sdp(const std::string& address, uint32_t port, bool srtp) {
  return "v=0\r\no=- 1 1 IN IP4 " + address + "\r\ns=-\r\nc=IN IP4 " + address +
         "\r\nt=0 0\r\nm=audio " + std::to_string(port) +
         (srtp ? " RTP/SAVP" : " RTP/AVP") +
         " 8 0 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:0 PCMU/8000\r\n"
         "a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=ptime:20\r\na=sendrecv\r\n" +
         (srtp ? bench::kCallersKeyLine : "");
}

// Where `mark` is; npos: nowhere. Bencode is full of digits: find() would stop at each of them.
size_t Find(std::string_view reply, std::string_view mark) {
  const void* at = memmem(reply.data(), reply.size(), mark.data(), mark.size());
  return at == nullptr ? std::string_view::npos
                       : static_cast<size_t>(static_cast<const char*>(at) - reply.data());
}

bool IsOk(std::string_view reply) {
  constexpr auto kNone = std::string_view::npos;
  return Find(reply, "6:result2:ok") != kNone || Find(reply, "\"result\":\"ok\"") != kNone;
}

// The word behind `mark`, empty if there is none.
std::string WordAfter(std::string_view reply, std::string_view mark) {
  const size_t at = Find(reply, mark);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = reply.substr(at + mark.size());
  return std::string(rest.substr(0, rest.find_first_of(" \r\n\\")));
}

// Where the daemon wants media: the first section's address and port; empty if the reply has none.
std::string MediaEndpoint(std::string_view reply) {
  const std::string address = WordAfter(reply, "c=IN IP4 ");
  const std::string port = WordAfter(reply, "m=audio ");
  return address.empty() || port.empty() ? std::string() : address + ":" + port;
}

struct Call {
  uint32_t number = 0;
  int next = kOffer;  // the command under way
  int sends = 0;
  int64_t first_sent = 0, last_sent = 0;
  std::string packet;  // for sending again
  std::string towards_b,
      towards_a;  // the daemon's media endpoints: of the offer's, the answer's reply
};

struct CommandResult {
  uint64_t replies = 0, errors = 0, retransmissions = 0, lost = 0;
  std::vector<uint32_t> times_us;
};

class Generator {
 public:
  explicit Generator(const bench::CommandLine& arguments)
      : target_(bench::Endpoint(arguments.Text("target"))),
        address_(arguments.Text("address")),
        base_port_(arguments.Number("base-port")),
        total_(arguments.Number("calls")),
        hold_(arguments.Number("hold") != 0),
        json_(arguments.Text("encoding") == "json"),
        srtp_(arguments.Number("srtp") != 0),
        run_id_(std::to_string(getpid()) + "x" + std::to_string(bench::NowNs())),
        calls_file_(arguments.Text("calls-file")) {
    fd_ = bench::UdpSocket(bench::Endpoint(address_, 0), 8 << 20);
    if (connect(fd_, bench::Generic(target_), sizeof target_) != 0) bench::DieErrno("connect");
    bench::Watch(epoll_, fd_, 0);
    if (!calls_file_.empty()) {
      output_.open(calls_file_);
      if (!output_) bench::Die("cannot write " + calls_file_);
    }
  }

  void RunCycles(uint32_t concurrency) {
    const int64_t start = bench::NowNs();
    for (uint32_t i = 0; i < concurrency && started_ < total_; ++i) StartCall();
    Flush();
    while (!open_.empty()) {
      Wait(50);
      ReceiveAll([this](Call& call, std::string_view reply) { OnReply(call, reply); });
      Retransmit();
    }
    Report(start);
  }

  void RunBurst(uint32_t size) {
    const int64_t start = bench::NowNs();
    for (uint32_t i = 0; i < size; ++i) StartCall();
    Flush();
    uint64_t replies = 0;
    while (!open_.empty() && bench::NowNs() - start < 3'000'000'000) {
      Wait(50);
      ReceiveAll([&](Call& call, std::string_view reply) {
        ++replies;
        Account(call, reply);
        open_.erase(call.number);
      });
    }
    for (uint32_t i = 0; i < size; ++i) DeleteQuietly(i);
    CommandResult& offers = results_[kOffer];
    std::printf(
        "{\"burst\": %u, \"replies\": %llu, \"missing\": %llu, \"errors\": %llu, \"p50_us\": %.0f, "
        "\"p99_us\": %.0f}\n",
        size, static_cast<unsigned long long>(replies),
        static_cast<unsigned long long>(size - replies),
        static_cast<unsigned long long>(offers.errors), bench::Percentile(offers.times_us, 0.5),
        bench::Percentile(offers.times_us, 0.99));
  }

 private:
  std::string CallId(uint32_t number) const {
    return "bench-" + run_id_ + "-" + std::to_string(number);
  }
  std::string Cookie(const Call& call) const {
    return run_id_ + "_" + std::to_string(call.number) + "_" + std::to_string(call.next);
  }
  // Local RTP ports of the parties a (side 0) and b; 4 ports a call, wrapped into the range.
  uint32_t PartyPort(uint32_t number, uint32_t side) const {
    return base_port_ + (number * 4) % (65532 - base_port_) / 4 * 4 + 2 * side;
  }

  std::string Request(const Call& call) const {
    std::string packet = Cookie(call);
    packet.reserve(1024);
    packet += ' ';
    Dictionary body(json_, &packet);
    body.Add("call-id", CallId(call.number));
    body.Add("command", kNames[call.next]);
    body.Add("from-tag", "a" + std::to_string(call.number));
    // Keys are in order, as Kamailio's module sends them: replace, sdp and the like after the tags.
    if (call.next == kOffer || call.next == kAnswer) {
      body.AddList("replace", "origin");
      const bool caller = call.next == kOffer;
      body.Add("sdp", Sdp(address_, PartyPort(call.number, caller ? 0 : 1), srtp_ && caller));
      if (srtp_ && caller) body.Add("transport-protocol", "RTP/AVP");
    }
    if (call.next == kAnswer) body.Add("to-tag", "b" + std::to_string(call.number));
    if (call.next == kDelete) body.Add("delete-delay", 0);
    body.End();
    return packet;
  }

  void StartCall() {
    Call call;
    call.number = started_++;
    Send(std::move(call));
  }

  void Send(Call call) {
    call.packet = Request(call);
    call.sends = 1;
    due_.push_back(call.number);
    open_.insert_or_assign(call.number, std::move(call));
  }

  // Requests gather while replies are read, and leave together.
  void Flush() {
    std::array<iovec, kBatch> vectors;
    std::array<mmsghdr, kBatch> headers{};
    for (size_t begin = 0; begin < due_.size();) {
      const size_t count = std::min(kBatch, due_.size() - begin);
      const int64_t now = bench::NowNs();
      for (size_t i = 0; i < count; ++i) {
        Call& call = open_.at(due_[begin + i]);
        call.first_sent = call.last_sent = now;
        vectors[i] = {call.packet.data(), call.packet.size()};
        headers[i].msg_hdr.msg_iov = &vectors[i];
        headers[i].msg_hdr.msg_iovlen = 1;
      }
      const int sent = sendmmsg(fd_, headers.data(), static_cast<unsigned>(count), 0);
      if (sent < 0 && errno != EAGAIN && errno != ECONNREFUSED) bench::DieErrno("sendmmsg");
      begin += static_cast<size_t>(std::max(sent, 1));  // what could not leave is sent again later
    }
    due_.clear();
  }

  void Transmit(const std::string& packet) {
    if (send(fd_, packet.data(), packet.size(), 0) < 0 && errno != EAGAIN &&
        errno != ECONNREFUSED) {
      bench::DieErrno("send");
    }
  }

  void Wait(int timeout_ms) {
    epoll_event event;
    epoll_wait(epoll_, &event, 1, timeout_ms);
  }

  template <typename Handler>
  void ReceiveAll(Handler handler) {
    while (true) {
      for (size_t i = 0; i < kBatch; ++i) {
        vectors_[i] = {&buffers_[i * kReply], kReply};
        headers_[i].msg_hdr.msg_iov = &vectors_[i];
        headers_[i].msg_hdr.msg_iovlen = 1;
      }
      const int count = recvmmsg(fd_, headers_.data(), kBatch, 0, nullptr);
      if (count < 0) {
        if (errno == EINTR || errno == ECONNREFUSED) continue;
        return Flush();
      }
      for (size_t i = 0; i < static_cast<size_t>(count); ++i) {
        const std::string_view datagram(&buffers_[i * kReply], headers_[i].msg_len);
        Call* const call = CallOf(datagram);
        if (call != nullptr) handler(*call, datagram);  // null: the answer to a repeated request
      }
      Flush();
      if (static_cast<size_t>(count) < kBatch) return;
    }
  }

  // Whose request the reply answers: that of its cookie, if it is still the one under way.
  Call* CallOf(std::string_view reply) {
    if (!reply.starts_with(run_id_)) return nullptr;
    uint32_t number = 0;
    const std::string_view rest = reply.substr(run_id_.size());
    if (!rest.empty()) std::from_chars(rest.data() + 1, rest.data() + rest.size(), number);
    const auto found = open_.find(number);
    if (found == open_.end()) return nullptr;
    const std::string_view packet = found->second.packet;
    return reply.starts_with(packet.substr(0, packet.find(' ') + 1)) ? &found->second : nullptr;
  }

  void Account(const Call& call, std::string_view reply) {
    CommandResult& result = results_[call.next];
    ++result.replies;
    if (!IsOk(reply)) {
      ++result.errors;
      if (first_error_.empty()) first_error_ = std::string(reply.substr(0, 300));
    }
    result.times_us.push_back(static_cast<uint32_t>((bench::NowNs() - call.first_sent) / 1000));
  }

  void OnReply(Call& found, std::string_view reply) {
    Account(found, reply);
    Call call = std::move(found);
    open_.erase(call.number);
    if (call.next == kOffer) call.towards_b = MediaEndpoint(reply);
    if (call.next == kAnswer) call.towards_a = MediaEndpoint(reply);
    const int last = hold_ ? kAnswer : kDelete;
    if (call.next == last || (call.next < kQuery && !IsOk(reply))) {
      Finish(call);
    } else {
      ++call.next;
      Send(std::move(call));
    }
  }

  void Finish(const Call& call) {
    ++finished_;
    if (output_.is_open() && !call.towards_a.empty() && !call.towards_b.empty()) {
      output_ << address_ << ":" << PartyPort(call.number, 0) << " " << call.towards_a << " "
              << address_ << ":" << PartyPort(call.number, 1) << " " << call.towards_b << "\n";
    }
    if (started_ < total_) StartCall();
  }

  void Retransmit() {
    const int64_t now = bench::NowNs();
    if (now - last_check_ < 50'000'000) return;
    last_check_ = now;
    std::vector<uint32_t> given_up;
    for (auto& [number, call] : open_) {
      if (now - call.last_sent < kRetransmitNs) continue;
      if (call.sends == kMaxSends) {
        given_up.push_back(number);
        continue;
      }
      ++call.sends;
      call.last_sent = now;
      ++results_[call.next].retransmissions;
      Transmit(call.packet);
    }
    for (const uint32_t number : given_up) {
      const Call call = std::move(open_.at(number));
      open_.erase(number);
      ++results_[call.next].lost;
      Finish(call);
    }
    Flush();
  }

  void DeleteQuietly(uint32_t number) {
    Call call;
    call.number = number;
    call.next = kDelete;
    Transmit(Request(call));
    if (number % 20 == 19) {
      Wait(20);
      ReceiveAll([](Call&, std::string_view) {});
    }
  }

  void Report(int64_t start) {
    const double seconds = static_cast<double>(bench::NowNs() - start) / 1e9;
    std::printf("{\"calls\": %llu, \"seconds\": %.3f, \"calls_per_second\": %.1f",
                static_cast<unsigned long long>(finished_), seconds,
                static_cast<double>(finished_) / seconds);
    for (int i = 0; i < kCommands; ++i) {
      CommandResult& result = results_[i];
      if (result.replies + result.lost == 0) continue;
      std::printf(
          ", \"%s\": {\"replies\": %llu, \"errors\": %llu, \"retransmissions\": %llu, \"lost\": "
          "%llu, "
          "\"p50_us\": %.0f, \"p99_us\": %.0f}",
          kNames[i], static_cast<unsigned long long>(result.replies),
          static_cast<unsigned long long>(result.errors),
          static_cast<unsigned long long>(result.retransmissions),
          static_cast<unsigned long long>(result.lost), bench::Percentile(result.times_us, 0.5),
          bench::Percentile(result.times_us, 0.99));
    }
    std::printf("}\n");
    if (!first_error_.empty()) std::fprintf(stderr, "first error: %s\n", first_error_.c_str());
  }

  sockaddr_in target_;
  std::string address_;
  uint32_t base_port_;
  uint32_t total_;
  bool hold_;
  bool json_;
  bool srtp_;
  std::string run_id_;
  std::string calls_file_;
  std::ofstream output_;
  std::vector<char> buffers_ = std::vector<char>(kBatch * kReply);
  std::array<iovec, kBatch> vectors_{};
  std::array<mmsghdr, kBatch> headers_{};
  int epoll_ = bench::Epoll();
  int fd_ = -1;
  uint32_t started_ = 0;
  uint64_t finished_ = 0;
  int64_t last_check_ = 0;
  std::unordered_map<uint32_t, Call> open_;  // by number
  std::vector<uint32_t> due_;                // of calls whose request has not left yet
  std::array<CommandResult, kCommands> results_;
  std::string first_error_;
};

}  // namespace

int main(int argc, char** argv) {
  const bench::CommandLine arguments(argc, argv,
                                     {{"target", "127.0.0.1:2223"},
                                      {"address", "127.0.0.1"},
                                      {"base-port", "40000"},
                                      {"calls", "1000"},
                                      {"concurrency", "20"},
                                      {"hold", "0"},
                                      {"encoding", "bencode"},
                                      {"srtp", "0"},
                                      {"calls-file", ""},
                                      {"burst", "0"}});
  if (arguments.Text("encoding") != "bencode" && arguments.Text("encoding") != "json") {
    bench::Die("--encoding is bencode or json");
  }
  Generator generator(arguments);
  if (arguments.Number("burst") != 0) {
    generator.RunBurst(arguments.Number("burst"));
  } else {
    generator.RunCycles(std::max(1u, arguments.Number("concurrency")));
  }
}
