"""Many requests of the clinic told by their events, and turned into facts as the projector does.

One request is walked through the services; the others are rows like it whose events a story tells.
"""

import copy
from datetime import timedelta

from governance.models import Decision, Person
from governance.selectors import versions
from tests.valueflow.stories import Story
from tests.valueflow.walker import Walker
from valueflow.engine.facts import build
from valueflow.engine.fold import fold
from valueflow.models import FactDecision
from valueflow.services import project
from workflows.models import Clock, Pulse, Request
from workflows.selectors.calendars import calendar_in

PATH = "lens-surgery-path"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def begun(walker: Walker) -> Request:
    """A request that was walked to its end, with a decision somebody took."""
    request = walker.submit(sedation=False, expected_cost="4200")
    walker.walk(request)
    assert request.state == "fulfilled"
    return request


class Lived(Story):
    """A request of the clinic; teams and departments are those of its stages."""

    def __init__(self, bp, number, start):
        super().__init__(
            number, start, workflow=PATH, offering="planned-lens-surgery", service="lens-surgery",
            stream="referral-to-theatre", version="OM-1", promise_s=10 * 28_800, calendar="",
        )  # fmt: skip
        self.stages = {stage.key: stage for stage in bp.get("Workflow", PATH).stages}

    def tell(self, kind, /, at=None, **data):
        for name, stage in (("", "stage"), ("giver_", "from_stage"), ("receiver_", "to_stage")):
            if f"{name}team" in data and data[stage] in self.stages:
                data[f"{name}team"] = self.stages[data[stage]].team
        if "calendar" in data:
            data["calendar"] = ""
        return super().tell(kind, at, **data)

    def offered(self):
        """The data of the latest offer."""
        return [row for row in self.rows if row["type"] == "handoff.offered"][-1]["data"]

    def usual(self, *, touch_s=3600, back=0, days=1, lacking=False, met=True, until="theatre-slot"):
        """Registered, measured, given a slot after so many days; sent back so often on the way."""
        self.submit("registration").claim().after(minutes=15)
        self.hand_over("biometry")
        self.offered()["incomplete"] = lacking
        for _ in range(back):
            self.after(minutes=30).send_back()
            self.claim().after(minutes=15)
            self.hand_over("biometry", previous=self.handoffs)
        self.after(minutes=30).accept().after(minutes=5).claim().after(hours=1)
        if until == "biometry":
            return self
        self.hand_over("theatre-slot", touch_s=touch_s)
        self.after(minutes=10).accept().claim().after(days=days)
        self.complete()
        return self.fulfil(met=met)


def live(like: Request, stories: list[Lived], *, decided: bool = True) -> list[Request]:
    """Rows and facts of these stories; requests like one there is, their cost accepted."""
    rows = []
    for story in stories:
        row = copy.copy(like)
        row.pk, row.number, row._state = None, story.number, copy.copy(like._state)
        row._state.adding = True
        rows.append(row)
    Request.objects.bulk_create(rows)
    bp = versions.blueprint(like.version_id)
    calendar = calendar_in(bp, "")
    facts = {
        row.pk: build(fold(story), lambda _key: calendar)
        for row, story in zip(rows, stories, strict=True)
    }
    project._write(facts)
    if decided:
        FactDecision.objects.bulk_create(
            FactDecision(
                fact_id=row.pk, number=1, type="accept-cost-risk", outcome="approve",
                opened_at=row.submitted_at, decided_at=row.submitted_at,
            )
            for row in rows
        )  # fmt: skip
    return rows


def clocks(rows, *, metric="complete", ran=100, stood=0, met=True):
    """A clock of each request that ended."""
    at = rows[0].submitted_at
    span = {"start": at.isoformat(), "end": at.isoformat(), "target_s": 9, "calendar": ""}
    spans = [{**span, "kind": "run", "seconds": ran}, {**span, "kind": "still", "seconds": stood}]
    Clock.objects.bulk_create(
        Clock(
            request=row, seq=900, metric=metric, state="stopped", target_s=9, spans=spans, met=met
        )
        for row in rows
    )


def answers(rows, scores, first=0):
    """What people said afterwards, a person each in turn."""
    people = list(Person.objects.order_by("pk"))
    Pulse.objects.bulk_create(
        Pulse(request=row, person=people[(first + n) % len(people)], score=score)
        for n, (row, score) in enumerate(zip(rows, scores, strict=True))
    )


def decided(like: Decision, count, *, hours=1, up=0, changed=0):
    """Decisions like one there is, approved after so many hours; so many came up from below."""
    rows = []
    for n in range(count):
        row = copy.copy(like)
        row.pk, row.seq, row._state = None, 100 + n, copy.copy(like._state)
        row._state.adding = True
        row.outcome, row.round, row.conditions = "approve", 1, "Once" if n < changed else ""
        row.trace = [{"code": "next_band", "text": "", "data": {}}] if n < up else []
        row.opened_at = row.decided_at - timedelta(hours=hours)
        rows.append(row)
    Decision.objects.bulk_create(rows)
