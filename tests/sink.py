"""A receiver of webhooks on loopback that behaves as its address says, well or badly.

``/ok`` answers 200 · ``/status/503`` that status · ``/gone`` 410 · ``/hang`` never answers ·
``/drip`` a byte a second · ``/drip-head`` the same before its headers end · ``/huge`` 10 MB ·
``/break`` ends mid-body · ``/gzip`` 50 MB, packed · ``/redirect?to=…`` 302 · ``/garbage`` no HTTP
· ``/echo`` 200 with the body. Before the mode may stand any name: ``/north/ok``.

With ``tls`` it speaks TLS under a certificate made for it, which nobody trusts; a plain one that is
asked by https is a receiver with bad TLS.
"""

import gzip
import re
import socket
import socketserver
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

HUGE = bytes(10 * 2**20)
LONGEST_S = 120.0


@dataclass(frozen=True)
class Received:
    """One request that came in: ``at`` on the machine's monotonic clock."""

    at: float
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Sink:
    """The receiver; ``received`` holds what came, in order."""

    port: int
    scheme: str = "http"
    received: list[Received] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        """An address of it."""
        return f"{self.scheme}://{host}:{self.port}{path}"

    def at(self, path: str) -> list[Received]:
        """What came to one address."""
        return [one for one in self.received if one.path == path]


@cache
def bomb() -> bytes:
    """Fifty kB that unpack to 50 MB."""
    return gzip.compress(bytes(50 * 2**20), 6)


def certificate(folder: Path, name: str) -> tuple[Path, Path]:
    """(certificate, key) of a name, signed by itself, made anew."""
    cert, key = folder / "cert.pem", folder / "key.pem"
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2"
    more = ["-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}"]
    files = ["-keyout", str(key), "-out", str(cert)]
    subprocess.run([*command.split(), *more, *files], check=True, capture_output=True)
    return cert, key


class _Handler(socketserver.BaseRequestHandler):
    server: "_Server"
    request: socket.socket

    def handle(self) -> None:
        try:
            if self.server.tls is not None:
                self.request = self.server.tls.wrap_socket(self.request, server_side=True)
            self._answer()
        except OSError:
            return

    def _answer(self) -> None:
        self.request.settimeout(LONGEST_S)
        head, body = self._read()
        line, *rows = head.decode("latin-1").split("\r\n")
        path = line.split(" ")[1]
        headers = {
            name.lower(): value for name, _, value in (row.partition(": ") for row in rows) if name
        }
        self.server.sink.received.append(Received(time.monotonic(), path, headers, body))
        parts = urlsplit(path)
        mode = parts.path.rpartition("/")[2]
        status = re.search(r"/status/(\d{3})$", parts.path)
        if status:
            self._say(int(status[1]), b"no")
        elif mode == "gone":
            self._say(410, b"")
        elif mode == "redirect":
            self._say(302, b"", f"Location: {parse_qs(parts.query)['to'][0]}\r\n")
        elif mode == "hang":
            self.server.sink.ended.wait(LONGEST_S)
        elif mode in ("drip", "drip-head"):
            self._drip(mode == "drip")
        elif mode == "huge":
            self._say(200, HUGE)
        elif mode == "gzip":
            self._say(200, bomb(), "Content-Encoding: gzip\r\n")
        elif mode == "break":
            self.request.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf")
        elif mode == "garbage":
            self.request.sendall(b"\x00\x01no http\r\n\r\n")
        else:
            self._say(200, body if mode == "echo" else b"thanks")

    def _read(self) -> tuple[bytes, bytes]:
        data = b""
        while b"\r\n\r\n" not in data:
            part = self.request.recv(65_536)
            if not part:
                raise ConnectionError
            data += part
            if data.startswith(b"\x16\x03") and self.server.tls is None:
                self.request.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
                raise ConnectionError
        head, _, body = data.partition(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head, re.I)
        while length and len(body) < int(length[1]):
            part = self.request.recv(65_536)
            if not part:
                raise ConnectionError
            body += part
        return head, body

    def _say(self, status: int, body: bytes, more: str = "") -> None:
        head = f"HTTP/1.1 {status} Said\r\nContent-Length: {len(body)}\r\n{more}\r\n"
        self.request.sendall(head.encode())
        self.request.sendall(body)

    def _drip(self, in_body: bool) -> None:
        self.request.sendall(b"HTTP/1.1 200 OK\r\n")
        if in_body:
            self.request.sendall(b"Content-Length: 1000\r\n\r\n")
        for _ in range(int(LONGEST_S)):
            self.request.sendall(b"x")
            if self.server.sink.ended.wait(1):
                return


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    request_queue_size = 256
    sink: Sink
    tls: ssl.SSLContext | None = None


@contextmanager
def sink(tls: tuple[Path, Path] | None = None) -> Iterator[Sink]:
    """A running receiver; ``tls`` is its certificate and key."""
    with _Server(("127.0.0.1", 0), _Handler) as server:
        server.sink = Sink(server.server_address[1], "https" if tls else "http")
        if tls:
            server.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            server.tls.load_cert_chain(*tls)
        threading.Thread(target=server.serve_forever, args=[0.05], daemon=True).start()
        try:
            yield server.sink
        finally:
            server.sink.ended.set()
            server.shutdown()
