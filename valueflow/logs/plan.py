"""How a file will be read: settled from its sample, before the whole of it is read."""

from dataclasses import dataclass, replace
from pathlib import Path

from valueflow.logs.mapping import (
    Guess,
    Mapping,
    check_mapping,
    guess_mapping,
    guess_time_rule,
    is_null,
    time_rule,
)
from valueflow.logs.refusal import Limits, LogRefused
from valueflow.logs.sniff import Sniffed, sniff
from valueflow.logs.times import TimeRule, looks_like_time


@dataclass(frozen=True)
class Plan:
    """How a pass reads: the file's build, the mapping, the rule for times, what was guessed.

    ``settled`` is true when day-first or month-first is no longer open.
    """

    sniffed: Sniffed
    mapping: Mapping
    rule: TimeRule
    guess: Guess | None
    settled: bool


def plan_log(
    path: str | Path, mapping: Mapping | None = None, *, limits: Limits | None = None
) -> Plan:
    """Sniff a file and settle its mapping from the sample, without reading the rest.

    Raises LogRefused when it is no table of text, a wanted column cannot be found, or the time
    column holds no times.
    """
    return plan_for(sniff(path, limits), mapping)


def plan_for(sniffed: Sniffed, mapping: Mapping | None) -> Plan:
    """As ``plan_log``, for a file already sniffed."""
    columns = sniffed.dialect.columns
    guess = None
    if mapping is None:
        guess = guess_mapping(columns, sniffed.rows)
        if guess.mapping is None:
            raise _columns_missing(guess, columns)
        mapping = guess.mapping
    mapping = check_mapping(mapping, columns)
    values = sniffed.column(mapping.timestamp)
    rule, share = time_rule(mapping, values)
    filled = [value for value in values if not is_null(value)]
    if filled and not share:
        line = sniffed.dialect.data_line
        sentence = (
            f"Column «{mapping.timestamp}» holds no times that can be read, as «{filled[0][:60]}» "
            f"(from line {line} on). Name the column or its date_format in a mapping."
        )
        raise LogRefused("log-no-time", sentence, line=line)
    settled = bool(mapping.date_format) or mapping.day_first is not None
    if not settled and rule.family == "numeric":
        rule = replace(rule, day_first=_sample_says_day_first(sniffed, mapping))
    return Plan(sniffed, mapping, rule, guess, settled)


def _sample_says_day_first(sniffed: Sniffed, mapping: Mapping) -> bool:
    """From the time column, else from any other column of the sample, else day first."""
    others = (name for name in sniffed.dialect.columns if name != mapping.timestamp)
    for name in (mapping.timestamp, *others):
        values = sniffed.column(name)[:200]
        if sum(map(looks_like_time, values[:20])) >= 5 or name == mapping.timestamp:
            rule, _, votes = guess_time_rule(values)
            if rule.family == "numeric" and votes.prefers_day_first is not None:
                return votes.prefers_day_first
    return True


def _columns_missing(guess: Guess, columns: tuple[str, ...]) -> LogRefused:
    listed = ", ".join(columns[:40])
    if "timestamp" in guess.missing:
        return LogRefused(
            "log-no-time",
            f"No column holds times that can be read, so this is no log. Columns: {listed}.",
            line=1,
        )
    wanted = " and ".join(guess.missing)
    return LogRefused(
        "log-columns",
        f"No column could be recognised as {wanted}; name it in a mapping. Columns: {listed}.",
        line=1,
    )


def sentences(plan: Plan) -> tuple[str, ...]:
    """What was guessed, for people."""
    found = list(plan.sniffed.dialect.words())
    if plan.guess:
        found.extend(
            f"Column «{guess.column}» is the {guess.role.replace('_', ' ')} "
            f"({guess.confidence:.0%} sure: {'; '.join(guess.reasons)})."
            for guess in plan.guess.columns
        )
    found.append(f"Times are read as {plan.rule.words}, in {plan.rule.zone} unless they say else.")
    return tuple(found)
