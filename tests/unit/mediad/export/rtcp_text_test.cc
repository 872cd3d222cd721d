// RTCP as JSON and as a line: the recorded texts, and what is not RTCP as anybody sends it.
#include <gtest/gtest.h>

#include <string>

#include "mediad/export/rtcp_json.h"
#include "mediad/export/rtcp_line.h"
#include "tests/unit/mediad/rtcp/build.h"

namespace mediad::exporting {
namespace {

using rtcp::PacketType;
using rtcp::ReportBlock;
using rtcp::test::Append;
using rtcp::test::AppendBlock;
using rtcp::test::AppendWord;
using rtcp::test::Bytes;
using rtcp::test::Join;
using rtcp::test::Packet;
using rtcp::test::ReceiverReport;

Bytes Octets(const std::string& text) {
  Bytes out;
  for (const char c : text) out.push_back(static_cast<uint8_t>(c));
  return out;
}

// One chunk with a CNAME.
Bytes Description(uint32_t ssrc, const std::string& name) {
  Bytes body;
  AppendWord(&body, ssrc);
  body.push_back(1);
  body.push_back(static_cast<uint8_t>(name.size()));
  Append(&body, Octets(name));
  body.push_back(0);
  while (body.size() % 4 != 0) body.push_back(0);
  return Packet(PacketType::kSourceDescription, 1, body);
}

Bytes SenderReport(uint32_t author, uint32_t seconds, uint32_t fraction, uint32_t timestamp, uint32_t packets,
                   uint32_t octets, const ReportBlock& block) {
  Bytes body;
  for (const uint32_t word : {author, seconds, fraction, timestamp, packets, octets}) AppendWord(&body, word);
  AppendBlock(&body, block);
  return Packet(PacketType::kSenderReport, 1, body);
}

const ReportBlock kBlock{572701627, 0, 0, 1059, 8, 0, 0};

TEST(RtcpJsonTest, SenderReportAsRecorded) {
  const Bytes compound = Join({SenderReport(286370474, 4004324864, 2667683840, 169600, 60, 9600, kBlock),
                               Description(286370474, "a@golden")});
  EXPECT_EQ(RtcpToJson(compound),
            "{ \"sender_information\":{\"ntp_timestamp_sec\":4004324864,\"ntp_timestamp_usec\":2667683840,"
            "\"octets\":9600,\"rtp_timestamp\":169600, \"packets\":60},\"ssrc\":286370474,\"type\":200,"
            "\"report_count\":1,\"report_blocks\":[{\"source_ssrc\":572701627,\"highest_seq_no\":1059,"
            "\"fraction_lost\":0,\"ia_jitter\":8,\"packets_lost\":0,\"lsr\":0,\"dlsr\":0}],"
            "\"sdes_report_count\":1,\"sdes_information\": [ {\"sdes_chunk_ssrc\":286370474,\"type\":1,"
            "\"text\":\"a@golden\"}] }");
}

TEST(RtcpJsonTest, ReceiverReportAsRecorded) {
  const Bytes compound = Join({ReceiverReport(572701627, {{286370474, 12, 3, 1192, 40, 0, 0}}),
                               Description(572701627, "a@golden"), Packet(PacketType::kExtendedReport, 0, {0, 0, 0, 1})});
  EXPECT_EQ(RtcpToJson(compound),
            "{ \"ssrc\":572701627,\"type\":201,\"report_count\":1,\"report_blocks\":[{\"source_ssrc\":286370474,"
            "\"highest_seq_no\":1192,\"fraction_lost\":12,\"ia_jitter\":40,\"packets_lost\":3,\"lsr\":0,\"dlsr\":0}],"
            "\"sdes_report_count\":1,\"sdes_information\": [ {\"sdes_chunk_ssrc\":572701627,\"type\":1,"
            "\"text\":\"a@golden\"}] }");
}

TEST(RtcpJsonTest, WhatHasNoReportIsNothing) {
  EXPECT_EQ(RtcpToJson({}), "");
  EXPECT_EQ(RtcpToJson(Packet(PacketType::kBye, 1, {0, 0, 0, 1})), "");
  EXPECT_EQ(RtcpToJson(ReceiverReport(1, {})), "{ \"ssrc\":1,\"type\":201,\"report_count\":0,\"report_blocks\":[] }");
}

TEST(RtcpJsonTest, TextStaysText) {
  const std::string json = RtcpToJson(Description(1, "a\"b\\c\n\xff"));
  EXPECT_EQ(json, "{ \"sdes_report_count\":1,\"sdes_information\": [ {\"sdes_chunk_ssrc\":1,\"type\":1,"
                  "\"text\":\"a\\\"b\\\\c??\"}] }");
}

TEST(RtcpJsonTest, ChunksOfADescriptionAreWalkedToItsEnd) {
  Bytes body;
  AppendWord(&body, 1);
  Append(&body, {0, 0, 0, 0});  // an empty chunk
  AppendWord(&body, 2);
  Append(&body, {2, 1, 'x', 1, 1, 'y', 0, 0});
  AppendWord(&body, 3);
  Append(&body, {1, 200, 'z', 'z'});  // beyond the packet
  const std::string json = RtcpToJson(Packet(PacketType::kSourceDescription, 3, body));
  EXPECT_EQ(json, "{ \"sdes_report_count\":3,\"sdes_information\": [ "
                  "{\"sdes_chunk_ssrc\":2,\"type\":2,\"text\":\"x\"},"
                  "{\"sdes_chunk_ssrc\":2,\"type\":1,\"text\":\"y\"}] }");
}

TEST(RtcpLineTest, AsRecorded) {
  const Bytes compound = Join({SenderReport(286370474, 4004324742, 951328768, 169600, 60, 9600, kBlock),
                               Description(286370474, "a@golden")});
  EXPECT_EQ(RtcpToLine("basic-call@golden", compound),
            "[basic-call@golden] version=2, padding=0, count=1, payloadtype=200, length=12, ssrc=286370474, "
            "ntp_sec=4004324742, ntp_fractions=951328768, rtp_ts=169600, sender_packets=60, sender_bytes=9600, "
            "ssrc=572701627, fraction_lost=0, packet_loss=0, last_seq=1059, jitter=8, last_sr=0, "
            "delay_since_last_sr=0, version=2, padding=0, count=1, payloadtype=202, length=4");
}

TEST(RtcpLineTest, VoipMetricsAsRecorded) {
  Bytes body;
  AppendWord(&body, 286370474);
  Append(&body, {7, 0, 0, 8});
  AppendWord(&body, 572701627);
  Append(&body, {3, 1, 2, 5, 0, 40, 0, 200, 0, 50, 0, 30, 236, 196, 40, 16, 93, 127, 42, 41, 48, 0, 0, 60, 0, 40, 0, 120});
  EXPECT_EQ(RtcpToLine("c", Packet(PacketType::kExtendedReport, 0, body)),
            "[c] version=2, padding=0, count=0, payloadtype=207, length=10, ssrc=286370474, rb_header_blocktype=7, "
            "rb_header_blockspecdata=0, rb_header_blocklength=8, rb_voip_mtc_ssrc=572701627, rb_voip_mtc_loss_rate=3, "
            "rb_voip_mtc_discard_rate=1, rb_voip_mtc_burst_den=2, rb_voip_mtc_gap_den=5, rb_voip_mtc_burst_dur=40, "
            "rb_voip_mtc_gap_dur=200, rb_voip_mtc_rnd_trip_delay=50, rb_voip_mtc_end_sys_delay=30, "
            "rb_voip_mtc_signal_lvl=236, rb_voip_mtc_noise_lvl=196, rb_voip_mtc_rerl=40, rb_voip_mtc_gmin=16, "
            "rb_voip_mtc_r_factor=93, rb_voip_mtc_ext_r_factor=127, rb_voip_mtc_mos_lq=42, rb_voip_mtc_mos_cq=41, "
            "rb_voip_mtc_rx_config=48, rb_voip_mtc_jb_nom=60, rb_voip_mtc_jb_max=40, rb_voip_mtc_jb_abs_max=120");
}

TEST(RtcpLineTest, ALineIsALine) { EXPECT_EQ(RtcpToLine("a\nb", {}), "[a?b] "); }

}  // namespace
}  // namespace mediad::exporting
