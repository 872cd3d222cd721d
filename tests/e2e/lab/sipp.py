"""SIPp on a host: scenarios/*.xml with @WORDS@ filled in, audio from generated files."""
import os

from .audio import write_audio

_PLAIN = {"RING_MS": 1, "PROTOCOL": "RTP/AVP", "READ": "", "KEYS": ""}
_SCENARIOS = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "scenarios")
MEDIA_PORT = 6000


class Sipp:
    def __init__(self, programs):
        self._programs = programs
        self._files = 0

    def audio(self, packets, **more):
        """-> (file, SSRC) of new audio; more: as write_audio has it"""
        self._files += 1
        path = self._programs.path("audio-%d.pcap" % self._files)
        return path, write_audio(path, self._files, packets, **more)

    def _scenario(self, host, name, words):
        with open(os.path.join(_SCENARIOS, name + ".xml")) as handle:
            text = handle.read()
        for word, value in dict(_PLAIN, **words).items():
            text = text.replace("@%s@" % word, str(value))
        assert "@" not in text.replace("@[", ""), "unfilled word in %s" % name
        path = self._programs.path("%s-%s.xml" % (host, name))
        with open(path, "w") as handle:
            handle.write(text)
        return path

    def messages(self, host):
        """The file with what was sent and received there."""
        return self._programs.path("%s.messages" % host)

    def _start(self, host, name, words, address, arguments):
        path = self._scenario(host, name, words)
        errors = self._programs.path("%s-%s.errors" % (host, name))
        return self._programs.start(
            host,
            "%s-%s" % (host, name),
            [
                "sipp",
                "-sf",
                path,
                "-i",
                address,
                "-mi",
                address,
                "-mp",
                MEDIA_PORT,
                "-p",
                5060,
                "-nostdin",
                "-trace_err",
                "-error_file",
                errors,
                "-trace_msg",
                "-message_file",
                self.messages(host),
                "-timeout",
                "90",
                "-timeout_error",
                *arguments,
            ],
        )

    def callee(self, host, name, calls=1, ipv6=False, **words):
        """RING_MS: how long a basic callee rings, at once if it is not given."""
        network = self._programs.network
        address = "[%s]" % network.ipv6(host) if ipv6 else network.ipv4(host)
        program = self._start(host, name, words, address, ["-m", calls])
        self._programs.await_udp(host, 5060, program)
        return program

    def caller(self, host, name, user="one", calls=1, rate=1, **words):
        """Calls sip:user@proxy; ends when all calls have ended."""
        network = self._programs.network
        return self._start(
            host,
            name,
            words,
            network.ipv4(host),
            ["-m", calls, "-r", rate, "-l", calls, "-s", user, network.ipv4("sip") + ":5060"],
        )
