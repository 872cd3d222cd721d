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

// One request's dictionary, in either encoding. Texts have no character that JSON escapes but line
// ends.
class Dictionary {
 public:
  explicit Dictionary(bool json) : json_(json), text_(json ? "{" : "d") {}

  void Add(std::string_view key, std::string_view value) { Begin(key) += Text(value); }
  void Add(std::string_view key, int value) {
    Begin(key) += json_ ? std::to_string(value) : "i" + std::to_string(value) + "e";
  }
  void AddList(std::string_view key, std::string_view item) {
    Begin(key) += json_ ? "[" + Text(item) + "]" : "l" + Text(item) + "e";
  }
  std::string End() const { return text_ + (json_ ? "}" : "e"); }

 private:
  std::string& Begin(std::string_view key) {
    if (json_ && text_.size() > 1) text_ += ',';
    text_ += Text(key);
    if (json_) text_ += ':';
    return text_;
  }
  std::string Text(std::string_view text) const {
    if (!json_) return std::to_string(text.size()) + ":" + std::string(text);
    std::string out = "\"";
    for (const char c : text) {
      if (c == '\r') {
        out += "\\r";
      } else if (c == '\n') {
        out += "\\n";
      } else {
        out += c;
      }
    }
    return out + "\"";
  }

  const bool json_;
  std::string text_;
};

std::string Sdp(const std::string& address, uint32_t port, bool srtp) {
  return "v=0\r\no=- 1 1 IN IP4 " + address + "\r\ns=-\r\nc=IN IP4 " + address +
         "\r\nt=0 0\r\nm=audio " + std::to_string(port) +
         (srtp ? " RTP/SAVP" : " RTP/AVP") +
         " 8 0 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:0 PCMU/8000\r\n"
         "a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=ptime:20\r\na=sendrecv\r\n" +
         (srtp ? bench::kCallersKeyLine : "");
}

bool IsOk(std::string_view reply) {
  constexpr auto kNone = std::string_view::npos;
  return reply.find("6:result2:ok") != kNone || reply.find("\"result\":\"ok\"") != kNone;
}

// The word behind `mark`, empty if there is none.
std::string WordAfter(std::string_view reply, std::string_view mark) {
  const size_t at = reply.find(mark);
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
    uint64_t replies = 0;
    while (!open_.empty() && bench::NowNs() - start < 3'000'000'000) {
      Wait(50);
      ReceiveAll([&](Call& call, std::string_view reply) {
        ++replies;
        Account(call, reply);
        open_.erase(Cookie(call));
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
    Dictionary body(json_);
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
    return Cookie(call) + " " + body.End();
  }

  void StartCall() {
    Call call;
    call.number = started_++;
    Send(std::move(call));
  }

  void Send(Call call) {
    call.packet = Request(call);
    call.sends = 1;
    call.first_sent = call.last_sent = bench::NowNs();
    Transmit(call.packet);
    const std::string cookie = Cookie(call);
    open_.emplace(cookie, std::move(call));
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
    static char buffer[65536];
    while (true) {
      const ssize_t size = recv(fd_, buffer, sizeof buffer - 1, 0);
      if (size < 0) {
        if (errno == EINTR || errno == ECONNREFUSED) continue;
        return;
      }
      buffer[size] = '\0';
      const std::string_view datagram(buffer, static_cast<size_t>(size));
      const size_t blank = datagram.find(' ');
      const auto found =
          open_.find(std::string(datagram.substr(0, std::min(blank, datagram.size()))));
      if (found == open_.end()) continue;  // the answer to a repeated request
      handler(found->second, datagram);
    }
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
    open_.erase(Cookie(call));
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
    std::vector<std::string> given_up;
    for (auto& [cookie, call] : open_) {
      if (now - call.last_sent < kRetransmitNs) continue;
      if (call.sends == kMaxSends) {
        given_up.push_back(cookie);
        continue;
      }
      ++call.sends;
      call.last_sent = now;
      ++results_[call.next].retransmissions;
      Transmit(call.packet);
    }
    for (const std::string& cookie : given_up) {
      const Call call = std::move(open_.at(cookie));
      open_.erase(cookie);
      ++results_[call.next].lost;
      Finish(call);
    }
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
  int epoll_ = bench::Epoll();
  int fd_ = -1;
  uint32_t started_ = 0;
  uint64_t finished_ = 0;
  int64_t last_check_ = 0;
  std::unordered_map<std::string, Call> open_;  // by cookie
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
