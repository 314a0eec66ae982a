"""Findings are closed: people work otherwise by a day, or a proposal changes the model."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.db.utils import InternalError

from esm.accounts.models import User
from esm.common import clock
from esm.common.errors import Invalid, InvalidState, NotAllowed
from esm.events.selectors.chains import events_of
from governance import registries
from governance.blueprint.lint.facts import DecisionFlow, Flow
from governance.models import ChangeProposal, FindingClosing, KeptFinding
from governance.selectors import versions
from governance.services import findings
from governance.services.closing_findings import close_finding
from tests.governance import watched
from tests.governance.conftest import DAY, NOW, actor

pytestmark = pytest.mark.django_db
SLOW = DecisionFlow("accept-order", decided=40, p85_s=800_000)


@pytest.fixture
def published(db, now):
    return watched.build()


@pytest.fixture
def flow(monkeypatch):
    """What happened, to be changed by a test: a slow kind of decision."""
    known = {"flow": Flow(decisions=(SLOW,))}
    parts = {"probe": lambda bp, at, flow: known["flow"]}
    monkeypatch.setattr(registries._registry, "flow_parts", parts)
    return known


@pytest.fixture
def row(staff, flow):
    findings.keep_findings()
    return KeptFinding.objects.get(rule="GOV14")


def night(days):
    with clock.frozen(NOW + days * DAY):
        return findings.keep_findings()


def closed(row, staff, **changed):
    usual = {
        "how": "behaviour",
        "what": "Orders are decided on the day they come.",
        "who": staff["bruno"],
        "due": (NOW + 5 * DAY).date(),
    }
    return close_finding(row.pk, **{**usual, **changed}, actor=actor("olga"))


def told(name):
    return [event.data for event in events_of(versions.published(), [name])]


def test_what_is_closed_counts_no_more_until_its_day_and_is_open_again_when_found(row, staff):
    closing = closed(row, staff)
    row.refresh_from_db()
    assert (row.state, closing.who, closing.outcome) == ("closed", staff["bruno"], "")
    assert not row.spells.filter(ended_at=None).exists()
    (event,) = told("model.finding_closed")
    assert (event["how"], event["due"], event["who"]) == (
        "behaviour", closing.due.isoformat(), staff["bruno"].ref,
    )  # fmt: skip
    night(3)
    row.refresh_from_db()
    assert row.state == "closed" and told("model.finding_reopened") == []
    night(6)
    row.refresh_from_db()
    closing.refresh_from_db()
    assert (row.state, closing.outcome) == ("open", "found_again")
    assert row.spells.filter(ended_at=None).count() == 1
    (again,) = told("model.finding_reopened")
    assert (again["finding"], again["how"]) == (row.ref, "behaviour")


def test_what_is_gone_by_its_day_was_mended(row, staff, flow):
    closing = closed(row, staff)
    flow["flow"] = Flow()
    night(2)
    row.refresh_from_db()
    closing.refresh_from_db()
    assert (row.state, closing.outcome) == ("fixed", "held")
    assert closing.ended_at is not None and told("model.finding_reopened") == []


def test_a_proposal_changes_the_model_and_is_looked_at_when_it_is_over(row, staff):
    closing = closed(row, staff, how="model", who=None, due=None)
    proposal = closing.proposal
    assert proposal is not None and proposal.findings == [row.fingerprint]
    assert (proposal.title, proposal.kind, closing.due) == (row.sentence, "governance", None)
    night(30)
    row.refresh_from_db()
    assert row.state == "closed"
    ChangeProposal.objects.filter(pk=proposal.pk).update(
        state="withdrawn", ended_at=clock.now(), ended_because="No."
    )
    night(31)
    row.refresh_from_db()
    assert row.state == "open" and told("model.finding_reopened")[0]["how"] == "model"


@pytest.mark.parametrize(
    ("changed", "field", "said"),
    [
        ({"how": "hope"}, "how", "Choose whether people work otherwise or the model changes."),
        ({"what": " "}, "what", "Say in at most 2,000 characters what is done about it."),
        ({"who": None}, "who", "Name who sees to it; somebody who works here."),
        (
            {"due": (NOW - DAY).date()},
            "due",
            "Name the day by which it is done, from today on, within a year.",
        ),
    ],
)
def test_what_is_missing_is_said_and_nothing_changes(row, staff, changed, field, said):
    with pytest.raises(Invalid) as refused:
        closed(row, staff, **changed)
    assert refused.value.errors == {field: [said]}
    row.refresh_from_db()
    assert row.state == "open" and not FindingClosing.objects.exists()


def test_others_do_not_close_it_and_it_is_closed_once(row, staff):
    with pytest.raises(NotAllowed, match="Only who answers for a finding"):
        close_finding(row.pk, how="model", what="Something", actor=actor("bruno"))
    closed(row, staff)
    with pytest.raises(InvalidState, match="is closed already"):
        closed(row, staff)


def test_what_was_said_stays_as_it_was_said(row, staff):
    closing = closed(row, staff)
    with pytest.raises(InternalError), transaction.atomic():
        FindingClosing.objects.filter(pk=closing.pk).update(due=closing.due + timedelta(days=9))


def test_it_is_closed_on_its_page_and_read_in_list_and_table(row, staff, client):
    client.force_login(User.objects.get(username="olga"))
    here = f"/model/findings/{row.pk}/close/"
    bare = client.post(here, {"how": "behaviour", "what": "At once."})
    assert bare.status_code == 400 and "Name who sees to it" in bare.content.decode()
    due = (NOW + 5 * DAY).date().isoformat()
    typed = {"how": "behaviour", "what": "At once.", "who": "bruno", "due": due}
    assert client.post(here, typed).status_code == 302
    one = client.get(f"/model/findings/{row.pk}/").content.decode()
    assert f"{staff['bruno'].name} sees to it by" in one and "At once." in one
    listed = client.get("/model/findings/?state=closed").content.decode()
    assert row.ref in listed and row.ref not in client.get("/model/findings/").content.decode()
    table = client.get("/model/findings.csv?state=closed").content.decode().splitlines()
    assert "closed how" in table[0] and "behaviour" in table[1] and due in table[1]
