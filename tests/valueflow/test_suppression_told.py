"""All that one caller can be told of protected figures, over the API and in lists, put together.

A world of the clinic whose handoffs, decisions and answers lie in three blocks of four weeks, in
three streams and two versions. Each caller asks for every filter over every range; the groups
behind the answers are found again in the rows, without what the caller may read anyway.
"""

import copy
import re
from datetime import UTC, date, datetime, timedelta
from itertools import product
from random import Random
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from django.test import Client, override_settings

from esm.accounts.models import User
from governance.models import Decision, Person
from governance.selectors import versions
from governance.selectors.decisions import visible_to as decisions_of
from tests.valueflow import lived
from tests.valueflow.differencing import FEW, alike, follow_from_all, told_by_two
from tests.valueflow.lived import Lived, live
from tests.valueflow.walker import Walker
from valueflow.models import FactHandoff, FactRequest
from valueflow.selectors.felt import felt
from valueflow.selectors.scope import parse
from workflows.models import Pulse, Request
from workflows.selectors.requests import visible_to

pytestmark = pytest.mark.django_db
ZONE = ZoneInfo("Europe/Zurich")
ORIGIN = date(2024, 1, 1)
BLOCKS = 3
NOW = datetime(2026, 9, 28, 10, 0, tzinfo=UTC)
REQUESTS = 150


def midnight(day):
    return datetime(day.year, day.month, day.day, tzinfo=ZONE)


def block_days():
    """First days of the last blocks that are over, and the day after the last."""
    last = ORIGIN + timedelta(days=(NOW.date() - ORIGIN).days // 28 * 28)
    return [last - timedelta(days=28 * n) for n in range(BLOCKS, -1, -1)]


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker, tmp_path_factory):
    files = override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("files"))
    with django_db_blocker.unblock(), files, transaction.atomic(), Walker(seed=3) as walker:
        walker.publish()
        request = lived.begun(walker)
        walker.now = NOW
        fill(request, Random(7))
        yield walker
        transaction.set_rollback(True)


def fill(like, chance):
    """Requests of all sorts; most of them nobody but those who see all may read."""
    bp = versions.blueprint(like.version_id)
    days = block_days()
    stories = []
    for n in range(REQUESTS):
        start = datetime.combine(days[0], datetime.min.time(), UTC) + timedelta(
            days=chance.randrange(28 * BLOCKS - 8), hours=8
        )
        back = chance.choices([0, 1, 2], [70, 25, 5])[0]
        stories.append(Lived(bp, 30_000 + n, start).usual(back=back))
    FactRequest.objects.filter(request=like).delete()
    Request.objects.filter(pk=like.pk).update(confidential=True)
    rows = live(like, stories, decided=False)
    people = list(Person.objects.order_by("pk"))
    decision = Decision.objects.filter(subject_id=like.pk, state="decided").first()
    for row in rows:
        stream = chance.choice(["one", "one", "two", "three"])
        FactRequest.objects.filter(pk=row.pk).update(
            stream=stream,
            service=f"{stream}-{chance.choice('aab')}",
            version=chance.choice(["V-1", "V-1", "V-1", "V-2"]),
            departments=chance.choice([["front-office"], ["front-office", "nursing"], ["surgery"]]),
        )
        readers = row.principals if chance.random() < 0.2 else []
        Request.objects.filter(pk=row.pk).update(principals=readers)
        fact = FactRequest.objects.get(pk=row.pk)
        if chance.random() < 0.6:
            given = fact.fulfilled_at + timedelta(days=chance.randrange(3))
            score = chance.choice([1, 2, 3, 4, 4, 5, 5, 5])
            Pulse.objects.create(
                request=row, person=chance.choice(people), score=score, created_at=given
            )
        if decision is not None and chance.random() < 0.7:
            decide(decision, row, fact, chance)


def decide(like, row, fact, chance):
    one = copy.copy(like)
    one.pk, one._state = None, copy.copy(like._state)
    one._state.adding = True
    one.subject_id, one.seq = row.pk, 1
    one.decided_at, one.opened_at = fact.fulfilled_at, fact.submitted_at
    one.type_key = chance.choice(["accept-cost-risk", "accept-cost-risk", "rare"])
    one.outcome = chance.choices(["approve", "decline", "refer_back"], [8, 1, 1])[0]
    one.conditions = "Once" if chance.random() < 0.2 else ""
    one.service_key, one.department_key = fact.service, fact.departments[0]
    one.requester = one.decider = one.decided_by = Person.objects.order_by("-pk").first()
    one.beneficiary = None
    one.save(force_insert=True)


FILTERS = [
    {}, {"stream": "one"}, {"stream": "two"}, {"stream": "three"}, {"service": "one-a"},
    {"service": "one-b"}, {"service": "two-a"}, {"service": "two-b"}, {"version": "V-1"},
    {"version": "V-2"}, {"department": "front-office"}, {"department": "nursing"},
    {"department": "surgery"},
]  # fmt: skip


def client_of(user):
    found = Client()
    found.force_login(user)
    return found


RANGES = [(a, b) for a, b in product(range(BLOCKS), range(BLOCKS)) if a <= b]


def total_of(page):
    found = re.search(r'data-total="(\d+)"', page.content.decode())
    return int(found.group(1)) if page.status_code == 200 and found else None


class Handoffs:
    """What is told of handoffs, as groups of rows."""

    def __init__(self, user):
        self.user, self.client = user, client_of(user)
        rows = FactHandoff.objects.filter(fact__outcome="fulfilled", fact__confidential=False)
        self.rows = {row.pk: row for row in rows.select_related("fact")}
        seen = set(visible_to(user).values_list("pk", flat=True))
        self.case_of = {pk: row.fact_id for pk, row in self.rows.items()}
        self.unseen = {pk for pk, row in self.rows.items() if row.fact_id not in seen}
        self.shown, self.held = {}, {}

    def group(self, chosen, first, last, holds):
        days = block_days()
        start, end = midnight(days[first]), midnight(days[last + 1])
        return frozenset(
            pk
            for pk, row in self.rows.items()
            if start <= row.fact.fulfilled_at < end and under(row.fact, chosen) and holds(row)
        )

    def keep(self, key, value, records):
        """A figure and the rows it should count; what the caller may read is left out."""
        if value is not None:
            assert value == len(records), key
        place = self.shown if value is not None else self.held
        place[key] = records & self.unseen

    def ask(self, chosen, first, last, *, lists):
        days = block_days()
        period = {"from": days[first].isoformat(), "to": (days[last + 1] - DAY).isoformat()}
        told = self.client.get("/api/v1/flow/summary", {**period, **chosen}).json()["handoffs"]
        by_pair = {(p["giver"], p["receiver"]): p for p in told["matrix"]}
        where = (tuple(chosen.items()), first, last)
        every = self.group(chosen, first, last, lambda row: True)
        pairs = {
            (self.rows[pk].giver_department, self.rows[pk].receiver_department) for pk in every
        }
        for giver, receiver in pairs:
            if giver == receiver:
                continue
            pair = by_pair.get((giver, receiver), {})
            for name, test in OF_PAIR.items():
                records = self.group(
                    chosen, first, last, lambda r, t=test, g=giver, x=receiver: t(r, g, x)
                )
                self.keep((*where, name, giver, receiver), pair.get(name), records)
                back = {"back": "1"} if name == "sent_back" else {}
                if lists and name != "offers":
                    asked = {"figure": "handoffs", "giver": giver, "receiver": receiver, **back}
                    page = self.client.get("/flow/requests/", {**period, **chosen, **asked})
                    # A pair that is not shown at all may still say that none came back.
                    assert total_of(page) == pair.get(name) or not pair, (where, asked)
        inside = self.group(
            chosen, first, last,
            lambda r: r.attempt == 1 and r.giver_department == r.receiver_department,
        )  # fmt: skip
        self.keep((*where, "within"), told["within_departments"], inside)


class Decisions(Handoffs):
    """What is told of decisions."""

    def __init__(self, user):
        self.user, self.client = user, client_of(user)
        facts = {fact.pk: fact for fact in FactRequest.objects.filter(confidential=False)}
        rows = Decision.objects.filter(state="decided", subject_id__in=facts)
        self.rows = {row.pk: row for row in rows}
        for row in self.rows.values():
            row.fact = facts[row.subject_id]
        seen = set(decisions_of(user).values_list("pk", flat=True))
        self.case_of = {pk: row.subject_id for pk, row in self.rows.items()}
        self.unseen = set(self.rows) - seen
        self.shown, self.held = {}, {}

    def ask(self, chosen, first, last, *, lists=False):
        days = block_days()
        period = {"from": days[first].isoformat(), "to": (days[last + 1] - DAY).isoformat()}
        told = self.client.get("/api/v1/flow/decisions", {**period, **chosen}).json()
        chosen = dict(chosen)
        if "stream" in chosen or "version" in chosen:
            # These are not of the model, by which the services of decisions are found.
            assert told["all"]["decided"] == 0
            return
        if "department" in chosen:
            chosen["department_key"] = chosen.pop("department")
        where = (tuple(chosen.items()), first, last)
        for one in (told["all"], *told["types"]):
            for name, test in OF_DECISIONS.items():
                records = self.group(
                    chosen, first, last,
                    lambda d, t=test, key=one["type"]: key in ("", d.type_key) and t(d),
                )  # fmt: skip
                self.keep((*where, one["type"], name), one[name], records)


class Answers(Handoffs):
    """What is told of the answers of those who asked: they count when they are given."""

    def __init__(self, user):
        self.user = user
        rows = Pulse.objects.select_related("request__fact")
        self.rows = {row.pk: row for row in rows}
        self.case_of = {pk: row.person_id for pk, row in self.rows.items()}
        self.unseen = set(self.rows)
        self.shown, self.held = {}, {}

    def group(self, chosen, first, last, holds):
        days = block_days()
        start, end = midnight(days[first]), midnight(days[last + 1])
        return frozenset(
            pk
            for pk, row in self.rows.items()
            if start <= row.created_at < end and under(row.request.fact, chosen) and holds(row)
        )

    def ask(self, chosen, first, last, *, lists=False):
        days = block_days()
        period = {"from": days[first].isoformat(), "to": (days[last + 1] - DAY).isoformat()}
        told = felt(parse({**period, **chosen}), self.user)
        where = (tuple(chosen.items()), first, last)
        every = self.group(chosen, first, last, lambda _row: True)
        self.keep((*where, "answers"), told.answers if told.enough or not every else None, every)
        for score, n in told.scores:
            records = self.group(chosen, first, last, lambda row, s=score: row.score == s)
            self.keep((*where, score), n, records)


DAY = timedelta(days=1)
OF_DECISIONS = {
    "decided": lambda d: True,
    "approved": lambda d: d.outcome == "approve",
    "unchanged": lambda d: d.outcome == "approve" and d.round == 1 and not d.conditions,
    "referred_back": lambda d: d.outcome == "refer_back",
    "reversals": lambda d: d.reverses_id is not None,
}
OF_PAIR = {
    "n": lambda r, g, x: r.attempt == 1 and between(r, g, x),
    "sent_back": lambda r, g, x: r.attempt == 1 and r.sent_back and between(r, g, x),
    "offers": lambda r, g, x: between(r, g, x),
}


def between(row, giver, receiver):
    return (row.giver_department, row.receiver_department) == (giver, receiver)


def under(fact, chosen):
    for name, value in chosen.items():
        if name == "department_key":
            if value != fact.departments[0]:
                return False
        elif name == "department":
            if value not in fact.departments:
                return False
        elif getattr(fact, name) != value:
            return False
    return True


def nothing_is_told(found):
    """No two answers, nor all together, tell of fewer than five or give a hidden figure."""
    shown = [one for one in found.shown.values() if one]
    held = [one for one in found.held.values() if one and one not in shown]
    for key, one in found.shown.items():
        assert not 0 < len({found.case_of[pk] for pk in one}) < FEW, key
    assert told_by_two(shown, found.case_of, held) == []
    outside = set(found.unseen) - frozenset().union(*shown)
    for group in alike(found.unseen - outside, list(set(shown))):
        assert len({found.case_of[pk] for pk in group}) >= FEW
    assert follow_from_all(found.unseen, list(set(shown)), list(set(held))) == []
    return len(shown), len(held)


@pytest.fixture
def stranger(world, db):
    return User.objects.create_user("stranger", password=None)


def test_a_stranger_is_told_nothing_of_few_by_two_filters_and_two_ranges(stranger):
    found = Handoffs(stranger)
    for chosen in ({}, {"stream": "one"}, {"version": "V-1"}):
        for first, last in ((1, 1), (1, 2)):
            found.ask(chosen, first, last, lists=not chosen)
    shown, held = nothing_is_told(found)
    assert shown >= 10 and held >= 2


@pytest.mark.slow
@pytest.mark.parametrize("caller", ["stranger", "beat", "jost"])
def test_all_that_one_caller_can_be_told_of_handoffs(caller, stranger):
    found = Handoffs(User.objects.get(username=caller))
    for chosen, (first, last) in product(FILTERS, RANGES):
        found.ask(chosen, first, last, lists=chosen in FILTERS[:3])
    shown, held = nothing_is_told(found)
    assert shown and held


def test_all_that_a_stranger_can_be_told_of_decisions_and_answers(stranger):
    decisions, answers = Decisions(stranger), Answers(stranger)
    for chosen, (first, last) in product([{}, *FILTERS[4:6], *FILTERS[10:12]], RANGES[:3]):
        decisions.ask(chosen, first, last)
        answers.ask(chosen, first, last)
    assert min(nothing_is_told(decisions)) > 0
    assert min(nothing_is_told(answers)) > 0


@pytest.mark.slow
@pytest.mark.parametrize("caller", ["stranger", "beat", "jost"])
def test_all_that_one_caller_can_be_told_of_decisions_and_answers(caller, stranger):
    user = User.objects.get(username=caller)
    decisions, answers = Decisions(user), Answers(user)
    for chosen, (first, last) in product(FILTERS, RANGES):
        decisions.ask(chosen, first, last)
        answers.ask(chosen, first, last)
    assert min(nothing_is_told(decisions)) > 0
    assert min(nothing_is_told(answers)) > 0


def test_more_filters_and_smaller_stretches_are_refused(stranger):
    client, days = client_of(stranger), block_days()
    two = client.get("/api/v1/flow/summary?stream=one&version=V-1").json()["handoffs"]
    assert two["matrix"] == [] and two["note"].startswith("Handoffs are shown under one filter")
    day = {"from": days[1].isoformat(), "to": days[1].isoformat()}
    whole = {"from": days[1].isoformat(), "to": (days[2] - DAY).isoformat()}
    asked = [client.get("/api/v1/flow/summary", one).json()["handoffs"] for one in (day, whole)]
    assert asked[0] == asked[1] and asked[0]["matrix"]
    now = client.get("/api/v1/flow/decisions", {"from": days[3].isoformat()}).json()
    assert now["types"] == [] and "None of this period has ended yet" in now["note"]
