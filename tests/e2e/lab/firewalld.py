"""firewalld on a host of the lab: the real one, with configuration, bus and /run of its own, so that the machine's
are neither read nor changed.

Not here: what it makes of the packet filter (packet_filter.py).
"""
import os
import subprocess

from .processes import wait_until

# The system bus of one daemon and root.
_BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <listen>unix:path=%s</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="root"/>
    <allow own="org.fedoraproject.FirewallD1"/>
    <allow send_destination="*"/>
    <allow receive_sender="*"/>
  </policy>
</busconfig>
"""

# As distributions ship it, as far as it concerns media.
_CONFIGURATION = "DefaultZone=public\nFirewallBackend=nftables\nCleanupOnExit=yes\nReloadPolicy=INPUT:DROP\n"

# `ip netns exec` has made a mount namespace, where this is seen by nobody else.
_OWN_RUN = ["sh", "-c", 'mount -t tmpfs tmpfs /run && exec "$@"', "sh"]


class Firewalld:
    def __init__(self, programs, host):
        self._programs, self.host = programs, host
        self._bus = programs.path("bus")
        self._configuration = programs.path("firewalld")
        os.mkdir(self._configuration)
        for path, text in (
            (programs.path("bus.conf"), _BUS % self._bus),
            (os.path.join(self._configuration, "firewalld.conf"), _CONFIGURATION),
        ):
            with open(path, "w") as handle:
                handle.write(text)
        self._environment = ["env", "DBUS_SYSTEM_BUS_ADDRESS=unix:path=" + self._bus]
        self._daemon = None
        command = ["dbus-daemon", "--nofork", "--config-file=" + programs.path("bus.conf")]
        programs.start(host, "dbus", command)
        wait_until(lambda: os.path.exists(self._bus), what="a bus")

    def start(self):
        """Returns when its rules are in place."""
        assert self._daemon is None
        command = ["firewalld", "--nofork", "--nopid", "--system-config", self._configuration]
        command += ["--log-target", "console"]
        self._daemon = self._programs.start(
            self.host, "firewalld", [*_OWN_RUN, *self._environment, *command]
        )
        wait_until(self._running, seconds=60, what="firewalld")
        return self

    def _running(self):
        assert self._daemon.status() is None, self._daemon.log()
        return self._run(["firewall-cmd", "--state"]).stdout.strip() == "running"

    def _run(self, command):
        return subprocess.run(
            self._programs.network.command(self.host, [*_OWN_RUN, *self._environment, *command]),
            capture_output=True,
            text=True,
            timeout=60,
        )

    def shell(self, lines):
        """Commands as somebody types them; each has to succeed."""
        done = self._run(["sh", "-ec", lines])
        assert done.returncode == 0, "%s: %s" % (lines, done.stderr)
        return done.stdout

    def command(self, *arguments):
        return self.shell("firewall-cmd " + " ".join(arguments))

    def stop(self):
        """It takes its rules along."""
        status = self._daemon.stop(30)
        assert status == 0, "status %r\n%s" % (status, self._daemon.log())
        self._daemon = None
