"""What the chapters of this test need of a machine: files edited as an administrator does, calls, and
what is looked at."""
import json
import re
import shlex
import time

INSTALL_SECONDS = 3600  # of an emulated compiler on a busy host
_CONFIGURATION = "/etc/rtpengine/rtpengine.conf"


class Failure(Exception):
    """What is wrong, in words."""


def expect(condition, text):
    if not condition:
        raise Failure(text)


def edited(text, lines):
    """A configuration with keys set: in place of the key, commented out or not, or at the end."""
    for line in lines.split("\n"):
        if "=" not in line or line.startswith("#"):
            continue
        key = line.split("=")[0].strip()
        changed = re.sub(r"^(# ?)?%s *=.*$" % re.escape(key), line, text, count=1, flags=re.M)
        text = (
            changed if changed != text or line in text else text.rstrip("\n") + "\n" + line + "\n"
        )
    return text


class Machine:
    def __init__(self, guest, document):
        self.guest, self.document = guest, document
        self.run, self.output = guest.run, guest.output

    def write(self, path, text):
        self.run("cat >%s <<'END-OF-FILE'\n%sEND-OF-FILE\n" % (path, text))

    def configure(self, lines):
        self.write(_CONFIGURATION, edited(self.output("cat " + _CONFIGURATION), lines))

    def give_packages(self, directory):
        """Where a checkout has them: the document's commands name build/packages."""
        self.run(
            "rm -rf build/packages && mkdir -p build && cp -r /lab/%s build/packages" % directory
        )

    def install(self):
        for block in self.document.shell("Packages")[1:]:
            self.run(block, INSTALL_SECONDS)

    def start_call(self, name):
        """A call in the background that talks until it is ended."""
        self.run(
            "systemd-run -q --unit=call-%s /usr/bin/python3 -u /lab/call.py %s 7200" % (name, name)
        )
        self.wait_for(
            "rtpctl calls list --contains %s | grep >/dev/null %s" % (name, name), "no call %s" % name
        )

    def end_call(self, name):
        """-> what the phones say of it"""
        self.run("touch /run/call-%s.end" % name)
        self.wait_for("! systemctl is-active -q call-%s" % name, "call %s does not end" % name)
        text = self.output("journalctl -o cat --no-pager -u call-%s" % name)
        found = re.findall(r'^\{"caller".*$', text, re.M)
        expect(found, "call %s ended without a result:\n%s" % (name, text))
        return json.loads(found[-1])

    def call(self, name, seconds=8):
        self.start_call(name)
        self.sleep(seconds)
        return self.end_call(name)

    def sleep(self, seconds):
        """Of the guest's time, which an emulated one has less of."""
        self.run("sleep %d" % seconds)

    def wait_for(self, script, otherwise, seconds=600):
        end = time.monotonic() + seconds
        while True:
            result = self.run(script, status=None)
            if result.status == 0:
                return result.output
            expect(time.monotonic() < end, "%s:\n%s\n%s" % (otherwise, script, result.output))
            time.sleep(1)

    def wait_for_kernel(self, number=1):
        """Until the kernel has forwarded so many packets in both directions; -> the list"""
        self.wait_for(
            "[ $(grep -c 'output #0' /proc/rtpengine/0/list) -ge %d ] && "
            "awk '/^    stats:/ && $4 < 20 { few = 1 } END { exit few }' /proc/rtpengine/0/list"
            % (2 * number),
            "the kernel does not carry the call",
        )
        return self.output("cat /proc/rtpengine/0/list")

    def properties(self, unit, *names):
        text = self.output("systemctl show %s -p %s" % (unit, ",".join(names)))
        return dict(line.split("=", 1) for line in text.strip().split("\n"))

    def doctor(self, *words):
        """-> {check: finding}"""
        report = self.run(
            "rtpctl --json doctor " + " ".join(map(shlex.quote, words)), status=None
        ).output
        return {check["id"]: check for check in json.loads(report)["checks"]}

    def expect_found(self, check, verdict, what):
        finding = self.doctor("--only", check)[check]
        expect(
            finding["verdict"] == verdict,
            "%s is %s, not %s: %s" % (check, finding["verdict"], verdict, finding["what"]),
        )
        expect(what in finding["what"], "%s: no '%s' in: %s" % (check, what, finding["what"]))
        return finding

    def expect_healthy(self):
        """An emulated machine without a network has no clock to keep; nothing else may be wrong."""
        for finding in self.doctor("--all").values():
            good = finding["verdict"] in ("good", "skipped") or finding["id"] == "clock"
            expect(
                good,
                "rtpctl doctor: %s %s: %s" % (finding["verdict"], finding["id"], finding["what"]),
            )


def expect_heard(result, most_lost=0.1):
    """Both parties heard each other; what is lost of a call stays below a share of it."""
    for one, other in (("caller", "callee"), ("callee", "caller")):
        heard, sent = result[one]["heard"], result[other]["sent"]
        expect(heard > 50, "the %s heard %d packets of %d" % (one, heard, sent))
        expect(
            result[one]["lost"] <= most_lost * sent,
            "the %s lost %d of %d" % (one, result[one]["lost"], sent),
        )
