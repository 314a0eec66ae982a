"""The agenda of those who govern makes itself; what a meeting made of a point is kept."""

import pytest

from esm.accounts.models import User
from esm.common import clock
from esm.common.errors import Invalid, NotAllowed
from esm.events.actors import SYSTEM
from esm.events.selectors.chains import events_of
from governance import registries
from governance.blueprint.lint.facts import DecisionFlow, Flow
from governance.models import (
    AgendaNote,
    ChangeProposal,
    ConsentRound,
    KeptFinding,
    ModelVersion,
    Objection,
)
from governance.selectors import agenda, versions
from governance.services import findings
from governance.services.agenda import take_up
from governance.services.closing_findings import close_finding
from governance.services.drafting import apply_files, create_draft
from governance.services.people_file import apply_people
from governance.services.proposing import Wording, write_proposal
from tests.governance import small, watched
from tests.governance.conftest import DAY, NOW, PEOPLE, WEEK_ONE, actor

pytestmark = pytest.mark.django_db
LATE = (NOW - 3 * DAY).date().isoformat()
COUNCIL = {"name": "Council", "members": ["head-baker"], "chair": "owner", "rhythm": "Every Friday"}
MARKET = {"name": "Market round", "members": ["buyer"]}


@pytest.fixture
def published(db, now, monkeypatch):
    specs = small.specs() | watched.EXTRA
    specs["Policy", "four-eyes"] = watched.POLICY | {"review_due": LATE}
    specs["GovernanceBody", "council"] = COUNCIL
    specs["GovernanceBody", "market-round"] = MARKET
    apply_files(small.model(1, specs), actor=SYSTEM, publish=True)
    apply_people(PEOPLE, actor=SYSTEM, week_one=WEEK_ONE)
    slow = Flow(decisions=(DecisionFlow("accept-order", decided=40, p85_s=800_000),))
    monkeypatch.setattr(registries._registry, "flow_parts", {"probe": lambda bp, at, flow: slow})
    return versions.published()


def of(name, key=""):
    version = versions.published()
    bp = versions.blueprint(version)
    return agenda.agenda(User.objects.get(username=name), bp, version, key)


def points(found):
    return {one.key: [p.title for p in one.points] for one in found.sections if one.points}


@pytest.fixture
def full(published, staff):
    """A proposal, an objection, an overdue rule, and what goes otherwise than agreed."""
    wording = Wording(title="Bake at night", kind="process", tension="The bread is late.")
    proposal = write_proposal(staff["bruno"], wording, actor=actor("bruno"))
    ChangeProposal.objects.filter(pk=proposal.pk).update(state="socialising")
    draft = create_draft(number=2, code="SM-2", based_on=published, actor=SYSTEM)
    ModelVersion.objects.filter(pk=draft.pk).update(state="in_review")
    round_ = ConsentRound.objects.create(
        version=draft, opened_at=NOW, opened_by=staff["olga"], deadline=NOW + 20 * DAY,
        content_hash=b"x",
    )  # fmt: skip
    Objection.objects.create(
        version=draft, round=round_, number=1, person=staff["bruno"], text="Nobody sleeps.",
        raised_at=NOW,
    )  # fmt: skip
    findings.keep_findings()
    return proposal


def test_it_holds_what_is_open_overdue_and_drifts(full, staff):
    found = points(of("olga"))
    assert found["objections"] == ["Objection 1 to SM-2"]
    assert found["proposals"] == [f"{full.ref} Bake at night"]
    assert found["reviews"] == ["Four eyes on every order."]
    assert any(said.startswith("85 % of decisions on") for said in found["drift"])


def test_what_is_closed_is_no_point_any_more(full, staff):
    row = KeptFinding.objects.get(rule="GOV14")
    close_finding(
        row.pk, how="behaviour", what="At once.", who=staff["bruno"],
        due=(NOW + DAY).date(), actor=actor("olga"),
    )  # fmt: skip
    assert not any(said == row.sentence for said in points(of("olga")).get("drift", ()))


def test_a_body_talks_about_what_its_members_answer_for(full, staff):
    council, market = of("olga", "council"), of("olga", "market-round")
    assert council.body is not None
    assert (council.body.chair, council.body.rhythm) == ("Owner", "Every Friday")
    assert "reviews" in points(council) and "drift" in points(council)
    assert "reviews" not in points(market) and "drift" not in points(market)


def test_what_a_meeting_made_of_a_point_stays_with_it(full, staff):
    (point,) = next(one.points for one in of("olga").sections if one.key == "reviews")
    with pytest.raises(NotAllowed, match="Only who sits in the body"):
        take_up(point, body="council", text="Read.", decided=False, actor=actor("bruno"))
    with pytest.raises(Invalid, match="what the meeting made of it"):
        take_up(point, body="council", text=" ", decided=False, actor=actor("olga"))
    note = take_up(point, body="council", text="Olga reads it.", decided=True, actor=actor("olga"))
    assert (note.title, note.taken_by, note.decided) == (point.title, staff["olga"], True)
    (event,) = events_of(versions.published(), ["model.point_taken"])
    assert (event.data["point"], event.data["body"]) == (point.id, "council")
    (again,) = next(one.points for one in of("ben").sections if one.key == "reviews")
    assert again.notes == (note,)
    assert of("olga", "council").earlier == (note,)


def test_it_is_read_kept_and_printed_on_pages(full, staff, client):
    client.force_login(User.objects.get(username="olga"))
    page = client.get("/agenda/council/").content.decode()
    assert "Every Friday" in page and "Four eyes on every order." in page
    here = "/agenda/note/?body=council&point=review:Policy/four-eyes"
    assert client.post(here, {"text": ""}).status_code == 400
    assert client.post(here, {"text": "Olga reads it.", "decided": "true"}).status_code == 302
    assert AgendaNote.objects.get().decided
    paper = client.get("/agenda/council/?paper=1").content.decode()
    assert "Olga reads it." in paper and "Every Friday" in paper
    assert client.get("/agenda/nobody/").status_code == 404


def test_where_nothing_is_open_it_says_so(now, db, client, monkeypatch):
    watched.build()
    monkeypatch.setattr(registries._registry, "flow_parts", {})
    client.force_login(User.objects.get(username="olga"))
    assert "Nothing to talk about" in client.get("/agenda/").content.decode()
    assert clock.now() == NOW
