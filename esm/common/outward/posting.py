"""One POST to somebody else's server, bounded in time and size whatever the server does.

No redirect is followed, no answer is unpacked, and the connection goes to the address that was
checked: certificate and name of the server are those of the address that was written.
"""

import ssl
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import Any

import certifi
import httpcore

from esm.common.outward import guard

SECONDS = 10.0
KEPT_BYTES = 64 * 1024
TOO_LONG = "It did not finish its answer within {seconds:g} s."


class Unreachable(Exception):
    """No answer came, or none that can be read; the sentence says what happened."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server said: the first bytes of its body as they came; ``cut`` if not all."""

    status: int
    body: bytes
    cut: bool


def post(
    url: str,
    *,
    headers: Mapping[str, str],
    body: bytes,
    seconds: float = SECONDS,
    kept_bytes: int = KEPT_BYTES,
) -> Answer:
    """Send once; every status is an answer. Raises guard.AddressRefused and Unreachable."""
    deadline = Deadline(seconds)
    target = guard.target_of(url)
    backend = CheckedBackend(target, deadline)
    sent = [("Accept-Encoding", "identity"), ("Connection", "close"), *headers.items()]
    try:
        with (
            httpcore.ConnectionPool(ssl_context=_tls(), network_backend=backend) as pool,
            pool.stream("POST", target.url, headers=sent, content=body) as response,
        ):
            return _read(response, kept_bytes)
    except (httpcore.TimeoutException, TimeoutError):
        raise Unreachable(TOO_LONG.format(seconds=seconds)) from None
    except ssl.SSLError as error:
        raise Unreachable(_of_tls(error)) from error
    except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
        if deadline.passed:
            raise Unreachable(TOO_LONG.format(seconds=seconds)) from None
        cause = error.__cause__ or error.__context__
        if isinstance(cause, ssl.SSLError):
            raise Unreachable(_of_tls(cause)) from error
        raise Unreachable(_in_words(error)) from error


def _read(response: httpcore.Response, kept_bytes: int) -> Answer:
    kept = bytearray()
    stream = response.stream
    assert isinstance(stream, Iterable)
    for part in stream:
        kept += part
        if len(kept) > kept_bytes:
            break
    return Answer(response.status, bytes(kept[:kept_bytes]), len(kept) > kept_bytes)


def _of_tls(error: ssl.SSLError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"Its certificate was refused: {error.verify_message.rstrip('.')}."
    return "It does not speak TLS as it should."


def _in_words(error: Exception) -> str:
    if isinstance(error, httpcore.ConnectError):
        return "It does not take connections."
    if isinstance(error, httpcore.ProtocolError):
        return "Its answer broke off or is not HTTP."
    return "The connection broke off."


@cache
def _tls() -> ssl.SSLContext:
    """Certificates are checked against the system's list and the one that comes along."""
    context = ssl.create_default_context()
    with suppress(OSError):
        context.load_verify_locations(certifi.where())
    return context


class Deadline:
    """One moment by which everything must be over."""

    def __init__(self, seconds: float) -> None:
        self.at = time.monotonic() + seconds

    @property
    def passed(self) -> bool:
        return time.monotonic() >= self.at

    def left(self, timeout: float | None = None) -> float:
        """Seconds until then. Raises TimeoutException when there are none."""
        left = self.at - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("out of time")
        return left if timeout is None else min(left, timeout)


class CheckedBackend(httpcore.NetworkBackend):
    """Connects to checked addresses of one target; every wait ends at the deadline."""

    def __init__(self, target: guard.Target, deadline: Deadline) -> None:
        self.target = target
        self.deadline = deadline
        self.plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first address of the target that takes it. Raises AddressRefused."""
        assert (host.strip("[]"), port) == (self.target.host, self.target.port)
        refused: Exception = httpcore.ConnectError("no address")
        for address in self._addresses():
            try:
                stream = self.plain.connect_tcp(
                    address, port, self.deadline.left(timeout), None, socket_options
                )
            except httpcore.ConnectError as error:
                refused = error
            else:
                return TimedStream(stream, self.deadline)
        raise refused

    def _addresses(self) -> Sequence[str]:
        return guard.addresses_of(self.target)


class TimedStream(httpcore.NetworkStream):
    """A connection on which no single read or write outlasts the deadline of all together."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self.stream = stream
        self.deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Some bytes, or TimeoutException."""
        return self.stream.read(max_bytes, self.deadline.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """All bytes, or TimeoutException; in parts, so that a slow reader cannot hold us."""
        for start in range(0, len(buffer), 16_384):
            part = buffer[start : start + 16_384]
            self.stream.write(part, self.deadline.left(timeout))

    def close(self) -> None:
        """Let go of it."""
        self.stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        """Speak TLS; the certificate must be that of the name that was written."""
        found = self.stream.start_tls(ssl_context, server_hostname, self.deadline.left(timeout))
        return TimedStream(found, self.deadline)

    def get_extra_info(self, info: str) -> Any:
        """What the connection knows of itself."""
        return self.stream.get_extra_info(info)
