"""Proposals: written, complete before others read them, taken on, turned down, withdrawn."""

import pytest

from esm.common.errors import Invalid, InvalidState, NotAllowed
from esm.events.actors import SYSTEM
from esm.events.models import Event
from governance.models import ChangeProposal, ModelVersion
from governance.selectors import proposals as seen
from governance.selectors import versions
from governance.services import proposing, submitting
from governance.services.drafting import apply_files
from governance.services.proposing import Wording
from tests.governance import agreed, small
from tests.governance.conftest import actor
from tests.snapshots import once
from tests.support import forget

pytestmark = pytest.mark.django_db
FOUR = ["people_text", "process_text", "technology_text", "governance_text"]
WHOLE = {
    "kind": "technology",
    "people_text": "Bakers learn it.",
    "process_text": "Orders come in whole.",
    "technology_text": "A book of orders.",
    "governance_text": "Nothing is decided by it.",
    "measures": ("waiting",),
    "rights": ("none",),
    "handoffs": ("counter-to-bakers",),
    "skills": ("none",),
}


@pytest.fixture
def published(db, now):
    once("agreed bakery", agreed.build)
    forget()
    return ModelVersion.objects.get()


@pytest.fixture
def measured(published, staff):
    """The measure says where it began."""
    content = agreed.specs()
    content["Measure", "waiting"]["baseline"] = "3"
    apply_files(small.model(2, content), actor=SYSTEM, publish=True)
    versions.clear_caches()


def types(row):
    return list(
        Event.objects.filter(chain=row.chain).order_by("seq").values_list("type", flat=True)
    )


def test_a_proposal_is_numbered_kept_and_opened(staff):
    row = agreed.proposal(staff["bruno"])
    again = agreed.proposal(staff["ben"], title="Less flour")
    assert (row.ref, again.ref, row.state) == ("P-1", "P-2", "draft")
    proposing.open_for_remarks(row, actor=actor("bruno"))
    row.refresh_from_db()
    assert row.state == "socialising"
    assert types(row) == ["proposal.written", "proposal.moved"]


@pytest.mark.claim("C10", "/proposals/<number>/open/")
def test_a_technology_alone_is_refused_with_the_four_questions(measured, staff):
    alone = WHOLE | dict.fromkeys(FOUR, "") | {"measures": (), "rights": (), "skills": ()}
    row = agreed.proposal(staff["bruno"], **alone | {"technology_text": ""})
    with pytest.raises(Invalid, match="A technology alone changes nothing") as refused:
        proposing.open_for_remarks(row, actor=actor("bruno"))
    assert set(FOUR) < set(refused.value.errors)
    assert {"measures", "rights", "skills"} < set(refused.value.errors)
    row.refresh_from_db()
    assert row.state == "draft"
    filled = Wording(title=row.title, tension=row.tension, **WHOLE)
    proposing.change_proposal(row, filled, actor=actor("bruno"))
    assert proposing.open_for_remarks(row, actor=actor("bruno")).state == "socialising"


def test_a_measure_without_a_baseline_does_not_do(published, staff):
    row = agreed.proposal(staff["bruno"], **WHOLE)
    with pytest.raises(Invalid) as refused:
        proposing.open_for_remarks(row, actor=actor("bruno"))
    assert list(refused.value.errors) == ["measures"]


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"title": " "}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"kind": "money"}, "kind"),
        ({"tension": ""}, "tension"),
        ({"evidence": "x" * 10_001}, "evidence"),
        ({"measures": ("none",)}, "measures"),
        ({"rights": ("unheard",)}, "rights"),
        ({"findings": ("0" * 32,)}, "findings"),
    ],
)
def test_what_cannot_be_kept_is_said_and_nothing_is_written(staff, said, field):
    with pytest.raises(Invalid) as refused:
        agreed.proposal(staff["bruno"], **said)
    assert list(refused.value.errors) == [field]
    assert not ChangeProposal.objects.exists()


def test_what_is_being_written_only_its_author_and_stewards_see(staff):
    row = agreed.proposal(staff["bruno"])

    def sees(name):
        user = staff[name].users.get()
        return row in seen.visible_to(user)

    assert [sees(name) for name in ("bruno", "olga", "ben")] == [True, True, False]
    proposing.open_for_remarks(row, actor=actor("bruno"))
    assert sees("ben")


def test_a_draft_carries_it_and_people_were_asked_so_it_stays(staff):
    row = agreed.proposal(staff["bruno"])
    version = agreed.draft()
    with pytest.raises(NotAllowed, match="Only a steward takes"):
        proposing.attach(row, version, actor=actor("bruno"))
    proposing.attach(row, version, actor=actor("olga"))
    proposing.attach(row, None, actor=actor("olga"))
    proposing.attach(row, version, actor=actor("olga"))
    submitting.submit(version, actor=actor("olga"))
    row.refresh_from_db()
    with pytest.raises(InvalidState, match="asked for consent"):
        proposing.withdraw(row, actor=actor("bruno"))
    with pytest.raises(InvalidState, match="what it says is fixed"):
        proposing.change_proposal(row, Wording(title="x", kind="process", tension="y"),
                                  actor=actor("bruno"))  # fmt: skip
    submitting.take_back(version, reason="A word.", actor=actor("olga"))
    row.refresh_from_db()
    assert row.state == "integrating"
    with pytest.raises(InvalidState, match="choose a draft"):
        proposing.attach(row, ModelVersion.objects.get(number=1), actor=actor("olga"))


def test_it_is_turned_down_with_a_reason_or_withdrawn_by_its_author(staff):
    row = agreed.proposal(staff["bruno"])
    with pytest.raises(Invalid, match="Say why"):
        proposing.reject(row, reason=" ", actor=actor("olga"))
    proposing.reject(row, reason="We did that.", actor=actor("olga"))
    row.refresh_from_db()
    assert (row.state, row.ended_because) == ("rejected", "We did that.")
    other = agreed.proposal(staff["bruno"])
    with pytest.raises(NotAllowed):
        proposing.withdraw(other, actor=actor("ben"))
    assert proposing.withdraw(other, actor=actor("bruno")).state == "withdrawn"
