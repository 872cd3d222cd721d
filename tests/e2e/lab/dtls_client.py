"""OpenSSL's s_client as the DTLS side of a party: an implementation of DTLS-SRTP that is not ours.

It speaks to a socket on its own host's loopback; records go in and out by the party's socket, where
STUN and SRTP go too. Not here: SRTP itself (the golden runner's srtp).
"""
import base64
import hashlib
import os
import re
import socket
import ssl
import subprocess
import threading

from .processes import wait_until

PROFILE, SUITE = "SRTP_AES128_CM_SHA1_80", "AES_CM_128_HMAC_SHA1_80"
_KEY, _SALT = 16, 14
_LENGTH = 2 * (_KEY + _SALT)


class Identity:
    """A self-signed certificate."""

    def __init__(self, directory, name):
        self.key = os.path.join(str(directory), name + ".key")
        self.certificate = os.path.join(str(directory), name + ".pem")
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
            + ["-nodes", "-subj", "/CN=" + name, "-days", "2"]
            + ["-keyout", self.key, "-out", self.certificate],
            check=True,
            capture_output=True,
        )
        with open(self.certificate) as handle:
            self.fingerprint = fingerprint(handle.read())


def fingerprint(pem):
    digest = hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest().upper()
    return ":".join(digest[i : i + 2] for i in range(0, len(digest), 2))


class DtlsClient:
    def __init__(self, peer, target, identity, log):
        """Begins a handshake between `peer` and the target (address, port)."""
        self._peer, self._target, self._log_path, self._client = peer, target, log, None
        self._inner = peer.network.inside(
            peer.host, lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        )
        self._inner.bind(("127.0.0.1", 0))
        self._inner.settimeout(0.1)
        self._end = threading.Event()
        self.sent = []  # datagrams
        peer.on_dtls = self._arrived
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        command = ["openssl", "s_client", "-dtls1_2", "-use_srtp", PROFILE]
        command += ["-connect", "127.0.0.1:%d" % self._inner.getsockname()[1]]
        command += ["-cert", identity.certificate, "-key", identity.key]
        command += ["-keymatexport", "EXTRACTOR-dtls_srtp", "-keymatexportlen", str(_LENGTH)]
        with open(log, "wb") as handle:
            self._process = subprocess.Popen(
                peer.network.command(peer.host, ["setpriv", "--pdeathsig", "KILL", *command]),
                stdin=subprocess.PIPE,  # it ends with its input
                stdout=handle,
                stderr=subprocess.STDOUT,
            )

    def _run(self):
        while not self._end.is_set():
            try:
                data, self._client = self._inner.recvfrom(4096)
            except OSError:
                continue
            self.sent.append(data)
            self._peer.send(self._target, data)

    def _arrived(self, data, source):
        if source == self._target and self._client:
            self._inner.sendto(data, self._client)

    def log(self):
        with open(self._log_path, errors="replace") as handle:
            return handle.read()

    def has_seen_certificate(self):
        return "verify return:" in self.log()

    def established(self):
        return "Keying material: " in self.log()

    def runs(self):
        return self._process.poll() is None

    def await_handshake(self):
        wait_until(self.established, seconds=10, what="DTLS handshake of s_client")
        assert "profile=" + PROFILE in self.log(), self.log()
        return self

    def server_fingerprint(self):
        return fingerprint(
            re.search("-----BEGIN CERT.*?END CERTIFICATE-----", self.log(), re.S).group()
        )

    def keys(self):
        """-> what the client writes with, what the server writes with: base64 of key and salt."""
        text = re.search("Keying material: ([0-9A-F]+)", self.log()).group(1)
        raw, salts = bytes.fromhex(text), 2 * _KEY
        halves = (
            raw[:_KEY] + raw[salts : salts + _SALT],
            raw[_KEY:salts] + raw[salts + _SALT :],
        )
        return [base64.b64encode(half).decode() for half in halves]

    def close(self):
        if self._end.is_set():
            return
        self._peer.on_dtls = None
        self._process.kill()
        self._process.wait()
        self._process.stdin.close()
        self._end.set()
        self._thread.join()
        self._inner.close()
