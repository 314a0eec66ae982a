"""How a version is taken up, as a question: the figures of its own page, objections beside them."""

from datetime import timedelta

import pytest

from esm.accounts.models import User
from esm.common import clock
from esm.events.services import dispatch
from governance.models import Acknowledgement, ConsentRound, Objection
from governance.selectors.adoption import STAGES, adoption
from governance.services import acknowledging, publishing, submitting
from tests.governance import agreed
from tests.governance.conftest import NOW, actor, now, staff
from tests.governance.test_adoption import published
from valueflow.selectors.questions import everything
from valueflow.selectors.scope import parse

__all__ = ["now", "published", "staff"]
pytestmark = pytest.mark.django_db


def asked(user):
    return everything.question("with-us").answer(parse({}), user)


@pytest.fixture
def in_force(staff):
    """Agreed after two objections: one was worked in after two days, one withdrawn after four."""
    version = agreed.draft(agreed.changed())
    submitting.submit(version, actor=actor("olga"))
    consent = ConsentRound.objects.filter(version=version).first()
    for n, (state, days) in enumerate((("resolved", 2), ("withdrawn", 4))):
        Objection.objects.create(
            version=version, round=consent, number=n + 1, person=staff["bruno"], text="Harm",
            state=state, raised_at=NOW, settled_at=NOW + timedelta(days=days), settlement="So",
        )  # fmt: skip
    done = publishing.publish(agreed.through(version), actor=actor("olga"))
    dispatch.drain()
    return done


def test_the_question_has_the_figures_of_the_page(in_force, staff, django_assert_max_num_queries):
    acknowledging.note_seen(in_force, staff["bruno"])
    acknowledging.acknowledge(in_force, staff["bruno"], actor=actor("bruno"))
    olga = staff["olga"].users.get()
    page = adoption(olga, in_force)
    with django_assert_max_num_queries(14):
        found = asked(olga)
    versions, departments = found.tables
    row = versions.rows[0]
    assert row.key == in_force.code
    assert {stage: row.cells[stage].value for stage in STAGES} == {
        share.stage: share.n for share in page.all.shares
    }
    n = Acknowledgement.objects.filter(version=in_force).count()
    assert (found.n, row.cells["asked"].value, row.cells["late"].value) == (n, n, 0)
    told = {key: row.cells[key].value for key in ("objections", "open", "resolved", "days")}
    assert told == {"objections": 2, "open": 0, "resolved": 1, "days": 3}
    assert [one.key for one in departments.rows] == [group.key for group in page.groups]
    assert sum(one.cells["seen"].value for one in departments.rows) == 1
    assert found.sentence == (
        f"OM-2 changed something for {n} people: 1 opened it, 1 read it and 0 work by it. "
        "2 objections were settled, half of them within 3.0 days."
    )
    with clock.frozen(NOW + timedelta(days=9)):
        assert asked(olga).tables[0].rows[0].cells["late"].value == n - 1


def test_others_are_told_why_they_see_nothing(in_force, staff):
    found = asked(staff["bruno"].users.get())
    assert found.sentence.startswith("Only stewards, auditors and executives see")
    assert (found.n, found.tables[0].rows) == (0, ())


def test_without_a_model_every_question_about_people_says_that_there_is_nothing(db):
    somebody = User.objects.create(username="nobody")
    asked = [one for one in everything.questions() if one.group in ("people", "change")]
    assert {"Q18", "Q19", "Q20", "Q21", "Q23"} <= {one.code for one in asked}
    for question in asked:
        found = question.answer(parse({}), somebody)
        assert found.sentence and found.n == 0, question.code
