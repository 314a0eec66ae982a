"""How it is decided (Q9 to Q12), as the oracle reads it from events. Imports none of our code."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from tests.oracle.flow import ratio
from tests.oracle.flow_cases import Case, moment
from tests.oracle.questions import Pair, Questions, Rows, Tables


@dataclass
class Decided:
    """One decision of a request that was decided; ``by`` is empty where nobody was asked."""

    case: Case
    seq: int
    data: dict[str, Any]
    opened: datetime
    decided: datetime
    outcome: str
    by: str
    role: str


def decisions_of(events: Iterable[Mapping[str, Any]], cases: Mapping[str, Case]) -> list[Decided]:
    """What was decided on requests, by their own events."""
    opened: dict[tuple[str, int], Mapping[str, Any]] = {}
    found = []
    for event in sorted(events, key=lambda row: (row["chain"], row["seq"])):
        if event["chain"] not in cases or not event["type"].startswith("decision."):
            continue
        key = (event["chain"], event["data"].get("decision"))
        if event["type"] == "decision.opened":
            opened[key] = event
        elif event["type"] == "decision.decided" and key in opened:
            began = opened[key]
            found.append(
                Decided(
                    case=cases[event["chain"]],
                    seq=key[1],
                    data=began["data"],
                    opened=moment(began["occurred_at"]),
                    decided=moment(event["occurred_at"]),
                    outcome=event["data"]["outcome"],
                    by=event["data"]["decider"],
                    role=event["data"]["role"],
                )
            )
    return found


class Deciding(Questions):
    """The answers about decisions beside those about flow."""

    def decided(self) -> list[Decided]:
        """What was decided in the window, on requests of any age."""
        chains = {case.chain: case for case in self.cases}
        found = decisions_of(self.oracle.events, chains)
        return [one for one in found if self.start <= one.decided < min(self.end, self.oracle.now)]

    def took(self, one: Decided) -> Pair:
        """From opened to decided, on the calendar of the team that decides."""
        hours = self.oracle.hours[one.data["calendar"]]
        calendar_s = int((one.decided - one.opened).total_seconds())
        return calendar_s, hours.between(one.opened, one.decided)

    def types(self, rows: Iterable[Decided]) -> dict[str, list[Decided]]:
        """Decisions by type."""
        found: dict[str, list[Decided]] = defaultdict(list)
        for one in rows:
            found[one.data["type"]].append(one)
        return found

    def deciding(self) -> Tables:
        """Q9: how many, how long, in time; levels."""
        rows = {}
        levels: Counter[str] = Counter()
        every = self.types(self.decided())
        for kind, decided in every.items():
            timed = [one for one in decided if one.by]
            due = [one for one in timed if one.data["due_at"]]
            in_time = sum(one.decided <= moment(one.data["due_at"]) for one in due)
            if timed:
                rows[kind] = {
                    "n": len(timed),
                    "p50": self.quantiles(map(self.took, timed), 0.5),
                    "p85": self.quantiles(map(self.took, timed), 0.85),
                    "in_time": ratio(in_time, len(due)),
                }
            for one in decided:
                levels[f"{kind}:{self._mark(one)}"] += 1
        return {
            0: rows,
            1: {
                key: {"n": n, "share": ratio(n, len(every[key.split(":")[0]]))}
                for key, n in levels.items()
            },
        }

    @staticmethod
    def _mark(one: Decided) -> str:
        ends = (one.data["band_min"], one.data["band_max"])
        low, high = (f"{Decimal(end):.2f}" if end is not None else "" for end in ends)
        return f"{one.data['right']}:{low}:{high}"

    def approvals(self) -> Tables:
        """Q10."""
        rows = {}
        for kind, decided in self.types(self.decided()).items():
            same = sum(self._unchanged(one) for one in decided)
            timed = [self.took(one) for one in decided if one.by]
            rows[kind] = {
                "n": len(decided),
                "same": same,
                "unchanged": ratio(same, len(decided)),
                "wait": (sum(a or 0 for a, _b in timed), sum(b or 0 for _a, b in timed)),
                "p50": self.quantiles(timed, 0.5),
            }
        return {0: rows}

    def _unchanged(self, one: Decided) -> bool:
        at = self.sql.decisions.get((one.case.sent["number"], one.seq), (1, ""))
        return one.outcome == "approve" and at == (1, "")

    def holders(self) -> Tables:
        """Q11: how many, how concentrated; by role and body."""
        rows: Rows = {}
        by_type = self.types(one for one in self.decided() if one.by)
        for kind in self.model.of("decision-type"):
            persons = Counter(one.by for one in by_type.get(kind, []))
            n = persons.total()
            shares = [count / n for count in persons.values()]
            rows[kind] = {
                "n": n,
                "hhi": sum(s * s for s in shares) if n else None,
                "top": max(shares, default=None),
            }
        roles = Counter(f"role:{one.role}" for one in self.decided() if one.by and one.role)
        return {0: rows, 1: {key: {"n": n} for key, n in roles.items()}}

    def practice(self) -> Tables:
        """Q12, how many somebody decided."""
        timed = [one for one in self.decided() if one.by]
        return {
            0: {
                monday: {"n": sum(opens <= one.decided < closes for one in timed)}
                for monday, opens, closes in self.weeks()
            },
            1: {kind: {"n": len(rows)} for kind, rows in self.types(timed).items()},
        }
