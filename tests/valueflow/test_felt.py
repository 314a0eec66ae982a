"""How it felt for those who asked: figures of five people and more."""

from datetime import timedelta

import pytest
from django.test import Client

from esm.accounts.models import User
from esm.events.services import dirty
from governance.models import Person
from tests.support import World
from valueflow.models import FactRequest
from valueflow.selectors.felt import Felt, felt
from valueflow.selectors.scope import parse
from workflows.models import Pulse, Request

pytestmark = pytest.mark.django_db


def answered(world: World, like: Request, number: int, person: Person, score: int) -> None:
    """A closed request of somebody who said how it went."""
    fact = FactRequest.objects.get(request=like)
    row = Request.objects.get(pk=like.pk)
    row.pk, row.number, row.requester = None, like.number + 1000 + number, person
    row.state, row.is_open, row.closed_at = "closed", False, world.now
    row.fulfilled_at = world.now - timedelta(hours=1)
    row.save(force_insert=True)
    fact.pk, fact.request, fact.number = None, row, row.number
    fact.outcome, fact.fulfilled_at, fact.ended_at = "fulfilled", row.fulfilled_at, row.fulfilled_at
    fact.save(force_insert=True)
    Pulse.objects.create(request=row, person=person, score=score, created_at=world.now)


def test_answers_of_fewer_than_five_people_are_not_shown(demo: World) -> None:
    request = demo.submit()
    demo.settle()
    dirty.project_dirty()
    people = list(Person.objects.order_by("pk")[:5])
    scores = [2, 5, 4, 4, 1, 3]
    # Two answers of one person are one person's.
    for number, person in enumerate([*people[:4], people[0]]):
        answered(demo, request, number, person, scores[number])
    scope = parse({})
    wide = User.objects.get(is_auditor=True)
    plain = User.objects.create_user("plain", password=None)
    assert felt(scope, wide) == Felt(enough=False)
    address = f"/streams/{request.value_stream.key}/"
    browser = Client()
    browser.force_login(wide)
    assert "fewer than five people answered" in browser.get(address).content.decode()
    answered(demo, request, 5, people[4], scores[5])
    found = felt(scope, wide)
    assert (found.enough, found.answers, found.people, found.median) == (True, 6, 5, 3.5)
    assert found.scores == ((5, 1), (4, 2), (3, 1), (2, 1), (1, 1))
    assert "n = 6 answers of 5 people" in browser.get(address).content.decode()
    # Others see them once the four weeks have ended; how many gave one score only from five on.
    assert not felt(scope, plain).enough
    demo.tick(weeks=5)
    later = felt(parse({}), plain)
    assert (later.answers, later.people, later.median) == (6, 5, 3.5)
    assert later.scores == ((5, None), (4, None), (3, None), (2, None), (1, None))
    assert felt(parse({"stream": "x", "service": "y"}), plain).note.startswith("Answers are shown")
    # Confidential requests are in no figure.
    FactRequest.objects.filter(number=request.number + 1005).update(confidential=True)
    assert felt(scope, wide) == Felt(enough=False)
    assert not felt(parse({}), plain).enough
