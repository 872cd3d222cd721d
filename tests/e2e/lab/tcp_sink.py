"""A TCP server on a host that keeps what one client after the other sends."""
import socket
import threading


class TcpSink:
    def __init__(self, network, host, port):
        self._socket = network.inside(
            host, lambda: socket.create_server((network.ipv4(host), port))
        )
        self._socket.settimeout(0.1)
        self.octets = b""
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._end.set()
        self._thread.join()
        self._socket.close()

    def _run(self):
        while not self._end.is_set():
            try:
                client, _ = self._socket.accept()
            except OSError:
                continue
            with client:
                client.settimeout(0.1)
                while not self._end.is_set():
                    try:
                        chunk = client.recv(65536)
                    except TimeoutError:
                        continue
                    if not chunk:
                        break
                    self.octets += chunk
