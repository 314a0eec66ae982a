"""Objections: tested by five questions, worked in, withdrawn, overruled; never passed over."""

import pytest
from django.db import transaction
from django.db.utils import InternalError

from esm.common.errors import Hindered, Invalid, InvalidState, NotAllowed
from governance.blueprint.consent import Answered
from governance.models import (
    ModelVersion,
    Objection,
)
from governance.services import (
    agreeing,
    objecting,
    submitting,
)
from tests.governance import agreed
from tests.governance.agreed import everybody, fresh, kinds, objected, says, sound, through, told
from tests.governance.conftest import actor
from tests.snapshots import once
from tests.support import forget

pytestmark = pytest.mark.django_db
HARMS = Answered(harm=True, caused=True, known_now=True, own_role=True, breaks_rule=False)


@pytest.fixture
def published(db, now):
    once("agreed bakery", agreed.build)
    forget()
    return ModelVersion.objects.get()


@pytest.fixture
def review(staff):
    """The change in review."""
    version = agreed.draft()
    submitting.submit(version, actor=actor("olga"))
    return version


def test_an_open_objection_keeps_it_from_being_agreed_whatever_others_say(review, staff):
    one = objected(review)
    everybody(review)
    assert kinds(review, "agree") == ["objection"]
    with pytest.raises(Hindered, match=r"Objection 1 of Bruno Balt is raised"):
        agreeing.end_round(review, actor=actor("olga"))
    with pytest.raises(InternalError, match="open objection"), transaction.atomic():
        ModelVersion.objects.filter(pk=review.pk).update(state="agreed")
    assert [who for who, _title in told("objection.raised")] == ["olga"]
    objecting.take_up(review, one.number, actor=actor("olga"))
    with pytest.raises(InvalidState, match="is being tested"):
        says(review, "bruno", "objection", "And another.")
    says(review, "bruno")
    one.refresh_from_db()
    assert one.state == "withdrawn"
    assert kinds(review, "agree") == []


@pytest.mark.parametrize("missing", ["harm", "caused", "known_now", "own_role"])
def test_it_is_valid_only_where_all_hold_or_a_rule_is_broken(review, missing):
    one = objected(review)
    answers = {name: name != missing for name in Objection.QUESTIONS}
    answers["breaks_rule"] = False
    with pytest.raises(Invalid, match="say why"):
        objecting.test(review, one.number, Answered(**answers), actor=actor("olga"))
    broken = Answered(**answers | {"breaks_rule": True})
    assert objecting.test(review, one.number, broken, actor=actor("olga")).state == "valid"
    done = objecting.test(
        review, one.number, Answered(**answers), reason="Looked at.", actor=actor("olga")
    )
    assert (done.state, done.open) == ("not_valid", False)
    assert done.test_reason.startswith("Not valid: ")
    assert done.test_reason.endswith("Looked at.")
    titles = [title for who, title in told("objection.moved") if who == "bruno"]
    assert titles[-1] == "Your objection to OM-2 Bakery 2 is not valid"


def test_worked_in_it_is_put_to_people_again_and_answers_count_where_the_same_changes(
    review, staff
):
    one = objected(review, "hedda", "Bakers wait, too.")
    says(review, "bruno")
    objecting.test(review, one.number, HARMS, actor=actor("olga"))
    objecting.integrate(review, one.number, actor=actor("olga"))
    version = fresh(review)
    assert (version.state, review.rounds.get().outcome) == ("draft", "returned")
    assert kinds(version, "submit") == ["objection"]
    with pytest.raises(InvalidState, match="change it first"):
        objecting.resolve(version, one.number, changed="The time.", actor=actor("olga"))
    content = agreed.changed()
    content["Team", "night-bakers"]["wip_limit"] = 3
    agreed.draft(content)
    objecting.resolve(version, one.number, changed="Nights are limited.", actor=actor("olga"))
    second = submitting.submit(version, actor=actor("olga"))
    rows = {row.person.key: row for row in second.answers.all()}
    assert second.number == 2
    assert (rows["bruno"].answer, rows["bruno"].carried) == ("no_objection", True)
    assert (rows["hedda"].answer, rows["hedda"].carried) == ("", False)
    assert sound() == []
    assert through(version).state == "agreed"


def test_only_who_decides_on_the_model_overrules_and_says_why(review, staff):
    one = objected(review, "hedda", "Bakers wait, too.")
    with pytest.raises(Invalid, match="Say why"):
        objecting.overrule(review, one.number, reason=" ", actor=actor("bruno"))
    for who in ("olga", "hedda", "ben"):
        with pytest.raises(NotAllowed, match=r"Only who decides .* Bruno Balt"):
            objecting.overrule(review, one.number, reason="No.", actor=actor(who))
    done = objecting.overrule(review, one.number, reason="We try it.", actor=actor("bruno"))
    assert (done.state, done.settlement) == ("overruled", "We try it.")
    assert through(review).state == "agreed"


def test_nobody_tests_or_overrules_their_own(staff):
    version = agreed.draft()
    submitting.submit(version, actor=actor("olga"))
    mine = objected(version, "bruno")
    with pytest.raises(NotAllowed, match="their own objection"):
        objecting.overrule(version, mine.number, reason="I may.", actor=actor("bruno"))
    with pytest.raises(NotAllowed, match="Only who raised"):
        objecting.withdraw(version, mine.number, actor=actor("olga"))
    objecting.withdraw(version, mine.number, reason="Settled.", actor=actor("bruno"))
    with pytest.raises(InvalidState, match="is withdrawn"):
        objecting.withdraw(version, mine.number, actor=actor("bruno"))
