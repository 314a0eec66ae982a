"""The bytes under the hash: rows that are sealed together have those of each alone."""

import json
from datetime import UTC, date

from hypothesis import given
from hypothesis import strategies as st

from esm.events.sealing import SEALED, Frame, sealed
from esm.events.types import moment_text

texts = st.text(max_size=12)
plain = st.recursive(
    st.none() | st.booleans() | st.integers() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
moments = st.datetimes(timezones=st.just(UTC))
heads = st.fixed_dictionaries(
    {name: texts for name in SEALED if name not in ("data", "private_hash", "seq", "type")}
    | {"bucket": st.dates(min_value=date(2020, 1, 1)), "version": st.none() | st.integers()}
    | {"occurred_at": moments, "recorded_at": moments}
)


@given(
    head=heads,
    seq=st.integers(1, 10**6),
    name=texts,
    data=st.dictionaries(texts, plain, max_size=4),
    private=st.none() | st.binary(min_size=32, max_size=32),
)
def test_a_frame_gives_the_same_bytes(
    head: dict[str, object], seq: int, name: str, data: dict[str, object], private: bytes | None
) -> None:
    row = head | {"seq": seq, "type": name, "data": data, "private_hash": private}
    given = head | {
        n: v.isoformat() if n == "bucket" else moment_text(v)  # type: ignore[attr-defined,arg-type]
        for n, v in head.items()
        if n in ("bucket", "occurred_at", "recorded_at")
    }
    assert Frame(given).seal(seq, name, data, private).encode() == sealed(row)
    assert sorted(json.loads(sealed(row))) == sorted(SEALED)


def test_numbers_and_truths_that_are_equal_are_written_as_what_they_are() -> None:
    """True and 1 are one key of a dictionary; text that was kept must not stand for the other."""
    head = dict.fromkeys(SEALED, "x") | {"bucket": "2026-06-01"}
    for version, text in ((True, "true"), (1, "1"), (True, "true")):
        row = head | {"version": version}
        assert Frame(row).seal(1, "a.b", {}, None).endswith(f'"version":{text}}}')
