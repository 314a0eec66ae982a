"""Assessments: planned, opened, answered, closed with facts, published; who reads what."""

import re
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.utils import InternalError

from esm.common import clock
from esm.common.errors import Invalid, InvalidState, NotAllowed, NotFound
from esm.events.actors import SYSTEM
from esm.events.models import Event
from esm.events.services import dispatch
from esm.notices.models import Notice
from governance.blueprint.adoption.questions import BY_CODE, QUESTIONS
from governance.models import Assessment, AssessmentAnswer, Person
from governance.selectors import assessments as known
from governance.selectors.people import actor_for, actor_of_person
from governance.selectors.versions import blueprint
from governance.services import assessments as service
from governance.services import people
from tests.governance.conftest import NOW
from tests.support import client
from tests.support import user as user_of

pytestmark = pytest.mark.django_db
TODAY, DAY = date(2026, 3, 2), timedelta(days=1)
ALL = dict.fromkeys(BY_CODE, 3)


def text(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def steward():
    return actor_for(user_of("olga"))


def plan(staff, **values):
    told = {"title": "Where we stand", "of": "organisation", "until": TODAY + 14 * DAY,
            "people": list(staff.values()), **values}  # fmt: skip
    return service.plan_assessment(staff["olga"], **told, actor=steward())


@pytest.fixture
def crowd(staff, published):
    """The staff and two more, so that five can answer."""
    for key in ("fifth-baker", "sixth-baker"):
        name = key.replace("-", " ").title()
        people.create_person(key=key, name=name, email=f"{key}@bakery.example", actor=SYSTEM)
    return {person.key: person for person in Person.objects.all()}


def answer(row, person, **levels):
    return service.answer_assessment(
        row, person, levels=levels or ALL, actor=actor_of_person(person)
    )


def test_from_planned_to_published(crowd, published):
    row = plan(crowd)
    row = service.open_assessment(row, actor=steward())
    dispatch.drain()
    asked = Notice.objects.filter(kind="assessment.opened")
    assert sorted(asked.values_list("person_id", flat=True)) == sorted(p.pk for p in crowd.values())
    for number, person in enumerate(list(crowd.values())[:5]):
        answer(row, person, **dict.fromkeys(BY_CODE, number))
    assert known.one(user_of("olga"), row.pk).result is None
    row = service.close_assessment(row, actor=steward())
    found = known.one(user_of("olga"), row.pk).result
    assert found.felt == 2 and found.enough
    assert {part.answered for part in found.parts} == {2}
    facts = known.computed_now(blueprint(published), "organisation", "")
    for part in found.parts:
        for one in part.questions:
            assert (one.n, one.answered) == (5, 2)
            assert one.computed == facts[one.question.code]
            if one.computed.level is not None:
                assert one.difference == 2 - one.computed.level
    known_parts = [part.computed for part in found.parts]
    assert None in known_parts or found.overall == min(known_parts)
    service.publish_assessment(row, actor=steward())
    events = Event.objects.filter(chain=row.chain).order_by("seq")
    types = [event.type for event in events]
    assert types == ["assessment.planned", "assessment.opened", *["assessment.answered"] * 5,
                     "assessment.closed", "assessment.published"]  # fmt: skip
    # What somebody answered stands in no event.
    assert {str(e.data) for e in events if e.type == "assessment.answered"} == {
        str({"assessment": row.ref})
    }


def test_fewer_than_five_are_not_shown(crowd):
    row = service.open_assessment(plan(crowd), actor=steward())
    for person in list(crowd.values())[:4]:
        answer(row, person)
    answer(row, list(crowd.values())[4], **{QUESTIONS[0].code: 3})
    service.publish_assessment(service.close_assessment(row, actor=steward()), actor=steward())
    found = known.one(user_of("hedda"), row.pk).result
    shown = [one for part in found.parts for one in part.questions if one.answered is not None]
    assert [one.question.code for one in shown] == [QUESTIONS[0].code] and found.felt is None
    assert {one.n for part in found.parts for one in part.questions} == {0, 5}
    page = text(client("hedda").get(f"/assessments/{row.pk}/?part=process"))
    assert "too few to show" in page and "n = 5" not in page


def test_only_who_is_asked_answers_for_themselves_while_it_is_open(crowd):
    row = plan(crowd, people=[crowd["ben"]])
    with pytest.raises(InvalidState):
        answer(row, crowd["ben"])
    row = service.open_assessment(row, actor=steward())
    with pytest.raises(NotFound):
        answer(row, crowd["hedda"])
    with pytest.raises(NotAllowed):
        service.answer_assessment(
            row, crowd["ben"], levels=ALL, actor=actor_of_person(crowd["olga"])
        )
    for wrong in ({QUESTIONS[0].code: 6}, {"none": 1}, dict.fromkeys(BY_CODE)):
        with pytest.raises(Invalid):
            answer(row, crowd["ben"], **wrong)
    assert AssessmentAnswer.objects.get().answered_at is None
    answer(row, crowd["ben"])
    assert answer(row, crowd["ben"], **{QUESTIONS[0].code: 1}).levels == {QUESTIONS[0].code: 1}
    service.close_assessment(row, actor=steward())
    with pytest.raises(InvalidState):
        answer(row, crowd["ben"])


@pytest.mark.parametrize(
    ("wrong", "names"),
    [
        ({"title": " ", "people": []}, {"title", "people"}),
        ({"of": "department"}, {"scope"}),
        ({"of": "stream", "key": "none"}, {"scope"}),
        ({"of": "organisation", "key": "house"}, {"scope"}),
        ({"until": TODAY - DAY}, {"until"}),
    ],
)
def test_what_is_wrong_with_a_plan(staff, published, wrong, names):
    with pytest.raises(Invalid) as refused:
        plan(staff, **wrong)
    assert set(refused.value.errors) == names and not Assessment.objects.exists()


def test_only_a_steward_runs_it_one_state_after_the_other(staff, published):
    row = plan(staff, of="stream", key="flour-to-bread")
    hedda = actor_of_person(staff["hedda"])
    for move in (service.open_assessment, service.close_assessment, service.publish_assessment):
        with pytest.raises(NotAllowed):
            move(row, actor=hedda)
    for move in (service.close_assessment, service.publish_assessment):
        with pytest.raises(InvalidState):
            move(row, actor=steward())


def test_it_closes_by_itself_when_its_last_day_is_over(staff, published):
    row = service.open_assessment(plan(staff, of="department", key="oven"), actor=steward())
    with clock.frozen(NOW + 14 * DAY):
        assert service.sweep_assessments() == 0
    with clock.frozen(NOW + 15 * DAY):
        assert [service.sweep_assessments() for _ in range(2)] == [1, 0]
    row.refresh_from_db()
    assert row.state == "closed" and set(row.computed) == set(BY_CODE) and row.version
    with pytest.raises(InternalError), transaction.atomic():
        Assessment.objects.update(computed={})
    with pytest.raises(InternalError), transaction.atomic():
        AssessmentAnswer.objects.update(levels={QUESTIONS[0].code: 5})
    with pytest.raises(IntegrityError), transaction.atomic():
        Assessment.objects.create(title="x", of="department", until=TODAY, planned_by=staff["olga"])


def test_who_sees_what(crowd):
    row = plan(crowd, people=[crowd["hedda"]])
    seen = {
        "planned": ("olga", "ben"),
        "open": ("olga", "ben", "hedda"),
        "published": ("olga", "ben", "hedda", "bruno"),
    }

    def looks():
        users = ("olga", "ben", "hedda", "bruno")
        address = f"/assessments/{row.pk}/"
        return tuple(name for name in users if client(name).get(address).status_code == 200)

    assert looks() == seen["planned"]
    service.open_assessment(row, actor=steward())
    assert looks() == seen["open"]
    service.close_assessment(row, actor=steward())
    assert "By facts" in text(client("ben").get(f"/assessments/{row.pk}/"))
    assert "once it is published" in text(client("hedda").get(f"/assessments/{row.pk}/"))
    service.publish_assessment(row, actor=steward())
    assert looks() == seen["published"]


def test_by_page_it_is_planned_opened_and_answered(crowd):
    own = client("olga")
    wrong = {"title": "Ovens", "scope": "department:oven", "until": "2026-03-20",
             "people": "hedda\nNobody Known"}  # fmt: skip
    refused = own.post("/assessments/new/", wrong)
    assert refused.status_code == 400 and "Nobody Known" in refused.content.decode()
    assert own.post("/assessments/new/", wrong | {"people": "Ben Bask\nhedda"}).status_code == 302
    row = Assessment.objects.get()
    assert own.post(f"/assessments/{row.pk}/open/").status_code == 302
    ben = client("ben")
    assert "Waits for your answer" in text(ben.get("/assessments/"))
    levels = {one.code: "2" for one in QUESTIONS} | {QUESTIONS[3].code: "-"}
    place = f"/assessments/{row.pk}/answer/"
    assert ben.post(place, levels | {QUESTIONS[0].code: "7"}).status_code == 400
    assert ben.post(place, levels).status_code == 302
    given = AssessmentAnswer.objects.get(person=crowd["ben"]).levels
    assert len(given) == 19 and set(given.values()) == {2}
    assert client("bruno").get(place).status_code == 404
    assert own.post(f"/assessments/{row.pk}/close/").status_code == 302
    assert own.post(f"/assessments/{row.pk}/publish/").status_code == 302
    assert "No assessments yet" not in text(client("bruno").get("/assessments/"))
