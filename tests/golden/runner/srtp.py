"""SRTP and SRTCP (RFC 3711, RFC 6188, RFC 7714) for one master key: protect and unprotect packets.

No replay check and no guess of the roll-over counter: the case says which it is. Keys are the
base64 of a=crypto lines.
"""
import base64
import hashlib
import hmac
import struct
from collections import namedtuple
from functools import lru_cache

from . import rtp
from .aes import Aes, gcm_decrypt, gcm_encrypt

Suite = namedtuple("Suite", "key salt tag rtcp_tag cipher")
SUITES = {
    "AES_CM_128_HMAC_SHA1_80": Suite(16, 14, 10, 10, "counter"),
    "AES_CM_128_HMAC_SHA1_32": Suite(16, 14, 4, 10, "counter"),
    "AES_192_CM_HMAC_SHA1_80": Suite(24, 14, 10, 10, "counter"),
    "AES_192_CM_HMAC_SHA1_32": Suite(24, 14, 4, 10, "counter"),
    "AES_256_CM_HMAC_SHA1_80": Suite(32, 14, 10, 10, "counter"),
    "AES_256_CM_HMAC_SHA1_32": Suite(32, 14, 4, 10, "counter"),
    "AEAD_AES_128_GCM": Suite(16, 12, 16, 16, "gcm"),
    "AEAD_AES_256_GCM": Suite(32, 12, 16, 16, "gcm"),
    "NULL_HMAC_SHA1_80": Suite(16, 14, 10, 10, "null"),
    "NULL_HMAC_SHA1_32": Suite(16, 14, 4, 10, "null"),
}
_ENCRYPTED_BIT = 1 << 31
_RTP_LABELS, _RTCP_LABELS = (0, 1, 2), (3, 4, 5)
Keys = namedtuple("Keys", "cipher authentication salt")


def _cut(data, length):
    """-> all but the last `length` bytes, and those"""
    return (data[:-length], data[-length:]) if length else (data, b"")


class Srtp:
    def __init__(self, key_text, suite_name):
        self.suite = SUITES[suite_name]
        raw = base64.b64decode(key_text + "=" * (-len(key_text) % 4))
        if len(raw) != self.suite.key + self.suite.salt:
            raise ValueError("%d bytes of key and salt for %s" % (len(raw), suite_name))
        self._master, self._master_salt = Aes(raw[: self.suite.key]), raw[self.suite.key :]
        self._rtp, self._rtcp = self._derive(_RTP_LABELS), self._derive(_RTCP_LABELS)

    def _derive(self, labels):
        """RFC 3711 section 4.3 with a key derivation rate of zero."""
        salt = int.from_bytes(self._master_salt.ljust(14, b"\0"), "big")
        lengths = (self.suite.key, 20, self.suite.salt)
        parts = [
            self._master.counter(((salt ^ label << 48) << 16).to_bytes(16, "big"), bytes(length))
            for label, length in zip(labels, lengths)
        ]
        return Keys(Aes(parts[0]), parts[1], parts[2])

    def _counter_start(self, keys, ssrc, index):
        salt = int.from_bytes(keys.salt, "big")
        return ((salt << 16) ^ (int.from_bytes(ssrc, "big") << 64) ^ (index << 16)).to_bytes(
            16, "big"
        )

    def _gcm_iv(self, keys, ssrc, index):
        salt = int.from_bytes(keys.salt, "big")
        return (salt ^ (int.from_bytes(ssrc, "big") << 48) ^ index).to_bytes(12, "big")

    def _crypt(self, keys, ssrc, index, data):
        if self.suite.cipher == "null":
            return data
        return keys.cipher.counter(self._counter_start(keys, ssrc, index), data)

    @staticmethod
    def _sign(keys, data, length):
        return hmac.new(keys.authentication, data, hashlib.sha1).digest()[:length]

    def protect(self, packet, roc=0, mki=b"", plain=False, unauthenticated=False):
        size = rtp.header_length(packet)
        head, body, ssrc = packet[:size], packet[size:], packet[8:12]
        index = (roc << 16) | struct.unpack_from(">H", packet, 2)[0]
        if self.suite.cipher == "gcm":
            sealed = (
                body
                if plain
                else gcm_encrypt(self._rtp.cipher, self._gcm_iv(self._rtp, ssrc, index), body, head)
            )
            return head + sealed + mki
        packet = head + (body if plain else self._crypt(self._rtp, ssrc, index, body))
        tag = self._sign(
            self._rtp, packet + struct.pack(">I", roc), 0 if unauthenticated else self.suite.tag
        )
        return packet + mki + tag

    def unprotect(self, data, roc=0, mki_length=0, plain=False, unauthenticated=False):
        """-> packet, MKI"""
        if self.suite.cipher == "gcm":
            data, mki = _cut(data, mki_length)
            size, tag = rtp.header_length(data), b""
        else:
            data, tag = _cut(data, 0 if unauthenticated else self.suite.tag)
            data, mki = _cut(data, mki_length)
            size = rtp.header_length(data)
            if tag != self._sign(self._rtp, data + struct.pack(">I", roc), len(tag)):
                raise ValueError("authentication failed")
        head, body, ssrc = data[:size], data[size:], data[8:12]
        index = (roc << 16) | struct.unpack_from(">H", data, 2)[0]
        if self.suite.cipher == "gcm":
            return (
                head
                + gcm_decrypt(self._rtp.cipher, self._gcm_iv(self._rtp, ssrc, index), body, head),
                mki,
            )
        return head + (body if plain else self._crypt(self._rtp, ssrc, index, body)), mki

    def protect_rtcp(self, packet, index=0, encrypted=True, mki=b""):
        head, body, ssrc = packet[:8], packet[8:], packet[4:8]
        trailer = struct.pack(">I", index | (_ENCRYPTED_BIT if encrypted else 0))
        if self.suite.cipher == "gcm":
            iv = self._gcm_iv(self._rtcp, ssrc, index)
            if encrypted:
                return (
                    head + gcm_encrypt(self._rtcp.cipher, iv, body, head + trailer) + trailer + mki
                )
            return (
                packet + gcm_encrypt(self._rtcp.cipher, iv, b"", packet + trailer) + trailer + mki
            )
        signed = (
            head + (self._crypt(self._rtcp, ssrc, index, body) if encrypted else body) + trailer
        )
        return signed + mki + self._sign(self._rtcp, signed, self.suite.rtcp_tag)

    def unprotect_rtcp(self, data, mki_length=0):
        """-> packet, index, whether it was encrypted, MKI"""
        tag = b""
        if self.suite.cipher != "gcm":
            data, tag = _cut(data, self.suite.rtcp_tag)
        data, mki = _cut(data, mki_length)
        if tag != self._sign(self._rtcp, data, len(tag)):
            raise ValueError("authentication failed")
        data, trailer = _cut(data, 4)
        word = struct.unpack(">I", trailer)[0]
        index, encrypted = word & ~_ENCRYPTED_BIT, bool(word & _ENCRYPTED_BIT)
        head, body, ssrc = data[:8], data[8:], data[4:8]
        if self.suite.cipher == "gcm":
            iv = self._gcm_iv(self._rtcp, ssrc, index)
            if encrypted:
                body = gcm_decrypt(self._rtcp.cipher, iv, body, head + trailer)
            else:
                body, sealed = _cut(body, 16)
                gcm_decrypt(self._rtcp.cipher, iv, sealed, head + body + trailer)
        elif encrypted:
            body = self._crypt(self._rtcp, ssrc, index, body)
        return head + body, index, encrypted, mki


@lru_cache(maxsize=64)
def context(key_text, suite_name):
    """Key derivation is the slow part; the same key serves many packets of a case."""
    return Srtp(key_text, suite_name)
