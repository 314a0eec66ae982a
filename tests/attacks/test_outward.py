"""Attacks by addresses that the portal is to talk to: 38 to 41 and 44 of docs/attacks.md."""

import re
import socket
import ssl
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from esm.common.outward import guard, posting
from esm.common.outward.guard import AddressRefused
from esm.common.outward.posting import KEPT_BYTES, Unreachable
from tests.architecture.code import APPS, ROOT
from tests.sink import Sink, bomb, certificate
from tests.sink import sink as running

PRIVATE = [
    "https://127.0.0.1/", "https://127.1/", "https://127.0.0.1:8443/", "https://[::1]/",
    "https://0.0.0.0/", "https://0/", "https://169.254.169.254/latest/meta-data/",
    "https://10.0.0.1/", "https://172.16.0.1/", "https://192.168.1.1/", "https://100.64.0.1/",
    "https://192.0.2.1/", "https://198.18.0.1/", "https://224.0.0.1/", "https://240.0.0.1/",
    "https://255.255.255.255/", "https://[fc00::1]/", "https://[fe80::1]/", "https://[fec0::1]/",
    "https://[ff02::1]/", "https://[::]/", "https://[::ffff:127.0.0.1]/", "https://[::127.0.0.1]/",
    "https://[64:ff9b::7f00:1]/", "https://[64:ff9b:1::7f00:1]/", "https://[2002:7f00:1::]/",
    "https://[2001:db8::1]/", "https://2130706433/", "https://0x7f.1/", "https://0x7f000001/",
    "https://0177.0.0.1/", "https://017700000001/", "https://0x/", "https://127.0.0.1./", "https://localhost./",
    "https://localhost/", "https://LOCALHOST/", "https://１２７.０.０.１/", "https://①②⑦.0.0.1/",
]  # fmt: skip
OTHERWISE = [
    "", "hook", "//example.org/", "http://example.org/", "http://93.184.215.14/",
    "ftp://example.org/", "file:///etc/passwd", "gopher://example.org/", "javascript:alert(1)",
    "https:///path", "https://", "https://user@example.org/", "https://user:pw@example.org/",
    "https://example.org@127.0.0.1/", "https://127.0.0.1\\@example.org/", "https://example.org:22/",
    "https://example.org:5432/", "https://example.org:6379/", "https://example.org:0/",
    "https://example.org:99999/", "https://example.org:x/", "https://exa mple.org/",
    "https://example.org/\r\nX: y", "https://example.org/\x00", "https://127.0.0.1%00.example.org/",
    "https://[fe80::1%25eth0]/", "https://[::1/", "https://256.1.1.1/", "https://1.2.3.4.5/",
    "https://08.1.1.1/", "https://4294967296/", "https://ex_ä_/..", "https://./",
    "https://example.org/" + "a" * 2000,
]  # fmt: skip


@pytest.fixture
def sink(settings: Any) -> Iterator[Sink]:
    """A receiver on loopback, which the organisation allowed."""
    settings.OUTWARD_ALLOWED = ["127.0.0.1"]
    with running() as found:
        yield found


def send(url: str, seconds: float = 1.0) -> posting.Answer:
    return posting.post(url, headers={"X-Test": "1"}, body=b"{}", seconds=seconds)


class Names:
    """The resolver of the machine, answering as it is told: the lowest edge there is."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.answers: dict[str, list[list[str]]] = {}
        monkeypatch.setattr(socket, "getaddrinfo", self.look_up)
        self.real = socket.getaddrinfo

    def look_up(self, host: str, port: int, *_: Any, **__: Any) -> list[Any]:
        known = self.answers.get(host)
        if known is None:
            if host.replace(".", "").isdigit():
                return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, port))]
            raise socket.gaierror(-2, "Name or service not known")
        answers = known.pop(0) if len(known) > 1 else known[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in answers]


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    """What names mean in a test."""
    return Names(monkeypatch)


@pytest.mark.parametrize("url", PRIVATE)
def test_a38_private_addresses_are_refused_when_saved_and_when_sent(url: str) -> None:
    with pytest.raises(AddressRefused):
        guard.check_url(url)
    with pytest.raises(AddressRefused):
        send(url)


@pytest.mark.parametrize("url", OTHERWISE)
def test_a38_other_addresses_are_refused_without_asking_anybody(url: str, names: Names) -> None:
    with pytest.raises(AddressRefused):
        guard.target_of(url)


@pytest.mark.parametrize(
    ("url", "plain"),
    [
        ("https://Example.ORG./Hook?a=1", "https://example.org/Hook?a=1"),
        ("https://example.org:8443", "https://example.org:8443/"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ("https://[2606:4700::1111]/x", "https://[2606:4700::1111]/x"),
        ("https://134744072/", "https://8.8.8.8/"),
    ],
)
def test_a38_public_ones_are_read_in_one_form(url: str, plain: str) -> None:
    assert guard.target_of(url).url == plain


def test_a38_a_name_with_one_private_address_is_refused(names: Names) -> None:
    names.answers["hook.example"] = [["93.184.215.14", "10.0.0.8"]]
    with pytest.raises(AddressRefused, match=r"10\.0\.0\.8"):
        guard.check_url("https://hook.example/")
    with pytest.raises(AddressRefused, match="No address was found"):
        guard.check_url("https://nowhere.example/")


def test_a38_the_organisation_may_allow_internal_hosts(settings: Any, names: Names) -> None:
    names.answers["hooks.intra"] = [["10.1.2.3"]]
    names.answers["other.intra"] = [["10.1.3.3"]]
    settings.OUTWARD_ALLOWED = ["Hooks.Intra.", "10.9.0.0/16"]
    assert guard.check_url("http://hooks.intra:9000/x").port == 9000
    assert guard.check_url("http://10.9.8.7/").host == "10.9.8.7"
    for url in ("https://other.intra/", "http://10.10.0.1/", "http://other.intra/"):
        with pytest.raises(AddressRefused):
            guard.check_url(url)


def test_a39_the_address_that_was_checked_is_the_one_connected_to(
    names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The name is public when it is saved and looked up, and loopback a moment later."""
    names.answers["turns.example"] = [["93.184.215.14"], ["93.184.215.14"], ["127.0.0.1"]]
    tried: list[Any] = []

    def connect(address: Any, *_: Any, **__: Any) -> socket.socket:
        tried.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", connect)
    guard.check_url("https://turns.example/")
    with pytest.raises(Unreachable):
        send("https://turns.example/")
    assert tried == [("93.184.215.14", 443)]
    with pytest.raises(AddressRefused):
        send("https://turns.example/")
    assert len(tried) == 1


def test_a39_the_certificate_is_that_of_the_name_not_of_the_address(
    names: Names, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.OUTWARD_ALLOWED = ["127.0.0.1/32"]
    settings.OUTWARD_PORTS = range(1, 65536)
    pair = certificate(tmp_path, "hook.example")
    names.answers |= {"hook.example": [["127.0.0.1"]], "other.example": [["127.0.0.1"]]}
    with running(pair) as found:
        with pytest.raises(Unreachable, match="certificate was refused"):
            send(found.url("/ok", "hook.example"))
        trusting = ssl.create_default_context(cafile=str(pair[0]))
        monkeypatch.setattr(posting, "_tls", lambda: trusting)
        assert send(found.url("/ok", "hook.example")).status == 200
        with pytest.raises(Unreachable, match="certificate was refused"):
            send(found.url("/ok", "other.example"))
    assert [one.headers["host"] for one in found.received] == [f"hook.example:{found.port}"]


def test_a40_a_redirect_is_an_answer_and_nothing_else(sink: Sink) -> None:
    inside = sink.url("/inside/ok")
    assert send(sink.url(f"/redirect?to={inside}")).status == 302
    assert [one.path for one in sink.received] == [f"/redirect?to={inside}"]


@pytest.mark.parametrize("mode", ["hang", "drip", "drip-head"])
def test_a41_a_slow_receiver_is_left_at_the_deadline(sink: Sink, mode: str) -> None:
    with pytest.raises(Unreachable, match="did not finish its answer"):
        send(sink.url(f"/{mode}"), seconds=0.4)


def test_a41_a_long_answer_is_cut(sink: Sink) -> None:
    tracemalloc.start()
    found = send(sink.url("/huge"), seconds=10)
    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (found.status, len(found.body), found.cut) == (200, KEPT_BYTES, True)
    assert most < 2**20


def test_a41_a_packed_answer_is_never_unpacked(sink: Sink) -> None:
    packed = bomb()
    found = send(sink.url("/gzip"), seconds=10)
    assert (found.status, found.body, found.cut) == (200, packed, False)
    assert sink.received[0].headers["accept-encoding"] == "identity"


@pytest.mark.parametrize("mode", ["break", "garbage"])
def test_a41_an_answer_that_breaks_off_is_none(sink: Sink, mode: str) -> None:
    with pytest.raises(Unreachable, match="broke off"):
        send(sink.url(f"/{mode}"))


def test_a41_bad_tls_is_no_answer(sink: Sink) -> None:
    with pytest.raises(Unreachable, match="TLS"):
        send(sink.url("/ok").replace("http:", "https:"))


def test_a44_nothing_else_in_the_portal_asks_addresses_by_itself() -> None:
    """Whatever will fetch an address goes through the guard: no other client is imported."""
    clients = re.compile(
        r"^\s*(?:import|from) (?:httpx|httpcore|requests|urllib3|aiohttp|http\.client"
        r"|urllib\.request)\b",
        re.M,
    )
    found = {
        str(path.relative_to(ROOT))
        for app in APPS
        for path in (ROOT / app).rglob("*.py")
        if clients.search(path.read_text())
    }
    # The supervisor asks the portal's own /readyz.
    assert found == {"esm/common/outward/posting.py", "esm/embedded/supervisor.py"}
