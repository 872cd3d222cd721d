"""The live table of the demonstration call: redrawn each second on a terminal, one line a second
elsewhere."""
import sys

_HEAD = "  %-18s %10s %10s %8s %8s %10s" % (
    "direction",
    "sent",
    "relayed",
    "per s",
    "lost",
    "jitter",
)


class Display:
    def __init__(self, call, out=sys.stdout):
        self._out = out
        self._terminal = out.isatty()
        self._rows = ((call.caller, call.callee), (call.callee, call.caller))
        self._before = [0, 0]
        self._drawn = 0

    def update(self, second):
        lines = []
        for index, (sender, receiver) in enumerate(self._rows):
            heard = receiver.heard
            rate, self._before[index] = heard.packets - self._before[index], heard.packets
            lines.append((sender, receiver, rate))
        if self._terminal:
            self._draw(second, lines)
        else:
            self._print(second, lines)

    def _draw(self, second, lines):
        text = ["  demonstration call, second %d" % second, _HEAD]
        for sender, receiver, rate in lines:
            heard = receiver.heard
            text.append(
                "  %-18s %10d %10d %8d %8d %7.2f ms"
                % (
                    "%s -> %s" % (sender.name, receiver.name),
                    sender.sent,
                    heard.packets,
                    rate,
                    heard.lost,
                    heard.jitter_ms,
                )
            )
        if self._drawn:
            self._out.write("\x1b[%dA" % self._drawn)
        self._out.write("".join("\x1b[2K%s\n" % line for line in text))
        self._out.flush()
        self._drawn = len(text)

    def _print(self, second, lines):
        parts = [
            "%s -> %s: %d sent, %d relayed, %d lost, jitter %.2f ms"
            % (
                sender.name,
                receiver.name,
                sender.sent,
                receiver.heard.packets,
                receiver.heard.lost,
                receiver.heard.jitter_ms,
            )
            for sender, receiver, _ in lines
        ]
        print("second %d  %s" % (second, "   ".join(parts)), file=self._out, flush=True)
