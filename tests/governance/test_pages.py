from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from esm.accounts.models import User
from esm.common import clock
from esm.events.actors import SYSTEM
from governance.blueprint import kinds
from governance.models import Decision, Role, RoleAssignment
from governance.selectors import wording
from governance.services import deciding, roles
from governance.services.drafting import apply_files
from tests.governance import small
from tests.governance.conftest import NOW, actor, ask
from tests.support import client

pytestmark = pytest.mark.django_db


def text(response: object) -> str:
    return " ".join(response.content.decode().split())  # type: ignore[attr-defined]


def test_the_inbox_shows_why_it_is_mine(probe, staff):
    decision = ask(probe, staff["bruno"], "999.99")
    page = text(client("hedda").get("/decisions/"))
    for shown in (
        "1 waits for you; it ends",
        "B01 Accept this order?",
        "€999.99",
        "€100 to below €1,000",
        "role: Head baker",
        "you hold the role yourself",
        "You did not ask for it, so you may decide.",
        "Band from 100 to below 1,000 EUR: Head baker decides.",
        "Too few of this band in 90 days to compare.",
        f'action="/decisions/{decision.pk}/decide/"',
        ">Accept</button>",
    ):
        assert shown in page
    assert "Nothing waits for you" in text(client("olga").get("/decisions/"))


def test_a_decision_is_read_along_by_who_asked_and_hidden_from_others(probe, staff):
    decision = ask(probe, staff["bruno"])
    page = text(client("bruno").get(f"/decisions/?open={decision.pk}"))
    assert "You asked for this yourself, so somebody else decides." in page
    assert "/decide/" not in page
    other = ask(probe, staff["ben"])
    assert client("bruno").get(f"/decisions/?open={other.pk}").status_code == 404
    assert client("bruno").get("/decisions/?open=99999999").status_code == 404
    answer = client("bruno").post(f"/decisions/{other.pk}/decide/", {"outcome": "approve"})
    assert answer.status_code == 404
    own = client("bruno").post(f"/decisions/{decision.pk}/decide/", {"outcome": "approve"})
    assert own.status_code == 403
    assert Decision.objects.filter(state="open").count() == 2


def test_deciding_on_the_page(probe, staff):
    decision = ask(probe, staff["bruno"])
    hedda = client("hedda")
    refused = hedda.post(f"/decisions/{decision.pk}/decide/", {"outcome": "decline"})
    assert refused.status_code == 400
    assert "Say why you decline; the requester reads it." in text(refused)
    decision.refresh_from_db()
    assert (decision.state, probe.moved) == ("open", [])
    done = hedda.post(
        f"/decisions/{decision.pk}/decide/", {"outcome": "decline", "rationale": "No flour"}
    )
    assert (done.status_code, done["Location"]) == (302, "/decisions/")
    assert probe.moved == [("decline", "head-baker")]
    decided = text(hedda.get("/decisions/?tab=decided"))
    assert "No flour" in decided
    assert "Declined" in decided
    again = hedda.post(f"/decisions/{decision.pk}/decide/", {"outcome": "approve"})
    assert again.status_code == 409


def test_what_changed_meanwhile_is_said_and_the_reason_kept(probe, staff):
    decision = ask(probe, staff["bruno"])
    probe.content["data"] = {"guests": "1"}
    answer = client("hedda").post(
        f"/decisions/{decision.pk}/decide/", {"outcome": "approve", "rationale": "Fine bread"}
    )
    assert answer.status_code == 409
    assert "has changed meanwhile" in text(answer)
    assert 'value="Fine bread"' in text(answer)


def test_who_took_over_a_role_finds_the_decision_at_once(probe, staff):
    decision = ask(probe, staff["bruno"])
    later = NOW + timedelta(hours=1)
    roles.end_assignment(RoleAssignment.objects.get(role__key="head-baker"), at=later, actor=SYSTEM)
    role = Role.objects.get(key="head-baker")
    roles.assign_role(staff["ben"], role, since=later, actor=SYSTEM)
    with clock.frozen(later):
        done = client("ben").post(f"/decisions/{decision.pk}/decide/", {"outcome": "approve"})
    assert done.status_code == 302
    decision.refresh_from_db()
    assert decision.decided_by == staff["ben"]


def test_past_decisions_stand_beside_a_new_one(probe, staff):
    for _ in range(5):
        old = ask(probe, staff["bruno"])
        deciding.decide(old.pk, outcome="approve", actor=actor("hedda"))
    ask(probe, staff["bruno"])
    page = text(client("hedda").get("/decisions/"))
    assert "5 of this band in 90 days: 5 approved, 0 declined, 0 referred back." in page


def test_who_decides(staff):
    bruno = client("bruno")
    empty = text(bruno.get("/who-decides/"))
    assert "Choose a decision first." in empty
    page = text(
        bruno.get(
            "/who-decides/",
            {"type": "accept-order", "amount": "999.99", "department": "house", "requester": "ben"},
        )
    )
    assert "<b>Hedda Hult</b> decides, as Head baker." in page
    assert "Band from 100 to below 1,000 EUR: Head baker decides." in page
    own = bruno.get(
        "/who-decides/", {"type": "accept-order", "amount": "500", "requester": "hedda"}
    )
    assert "<b>Olga Ostro</b> decides, as Owner." in text(own)
    wrong = bruno.get("/who-decides/", {"type": "accept-order", "amount": "lots"})
    assert wrong.status_code == 400
    assert "Write an amount in digits" in text(wrong)
    assert "Choose a decision first." in text(bruno.get("/who-decides/", {"type": "unknown"}))


@pytest.fixture
def second(staff):
    content = small.specs()
    content[("DecisionRight", "accept-middle")]["max"] = "500"
    content[("DecisionRight", "accept-large")]["min"] = "500"
    content[("HandoffAgreement", "counter-to-bakers")]["respond_s"] = "1 h"
    del content[("Technology", "oven-one")]
    return apply_files(
        small.model(2, content, kind="to_be", based_on=1), actor=SYSTEM, publish=True
    ).version


def test_the_model_and_its_versions(second):
    bruno = client("bruno")
    page = text(bruno.get("/model/"))
    assert "Work runs on <b>OM-2</b>" in page
    assert "published without consent" in page
    assert "The agreement has no entry criteria." in page
    version = text(bruno.get("/model/OM-2/"))
    assert "4 changes since OM-1" in version
    assert "Accepted within: <del>2 h</del> <ins>1 h</ins>" in version
    assert "Below: <del>1,000</del> <ins>500</ins>" in version
    assert "The technology “Oven one” is gone." in version
    assert "respond_s" not in version
    first = text(bruno.get("/model/OM-1/?against=OM-2"))
    assert "4 changes since OM-2" in first
    for path in ("/model/OM-9/", "/model/OM-2/thing/", "/model/OM-2/team/nobody/"):
        assert bruno.get(path).status_code == 404


def test_every_element_has_a_page_in_words(second):
    bruno = client("bruno")
    listing = text(bruno.get("/model/OM-2/handoff-agreement/"))
    assert "/model/OM-2/handoff-agreement/counter-to-bakers/" in listing
    page = text(bruno.get("/model/OM-2/handoff-agreement/counter-to-bakers/"))
    assert '<dt>Hands over</dt><dd><a href="/model/OM-2/team/counter/">Counter</a></dd>' in page
    assert "<dt>Accepted within</dt><dd>1 h</dd>" in page
    assert "Accepted within: <del>2 h</del> <ins>1 h</ins>" in page
    team = text(bruno.get("/model/OM-2/team/bakers/"))
    assert "Feast order" in team
    assert "Counter → Bakers" in team
    for kind, key in small.SPECS:
        if (kind, key) == ("Technology", "oven-one"):
            continue
        folder = "".join(f"-{c.lower()}" if c.isupper() else c for c in kind)[1:]
        assert bruno.get(f"/model/OM-2/{folder}/{key}/").status_code == 200, (kind, key)


def test_pages_cost_few_queries(second, probe, staff):
    for _ in range(3):
        ask(probe, staff["bruno"])
    hedda = client("hedda")
    for path, limit in (
        ("/decisions/", 15),
        ("/who-decides/?type=accept-order&amount=5", 15),
        ("/model/", 12),
        ("/model/OM-2/", 12),
        ("/model/OM-2/team/", 12),
        ("/model/OM-2/team/bakers/", 12),
    ):
        hedda.get(path)
        with CaptureQueriesContext(connection) as queries:
            assert hedda.get(path, headers={"HX-Request": "true"}).status_code == 200
        assert len(queries) <= limit, (path, [q["sql"][:100] for q in queries])


def test_without_a_model_the_pages_say_what_to_do(db):
    User.objects.create_user("new")
    new = client("new")
    assert "No model yet" in text(new.get("/model/"))
    assert "No rules yet" in text(new.get("/who-decides/"))
    assert "Nothing waits for you" in text(new.get("/decisions/"))


def test_visitors_sign_in_first(db):
    for path in ("/decisions/", "/who-decides/", "/model/", "/model/OM-1/"):
        assert Client().get(path).status_code == 302


@pytest.mark.parametrize(
    ("kind", "key", "path", "words"),
    [
        ("Workflow", "feast", "stages[bake].complete_s", "Bake · completed within"),
        ("Workflow", "feast", "stages order", "stages · order"),
        ("Workflow", "feast", "stages[gone].name", "stages · gone · name"),
        (
            "Workflow",
            "feast",
            "flows[take → agree].when",
            "ways · Take the order → Agree the price · needed when",
        ),
        ("HandoffAgreement", "counter-to-bakers", "respond_s", "accepted within"),
        ("Calendar", "weekdays", "weekly[mon]", "weekly · mon"),
        (
            "Offering",
            "feast-order",
            "form.sections[kinds].fields[grain].options[other].label",
            "What kinds · Grain · Something else · label",
        ),
    ],
)
def test_fields_are_named_in_words(kind, key, path, words):
    spec = small.model().elements[kind, key].spec
    assert wording.path_words(path, spec) == words


def test_values_are_shown_by_name_and_conditions_in_words():
    bp = small.model().blueprint
    assert wording.value_words(bp, "owner_role", "head-baker") == "Head baker"
    assert wording.value_words(bp, "audience", "house, oven") == "House, Ovens"
    assert wording.value_words(bp, "owner_role", "nothing") == "nothing"
    when = "guests >= 100 and grain in ['rye', 'oat'] or note is present"
    assert (
        wording.value_words(bp, "stages[x].when", when)
        == "guests is at least 100 and grain is one of rye, oat or note is given"
    )
    assert wording.element_name(bp, "HandoffAgreement", "counter-to-bakers") == "Counter → Bakers"
    assert wording.element_name(bp, "DecisionRight", "accept-large") == "Accept this order?: Owner"


def test_a_day_in_weeks_is_named_by_its_field():
    said = kinds.Benefit.model_validate(
        {"title": "Less waste", "promise_kind": "other", "due": {"week": 52}}
    )
    assert wording.path_words("due", said) == "due"
