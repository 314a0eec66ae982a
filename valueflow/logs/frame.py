"""A log that has been read: codes and instants in one table, names beside it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import polars as pl

from valueflow.logs.mapping import Mapping
from valueflow.logs.records import BadRow

MICROS_PER_HOUR = 3_600_000_000
STAMP = pl.Datetime("us", "UTC")
SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "case": pl.Int32,
    "activity": pl.Int32,
    "group": pl.Int32,
    "resource": pl.Int32,
    "ts": STAMP,
    "start": STAMP,
    "row": pl.Int64,
}


@dataclass(frozen=True)
class LogFrame:
    """Events of a log, ordered by case, then time, then file row.

    ``data`` has the columns of ``SCHEMA``: codes are positions in ``cases``, ``activities``,
    ``groups`` and ``resources`` (group and resource may be null), ``ts`` and ``start`` are UTC
    (``start`` null where the log has none), ``row`` is the physical line of the file, from 1.
    ``bad_rows`` are the rows left out, by line; ``bad_counts`` counts all of them by kind, also
    those beyond the limit of the list. ``guesses`` are sentences on what was guessed, ``notes`` on
    what a reader should know.
    """

    data: pl.DataFrame
    cases: tuple[str, ...]
    activities: tuple[str, ...]
    groups: tuple[str, ...]
    resources: tuple[str, ...]
    mapping: Mapping
    bad_rows: tuple[BadRow, ...] = ()
    bad_counts: tuple[tuple[str, int], ...] = ()
    guesses: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def dropped(self) -> int:
        """Rows left out."""
        return sum(n for _, n in self.bad_counts)

    @property
    def has_starts(self) -> bool:
        """True when at least one event says when its work began."""
        return self.data["start"].null_count() < self.data.height

    def codes(self, column: str) -> npt.NDArray[np.int64]:
        """A column of codes as integers, -1 for null."""
        return self.data[column].cast(pl.Int64).fill_null(-1).to_numpy()

    def micros(self, column: str = "ts") -> npt.NDArray[np.int64]:
        """Instants as microseconds since 1970; 0 where null."""
        return self.data[column].cast(pl.Int64).fill_null(0).to_numpy()

    def first_of_case(self) -> npt.NDArray[np.int64]:
        """Positions in ``data`` at which a case begins, with the height as last element."""
        case = self.codes("case")
        edges = np.flatnonzero(np.diff(case)) + 1
        return np.concatenate(([0], edges, [len(case)])) if len(case) else np.zeros(1, np.int64)

    def of_cases(self, codes: Sequence[int] | npt.NDArray[np.int64]) -> "LogFrame":
        """The same log with these cases only; codes and names stay as they are."""
        keep = pl.Series(np.asarray(codes, dtype=np.int32))
        return replace(self, data=self.data.filter(pl.col("case").is_in(keep.implode())))
