"""Reading a log: good rows into a LogFrame, bad rows into a list, no row lost in silence.

One pass with what the sample suggests. When the whole file says otherwise (month-first after all,
Windows-1252 after all), the pass is repeated with what was learnt; at most four passes.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from valueflow.logs.frame import SCHEMA, STAMP, LogFrame
from valueflow.logs.mapping import NULL_TOKENS, REQUIRED, Mapping, is_null
from valueflow.logs.names import ROLES
from valueflow.logs.plan import Plan, plan_for, plan_log, sentences
from valueflow.logs.records import BadRow, Scan, Scanner
from valueflow.logs.refusal import Limits, LogRefused
from valueflow.logs.sniff import sniff
from valueflow.logs.source import chunks
from valueflow.logs.text import ENCODING_NAMES, Block, Decoder, Evidence
from valueflow.logs.times import TimeRule, Votes, looks_like_time, parse_times

Progress = Callable[[int, int], None]
_NO_VALUE = {
    "case": ("no_case", "The row names no case."),
    "activity": ("no_activity", "The row names no activity."),
    "timestamp": ("no_time", "The row has no time."),
}
_MANY_ACTIVITIES = 500


@dataclass
class _Names:
    """Names met so far, in order of appearance; their positions are the codes."""

    table: dict[str, int] = field(default_factory=dict)

    def encode(self, values: pl.Series) -> pl.Series:
        known = values.drop_nulls().unique(maintain_order=True)
        codes = [self.table.setdefault(name, len(self.table)) for name in known.to_list()]
        if not codes:
            return pl.Series(values.name, [None] * len(values), dtype=pl.Int32)
        return values.replace_strict(
            known, pl.Series(codes, dtype=pl.Int32), default=None, return_dtype=pl.Int32
        )


@dataclass
class _Harvest:
    """What one pass brought in."""

    parts: list[pl.DataFrame] = field(default_factory=list)
    names: dict[str, _Names] = field(default_factory=dict)
    bad: list[BadRow] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    votes: Votes = field(default_factory=Votes)
    evidence: Evidence = field(default_factory=Evidence)
    bad_starts: int = 0

    def data(self) -> pl.DataFrame:
        frame = pl.concat(self.parts) if self.parts else pl.DataFrame(schema=SCHEMA)
        return frame.sort("case", "ts", "row")

    def in_order(self) -> float:
        """Share of neighbours of a case, in file order, whose times do not run backwards; files
        written newest first count hardly less."""
        if not self.parts:
            return 0.0
        frame = pl.concat(self.parts).sort("case", "row")
        case, ts = frame["case"].to_numpy(), frame["ts"].cast(pl.Int64).to_numpy()
        same = np.diff(case) == 0
        gaps = np.diff(ts)[same]
        return float(max((gaps >= 0).mean(), 0.99 * (gaps <= 0).mean())) if len(gaps) else 0.0


def read_log(
    path: str | Path,
    mapping: Mapping | None = None,
    *,
    limits: Limits | None = None,
    on_progress: Progress | None = None,
) -> LogFrame:
    """Read a CSV file, plain or gzipped.

    ``on_progress(done, size)`` is told the packed bytes read so far. Raises LogRefused for what is
    no log, for a file over the limits and for a mapping that does not fit; broken rows never raise.
    """
    limits = limits or Limits()
    plan = plan_log(path, mapping, limits=limits)
    harvest = _pass(plan, limits, on_progress)
    western = harvest.evidence.says_western and not plan.sniffed.dialect.mark_length
    if western and plan.sniffed.dialect.encoding == "utf-8":
        plan = plan_for(sniff(path, limits, encoding="cp1252"), mapping)
        harvest = _pass(plan, limits, on_progress)
    doubt = ""
    if not plan.settled and harvest.votes.families.get("numeric"):
        plan, harvest, doubt = _settle(plan, harvest, limits, on_progress)
    return _finished(plan, harvest, doubt)


def _settle(
    plan: Plan, harvest: _Harvest, limits: Limits, on_progress: Progress | None
) -> tuple[Plan, _Harvest, str]:
    """Day or month first, now that the whole column has voted."""
    wanted = harvest.votes.prefers_day_first
    if wanted == plan.rule.day_first:
        return plan, harvest, ""
    turned = replace(plan, rule=replace(plan.rule, day_first=not plan.rule.day_first))
    again = _pass(turned, limits, on_progress)
    if wanted is not None:
        return turned, again, ""
    if again.in_order() > harvest.in_order():
        plan, harvest = turned, again
    words = plan.rule.words
    return plan, harvest, (
        f"No stamp tells day from month; read as {words}, which keeps the rows of a case in "
        "order best. Say day_first in a mapping if that is wrong."
    )  # fmt: skip


def _pass(plan: Plan, limits: Limits, on_progress: Progress | None) -> _Harvest:
    dialect = plan.sniffed.dialect
    decoder = Decoder(dialect.encoding, dialect.mark_length, dialect.newline, limits)
    at = {role: dialect.columns.index(name) for role, name in plan.mapping.columns().items()}

    def is_whole(fields: list[str]) -> bool:
        return not is_null(fields[at["case"]]) and looks_like_time(fields[at["timestamp"]].strip())

    scanner = Scanner(
        dialect.delimiter, len(dialect.columns), is_whole, limits, ENCODING_NAMES[dialect.encoding]
    )
    harvest = _Harvest(names={role: _Names() for role in ROLES}, evidence=decoder.evidence)
    source = plan.sniffed.source
    for block in _data_blocks(decoder.blocks(chunks(source, limits)), dialect.data_line, scanner):
        _gather(block, scanner, at, plan.rule, harvest, limits)
        if on_progress:
            on_progress(block.block.done, source.size)
    return harvest


@dataclass(frozen=True)
class _Piece:
    block: Block
    scan: Scan


def _data_blocks(blocks: Iterator[Block], data_line: int, scanner: Scanner) -> Iterator[_Piece]:
    """Blocks below the header, each starting with what the one before left unfinished."""
    rest = b""
    for block in blocks:
        data, line = block.data, block.first_line
        while line < data_line and data:
            _, _, data = data.partition(b"\n")
            line += 1
        line -= rest.count(b"\n")
        whole = Block(rest + data, line, block.final, block.done)
        scan = scanner.scan(whole)
        rest = scan.rest
        yield _Piece(whole, scan)


def _gather(
    piece: _Piece,
    scanner: Scanner,
    at: dict[str, int],
    rule: TimeRule,
    harvest: _Harvest,
    limits: Limits,
) -> None:
    """Add a block's good rows as codes and instants, its bad rows with their reasons."""
    scan, block = piece.scan, piece.block
    table = _strings(scan, scanner, at)
    lines = np.concatenate(
        (scan.clean_at, np.array([line for line, _ in scan.quoted], dtype=np.int64))
    )
    if scan.quoted:  # names get their codes in the order of the file
        order = np.argsort(lines)
        table, lines = table[order], lines[order]
    bad = list(scan.bad)
    keep = np.ones(table.height, dtype=bool)

    def drop(mask: npt.NDArray[np.bool_], kind: str, reason: Callable[[int], str]) -> None:
        for row in np.flatnonzero(mask & keep).tolist():
            line = int(lines[row])
            text = scan.line_text(block.data, line)
            bad.append(BadRow(block.first_line + line, kind, reason(row), text))
        keep[mask] = False

    for role in REQUIRED:
        kind, sentence = _NO_VALUE[role]
        drop(table[role].is_null().to_numpy(), kind, lambda row, said=sentence: said)  # type: ignore[misc]
    stamps, votes = parse_times(table["timestamp"].fill_null(""), rule)
    texts = table["timestamp"]
    drop(
        stamps.is_null().to_numpy(),
        "time",
        lambda row: f"The time «{texts[row][:60]}» cannot be read as {rule.words}.",
    )
    harvest.votes.add(votes)
    _keep(harvest, table, stamps, lines + block.first_line, keep, rule)
    harvest.counts.update(row.kind for row in bad)
    room = max(0, limits.listed - len(harvest.bad))
    harvest.bad.extend(sorted(bad, key=lambda row: row.line)[:room])


def _keep(
    harvest: _Harvest,
    table: pl.DataFrame,
    stamps: pl.Series,
    rows: npt.NDArray[np.int64],
    keep: npt.NDArray[np.bool_],
    rule: TimeRule,
) -> None:
    mask = pl.Series(keep)
    good, n = table.filter(mask), int(keep.sum())
    starts = pl.Series("start", [None] * n, dtype=STAMP)
    if "start_timestamp" in table.columns:
        starts, _ = parse_times(good["start_timestamp"].fill_null(""), rule)
        harvest.bad_starts += int((starts.is_null() & good["start_timestamp"].is_not_null()).sum())
    columns = {
        role: harvest.names[role].encode(good[role])
        if role in good.columns
        else pl.Series(role, [None] * n, dtype=pl.Int32)
        for role in ("case", "activity", "group", "resource")
    }
    harvest.parts.append(
        pl.DataFrame(
            {**columns, "ts": stamps.filter(mask), "start": starts, "row": rows[keep]},
            schema=SCHEMA,
        )
    )


def _strings(scan: Scan, scanner: Scanner, at: dict[str, int]) -> pl.DataFrame:
    """The mapped columns as trimmed text, null where a value is missing."""
    wanted = sorted(set(at.values()))
    tables = []
    if len(scan.clean_at):
        clean = pl.read_csv(
            scan.clean,
            has_header=False,
            separator=scanner.delimiter,
            columns=wanted,
            infer_schema=False,
        )
        clean.columns = [str(i) for i in wanted]
        if clean.height != len(scan.clean_at):
            raise RuntimeError("the CSV parser and the record scanner count rows differently")
        tables.append(clean)
    if scan.quoted or not tables:
        values = {str(i): [fields[i] for _, fields in scan.quoted] for i in wanted}
        tables.append(pl.DataFrame(values, schema={str(i): pl.String for i in wanted}))
    table = pl.concat(tables)
    trimmed = [pl.col(str(i)).str.strip_chars().alias(role) for role, i in at.items()]
    return table.select(trimmed).with_columns(
        pl.when(~pl.all().str.to_lowercase().is_in(NULL_TOKENS)).then(pl.all())
    )


def _finished(plan: Plan, harvest: _Harvest, doubt: str) -> LogFrame:
    data = harvest.data()
    if not data.height:
        raise _no_rows(plan, harvest)
    names = {role: tuple(harvest.names[role].table) for role in ROLES}
    return LogFrame(
        data,
        names["case"],
        names["activity"],
        names["group"],
        names["resource"],
        plan.mapping,
        tuple(sorted(harvest.bad, key=lambda row: row.line)),
        tuple(sorted(harvest.counts.items())),
        sentences(plan),
        _notes(plan, harvest, len(names["activity"]), doubt),
    )


def _notes(plan: Plan, harvest: _Harvest, activities: int, doubt: str) -> tuple[str, ...]:
    notes = [doubt] if doubt else []
    zone, votes = plan.rule.zone, harvest.votes
    if votes.skipped:
        notes.append(
            f"{votes.skipped} stamps fall into an hour that {zone} skipped; they are read with the "
            "offset in force before the change."
        )
    if votes.twice:
        notes.append(
            f"{votes.twice} stamps fall into an hour that came twice in {zone}; they are read as "
            "its first pass."
        )
    if harvest.bad_starts:
        notes.append(f"{harvest.bad_starts} start times cannot be read and count as missing.")
    if activities > _MANY_ACTIVITIES:
        notes.append(
            f"There are {activities} different activities; perhaps «{plan.mapping.activity}» is "
            "the wrong column."
        )
    return tuple(notes)


def _no_rows(plan: Plan, harvest: _Harvest) -> LogRefused:
    if not harvest.bad:
        line = plan.sniffed.dialect.data_line
        return LogRefused("log-no-rows", f"There are no rows from line {line} on.", line=line)
    first, n = harvest.bad[0], sum(harvest.counts.values())
    sentence = f"None of the {n} rows can be used. The first, on line {first.line}: {first.reason}"
    return LogRefused("log-no-rows", sentence, line=first.line)
