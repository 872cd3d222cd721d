#!/usr/bin/python3
"""A host as the usual guide leaves it, with the incumbent of Debian running, in namespaces of its own (network, mounts,
processes): migrated, called through, taken back, killed in the middle. stdout: {name of a check: what was found}.

    unshare --net --mount --pid --fork --mount-proc --kill-child scene.py BIN-DIRECTORY SCRATCH-DIRECTORY

Real: files (/etc, /usr and /var are overlays), programs, sockets, iptables' rules, nftables. Doubles: `systemctl` and, for
rules with target RTPENGINE, `iptables` (they say what they do). No kernel module can be loaded here.
"""
import hashlib
import json
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(HERE)))
sys.path.insert(0, os.path.dirname(HERE))

import scene  # noqa: E402  parties and an NG client

CONFIGURATION = "/etc/rtpengine/rtpengine.conf"
DOUBLE = "/run/systemctl-double"
BACKUP = "/root/before"

# The guide's, with the loopback for an address.
_CONFIGURATION = """[rtpengine]

# Interfaces de red
interface = pub/127.0.0.1
listen-ng = 127.0.0.1:2223
port-min = 10000
port-max = 20000

# Timeout configurations (en segundos)
timeout = 60
silent-timeout = 3600
final-timeout = 7200
offer-timeout = 60
table = 0
log-level = 6
log-facility = local1
log-facility-cdr = local2
# redis = 127.0.0.1:6379
recording-dir = /var/spool/rtpengine
mqtt-host = 127.0.0.1
num-threads = 4
delete-delay = 0
"""
_UNIT = """[Unit]
Description=RTPEngine Media Proxy
[Service]
Type=forking
PIDFile=/run/rtpengine/rtpengine.pid
EnvironmentFile=-/etc/default/rtpengine
RuntimeDirectory=rtpengine
ExecStart=/usr/local/bin/rtpengine \\
    --pidfile=/run/rtpengine/rtpengine.pid \\
    --config-file=/etc/rtpengine/rtpengine.conf $OPTIONS
User=root
[Install]
WantedBy=multi-user.target
"""


def run(*command, **more):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **more)


def must(*command):
    done = run(*command)
    assert done.returncode == 0, "%s: %s" % (command, done.stdout)
    return done.stdout


def write(path, text, mode=0o644):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    if os.path.lexists(path):
        os.remove(path)
    with open(path, "w") as handle:
        handle.write(text)
    os.chmod(path, mode)


def private_system(scratch):
    """Overlays, so that nothing of this is left."""
    must("mount", "-t", "tmpfs", "tmpfs", scratch)
    for name in ("etc", "usr", "var", "root"):
        for part in ("upper", "work"):
            os.makedirs("%s/%s-%s" % (scratch, name, part))
        option = "lowerdir=/%s,upperdir=%s/%s-upper,workdir=%s/%s-work" % (name, scratch, name, scratch, name)
        must("mount", "-t", "overlay", "overlay", "-o", option, "/" + name)
    must("mount", "-t", "tmpfs", "tmpfs", "/run")
    must("ip", "link", "set", "lo", "up")


def install(binaries):
    """Ours, as packages would; then the incumbent, as the guide does."""
    for name in ("controld", "mediad"):
        shutil.copy(binaries + "/rtpengine-" + name, "/usr/sbin/")
        shutil.copy(ROOT + "/deploy/systemd/rtpengine-%s.service" % name, "/usr/lib/systemd/system/")
    for name in ("iptables", "ip6tables", "iptables-save", "ip6tables-save"):
        shutil.copy(HERE + "/iptables", "/usr/local/sbin/" + name)
    shutil.copy(HERE + "/systemctl", "/usr/local/sbin/")
    # Built from source: Debian's packaging around the same program is not there.
    for directory in ("/usr/lib/systemd/system", "/etc/systemd/system", "/etc/systemd/system/multi-user.target.wants"):
        for name in ("rtpengine.service", "rtpengine-daemon.service"):
            if os.path.lexists(directory + "/" + name):
                os.remove(directory + "/" + name)
    shutil.copy("/usr/bin/rtpengine", "/usr/local/bin/rtpengine")
    write(CONFIGURATION, _CONFIGURATION, 0o600)
    write("/etc/systemd/system/rtpengine.service", _UNIT)
    write("/etc/default/rtpengine", 'OPTIONS="--tos=0xb8"\n', 0o640)
    write("/etc/rsyslog.d/rtpengine.conf", "local1.* /var/log/rtpengine/rtpengine.log\n")
    must("iptables", "-A", "INPUT", "-i", "lo", "-j", "ACCEPT")
    for tool in ("iptables", "ip6tables"):
        must(tool, "-I", "INPUT", "-p", "udp", "-j", "RTPENGINE", "--id", "0")
        must(tool, "-A", "INPUT", "-p", "tcp", "--dport", "22", "-j", "ACCEPT")
    must("systemctl", "enable", "rtpengine.service")
    must("systemctl", "start", "rtpengine.service")


def tree(*roots):
    """-> {path: kind, mode, owner, hash, time of files}"""
    out = {}
    for root in roots:
        for directory, names, files in os.walk(root):
            for name in names + files:
                path = os.path.join(directory, name)
                status = os.lstat(path)
                entry = [stat.filemode(status.st_mode), status.st_uid, status.st_gid]
                if stat.S_ISLNK(status.st_mode):
                    entry.append(os.readlink(path))
                elif stat.S_ISREG(status.st_mode):
                    with open(path, "rb") as handle:
                        entry += [hashlib.sha256(handle.read()).hexdigest(), status.st_mtime_ns]
                out[path] = entry
    return out


def processes():
    out = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/cmdline" % pid) as handle:
                words = handle.read().split("\0")
        except OSError:
            continue
        if "rtpengine" in os.path.basename(words[0]):
            out.append(" ".join(words).strip())
    return sorted(out)


def host():
    """What has to be the same after a rollback."""
    return {
        "files": tree("/etc", "/usr/local/bin", "/usr/local/sbin", "/usr/lib/systemd/system", "/var/backups"),
        "pointer": os.path.exists("/var/lib/rtpctl-migrate"),
        "rules": [
            "\n".join(line for line in must(tool).split("\n") if not line.startswith(("#", ":")))
            for tool in ("iptables-save", "ip6tables-save")
        ],
        "nft": must("nft", "list", "tables"),
        "processes": processes(),
    }


def differences(before, after):
    out = []
    for key in before:
        if key != "files" and before[key] != after[key]:
            out.append("%s: %r, was %r" % (key, after[key], before[key]))
    for path in sorted(set(before["files"]) | set(after["files"])):
        if before["files"].get(path) != after["files"].get(path):
            out.append("%s: %r, was %r" % (path, after["files"].get(path), before["files"].get(path)))
    return out


def call(name):
    """-> packets that each party received of 20."""
    caller, callee = scene.Party(), scene.Party()
    offer = scene.ask("offer", call_id=name, from_tag="a", sdp=caller.sdp())
    callee.use(offer["sdp"])
    caller.use(scene.ask("answer", call_id=name, from_tag="a", to_tag="b", sdp=callee.sdp())["sdp"])
    received = {caller: 0, callee: 0}
    for number in range(20):
        for one in (caller, callee):
            one.rtp.sendto(b"\x80\x08" + number.to_bytes(2, "big") + bytes(8) + b"\xd5" * 160, ("127.0.0.1", one.peer))
        time.sleep(0.02)
    for one in received:
        one.rtp.settimeout(0.5)
        try:
            while one.rtp.recv(2048):
                received[one] += 1
        except socket.timeout:
            pass
    scene.ask("delete", call_id=name, from_tag="a")
    return list(received.values())


class Tool:
    def __init__(self, binaries):
        self.program = binaries + "/rtpctl"

    def __call__(self, *words, **more):
        done = run(self.program, "migrate", *words, **more)
        return {"status": done.returncode, "output": done.stdout}


def killed_in_the_middle(tool):
    """SIGKILL while our first unit is being started."""
    open(DOUBLE + "/hold", "w").close()
    child = subprocess.Popen([tool.program, "migrate", "apply", "--yes"], stdout=subprocess.DEVNULL)
    end = time.monotonic() + 60
    while not os.path.exists(DOUBLE + "/held"):
        assert time.monotonic() < end and child.poll() is None, "apply did not get to the start"
        time.sleep(0.05)
    child.send_signal(signal.SIGKILL)
    child.wait()
    os.remove(DOUBLE + "/hold")
    os.remove(DOUBLE + "/held")
    time.sleep(3)  # what was running on of systemctl has ended


class Record(dict):
    """What was found, told as it is found: on the error stream, for when something hangs."""

    def __setitem__(self, key, value):
        super().__setitem__(key, value)
        sys.stderr.write("%.1f %s: %s\n" % (time.monotonic(), key, str(value)[-1500:]))


def main():
    binaries, scratch = os.path.abspath(sys.argv[1]), sys.argv[2]
    private_system(scratch)
    install(binaries)
    tool, found = Tool(binaries), Record()
    found["call_before"] = call("before")
    before = host()
    found["rule_before"] = "-A INPUT -p udp -j RTPENGINE --id 0" in before["rules"][0]

    found["plan"] = tool()
    found["plan_json"] = tool("--json")
    found["without_yes"] = tool("apply", stdin=subprocess.DEVNULL)
    found["plan_changes"] = differences(before, host())

    found["apply"] = tool("apply", "--yes", "--backup", BACKUP)
    migrated = host()
    found["processes_after"] = migrated["processes"]
    found["rules_after"] = migrated["rules"]
    found["nft_after"] = migrated["nft"]
    with open(CONFIGURATION) as handle:
        found["configuration_after"] = handle.read()
    found["call_after"] = call("after")
    found["status"] = tool("status", "--json")
    found["again"] = tool("apply", "--yes")
    found["rollback"] = tool("rollback", "--yes")
    found["rollback_differences"] = differences(before, host())
    found["call_back"] = call("back")

    killed_in_the_middle(tool)
    found["killed"] = tool()
    found["killed_rollback"] = tool("rollback", "--yes")
    found["killed_differences"] = backups_apart(differences(before, host()))

    killed_in_the_middle(tool)
    found["resumed"] = tool("apply", "--yes")
    found["call_resumed"] = call("resumed")
    found["resumed_rollback"] = tool("rollback", "--yes")
    found["resumed_differences"] = backups_apart(differences(before, host()))

    os.rename("/usr/sbin/rtpengine-mediad", "/usr/sbin/kept")
    shutil.copy("/bin/false", "/usr/sbin/rtpengine-mediad")
    found["broken"] = tool("apply", "--yes")
    found["broken_differences"] = backups_apart(differences(before, host()))
    found["call_broken"] = call("broken")
    os.rename("/usr/sbin/kept", "/usr/sbin/rtpengine-mediad")

    must("mount", "-o", "remount,ro", "/etc")
    found["read_only"] = tool("apply", "--yes")
    must("mount", "-o", "remount,rw", "/etc")
    found["read_only_differences"] = backups_apart(differences(before, host()))
    json.dump(found, sys.stdout)


def backups_apart(lines):
    return [line for line in lines if not line.startswith("/var/backups/rtpengine-migrate-")]


if __name__ == "__main__":
    main()
