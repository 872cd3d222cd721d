"""baresip on a host: a telephone that hums a note and records what it hears."""
import glob
import math
import os
import struct
import wave

_MODULES = "/usr/lib/baresip/modules"
_USED = ("g711", "aufile", "aubridge", "sndfile", "srtp", "dtls_srtp", "ice")
_RATE = 8000
# What its account says, and what its log says when media is protected so.
PROTECTION = {
    "rtp": ("", None),
    "sdes": (";mediaenc=srtp-mand", "SRTP is Enabled"),
    "dtls": (";mediaenc=dtls_srtp", "DTLS-SRTP complete"),
    "webrtc": (";mediaenc=dtls_srtp;medianat=ice", "DTLS-SRTP complete"),
}


class Phone:
    def __init__(self, programs, host, protection, hertz):
        self._programs, self._host = programs, host
        self.directory = programs.path("phone-" + host)
        self.address = programs.network.ipv4(host)
        self._protected = PROTECTION[protection][1]
        os.mkdir(self.directory)
        self._write(
            "config",
            "sip_listen %s:5060" % self.address,
            "audio_source aufile," + self._hum(hertz),
            "audio_player aubridge,nobody",
            "snd_path " + self.directory,  # where sndfile puts what comes in, decoded
            "audio_alert aufile,/dev/null",
            "net_interface eth0",
            "module_path " + _MODULES,
            *("module %s.so" % name for name in _USED),
            "module_tmp account.so",
            "module_app menu.so",
        )
        self._write(
            "accounts",
            "<sip:phone@%s;transport=udp>;regint=0;audio_codecs=PCMU;answermode=auto%s"
            % (self.address, PROTECTION[protection][0]),
        )

    def _write(self, name, *lines):
        with open(os.path.join(self.directory, name), "w") as handle:
            handle.write("\n".join(lines) + "\n")

    def _hum(self, hertz):
        path = os.path.join(self.directory, "note.wav")
        turn = 2 * math.pi * hertz / _RATE
        second = [round(8000 * math.sin(turn * i)) for i in range(_RATE)]
        with wave.open(path, "wb") as note:
            note.setparams((1, 2, _RATE, 0, "NONE", ""))
            note.writeframes(struct.pack("<%dh" % _RATE, *second) * 30)
        return path

    def start(self, *commands):
        arguments = [part for command in commands for part in ("-e", command)]
        self.program = self._programs.start(
            self._host,
            "phone-" + self._host,
            ["baresip", "-4", "-s", "-v", "-f", self.directory, "-p", "/nowhere", *arguments],
        )
        self._programs.await_udp(self._host, 5060, self.program)
        return self

    def is_protected(self):
        """As its account says, and not otherwise."""
        log = self.program.log()
        said = {text for _, text in PROTECTION.values() if text and text in log}
        return said == ({self._protected} if self._protected else set())

    def heard(self):
        """-> samples of what it has recorded"""
        recordings = glob.glob(os.path.join(self.directory, "dump-*-dec.wav"))
        if not recordings:
            return ()
        with open(recordings[0], "rb") as handle:
            data = handle.read()[44:]  # a header that is completed at the end of the call
        return struct.unpack("<%dh" % (len(data) // 2), data[: len(data) // 2 * 2])


def strength(samples, hertz):
    """The share of a note in the power of the samples (Goertzel): about 1 for nothing but that."""
    power = sum(value * value for value in samples)
    if not power:
        return 0.0
    turn = 2 * math.pi * hertz / _RATE
    real = sum(value * math.cos(turn * i) for i, value in enumerate(samples))
    imaginary = sum(value * math.sin(turn * i) for i, value in enumerate(samples))
    return 2 * (real * real + imaginary * imaginary) / (len(samples) * power)
