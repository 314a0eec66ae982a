"""Asking a scanner about a content: a command, or clamd over its socket.

FILE_SCANNER is ``clamd:/run/clamav/clamd.ctl``, ``clamd:host:3310``, or a command that gets the
path as its last argument and ends with 0 for clean and 1 for harmful, as clamscan does.
"""

import shlex
import socket
import struct
import subprocess
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

# Below the lease of a delivery, so that no second worker begins the same scan.
TIMEOUT_S = 8.0
CHUNK = 64 * 1024


class ScannerError(Exception):
    """The scanner did not say whether the content is clean."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a scanner said: clean, or what it found."""

    clean: bool
    found: str = ""


def scan(path: Path) -> Verdict:
    """What the configured scanner says of a file. Raises ScannerError when it says nothing."""
    scanner = settings.FILE_SCANNER
    try:
        if scanner.startswith("clamd:"):
            return _ask_clamd(scanner.removeprefix("clamd:"), path)
        return _run(shlex.split(scanner), path)
    except (OSError, subprocess.SubprocessError) as problem:
        raise ScannerError(f"The scanner does not answer: {problem}") from problem


def _run(command: list[str], path: Path) -> Verdict:
    ended = subprocess.run(
        [*command, str(path)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    said = ended.stdout.decode("utf-8", "replace").replace(str(path), "").strip(" :\n")
    if ended.returncode == 0:
        return Verdict(True)
    if ended.returncode == 1:
        return Verdict(False, said.splitlines()[0].strip(" :") if said else "")
    raise ScannerError(f"The scanner ended with {ended.returncode}.")


def _connect(address: str) -> socket.socket:
    if address.startswith("/"):
        found = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        found.settimeout(TIMEOUT_S)
        found.connect(address)
        return found
    host, _, port = address.rpartition(":")
    return socket.create_connection((host, int(port)), timeout=TIMEOUT_S)


def _ask_clamd(address: str, path: Path) -> Verdict:
    """The INSTREAM command: clamd needs no right to read our folder."""
    with _connect(address) as channel, path.open("rb") as content:
        channel.sendall(b"zINSTREAM\0")
        while chunk := content.read(CHUNK):
            channel.sendall(struct.pack(">I", len(chunk)) + chunk)
        channel.sendall(struct.pack(">I", 0))
        said = channel.recv(4096).decode("utf-8", "replace").strip("\0\n ")
    if said.endswith("OK"):
        return Verdict(True)
    if said.endswith("FOUND"):
        return Verdict(False, said.removeprefix("stream:").removesuffix("FOUND").strip())
    raise ScannerError(f"The scanner said: {said[:200]}")
