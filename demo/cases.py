"""What people asked for: answers to the form, drawn so that conditions hold as often as intended.

Pure and seeded: a case's draws depend on the seed and its number only. Which stages are necessary
is never drawn; the engine finds it from the answers.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from demo.scenario import Phase, Row, Scenario
from esm.common.expressions import holds
from governance.blueprint.kinds import Offering

SATURDAY = 5


@dataclass(frozen=True)
class Asked:
    """A request as it is sent: by whom, with which answers and attached files (field → name)."""

    requester: str
    values: dict[str, str]
    files: dict[str, str] = field(default_factory=dict)


def ask(
    scenario: Scenario,
    phase: Phase,
    offering: Offering,
    dice: Random,
    at: datetime,
    zone: ZoneInfo,
    *,
    requester: str = "",
    fixed: Mapping[str, str] | None = None,
) -> Asked:
    """Draw a request in the form of ``offering``; ``fixed`` answers are taken as they are."""
    rows = [_pick(choices, dice) for choices in (*scenario.draws, *phase.draws)]
    values: dict[str, str] = {}
    words = dict(scenario.words)
    for row in rows:
        values.update(row.values)
        words.update(row.words)
    who = [person for row in rows for person in row.requesters]
    drawn = dice.choice(who) if who else ""
    chosen = {key: dice.choice(options) for key, options in words.items()}
    for key, amount in scenario.amounts.items():
        value = dice.lognormvariate(math.log(amount.median), amount.sigma)
        step = round(value / amount.step) * amount.step
        values[key] = str(min(max(step, amount.min), amount.max))
    values.update(fixed or {})
    texts = {key: dice.choice(options) for key, options in scenario.texts.items()}
    days = {key: dice.randint(*span.days) for key, span in scenario.dates.items()}
    answers: dict[str, str] = {}
    files: dict[str, str] = {}
    for item in offering.form.all_fields():
        if item.when and not holds(item.when, answers):
            continue
        key = item.key
        if item.type == "file" and key in scenario.files:
            files[key] = file_name(scenario.files[key].name.format(**chosen))
        elif key in values:
            answers[key] = values[key]
        elif key in days:
            answers[key] = working_day(at.astimezone(zone), days[key])
        elif key in texts:
            answers[key] = texts[key].format(**chosen)
    return Asked(requester or drawn, answers, files)


def _pick(rows: Sequence[Row], dice: Random) -> Row:
    return dice.choices(rows, weights=[row.share for row in rows])[0]


def file_name(text: str) -> str:
    """A name as people give one: lower case, hyphens."""
    stem, dot, ending = text.rpartition(".")
    return re.sub(r"[^\w]+", "-", stem.lower()).strip("-") + dot + ending


def working_day(at: datetime, days: int) -> str:
    """The date so many days later, moved to Monday from a weekend, as ISO text."""
    day = at.date() + timedelta(days=days)
    late = day.weekday() - SATURDAY
    return (day + timedelta(days=2 - late if late >= 0 else 0)).isoformat()
