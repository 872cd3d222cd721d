#!/usr/bin/env python3
"""generate.py FILE [COUNT [SEED]]: netlink messages for a fuzzing run, made on the host, where it is quick.

Most are built along the interface's grammar, with a wrong value here and there, and a third of those
then damaged; the rest is noise behind a proper header. The same seed gives the same messages. In FILE each is
preceded by its length (u32); the type of a message is 0, for fuzz/send.c to fill in.
"""
import os
import random
import struct
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lab import genetlink as nl  # noqa: E402
from lab.rtpengine import sockaddr  # noqa: E402
from lab.uapi import ENUMS, U  # noqa: E402

TABLE = 5
_HOSTS = ("10.1.0.1", "10.2.0.1", "10.2.0.2", "fd01::1", "fd02::2", "127.0.0.1", "224.0.0.1", "::")
_SIZES = (0, 1, 2, 3, 4, 8, 14, 16, 28, 30, 32, 33, 128, 129, 600)


class Grammar:
    def __init__(self, seed):
        self.dice = random.Random(seed)

    def chance(self, probability):
        return self.dice.random() < probability

    def some(self, makers, probability=0.6):
        """A nest of some of `makers`, now and then one twice or in another order."""
        made = [make() for make in makers if self.chance(probability)]
        if made and self.chance(0.01):
            made.append(self.dice.choice(made))
        if self.chance(0.05):
            self.dice.shuffle(made)
        if self.chance(0.01):
            made.append(self.noise())
        return made

    def noise(self):
        return nl.attribute(self.dice.randrange(64), self.bytes())

    def bytes(self, size=None):
        size = self.dice.choice(_SIZES) if size is None or self.chance(0.01) else size
        return self.dice.getrandbits(8 * size).to_bytes(size, "little") if size else b""

    def small(self, limit):
        return self.dice.randrange(limit) if self.chance(0.98) else self.dice.randrange(256)

    def byte(self, kind, limit):
        return lambda: nl.u8(kind, self.small(limit))

    def word(self, kind, *usual):
        return lambda: nl.u32(
            kind, self.dice.choice(usual) if usual and self.chance(0.97) else self.dice.getrandbits(32)
        )

    def address(self, kind):
        def make():
            where = self.dice.choice(_HOSTS[:3] if self.chance(0.97) else _HOSTS), 30000 + self.small(48)
            data = sockaddr(where)
            return nl.attribute(kind, data if self.chance(0.99) else self.bytes())

        return make

    def several(self, kind, make, limit):
        def made():
            count = self.dice.randrange(limit) if self.chance(0.98) else self.dice.randrange(36)
            return nl.attribute(kind, [nl.attribute(1, make()) for _ in range(count)])

        return made

    def table(self):
        return nl.attribute(
            U.A_TABLE,
            [nl.u32(U.TABLE_A_ID, TABLE if self.chance(0.97) else self.dice.choice((0, 1, 300, 2**31)))]
            + self.some(
                [
                    self.byte(U.TABLE_A_HOOK, U.HOOK_MAX + 1),
                    self.word(U.TABLE_A_PRIORITY, 0, 1, 0xFFFFFFFF),
                    self.word(U.TABLE_A_LINGER, 0, 1000),
                    self.word(U.TABLE_A_MAX_FLOWS, 4, 100),
                ],
                0.1,
            ),
        )

    def pt(self):
        return self.some(
            [
                self.byte(U.PT_A_PT, 128),
            ],
            0.97,
        ) + self.some(
            [
                self.byte(U.PT_A_ACTION, U.ACTION_MAX + 1),
                self.word(U.PT_A_CLOCK, 8000, 48000, 0),
                lambda: nl.attribute(U.PT_A_PATTERN, self.bytes(self.small(17))),
                self.byte(U.PT_A_TO, 128),
            ],
            0.3,
        )

    def state(self):
        return self.some(
            [
                self.word(U.STATE_A_SSRC, 1, 0x11223344),
            ],
            0.97,
        ) + self.some(
            [
                lambda: nl.u64(U.STATE_A_INDEX, self.dice.getrandbits(self.dice.choice((16, 48, 64)))),
                lambda: nl.attribute(U.STATE_A_WINDOW, self.bytes(32)),
                lambda: nl.u64(U.STATE_A_RESTART_INDEX, self.dice.getrandbits(48)),
                lambda: nl.attribute(U.STATE_A_RESTART_WINDOW, self.bytes(32)),
                lambda: nl.attribute(U.STATE_A_IN_RESTART),
                self.word(U.STATE_A_RTCP_INDEX, 1),
                lambda: nl.attribute(U.STATE_A_RTCP_WINDOW, self.bytes(32)),
            ],
            0.5,
        )

    def srtp(self, kind):
        def make():
            suite = self.dice.randrange(1, U.SRTP_MAX + 1)
            name = ENUMS["SRTP_SUITE"][suite]
            key = 32 if "256" in name else 24 if "192" in name else 16
            salt = 12 if "GCM" in name else 14
            return nl.attribute(
                kind,
                self.some(
                    [
                        self.word(U.SRTP_A_SUITE, suite),
                        lambda: nl.attribute(U.SRTP_A_KEY, self.bytes(key)),
                        lambda: nl.attribute(U.SRTP_A_SALT, self.bytes(salt)),
                    ],
                    0.97,
                )
                + self.some(
                    [
                        lambda: nl.attribute(U.SRTP_A_MKI, self.bytes(4)),
                        self.word(U.SRTP_A_FLAGS, 0, U.SRTP_F_ALL),
                        self.several(U.SRTP_A_STATES, self.state, 4),
                    ],
                    0.2,
                ),
            )

        return make

    def mapped(self):
        return self.some(
            [
                self.word(U.MAP_A_FROM, 1, 0x11223344),
                self.word(U.MAP_A_TO, 2),
                lambda: nl.u16(U.MAP_A_SEQ, self.dice.getrandbits(16)),
                self.word(U.MAP_A_TS),
            ],
            0.9,
        )

    def ssrc(self):
        return self.some([self.word(U.SSRC_A_SSRC, 1, 0x11223344)], 0.95)

    def output(self):
        return self.some(
            [
                self.address(U.OUT_A_SOURCE),
                self.address(U.OUT_A_DEST),
                self.word(U.OUT_A_FLAGS, 1, 1, 1, 2, 3, U.OUT_F_ALL),
            ],
            0.97,
        ) + self.some(
            [
                self.byte(U.OUT_A_TOS, 256),
                self.byte(U.OUT_A_TTL, 256),
                self.word(U.OUT_A_MARK, 0, 1),
                self.srtp(U.OUT_A_SRTP),
                self.several(U.OUT_A_PTS, self.pt, 4),
                self.several(U.OUT_A_SSRC_MAP, self.mapped, 4),
            ],
            0.1,
        ) + self.some([self.byte(U.OUT_A_INDEX, 4)], 0.05)

    def flow(self):
        return nl.attribute(
            U.A_FLOW,
            self.some(
                [self.address(U.FLOW_A_LOCAL), self.word(U.FLOW_A_FLAGS, 1, 1, 1, 3, 3, 2, 5, U.FLOW_F_ALL)],
                0.97,
            )
            + self.some(
                [
                    self.word(U.FLOW_A_ID, 1, 2, 3),
                    lambda: nl.attribute(U.FLOW_A_COOKIE, self.bytes(8)),
                    lambda: nl.string(U.FLOW_A_CALL, self.dice.choice(("a", "..", "x/y", "ä" * 40, ""))),
                    self.address(U.FLOW_A_SOURCE),
                    self.byte(U.FLOW_A_MISMATCH, 3),
                    self.byte(U.FLOW_A_RTCP, U.ACTION_MAX + 1),
                    self.byte(U.FLOW_A_PT_OTHER, 3),
                    self.several(U.FLOW_A_PTS, self.pt, 4),
                    self.byte(U.FLOW_A_SSRC_POLICY, U.SSRC_MAX + 1),
                    self.several(U.FLOW_A_SSRCS, self.ssrc, 4),
                    self.srtp(U.FLOW_A_SRTP),
                    self.word(U.FLOW_A_IDLE, 0, 10),
                ],
                0.08,
            )
            + self.some([self.several(U.FLOW_A_OUTPUTS, self.output, 4)], 0.9),
        )

    def message(self):
        command = self.dice.choice(
            (U.CMD_FLOW_NEW,) * 16
            + (U.CMD_FLOW_DEL,) * 6
            + (U.CMD_FLOW_GET,) * 3
            + (U.CMD_FLOW_SYNC,) * 2
            + tuple(range(U.CMD_MAX + 3))
        )
        if command == U.CMD_SELFTEST and self.chance(0.99):
            command = U.CMD_FLOW_NEW  # takes long and looks at nothing of the message
        if self.chance(0.15):
            body = self.bytes(self.dice.choice((0, 4, 8, 20, 100)))
        else:
            parts = self.some([self.table, self.flow, self.word(U.A_FLAGS, 0, 1)], 0.97)
            body = self.damaged(b"".join(parts)) if self.chance(0.33) else b"".join(parts)
        flags = nl.NLM_F_REQUEST
        for flag, often in ((nl.NLM_F_ACK, 0.6), (nl.NLM_F_ECHO, 0.3), (nl.NLM_F_REPLACE, 0.8)):
            flags |= flag if self.chance(often) else 0
        if command in (U.CMD_FLOW_GET, U.CMD_TABLE_GET) and self.chance(0.5):
            flags |= nl.NLM_F_DUMP
        length = 20 + len(body)
        head = struct.pack("=IHHIIBBH", length, 0, flags, 1, 0, command, 1, 0)
        return head + body

    def damaged(self, body):
        body = bytearray(body)
        for _ in range(self.dice.randint(1, 4) if body else 0):
            position = self.dice.randrange(len(body))
            what = self.dice.random()
            if what < 0.5:
                body[position] ^= 1 << self.dice.randrange(8)
            elif what < 0.8:
                body[position] = self.dice.randrange(256)
            elif what < 0.9:
                del body[position:]
            else:
                body[position:position] = self.bytes(4)
            if not body:
                break
        return bytes(body)


def main():
    path, count, seed = sys.argv[1], *map(int, (sys.argv[2:] + ["100000", "1"][len(sys.argv) - 2 :]))
    grammar = Grammar(seed)
    with open(path, "wb") as handle:
        while count:
            try:
                message = grammar.message()
            except struct.error:  # a nest above 64 kB, which cannot even be written
                continue
            handle.write(struct.pack("=I", len(message)) + message)
            count -= 1


if __name__ == "__main__":
    main()
