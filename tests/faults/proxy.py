"""A line between two programs that is slow, breaks, or goes silent: our own, over sockets.

Listens on a unix socket or a port of loopback and forwards to another. ``delay_s`` holds back each
piece, ``silent`` lets nothing through while both ends stay open, ``cut`` ends all connections.
"""

import random
import socket
import threading
import time
from contextlib import suppress
from pathlib import Path

PIECE = 65536
Address = Path | int


def _listen(at: Address) -> socket.socket:
    if isinstance(at, int):
        return socket.create_server(("127.0.0.1", at))
    made = socket.socket(socket.AF_UNIX)
    made.bind(str(at))
    made.listen(64)
    return made


def _connect(to: Address) -> socket.socket:
    if isinstance(to, int):
        return socket.create_connection(("127.0.0.1", to), timeout=5)
    made = socket.socket(socket.AF_UNIX)
    made.connect(str(to))
    return made


class Proxy:
    """Forwards connections from one address to another; threads of this process."""

    def __init__(self, at: Address, to: Address, dice: random.Random) -> None:
        self.to, self.dice = to, dice
        self.delay_s = 0.0
        # How likely a connection is to break at some piece of it.
        self.breaks = 0.0
        self.broken = 0
        self.passing = threading.Event()
        self.passing.set()
        self.pairs: list[tuple[socket.socket, socket.socket]] = []
        self.listening = _listen(at)
        self.port = at if isinstance(at, Path) else self.listening.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self.listening.accept()
            except OSError:
                return
            try:
                far = _connect(self.to)
            except OSError:
                near.close()
                continue
            self.pairs.append((near, far))
            doomed = self.dice.random() < self.breaks
            for source, target in ((near, far), (far, near)):
                threading.Thread(
                    target=self._forward, args=[source, target, doomed], daemon=True
                ).start()

    def _forward(self, source: socket.socket, target: socket.socket, doomed: bool) -> None:
        pieces = 0
        with suppress(OSError):
            while piece := source.recv(PIECE):
                self.passing.wait()
                if self.delay_s:
                    time.sleep(self.delay_s)
                pieces += 1
                if doomed and pieces > 3:
                    self.broken += 1
                    break
                target.sendall(piece)
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def silent(self, yes: bool) -> None:
        """Hold everything back, or let it through again."""
        (self.passing.clear if yes else self.passing.set)()

    def cut(self) -> None:
        """End all connections; new ones are taken."""
        pairs, self.pairs = self.pairs, []
        for end in (end for pair in pairs for end in pair):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Take no more connections and end all."""
        self.listening.close()
        self.silent(False)
        self.cut()
