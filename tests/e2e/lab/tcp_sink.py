"""A TCP server on a host that keeps what one client after the other sends."""
import socket

from lab.reader import Reader


class TcpSink:
    def __init__(self, network, host, port):
        self._socket = network.inside(
            host, lambda: socket.create_server((network.ipv4(host), port))
        )
        self._socket.settimeout(0.1)
        self._client = None
        self.octets = b""
        self._reader = Reader(self._look)

    def __enter__(self):
        self._reader.__enter__()
        return self

    def __exit__(self, *_):
        self._reader.__exit__()
        for one in (self._client, self._socket):
            if one is not None:
                one.close()

    def _look(self):
        if self._client is None:
            self._client, _ = self._socket.accept()
            self._client.settimeout(0.1)
        chunk = self._client.recv(65536)
        self.octets += chunk
        if not chunk:
            self._client.close()
            self._client = None
