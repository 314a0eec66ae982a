"""Findings of a draft mended by a remedy: looked at, applied, taken back, and never blindly."""

import pytest

from esm.accounts.models import User
from esm.events.actors import SYSTEM
from esm.events.models import Event
from governance.blueprint.kinds import Offering, Role, Workflow
from governance.models import ModelElement
from governance.selectors import versions
from governance.selectors.drafts import draft_findings
from governance.selectors.remedies import Place, places
from governance.services import drafting, drafts, publishing
from tests.governance.forms import sent
from tests.support import client

pytestmark = pytest.mark.django_db
FLOW = "/model/OM-2/workflow/feast/"


@pytest.fixture
def olga(staff):
    User.objects.filter(username="olga").update(is_steward=True)
    return client("olga")


@pytest.fixture
def draft(published):
    return drafts.begin_draft(title="Shorter ways", actor=SYSTEM)


def words(response):
    return " ".join(response.content.decode().split())


def read(draft, kind, key):
    return versions.load_blueprint(draft.pk).find(kind)[key]


def change(draft, kind, key, **fields):
    row = ModelElement.objects.get(version=draft, kind=kind.__name__, key=key)
    drafting.edit_element(
        draft, kind.__name__, key, row.content | fields, expected_hash=bytes(row.content_hash),
        actor=SYSTEM,
    )  # fmt: skip


def found(draft, rule):
    """The address of the remedy of the only finding of a rule."""
    (one,) = [one for one in draft_findings(draft) if one.rule == rule]
    return f"/model/OM-2/remedies/{one.fingerprint}/"


def shorter(draft):
    change(draft, Offering, "feast-order", promise_s=16 * 3600)
    return found(draft, "PRC08")


def test_a_promise_is_mended_in_two_presses_and_taken_back(olga, draft):
    address = shorter(draft)
    assert f'href="{address}">Bring the two together<' in words(olga.get("/model/OM-2/"))
    page = words(olga.get(address))
    assert "What gives way?" in page
    assert "Promise: <del>16 h</del> <ins>20 h</ins>" in page
    assert "Gone</span> The promise is 2 business days, the targets" in page
    before = Event.objects.count()
    done = olga.post(address, sent(page))
    assert (done.status_code, done["Location"]) == (302, "/model/OM-2/#findings")
    assert read(draft, Offering, "feast-order").promise_s == 20 * 3600
    event = Event.objects.latest("pk")
    assert (Event.objects.count(), event.type) == (before + 1, "model.edited")
    shown = words(olga.get("/model/OM-2/"))
    assert "PRC08" not in shown
    assert 'action="/model/OM-2/take-back/"' in shown
    assert olga.post("/model/OM-2/take-back/").status_code == 302
    assert read(draft, Offering, "feast-order").promise_s == 16 * 3600
    assert olga.post("/model/OM-2/take-back/").status_code == 409


def test_another_way_is_shown_before_it_is_taken(olga, draft):
    address = shorter(draft)
    page = words(olga.get(address, {"way": "stage:bake"}))
    assert "ompleted within: <del>8 h</del> <ins>4 h</ins>" in page
    part = olga.get(address, {"way": "stage:bake"}, headers={"HX-Target": "remedy-shown"})
    assert words(part).startswith('<section id="remedy-shown"')
    assert olga.post(address, {"way": "stage:nothing"}).status_code == 400
    assert olga.post(address, sent(page)).status_code == 302
    (bake,) = [s for s in read(draft, Workflow, "feast").stages if s.key == "bake"]
    assert bake.complete_s == 4 * 3600
    assert read(draft, Offering, "feast-order").promise_s == 16 * 3600


def test_what_changed_meanwhile_is_looked_at_again(olga, draft):
    address = shorter(draft)
    page = olga.get(address).content.decode()
    change(draft, Offering, "feast-order", name="Somebody was faster")
    before = Event.objects.count()
    refused = olga.post(address, sent(page))
    assert refused.status_code == 409
    assert "It changed meanwhile." in words(refused)
    assert Event.objects.count() == before
    assert olga.post(address, sent(refused.content.decode())).status_code == 302
    now = read(draft, Offering, "feast-order")
    assert (now.name, now.promise_s) == ("Somebody was faster", 20 * 3600)
    change(draft, Offering, "feast-order", name="Once more")
    assert olga.post("/model/OM-2/take-back/").status_code == 409
    assert read(draft, Offering, "feast-order").name == "Once more"


def test_a_change_by_hand_is_taken_back_too(olga, draft):
    address = "/model/OM-2/team/bakers/edit/"
    was = versions.load_blueprint(draft.pk).content_hash
    page = olga.get(address).content.decode()
    assert olga.post(address, {**sent(page, name="Others"), "-do": "save"}).status_code == 302
    assert "take-back" in words(olga.get(address))
    assert olga.post("/model/OM-2/take-back/").status_code == 302
    assert versions.load_blueprint(draft.pk).content_hash == was
    gone = "/model/OM-2/team/bakers/remove/"
    assert olga.post(gone, sent(olga.get(gone).content.decode())).status_code == 302
    assert olga.post("/model/OM-2/take-back/").status_code == 302
    assert versions.load_blueprint(draft.pk).content_hash == was
    again = olga.post(address, {**sent(olga.get(address).content.decode()), "-do": "save"})
    assert "Nothing was to be changed." in words(olga.get(again["Location"]))


def test_findings_about_people_lead_to_where_people_are_assigned(olga, draft):
    change(draft, Role, "head-baker", min_holders=2)
    row = ModelElement.objects.get(version=draft, kind="Role", key="head-baker")
    new = drafting.Edit("Role", "night-baker", row.content | {"name": "Night baker"}, None)
    drafting.edit_elements(draft, [new], actor=SYSTEM)
    page = words(olga.get("/model/OM-2/"))
    assert 'href="/admin/roles/head-baker/">Name a holder<' in page
    assert olga.get("/admin/roles/head-baker/").status_code == 200
    assert 'href="/admin/roles/head-baker/"' in words(olga.get("/model/OM-2/role/head-baker/edit/"))
    # Nobody can hold yet what is not in force.
    assert "/model/OM-2/role/night-baker/edit/?part=" in page


def test_findings_about_skills_lead_to_who_can(olga, draft):
    new = drafting.Edit("Skill", "kneading", {"name": "Kneading"}, None)
    drafting.edit_elements(draft, [new], actor=SYSTEM)
    change(draft, Role, "owner", skills=[{"skill": "kneading", "level": 3, "headcount": 1}])
    (one,) = [one for one in draft_findings(draft) if one.rule == "PEO05"]
    user, bp = User.objects.get(username="olga"), versions.load_blueprint(draft.pk)
    assert places(user, bp, [one]) == {}
    publishing.publish(draft, actor=SYSTEM, without_consent=True)
    assert places(user, bp, [one]) == {one.fingerprint: Place("skill", "kneading")}
    assert olga.get("/skills/kneading/").status_code == 200
    assert 'href="/skills/kneading/">See who could learn it<' in words(olga.get("/model/"))


def test_only_who_may_edit_mends(olga, staff, draft):
    address = shorter(draft)
    ben = client("ben")
    assert ben.get(address).status_code == 404
    assert ben.post(address, {"way": "promise"}).status_code == 404
    assert ben.post("/model/OM-2/take-back/").status_code == 404
    assert ben.post("/model/OM-1/take-back/").status_code == 403
    assert olga.get("/model/OM-2/remedies/nothing/").status_code == 409
    assert olga.get(address.replace("OM-2", "OM-1")).status_code == 409
    assert read(draft, Offering, "feast-order").promise_s == 16 * 3600
