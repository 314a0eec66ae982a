"""Which addresses the portal talks to: public ones, and internal ones the organisation allowed.

Asked twice: when an address is saved, and again when a connection is made, of the very address
that is then connected to. A name that means something else meanwhile is no way around it.
"""

import re
import socket
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from urllib.parse import urlsplit

import idna
from django.conf import settings

Address = IPv4Address | IPv6Address
MAX_URL = 2000
UNREADABLE = re.compile(r"[\x00-\x20\x7f\\]")
NUMBER = re.compile(r"0x[0-9a-f]*|[0-9]+", re.ASCII)
# Networks whose addresses carry an IPv4 address: NAT64, and its form for local use.
TRANSLATED = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))


class AddressRefused(ValueError):
    """This address is not talked to; the sentence says why and what to do."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Target:
    """An address in its plain form: ``host`` in lower case, without a dot at its end, in ASCII."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def url(self) -> str:
        """The address as it is asked."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = {"https": 443, "http": 80}[self.scheme]
        return f"{self.scheme}://{host}{'' if self.port == usual else f':{self.port}'}{self.path}"


@dataclass(frozen=True, slots=True)
class Allowed:
    """Internal hosts and networks that may be talked to, on any port and without TLS."""

    names: frozenset[str]
    networks: tuple[IPv4Network | IPv6Network, ...]

    def holds(self, address: Address) -> bool:
        """Whether the address lies in an allowed network."""
        return any(address in network for network in self.networks)


@lru_cache(maxsize=8)
def _allowed(entries: tuple[str, ...]) -> Allowed:
    names, networks = set(), []
    for entry in entries:
        try:
            networks.append(ip_network(entry, strict=False))
        except ValueError:
            names.add(plain_host(entry))
    return Allowed(frozenset(names), tuple(networks))


def allowed() -> Allowed:
    """What the setting OUTWARD_ALLOWED names."""
    return _allowed(tuple(settings.OUTWARD_ALLOWED))


def target_of(url: str) -> Target:
    """Read an address without asking anybody. Raises AddressRefused."""
    if len(url) > MAX_URL:
        raise AddressRefused(f"The address is longer than {MAX_URL} characters. Shorten it.")
    if UNREADABLE.search(url):
        raise AddressRefused("The address holds spaces or signs that no address has. Remove them.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise AddressRefused(
            "This is no address. Write one such as https://example.org/hook."
        ) from None
    if parts.scheme not in ("https", "http") or not parts.hostname:
        raise AddressRefused("Write an address that begins with https:// and names a host.")
    if "@" in parts.netloc:
        raise AddressRefused("Leave name and password out of the address: messages are signed.")
    host = plain_host(parts.hostname)
    inside = _is_allowed(host)
    if parts.scheme == "http" and not inside:
        raise AddressRefused("Use https: what is sent over http can be read on its way.")
    port = port if port is not None else (443 if parts.scheme == "https" else 80)
    if not inside and port not in settings.OUTWARD_PORTS:
        ports = ", ".join(str(one) for one in settings.OUTWARD_PORTS)
        raise AddressRefused(f"Port {port} is not used for this. Use one of {ports}.")
    path = parts.path or "/"
    return Target(parts.scheme, host, port, f"{path}?{parts.query}" if parts.query else path)


def check_url(url: str) -> Target:
    """Read an address and look up its host now, as saving does. Raises AddressRefused."""
    target = target_of(url)
    resolve(target)
    return target


def resolve(target: Target) -> list[Address]:
    """The addresses of the host, all of them allowed. Raises AddressRefused.

    One that is not allowed spoils all: such a host is no public one.
    """
    literal = _literal(target.host)
    found = [literal] if literal else _looked_up(target)
    if target.host not in allowed().names:
        for address in found:
            _check(address)
    return found


def plain_host(host: str) -> str:
    """A host in one form: letters in ASCII, numbers of every notation as the address they mean.

    Raises AddressRefused for what is no host.
    """
    text = unicodedata.normalize("NFKC", host).lower().strip("[]").rstrip(".")
    if "%" in text or not text:
        raise AddressRefused("The host of this address cannot be read. Write its plain name.")
    if ":" in text:
        try:
            return str(IPv6Address(text))
        except ValueError:
            raise AddressRefused("The host is no IPv6 address. Write its name.") from None
    number = _old_form(text)
    if number is not None:
        return str(number)
    try:
        ascii_host = idna.encode(text, uts46=True).decode("ascii")
    except idna.IDNAError:
        ascii_host = text
    if not re.fullmatch(r"[a-z0-9_]([a-z0-9_.-]{0,251}[a-z0-9_])?", ascii_host, re.ASCII):
        raise AddressRefused("The host of this address cannot be read. Write its plain name.")
    return ascii_host


def _old_form(text: str) -> IPv4Address | None:
    """An IPv4 address in any notation that resolvers read: 127.1, 0x7f.1, 0177.0.0.1, 2130706433.

    None for a name. A host whose last part is a number is an address or nothing.
    """
    parts = text.split(".")
    if not NUMBER.fullmatch(parts[-1]):
        return None
    refused = AddressRefused("The host is no IPv4 address. Write four numbers, or its name.")
    if len(parts) > 4 or not all(NUMBER.fullmatch(part) for part in parts):
        raise refused
    try:
        numbers = [_number(part) for part in parts]
    except ValueError:
        raise refused from None
    *first, last = numbers
    if any(number > 255 for number in first) or last >= 256 ** (5 - len(numbers)):
        raise refused
    value = last
    for place, number in enumerate(first):
        value += number << (8 * (3 - place))
    return IPv4Address(value)


def _number(part: str) -> int:
    if part.startswith("0x"):
        return int(part[2:] or "0", 16)
    return int(part, 8) if len(part) > 1 and part.startswith("0") else int(part)


def _literal(host: str) -> Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _looked_up(target: Target) -> list[Address]:
    try:
        rows = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        rows = []
    found = [ip_address(str(row[4][0]).partition("%")[0]) for row in rows]
    if not found:
        raise AddressRefused(
            f"No address was found for {target.host}. Check its spelling, or try again later."
        )
    return list(dict.fromkeys(found))


def _is_allowed(host: str) -> bool:
    """Whether the organisation named this host, or a network it lies in."""
    literal = _literal(host)
    if literal is not None:
        return allowed().holds(_meant(literal))
    return host in allowed().names


def _check(address: Address) -> None:
    meant = _meant(address)
    if allowed().holds(meant):
        return
    if not _is_public(meant):
        raise AddressRefused(
            f"{address} is a private or special address. Use a public one; internal hosts are"
            " allowed by whoever runs the portal (OUTWARD_ALLOWED)."
        )


def _meant(address: Address) -> Address:
    """The IPv4 address within one of IPv6 that stands for it."""
    if isinstance(address, IPv4Address):
        return address
    if any(address in network for network in TRANSLATED):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo
    return address.ipv4_mapped or address.sixtofour or (teredo[1] if teredo else address)


def _is_public(address: Address) -> bool:
    special = address.is_multicast or address.is_unspecified or address.is_reserved
    if isinstance(address, IPv6Address):
        special = special or address.is_site_local or int(address) < 2**32
    return address.is_global and not special


def addresses_of(target: Target) -> Sequence[str]:
    """The checked addresses as text, in the order in which they are tried."""
    return [str(address) for address in resolve(target)]
