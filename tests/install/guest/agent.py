#!/usr/bin/python3
"""Runs what the host asks for over a virtio port: a line of JSON in, {"script", "timeout"}; one out,
{"status", "output"}. Status 124: it took too long."""
import json
import os
import signal
import subprocess

_PORT = "/dev/virtio-ports/install.agent"
_ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME": "/root",
    "LANG": "C.UTF-8",
    "TERM": "dumb",
    "SYSTEMD_PAGER": "",
    "DEBIAN_FRONTEND": "noninteractive",
}


def run(script, timeout):
    process = subprocess.Popen(
        ["/bin/bash", "-e", "-o", "pipefail", "-c", script],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd="/root",
        env=_ENVIRONMENT,
        start_new_session=True,
    )
    try:
        output = process.communicate(timeout=timeout)[0]
        status = process.returncode
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        output, status = process.communicate()[0], 124
    return {"status": status, "output": output.decode(errors="replace")}


def main():
    with open(_PORT, "r+b", buffering=0) as port:
        port.write(b'{"ready": true}\n')
        pending = b""
        while True:
            data = port.read(65536)
            if not data:
                return
            pending += data
            while b"\n" in pending:
                line, _, pending = pending.partition(b"\n")
                request = json.loads(line)
                answer = json.dumps(run(request["script"], request["timeout"])).encode() + b"\n"
                while answer:
                    answer = answer[port.write(answer) :]


if __name__ == "__main__":
    main()
