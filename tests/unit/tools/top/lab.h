// A controller's answers as a test says.
#pragma once

#include <string>

#include "tools/rtpctl/top/model.h"

namespace rtpctl::top {

inline constexpr int64_t kStartMs = 1'800'000'000'000;

// A call of two parties with one audio stream each, RTP only.
struct CallFacts {
  std::string id = "call@example.com";
  std::string worker = "m1";
  uint64_t packets = 0;  // of each party
  uint64_t kernel = 0;   // of these
  uint64_t lost = 0;     // of party a's
  uint64_t errors = 0;   // of party a
  uint32_t jitter_ms = 0;
  uint32_t mos = 0;  // times 10; 0: no report
  int64_t age_s = 60;
};

inline rtpengine::v1::CallInfo MakeCall(const CallFacts& facts, bool statistics) {
  rtpengine::v1::CallInfo call;
  call.set_call_id(facts.id);
  call.set_worker(facts.worker);
  call.set_created_from("192.0.2.5:5060");
  call.set_created_unix_ms(kStartMs - facts.age_s * 1000);
  for (const std::string tag : {"a", "b"}) {
    auto* party = call.add_parties();
    party->set_tag(tag);
    auto* media = party->add_media();
    media->set_index(1);
    media->set_type("audio");
    if (!statistics) continue;
    auto* stream = media->mutable_statistics()->add_streams();
    stream->set_local_address(std::string("\xC0\x00\x02\x01", 4));
    stream->set_local_port(tag == "a" ? 30000 : 30002);
    stream->mutable_endpoint()->set_address(std::string("\xC6\x33\x64\x07", 4));
    stream->mutable_endpoint()->set_port(tag == "a" ? 4000 : 5000);
    stream->set_confirmed(true);
    stream->mutable_ingress()->set_packets(facts.packets);
    stream->mutable_ingress()->set_bytes(facts.packets * 172);
    stream->mutable_egress()->set_packets(facts.packets);
    stream->mutable_egress()->set_bytes(facts.packets * 172);
    if (facts.kernel > 0) {
      stream->mutable_offload()->set_in_kernel(true);
      stream->mutable_offload()->set_since_unix_ms(kStartMs - 30'000);
      stream->mutable_offload()->mutable_ingress()->set_packets(facts.kernel);
    }
    auto* source = media->mutable_statistics()->add_ingress();
    source->set_ssrc(tag == "a" ? 1 : 2);
    source->set_packets(facts.packets);
    if (tag == "b") continue;
    stream->mutable_ingress()->set_errors(facts.errors);
    source->set_lost(facts.lost);
    source->set_jitter_measured_ms(facts.jitter_ms);
    if (facts.mos > 0) {
      source->set_samples(1);
      source->mutable_average()->set_mos(facts.mos);
    }
  }
  return call;
}

inline void AddWorker(const std::string& name, uint32_t user, uint32_t kernel, Round* round) {
  auto* worker = round->workers.add_workers();
  worker->set_name(name);
  worker->set_state(rtpengine::v1::READY);
  worker->set_attached(true);
  worker->set_calls(2);
  auto* load = worker->mutable_load();
  load->set_packets_per_second(user);
  load->set_bytes_per_second(user * 172);
  load->set_cpu_percent(7.2);
  load->set_resident_bytes(20 << 20);
  auto* interface = load->add_interfaces();
  interface->set_ports_used(8);
  interface->set_ports_total(10000);
  if (kernel == 0) return;
  load->mutable_kernel()->set_packets_per_second(kernel);
  load->mutable_kernel()->set_bytes_per_second(kernel * 172);
  load->mutable_kernel()->set_streams(4);
}

// A round with these calls, all of them looked at.
inline Round MakeRound(double at_s, const std::vector<CallFacts>& calls) {
  Round round;
  round.at_s = 100 + at_s;
  round.unix_ms = kStartMs + static_cast<int64_t>(at_s * 1000);
  round.target = "unix:/run/rtpengine/controld.sock";
  round.status.set_name("sbc1");
  round.status.set_started_unix(kStartMs / 1000 - 3 * 3600);
  AddWorker("m1", 200, 600, &round);
  round.calls.set_total(calls.size());
  for (const CallFacts& facts : calls) {
    *round.calls.add_calls() = MakeCall(facts, false);
    round.looks.push_back({round.at_s, MakeCall(facts, true)});
  }
  return round;
}

inline Round MakeTrouble(double at_s) {
  Round round;
  round.at_s = 100 + at_s;
  round.unix_ms = kStartMs + static_cast<int64_t>(at_s * 1000);
  round.trouble =
      "cannot reach controld at unix:/run/x.sock: is rtpengine-controld running?\n  more";
  round.exit_status = 3;
  return round;
}

}  // namespace rtpctl::top
