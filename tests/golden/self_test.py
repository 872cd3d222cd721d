#!/usr/bin/env python3
"""Checks the runner itself: a comparison that cannot fail would prove nothing. No daemon and no
root needed."""
import base64
import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from runner import catalogue, daemons, encoding, packet, rtcp, rtp, srtp, stun  # noqa: E402
from runner.aes import Aes, gcm_encrypt  # noqa: E402
from runner.compare import Comparison  # noqa: E402
from runner.tokens import Bindings  # noqa: E402


def differences(expected, got, bindings=None):
    comparison = Comparison(bindings or Bindings("call-1"))
    comparison.run(expected, got)
    return comparison.differences


class Encodings(unittest.TestCase):
    def test_bencode_round_trip_keeps_order_and_bytes(self):
        value = {
            "z": 1,
            "a": ["x", -5, {"": []}],
            "raw": b"\xff\xfe".decode("utf-8", "surrogateescape"),
        }
        data = encoding.encode_bencode(value)
        self.assertTrue(data.startswith(b"d1:zi1e1:al"))
        self.assertEqual(encoding.decode(data), value)

    def test_incomplete_and_wrong_are_told_apart(self):
        for cut in range(1, len(b"d1:a3:xyze")):
            with self.assertRaises(encoding.Truncated):
                encoding.decode_bencode(b"d1:a3:xyze"[:cut])
        for wrong in (b"d1:ae", b"i1ei2e", b"x", b"-1:"):
            with self.assertRaises(ValueError):
                encoding.decode_bencode(wrong)


class Comparing(unittest.TestCase):
    def test_every_difference_is_seen(self):
        self.assertEqual(differences({"a": ["x", 1]}, {"a": ["x", 1]}), [])
        for got in (
            {"a": ["x"]},
            {"a": [1, "x"]},
            {"a": ["x", 1], "b": 0},
            {},
            None,
            {"a": ["x", "1"]},
        ):
            self.assertTrue(differences({"a": ["x", 1]}, got), got)
        self.assertTrue(differences(None, {"result": "ok"}))
        self.assertTrue(differences("{any}", None))

    def test_names_bind_once(self):
        bindings = Bindings("call-1")
        body = "m=audio {port:A} RTP/AVP 0\r\na=rtcp:{port:A+1}\r\n"
        self.assertEqual(
            differences(body, "m=audio 4000 RTP/AVP 0\r\na=rtcp:4001\r\n", bindings), []
        )
        self.assertTrue(differences(body, "m=audio 4002 RTP/AVP 0\r\na=rtcp:4003\r\n", bindings))
        self.assertEqual(bindings.resolve("203.0.113.1:{port:A+1}"), "203.0.113.1:4001")

    def test_two_names_are_two_ports(self):
        body = "m=audio {port:A} x\r\nm=video {port:B} x\r\n"
        self.assertTrue(differences(body, "m=audio 4000 x\r\nm=video 4000 x\r\n"))

    def test_line_order_and_line_ends_matter(self):
        self.assertTrue(differences("a=x\r\na=y\r\n", "a=y\r\na=x\r\n"))
        self.assertTrue(differences("a=x\r\na=y\r\n", "a=x\na=y\n"))
        self.assertTrue(differences("a=x\r\n", "a=x\r\na=y\r\n"))

    def test_key_length_follows_the_suite(self):
        line = "a=crypto:1 %s inline:{key:K}\r\n"
        key = "A" * 40
        self.assertEqual(
            differences(
                line % "AES_CM_128_HMAC_SHA1_80",
                line.replace("{key:K}", key) % "AES_CM_128_HMAC_SHA1_80",
            ),
            [],
        )
        self.assertTrue(
            differences(
                line % "AEAD_AES_256_GCM", line.replace("{key:K}", key) % "AEAD_AES_256_GCM"
            )
        )


class Packets(unittest.TestCase):
    def setUp(self):
        self.bindings = Bindings("call-1")

    def difference(self, form, data):
        return packet.Matcher(self.bindings).difference(form, data)

    def test_rtp(self):
        form = {
            "pt": 8,
            "seq": 65535,
            "ts": 9,
            "ssrc": 7,
            "marker": True,
            "csrc": [1, 2],
            "pad": 3,
            "ext": {"profile": 0xBEDE, "data": "10aa0000"},
            "payload": {"ramp": [0, 33]},
        }
        data = rtp.build(form)
        self.assertEqual(rtp.build(rtp.parse(data)), data)
        self.assertIsNone(self.difference({"rtp": form}, data))
        self.assertIn("seq", self.difference({"rtp": dict(form, seq=1)}, data))
        self.assertIsNotNone(self.difference({"rtp": form}, data[:-4]))
        self.assertIsNotNone(self.difference({"hex": "80"}, b"\x81"))
        self.assertEqual(
            rtp.parse(packet.build(packet.advanced({"rtp": form}, 1, 160), self.bindings))["seq"], 0
        )

    def test_rtcp(self):
        report = {
            "ssrc": 1,
            "fraction": 3,
            "lost": -1,
            "highest": 4,
            "jitter": 5,
            "lsr": 6,
            "dlsr": 7,
        }
        compound = [
            {
                "type": "sr",
                "ssrc": 1,
                "ntp": [1, 2],
                "ts": 3,
                "packets": 4,
                "octets": 5,
                "reports": [report],
            },
            {"type": "rr", "ssrc": 1, "reports": []},
            {
                "type": "sdes",
                "chunks": [{"ssrc": 1, "items": [["cname", "abc"]]}, {"ssrc": 2, "items": []}],
            },
            {"type": "bye", "ssrcs": [1]},
            {"type": "app", "subtype": 2, "ssrc": 1, "name": "test", "data": "00000000"},
            {"type": "psfb", "fmt": 1, "ssrc": 1, "media": 2, "fci": ""},
            {"type": "xr", "ssrc": 1, "blocks": "aabbccdd"},
            {"type": 210, "count": 1, "body": "01020304"},
        ]
        data = rtcp.build(compound)
        self.assertEqual(rtcp.parse(data), compound)
        self.assertIsNone(self.difference({"rtcp": compound}, data))
        self.assertIsNotNone(self.difference({"rtcp": compound[:-1]}, data))

    def test_ranges_and_bindings(self):
        form = {
            "pt": 0,
            "seq": {"min": 1, "max": 2},
            "ts": "{any}",
            "ssrc": "{bind:S}",
            "payload": "",
        }
        self.assertIsNone(self.difference({"rtp": form}, rtp.build({"seq": 2, "ssrc": 5})))
        self.assertIsNotNone(self.difference({"rtp": form}, rtp.build({"seq": 3, "ssrc": 5})))
        self.assertIsNotNone(self.difference({"rtp": form}, rtp.build({"seq": 2, "ssrc": 6})))

    def test_stun_vector(self):
        """RFC 5769 section 2.2: the IPv4 response, key "VOkJxbRl1RmTxUk/WvJxBt"."""
        data = bytes.fromhex(
            "0101003c2112a442b7e7a701bc34d686fa87dfae8022000b7465737420766563746f7220002000080001a147e112a643"
            "000800142b91f599fd9e90c38c7489f92af9ba53f06be7d780280004c07d4c96"
        )
        self.assertEqual(packet.kind_of(data), "stun")
        parsed = stun.parse(data, "VOkJxbRl1RmTxUk/WvJxBt")
        attributes = dict(parsed["attrs"])
        self.assertEqual(parsed["class"], "success")
        self.assertEqual(attributes["XOR-MAPPED-ADDRESS"], "192.0.2.1:32853")
        self.assertEqual(
            (attributes["MESSAGE-INTEGRITY"], attributes["FINGERPRINT"]), ("valid", "valid")
        )
        self.assertEqual(dict(stun.parse(data, "wrong")["attrs"])["MESSAGE-INTEGRITY"], "bad")
        message = dict(parsed, key="k")
        rebuilt = stun.build(message)
        self.assertEqual(stun.parse(rebuilt, "k"), parsed)

    def test_kinds(self):
        for data, kind in (
            (b"\x80\x00" + bytes(10), "rtp"),
            (b"\x80\xc8\x00\x01", "rtcp"),
            (b"\x16", "dtls"),
            (b"", "other"),
        ):
            self.assertEqual(packet.kind_of(data), kind)


class Secured(unittest.TestCase):
    def test_aes_of_fips_197(self):
        plain = bytes.fromhex("00112233445566778899aabbccddeeff")
        for size, sealed in (
            (16, "69c4e0d86a7b0430d8cdb78070b4c55a"),
            (24, "dda97ca4864cdfe06eaf70a0ec0d7191"),
            (32, "8ea2b7ca516745bfeafc49904b496089"),
        ):
            self.assertEqual(Aes(bytes(range(size))).block(plain).hex(), sealed)

    def test_gcm_of_its_specification(self):
        """Test case 4 of the GCM specification."""
        sealed = gcm_encrypt(
            Aes(bytes.fromhex("feffe9928665731c6d6a8f9467308308")),
            bytes.fromhex("cafebabefacedbaddecaf888"),
            bytes.fromhex(
                "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
                "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"
            ),
            bytes.fromhex("feedfacedeadbeeffeedfacedeadbeefabaddad2"),
        )
        self.assertEqual(sealed[-16:].hex(), "5bc94fbc3221a5db94fae95ae7121a47")

    def test_key_derivation_of_rfc_3711(self):
        """Appendix B.3."""
        key = base64.b64encode(
            bytes.fromhex("E1F97A0D3E018BE0D64FA32C06DE41390EC675AD498AFEEBB6960B3AABE6")
        ).decode()
        keys = srtp.Srtp(key, "AES_CM_128_HMAC_SHA1_80")._rtp
        self.assertEqual(keys.salt.hex(), "30cbbc08863d8c85d49db34a9ae1")
        self.assertEqual(keys.authentication.hex(), "cebe321f6ff7716b6fd4ab49af256a156d38baa4")
        self.assertEqual(
            keys.cipher.block(bytes(16)),
            Aes(bytes.fromhex("C61E7A93744F39EE10734AFE3FF7A087")).block(bytes(16)),
        )

    def test_round_trips_and_damage(self):
        bindings = Bindings("call-1")
        form = {"pt": 8, "seq": 5, "ts": 9, "ssrc": 7, "payload": {"ramp": [0, 33]}}
        report = [{"type": "rr", "ssrc": 1, "reports": []}]
        for name, suite in srtp.SUITES.items():
            key = base64.b64encode(bytes(range(suite.key + suite.salt))).decode()
            common = {"key": key, "suite": name, "mki": "0102"}
            for packet_form in (
                {"srtp": dict(common, roc=3, rtp=form)},
                {"srtcp": dict(common, index=9, rtcp=report)},
                {"srtcp": dict(common, encrypted=False, rtcp=report)},
            ):
                data = packet.build(packet_form, bindings)
                matcher = packet.Matcher(bindings)
                self.assertIsNone(matcher.difference(packet_form, data), (name, packet_form))
                damaged = bytes([*data[:-1], data[-1] ^ 1])
                self.assertIsNotNone(matcher.difference(packet_form, damaged), (name, packet_form))
            self.assertIsNotNone(
                packet.Matcher(bindings).difference(
                    {"srtp": dict(common, roc=4, rtp=form)},
                    packet.build({"srtp": dict(common, roc=3, rtp=form)}, bindings),
                )
            )


class Data(unittest.TestCase):
    def test_every_case_is_classified(self):
        self.assertEqual(catalogue.Classification().problems(catalogue.load_cases()), [])

    def test_configuration_dialect(self):
        text = daemons.configuration(
            {"interface": ["a", "b"], "sig": {"offer": "x"}, "recording-dir": "{dir}"}, "/s"
        )
        self.assertIn("\ninterface = a;b\n", text)
        self.assertIn("\nrecording-dir = /s\n", text)
        self.assertTrue(text.endswith("\n[sig]\noffer = x\n"))


if __name__ == "__main__":
    unittest.main()
