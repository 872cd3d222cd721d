"""What the chapters have in hand, and how they say that something is wrong."""
from network import wait_for

STOP_SECONDS = 5


class Failure(Exception):
    """What is wrong, in words."""


def expect(condition, text):
    if not condition:
        raise Failure(str(text))


class Scene:
    def __init__(self, engine, network, document, checkout):
        self.engine, self.network, self.document, self.checkout = (
            engine,
            network,
            document,
            checkout,
        )
        self.version = None  # of the images that were built

    def script(self, text, **where):
        status, output = self.engine.shell(text, cwd=self.checkout, **where)
        expect(status == 0, "%s\nended with status %d:\n%s" % (text, status, output[-3000:]))
        return output

    def rtpctl(self, container, *words):
        status, output = self.engine.ask("exec", container, "rtpctl", *words)
        expect(status == 0, "rtpctl %s in %s: %s" % (" ".join(words), container, output))
        return output

    def expect_ready(self, container):
        """A worker, as controld's container tells it."""
        expect(
            wait_for(
                lambda: " READY "
                in self.engine.ask("exec", container, "rtpctl", "workers", "list")[1]
            ),
            "no worker is ready:\n"
            + self.engine.ask("exec", container, "rtpctl", "workers", "list")[1],
        )

    def process(self, container):
        """-> what the kernel says of its first process"""
        with open(
            "/proc/%d/status" % self.engine.inspect("container", container)["State"]["Pid"]
        ) as handle:
            return dict(line.rstrip("\n").split(":\t", 1) for line in handle if ":\t" in line)

    def stop(self, container):
        """As the runtime does it: TERM, and time."""
        self.engine.podman("stop", "--time", str(STOP_SECONDS), container)
        expect(
            self.exit_status(container) == 0,
            "%s ended with status %d" % (container, self.exit_status(container)),
        )

    def exit_status(self, container):
        return self.engine.inspect("container", container)["State"]["ExitCode"]


def expect_talk(conversation, more=50, lost=0):
    """Both phones hear each other from now on."""
    before = conversation.heard()
    heard = wait_for(
        lambda: all(now >= was + more for now, was in zip(conversation.heard(), before))
    )
    expect(heard, "the phones heard %s packets, before %s" % (conversation.heard(), before))
    expect(max(conversation.lost()) <= lost, "the phones lost %s" % conversation.lost())
