"""What is refused as a whole, and the limits that protect the reader."""

from dataclasses import dataclass
from typing import Any

from esm.common.errors import Invalid

MIB = 1 << 20


class LogRefused(Invalid):
    """The file (or its mapping) cannot be used at all.

    ``code`` is stable (``log-zip``, ``log-too-large``, ``log-line-too-long``, ``log-not-text``,
    ``log-one-column``, ``log-no-time``, ``log-no-rows``, ``log-mapping`` …), ``line`` is the
    physical line of the file where it went wrong, counted from 1, or None for the whole file.
    """

    def __init__(self, code: str, sentence: str, *, line: int | None = None, **extra: Any) -> None:
        super().__init__(sentence, code=code, line=line, **extra)
        self.line = line


@dataclass(frozen=True)
class Limits:
    """Bytes unless said otherwise; defaults suit an upload.

    ``unpacked``: of the whole text. ``ratio``: unpacked ÷ packed, looked at once ``ratio_from``
    bytes are unpacked. ``line``: one physical line, and one record over several lines.
    ``listed``: how many bad rows are kept word by word; all of them are counted.
    """

    unpacked: int = 1 << 30
    ratio: int = 100
    ratio_from: int = 50 * MIB
    line: int = MIB
    listed: int = 100_000
