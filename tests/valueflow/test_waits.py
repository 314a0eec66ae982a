"""Why waits lasted, kept week by week: told one after the other they are as told all at once."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.test import override_settings

from governance.models import Absence, Membership
from tests.valueflow.walker import Walker
from valueflow.models import FactSpan, FactWait, WaitWeek
from valueflow.selectors import waits
from valueflow.services import project
from valueflow.services.attribute import attribute_waits

pytestmark = pytest.mark.django_db


def stored():
    columns = ("fact_id", "position", "week", "state", "stage", "cause", "cal_s", "bus_s")
    return sorted(FactWait.objects.values_list(*columns))


@pytest.fixture(scope="module")
def _walked(django_db_setup, django_db_blocker, tmp_path_factory):
    """Requests walked through the services over weeks, told of after each."""
    files = override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("files"))
    with django_db_blocker.unblock(), files, transaction.atomic(), Walker(seed=7) as walker:
        walker.publish()
        for _index in range(3):
            request = walker.submit()
            for _ in range(30):
                walker.after(minutes=walker.dice.randint(5, 900))
                more = walker.step(request)
                project.project_requests([request.pk])
                if not more:
                    break
            attribute_waits()
        yield walker
        transaction.set_rollback(True)


@pytest.fixture
def walked(_walked, db):
    return _walked


def test_told_week_by_week_is_told_all_at_once(walked):
    before, weeks = stored(), list(WaitWeek.objects.values_list("monday", "mark"))
    assert len(weeks) > 2
    assert {cause for *_, cause, _cal, _bus in before} > {"off_hours", "external"}
    FactWait.objects.all().delete()
    WaitWeek.objects.all().delete()
    call_command("rebuild_facts")
    assert stored() == before
    assert list(WaitWeek.objects.values_list("monday", "mark")) == weeks
    assert attribute_waits(weeks=None) == 0


def test_causes_add_up_to_the_span(walked):
    sums = defaultdict(lambda: [0, 0])
    for fact, position, *_, cal_s, bus_s in stored():
        sums[fact, position][0] += cal_s
        sums[fact, position][1] += bus_s
    spans = FactSpan.objects.exclude(state="working").exclude(end=None)
    assert {key: tuple(value) for key, value in sums.items()} == {
        (span.fact_id, span.position): (span.cal_s, span.bus_s) for span in spans if span.cal_s
    }


def test_a_team_that_was_away_is_the_cause_and_only_its_weeks_are_told_anew(walked):
    span = (
        FactSpan.objects.filter(state="queued", waiting_kind="team", bus_s__gt=0)
        .exclude(end=None)
        .order_by("-end")
        .first()
    )
    causes = {row.cause for row in FactWait.objects.filter(fact=span.fact, position=span.position)}
    assert "absence" not in causes
    gone = DateTimeTZRange(span.start, span.end)
    for person in set(
        Membership.objects.filter(team__key=span.waiting_on).values_list("person", flat=True)
    ):
        Absence.objects.create(person_id=person, valid=gone)
    untouched = WaitWeek.objects.filter(monday__lt=waits.monday_of(span.start)).count()
    total = WaitWeek.objects.count()
    assert 0 < attribute_waits(weeks=None) <= total - untouched
    rows = FactWait.objects.filter(fact=span.fact, position=span.position)
    assert {row.cause: row.bus_s for row in rows if row.bus_s} == {"absence": span.bus_s}


def test_who_was_there_counts_absences_once_and_knows_stand_ins():
    at = [datetime(2026, 3, 2, tzinfo=UTC) + timedelta(days=day) for day in range(10)]
    changes = defaultdict(int)
    waits._count(changes, (at[0], None), [(at[2], at[4]), (at[3], at[5]), (at[8], None)])
    waits._count(changes, (at[1], at[6]), [])
    told = [(step.at, step.there) for step in waits._summed(changes)]
    assert told == [
        (at[0], 1), (at[1], 2), (at[2], 1), (at[5], 2), (at[6], 1), (at[8], 0),
    ]  # fmt: skip
