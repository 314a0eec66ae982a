"""A second opinion on the answers of value flow, question by question. Imports none of our code.

Written from ``docs/questions.md``: for one window of one export, the tables of an answer as
table → row → column → value; durations are pairs of calendar and business seconds (None where this
reading does not know one of them). What events do not tell comes from the model's files and from
rows read by plain SQL (``Rows``).
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from tests.oracle.flow import Oracle, _finished, quantile, ratio
from tests.oracle.flow_cases import Case, Offer, cases_of, moment

Pair = tuple[float | None, float | None]
Rows = dict[str, dict[str, Any]]
Tables = dict[int, Rows]
WEEK = timedelta(days=7)
KINDS = ("working", "queued", "handoff", "requester", "third", "decision")


class Model:
    """Elements of the model's files by kind and key."""

    def __init__(self, directory: Path) -> None:
        self.kinds: dict[str, dict[str, dict[str, Any]]] = defaultdict(dict)
        for path in sorted(directory.glob("*/*.yaml")):
            one = yaml.safe_load(path.read_text())
            if isinstance(one, dict) and "key" in one:
                self.kinds[path.parent.name][str(one["key"])] = one["spec"]

    def of(self, kind: str) -> dict[str, dict[str, Any]]:
        """All of a kind by key."""
        return self.kinds[kind]


@dataclass
class Sql:
    """Rows that are in no event: decisions (number, seq → round, conditions) and answers."""

    decisions: dict[tuple[int, int], tuple[int, str]] = field(default_factory=dict)
    answers: dict[int, tuple[int, int]] = field(default_factory=dict)


class Questions:
    """The answers for one window; ``filters`` as in the address (stream, service, version)."""

    def __init__(
        self, oracle: Oracle, model: Model, sql: Sql, start: datetime, end: datetime, **filters: str
    ) -> None:
        self.oracle, self.model, self.sql = oracle, model, sql
        self.start, self.end = start, end
        self.at = min(end, oracle.now).replace(microsecond=0)
        known = cases_of(oracle.events, min(end, oracle.now))
        self.cases = [
            case
            for case in known
            if not case.confidential and all(case.sent[k] == v for k, v in filters.items())
        ]
        self.done = [case for case in self.cases if _finished(case, start, end)]
        self.live = [case for case in self.cases if case.ended is None]

    # --- what several share ---

    def lead(self, case: Case) -> Pair:
        """Lead time in both times."""
        found = self.oracle.lead(case, self.at)
        return found["calendar"], found["business"]

    def quantiles(self, pairs: Iterable[Pair], share: float) -> Pair:
        """A quantile of each time."""
        rows = list(pairs)
        first = quantile((a for a, _b in rows if a is not None), share)
        return first, quantile((b for _a, b in rows if b is not None), share)

    def by(self, name: str, cases: Iterable[Case]) -> dict[str, list[Case]]:
        """Cases by what they were sent with."""
        found: dict[str, list[Case]] = defaultdict(list)
        for case in cases:
            found[case.sent[name]].append(case)
        return found

    def weeks(self) -> list[tuple[str, datetime, datetime]]:
        """The whole local weeks of the window: Monday, opens, closes."""
        first = self.start.astimezone(self.oracle.zone).date()
        monday = first - timedelta(days=first.weekday())
        found = []
        while (opens := self.oracle._midnight(monday)) < self.end:
            closes = self.oracle._midnight(monday + WEEK)
            if self.start <= opens and closes <= min(self.end, self.oracle.now):
                found.append((monday.isoformat(), opens, closes))
            monday += WEEK
        return found

    def then(self, at: datetime) -> list[Case]:
        """The cases as they stood at a moment, under the same filters."""
        mine = {case.chain for case in self.cases}
        return [case for case in cases_of(self.oracle.events, at) if case.chain in mine]

    def offers(self) -> list[tuple[Case, Offer]]:
        """Every offer of the finished."""
        return [(case, offer) for case in self.done for offer in case.offers.values()]

    def answered(self, offer: Offer) -> datetime | None:
        """When the receiver said yes, no or asked: the clock to respond stops at the first two."""
        return offer.accepted or offer.returned

    def within(self, offer: Offer) -> bool | None:
        """Answered within the time agreed; None where there was none or no answer."""
        until = self.answered(offer)
        if until is None or not offer.data["respond_s"]:
            return None
        hours = self.oracle.hours[offer.data["calendar"]]
        return hours.between(offer.offered, until) <= offer.data["respond_s"]

    # --- how work flows ---

    def slow(self) -> Tables:
        """Q1."""
        rows = {}
        for stream, cases in self.by("stream", self.done).items():
            leads = [self.lead(case) for case in cases]
            met = sum(self.oracle.met(case) for case in cases)
            rows[stream] = {
                "n": len(cases),
                "p50": self.quantiles(leads, 0.5),
                "p85": self.quantiles(leads, 0.85),
                "promise": (None, max(case.promise.target_s for case in cases if case.promise)),
                "kept": ratio(met, len(cases)),
            }
        return {0: rows}

    def promises(self) -> Tables:
        """Q2."""
        weeks = {}
        for monday, opens, closes in self.weeks():
            done = [case for case in self.done if _finished(case, opens, closes)]
            live = [case for case in self.then(closes) if case.ended is None]
            weeks[monday] = self._kept(done, live, closes)
        services = {}
        for key in {case.sent["service"] for case in self.done + self.live}:
            done = [case for case in self.done if case.sent["service"] == key]
            live = [case for case in self.live if case.sent["service"] == key]
            services[key] = self._kept(done, live, self.at)
        return {0: weeks, 1: services}

    def _kept(self, done: list[Case], live: list[Case], at: datetime) -> dict[str, Any]:
        met = sum(self.oracle.met(case) for case in done)
        late = sum(self.oracle.late(case, at) for case in live)
        return {
            "met": met,
            "missed": len(done) - met,
            "late": late,
            "kept": ratio(met, len(done) + late),
        }

    def time(self) -> Tables:
        """Q3."""
        rows = {}
        for stream, told in self.oracle._time(self.done, self.at).items():
            sums = {kind: tuple(told["kinds"].get(kind, (0, 0))) for kind in KINDS}
            cases = [case for case in self.done if case.sent["stream"] == stream]
            leads = [self.lead(case) for case in cases]
            whole = (sum(a or 0 for a, _b in leads), sum(b or 0 for _a, b in leads))
            rows[stream] = {"n": told["n"], "lead": whole} | sums
        return {0: rows}

    def handoffs(self) -> Tables:
        """Q4."""
        matrix = self.oracle._handoffs(self.done)["matrix"]
        first: dict[tuple[str, str], list[bool | None]] = defaultdict(list)
        for _case, offer in self.offers():
            if offer.data["attempt"] == 1:
                sides = (offer.data["giver_department"], offer.data["receiver_department"])
                first[sides].append(self.within(offer))
        rows, given, received = {}, Counter[str](), Counter[str]()
        given_back, received_back = Counter[str](), Counter[str]()
        for (giver, receiver), one in matrix.items():
            kept = [held for held in first[giver, receiver] if held is not None]
            rows[f"{giver}>{receiver}"] = {
                "n": one["n"],
                "back": one["sent_back"],
                "rate": one["return_rate"],
                "wait": (one["wait_p50"]["calendar_s"], one["wait_p50"]["business_s"]),
                "kept": ratio(sum(kept), len(kept)),
                "lost": (one["lost"]["calendar_s"], one["lost"]["business_s"]),
            }
            given[giver] += one["n"]
            received[receiver] += one["n"]
            given_back[giver] += one["sent_back"]
            received_back[receiver] += one["sent_back"]
        sides = {
            key: {
                "given": given[key],
                "given_back": given_back[key],
                "given_rate": ratio(given_back[key], given[key]),
                "received": received[key],
                "received_back": received_back[key],
                "received_rate": ratio(received_back[key], received[key]),
            }
            for key in given.keys() | received.keys()
        }
        return {0: rows, 1: sides}

    def returns(self) -> Tables:
        """Q5: reasons are told with the return."""
        reasons = self._reasons()
        back = [
            (case, offer, reasons.get((case.chain, offer.data["handoff"]), ""))
            for case, offer in self.offers()
            if offer.returned is not None
        ]
        by = Counter(reason for _case, _offer, reason in back)
        steps = Counter(
            (reason, f"{case.sent['stream']}/{offer.data['to_stage']}")
            for case, offer, reason in back
        )
        return {
            0: {key or "none": {"n": n, "share": ratio(n, by.total())} for key, n in by.items()},
            1: {
                f"{reason or 'none'}>{step}": {"n": n, "share": ratio(n, by[reason])}
                for (reason, step), n in steps.items()
            },
        }

    def _reasons(self) -> dict[tuple[str, int], str]:
        return {
            (event["chain"], event["data"]["handoff"]): event["data"]["reason"]
            for event in self.oracle.events
            if event["type"] == "handoff.returned"
        }

    def bottleneck(self) -> Tables:
        """Q6: visits begun in the window, mean touch and median stay of visits done in it."""
        begun: Counter[str] = Counter()
        touch: dict[str, list[int]] = defaultdict(list)
        chains = {case.chain: case for case in self.cases}
        where: dict[tuple[str, int], str] = {}
        for event in sorted(self.oracle.events, key=lambda row: (row["chain"], row["seq"])):
            case, data = chains.get(event["chain"]), event["data"]
            if case is None or not event["type"].startswith("visit."):
                continue
            inside = self.start <= moment(event["occurred_at"]) < min(self.end, self.oracle.now)
            if event["type"] == "visit.entered":
                step = f"{case.sent['stream']}/{data['stage']}"
                where[case.chain, data["visit"]] = step
                begun[step] += inside and data["kind"] in ("work", "decision")
            elif event["type"] == "visit.completed" and inside:
                touch[where[case.chain, data["visit"]]].append(data["touch_s"])
        return {0: {step: {"n": n} for step, n in begun.items() if n}}

    def green(self) -> Tables:
        """Q7."""
        counts: Counter[tuple[bool, bool]] = Counter()
        late: Counter[str] = Counter()
        for case in self.done:
            held = [self.within(offer) for offer in case.offers.values()]
            known = [one for one in held if one is not None]
            if not known or case.promise is None:
                continue
            kept, met = all(known), self.oracle.met(case)
            counts[kept, met] += 1
            late[case.sent["stream"]] += kept and not met
        words = {True: "kept", False: "missed"}
        return {
            0: {
                f"{words[a]}>{words[b]}": {
                    "n": counts[a, b],
                    "share": ratio(counts[a, b], counts.total()),
                }
                for a in (True, False)
                for b in (True, False)
            },
            1: {stream: {"late": n} for stream, n in late.items()},
        }

    def in_flight(self) -> Tables:
        """Q8."""
        rows: Rows = {}
        weeks = self.weeks()
        first = weeks[0][1] if weeks else self.start
        for monday, _opens, closes in weeks:
            ended = [c for c in self.cases if c.ended and first <= c.ended < closes]
            there = self.then(closes)
            rows[monday] = {
                "sent": sum(first <= case.submitted < closes for case in self.cases),
                "finished": sum(case.outcome == "fulfilled" for case in ended),
                "other": sum(case.outcome != "fulfilled" for case in ended),
                "load": sum(case.ended is None for case in there),
            }
        return {0: rows, 2: {f"R-{c.sent['number']}": {} for c in self._oldest()}}

    def _oldest(self) -> list[Case]:
        return sorted(self.live, key=lambda case: (case.submitted, case.sent["number"]))[:20]

    def delay(self) -> Tables:
        """Q24, the counts."""
        rows = {}
        for stream, cases in self.by("stream", self.done + self.live).items():
            done = [
                case
                for case in cases
                if case.ended is not None and (self.lead(case)[1] or 0) > case.sent["promise_s"]
            ]
            over = [
                case
                for case in cases
                if case.ended is None
                and (self.oracle.elapsed(case, case.submitted, self.at)["business"])
                > case.sent["promise_s"]
            ]
            rows[stream] = {"n": len(done), "open": len(over)}
        return {0: rows}
