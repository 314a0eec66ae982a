"""What work is for and how it felt (Q13 to Q21), as far as events and the model's files tell.

Imports none of our code. Where a question is made of more than that, the rows that must be there
and the counts that events give are told.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from tests.oracle.flow import ratio
from tests.oracle.flow_cases import Case, moment
from tests.oracle.questions import Rows, Tables
from tests.oracle.questions_decided import Deciding


class Serving(Deciding):
    """All answers."""

    def strategy(self) -> Tables:
        """Q13: what is finished serves an objective through an outcome of its stream or service."""
        outcomes = self.model.of("outcome")
        aims: dict[str, set[str]] = defaultdict(set)
        for kind, name in (("value-stream", "stream"), ("service", "service")):
            for key, spec in self.model.of(kind).items():
                for outcome in spec.get("outcomes") or ():
                    aims[f"{name}:{key}"] |= set(outcomes[outcome].get("objectives") or ())

        def serves(case: Case, objective: str) -> bool:
            marks = (f"stream:{case.sent['stream']}", f"service:{case.sent['service']}")
            return any(objective in aims[mark] for mark in marks)

        rows: Rows = {}
        for objective in self.model.of("objective"):
            done = [case for case in self.done if serves(case, objective)]
            rows[objective] = {
                "requests": len(done),
                "share": ratio(len(done), len(self.done)),
                "in_flight": sum(serves(case, objective) for case in self.live),
            }
        return {0: rows}

    def outcomes(self) -> Tables:
        """Q14: what the model says of each measure."""
        return {
            0: {
                key: {
                    # A baseline counts once the model says when it was seen.
                    "baseline": _number(spec, "baseline") if _dated(spec) else None,
                    "target": _number(spec, "target"),
                }
                for key, spec in self.model.of("measure").items()
            }
        }

    def technologies(self) -> Tables:
        """Q15: the promises of the version in force."""
        return {0: {key: {} for key in self.model.of("benefit")}}

    def clarity(self) -> Tables:
        """Q17: how much there is to check, and what weight the last ninety days give it."""
        since = self.at - timedelta(days=90)
        seen: Counter[str] = Counter()
        for event in self.oracle.events:
            at, data = moment(event["occurred_at"]), event["data"]
            case = self._every.get(event["chain"])
            if case is None or case.confidential or not since <= at < self.at:
                continue
            if event["type"] == "visit.entered":
                seen[f"stage {case.sent['workflow']}/{data['stage']}"] += 1
            elif event["type"] == "request.submitted":
                seen[f"service {case.sent['service']}"] += 1
                seen[f"stream {case.sent['stream']}"] += 1
        stages = [
            f"stage {key}/{stage['key']}"
            for key, spec in self.model.of("workflow").items()
            for stage in spec["stages"]
            if stage.get("kind", "work") in ("work", "decision")
        ]
        measures = [
            f"stream {spec.get('value_stream')}" for spec in self.model.of("measure").values()
        ]
        found = {
            "stages": stages,
            "services": [f"service {key}" for key in self.model.of("service")],
            "measures": measures,
        }
        return {
            0: {
                part: {"checked": len(keys), "weight": sum(max(1, seen[key]) for key in keys)}
                for part, keys in found.items()
            }
            | {"decisions": {"checked": len(self.model.of("decision-type"))}}
        }

    @property
    def _every(self) -> dict[str, Case]:
        return {case.chain: case for case in self.cases}

    def critical(self) -> Tables:
        """Q20: how many were finished in each stream."""
        done = self.by("stream", self.done)
        return {0: {key: {"requests": len(done[key])} for key in self.model.of("value-stream")}}

    def fragile(self) -> Tables:
        """Q16: visits entered in the window by role, of roles that are shown."""
        volume: Counter[str] = Counter()
        chains = {case.chain for case in self.cases}
        for event in self.oracle.events:
            at = moment(event["occurred_at"])
            known = event["type"] == "visit.entered" and event["chain"] in chains
            if known and self.start <= at < min(self.end, self.oracle.now):
                volume[event["data"]["role"]] += 1
        return {0: {f"role:{key}": {"volume": n} for key, n in volume.items() if key}}

    def following(self) -> Tables:
        """Q18: what was finished week by week; how many went each way, by its steps."""
        return {
            0: {
                monday: {"n": sum(opens <= case.ended < closes for case in self.done if case.ended)}
                for monday, opens, closes in self.weeks()
            }
        }

    def felt(self) -> Tables:
        """Q21: answers by plain SQL; what was asked of requesters between teams from events."""
        weeks = {}
        for monday, opens, closes in self.weeks():
            done = [case for case in self.done if case.ended and opens <= case.ended < closes]
            weeks[monday] = {"n": len(done)} | self._told(done)
        services = {}
        for key, done in self.by("service", self.done).items():
            met = sum(self.oracle.met(case) for case in done)
            # An offer that was asked about is one, however often.
            asked = sum(1 for case in done for offer in case.offers.values() if offer.asked)
            came = [[v.stage for v in c.visits.values() for m in v.marks if m[1] == "requester"]
                    for c in done]  # fmt: skip
            services[key] = {
                "n": len(done),
                "kept": ratio(met, len(done)),
                "clarifications": asked / len(done),
                "returns": sum(len(one) for one in came) / len(done),
                "again": sum(len(one) - len(set(one)) for one in came) / len(done),
            } | self._told(done)
        return {0: weeks, 1: services}

    def _told(self, done: list[Case]) -> dict[str, float | None]:
        given = [self.sql.answers[n] for c in done if (n := c.sent["number"]) in self.sql.answers]
        scores = [score for score, _person in given]
        return {
            "answers": len(scores),
            "mean": ratio(sum(scores), len(scores)),
            "top": ratio(sum(score >= 4 for score in scores), len(scores)),
        }


def _dated(spec: Mapping[str, Any]) -> bool:
    """The days its baseline was seen are days, not weeks of a story."""
    return all(isinstance(spec.get(name), date) for name in ("baseline_from", "baseline_to"))


def _number(spec: Mapping[str, Any], name: str) -> float | None:
    return None if spec.get(name) is None else float(spec[name])


# Each question the oracle answers, by its slug.
ANSWERS = {
    "slow": Serving.slow,
    "promises": Serving.promises,
    "time": Serving.time,
    "handoffs": Serving.handoffs,
    "returns": Serving.returns,
    "bottleneck": Serving.bottleneck,
    "green": Serving.green,
    "in-flight": Serving.in_flight,
    "deciding": Serving.deciding,
    "approvals": Serving.approvals,
    "holders": Serving.holders,
    "practice": Serving.practice,
    "strategy": Serving.strategy,
    "outcomes": Serving.outcomes,
    "technologies": Serving.technologies,
    "clarity": Serving.clarity,
    "fragile": Serving.fragile,
    "following": Serving.following,
    "critical": Serving.critical,
    "felt": Serving.felt,
    "delay": Serving.delay,
}
