"""Elements of a draft changed in the browser: nothing typed is lost, nothing published changes."""

import pytest

from esm.accounts.models import User
from esm.events.actors import SYSTEM
from esm.events.models import Event
from governance.blueprint.kinds import Workflow
from governance.models import ModelElement, ModelVersion
from governance.selectors import versions
from governance.services import drafting, drafts
from tests.governance.forms import sent
from tests.support import client

pytestmark = pytest.mark.django_db
TEAM = "/model/OM-2/team/bakers/edit/"


@pytest.fixture
def olga(staff):
    User.objects.filter(username="olga").update(is_steward=True)
    return client("olga")


@pytest.fixture
def draft(published):
    return drafts.begin_draft(title="Shorter ways", actor=SYSTEM)


@pytest.fixture(autouse=True)
def nothing_published_changes(published):
    before = versions.load_blueprint(published.pk).content_hash
    yield
    assert versions.load_blueprint(published.pk).content_hash == before


def words(response):
    return " ".join(response.content.decode().split())


def team(draft, key="bakers"):
    return versions.load_blueprint(draft.pk).find("Team")[key]


def save(page, address, html, **changes):
    return page.post(address, {**sent(html, **changes), "-do": "save"})


def html_of(page, address):
    response = page.get(address)
    assert response.status_code == 200, words(response)
    return response.content.decode()


def rename(draft, **changes):
    """Somebody else is faster."""
    row = ModelElement.objects.get(version=draft, kind="Team", key="bakers")
    drafting.edit_element(
        draft, "Team", "bakers", row.content | changes, expected_hash=bytes(row.content_hash),
        actor=SYSTEM,
    )  # fmt: skip


def test_a_team_is_changed_by_the_names_of_what_it_names(olga, draft):
    html = html_of(olga, TEAM)
    assert 'value="The oven"' in html or 'name="department"' in html
    done = save(olga, TEAM, html, name="Night bakers", wip_limit="7")
    assert (done.status_code, done["Location"]) == (302, TEAM)
    assert (team(draft).name, team(draft).wip_limit) == ("Night bakers", 7)
    assert "Saved in OM-2." in words(olga.get(TEAM))
    event = Event.objects.filter(type="model.edited").latest("pk")
    assert event.data["changes"] == [{"kind": "Team", "key": "bakers", "change": "changed"}]


def test_what_is_wrong_stands_at_its_field_and_all_that_was_typed_stays(olga, draft):
    before = Event.objects.count()
    changes = {"name": "", "department": "The moon", "wip_limit": "many", "mailbox": "a@b.example"}
    answer = save(olga, TEAM, html_of(olga, TEAM), **changes)
    page = words(answer)
    assert answer.status_code == 400
    assert "There is no department called “The moon”" in page
    assert "Write a whole number such as 12." in page
    assert "“Name” is missing" in page
    assert 'href="#f-department"' in page
    for typed in ("The moon", "many", "a@b.example"):
        assert f'value="{typed}"' in page
    assert Event.objects.count() == before
    assert team(draft).mailbox != "a@b.example"
    again = save(olga, TEAM, answer.content.decode(), name="B", department="oven", wip_limit="")
    assert again.status_code == 302
    assert (team(draft).mailbox, team(draft).wip_limit) == ("a@b.example", None)


def test_two_who_change_different_fields_both_keep_theirs(olga, draft):
    html = html_of(olga, TEAM)
    rename(draft, mailbox="other@b.example")
    answer = save(olga, TEAM, html, name="Mine")
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "No field was changed by both" in words(answer)
    assert team(draft).name != "Mine"
    done = olga.post(TEAM, {**sent(page), "-do": "merge"})
    assert done.status_code == 302, words(done)
    assert (team(draft).name, team(draft).mailbox) == ("Mine", "other@b.example")


@pytest.mark.parametrize(
    ("side", "name"), [("mine", "Mine"), ("theirs", "Theirs"), ("before", None)]
)
def test_what_both_changed_is_chosen(olga, draft, side, name):
    was = team(draft).name
    html = html_of(olga, TEAM)
    rename(draft, name="Theirs")
    answer = save(olga, TEAM, html, name="Mine", wip_limit="9")
    page, shown = answer.content.decode(), words(answer)
    assert "One field was changed by both" in shown
    for text in ("Mine", "Theirs", was):
        assert f"<span>{text}<small>" in shown
    refused = olga.post(TEAM, {**sent(page), "-do": "merge"})
    assert refused.status_code == 400
    assert "Choose what counts" in words(refused)
    rows = sent(page)["-path"]
    choice = {f"-side.{rows.index('name')}": side}
    done = olga.post(TEAM, {**sent(refused.content.decode()), **choice, "-do": "merge"})
    assert done.status_code == 302, words(done)
    assert (team(draft).name, team(draft).wip_limit) == (name or was, 9)


def test_changed_once_more_while_choosing(olga, draft):
    html = html_of(olga, TEAM)
    rename(draft, name="Theirs")
    page = save(olga, TEAM, html, name="Mine").content.decode()
    rename(draft, name="Theirs again", mailbox="x@b.example")
    rows = sent(page)["-path"]
    choice = {f"-side.{rows.index('name')}": "mine"}
    answer = olga.post(TEAM, {**sent(page), **choice, "-do": "merge"})
    assert answer.status_code == 409
    assert "Theirs again" in words(answer)
    done = olga.post(TEAM, {**sent(answer.content.decode()), "-do": "merge"})
    assert done.status_code == 302, words(done)
    assert (team(draft).name, team(draft).mailbox) == ("Mine", "x@b.example")


def test_taken_out_while_somebody_types(olga, draft):
    html = html_of(olga, TEAM)
    row = ModelElement.objects.get(version=draft, kind="Team", key="bakers")
    drafting.edit_element(
        draft, "Team", "bakers", None, expected_hash=bytes(row.content_hash), actor=SYSTEM
    )
    answer = save(olga, TEAM, html, name="Mine")
    assert answer.status_code == 409
    assert "Saving puts it back." in words(answer)
    done = save(olga, TEAM, answer.content.decode())
    assert done.status_code == 302, words(done)
    assert team(draft).name == "Mine"


def test_something_new_gets_its_key_from_its_name(olga, draft):
    address = "/model/OM-2/team/new/"
    wrong = save(olga, address, html_of(olga, address), name="Café team")
    assert wrong.status_code == 400
    assert "“Department” is missing" in words(wrong)
    kept = sent(wrong.content.decode())
    assert (kept["name"], kept["-key"]) == (["Café team"], ["caf-team"])
    taken = {"-key": "bakers", "department": "oven"}
    refused = save(olga, address, wrong.content.decode(), **taken)
    assert "There is one with the key bakers already." in words(refused)
    done = save(olga, address, refused.content.decode(), **{"-key": "cafe"})
    assert done["Location"] == "/model/OM-2/team/cafe/edit/"
    assert team(draft, "cafe").department == "oven"


def test_taking_out_says_what_names_it(olga, draft):
    address = "/model/OM-2/team/bakers/remove/"
    page = html_of(olga, address)
    assert "Handoff agreement: " in page
    rename(draft, name="Theirs")
    assert olga.post(address, sent(page)).status_code == 409
    assert team(draft).name == "Theirs"
    done = olga.post(address, sent(html_of(olga, address)))
    assert done["Location"] == "/model/OM-2/team/"
    assert "bakers" not in versions.load_blueprint(draft.pk).find("Team")
    names_it = versions.load_blueprint(draft.pk).problems()[0]
    page = words(olga.get(f"/model/OM-2/handoff-agreement/{names_it.key}/edit/"))
    assert "MOD01" in page and "Open it" in page


def test_a_draft_without_its_organisation_is_shown_and_mended(olga, draft):
    (key,) = versions.load_blueprint(draft.pk).keys("Organisation")
    address = f"/model/OM-2/organisation/{key}"
    html = html_of(olga, f"{address}/edit/")
    assert (
        olga.post(f"{address}/remove/", sent(html_of(olga, f"{address}/remove/"))).status_code
        == 302
    )
    for shown in ("/model/", "/model/OM-2/", TEAM, "/model/OM-2/organisation/new/"):
        assert olga.get(shown).status_code == 200, shown
    assert "The model has no Organisation." in words(olga.get("/model/OM-2/"))
    back = save(olga, "/model/OM-2/organisation/new/", html, **{"-key": key, "-mark": ""})
    assert back["Location"] == f"{address}/edit/"
    assert versions.load_blueprint(draft.pk).problems() == []


def test_findings_of_a_draft_lead_to_where_they_are_mended(olga, draft):
    row = ModelElement.objects.get(version=draft, kind="Team", key="bakers")
    drafting.edit_element(
        draft, "Team", "bakers", None, expected_hash=bytes(row.content_hash), actor=SYSTEM
    )
    page = words(olga.get("/model/OM-2/"))
    link = "/edit/?part="
    assert link in page and ">Open it<span" in page
    flow = versions.load_blueprint(draft.pk).keys("Workflow")[0]
    number = page.index(f"/model/OM-2/workflow/{flow}{link}")
    address = page[number : page.index('"', number)]
    assert '<details class="part" open>' in words(olga.get(address))


def test_what_is_in_force_is_not_edited(olga, staff, draft):
    refused = olga.get("/model/OM-1/team/bakers/edit/")
    assert refused.status_code == 409
    assert "/model/new-draft/" in words(refused)
    for path in ("team/bakers/edit", "team/bakers/remove", "team/new"):
        assert olga.post(f"/model/OM-1/{path}/").status_code == 409
        assert client("ben").post(f"/model/OM-1/{path}/").status_code == 403
        assert client("ben").post(f"/model/OM-2/{path}/").status_code == 404
    assert olga.get("/model/OM-2/team/nobody/edit/").status_code == 404
    assert olga.get("/model/OM-2/nothing/new/").status_code == 404
    assert ModelVersion.objects.get(pk=draft.pk).state == "draft"


def test_a_stage_gets_an_owner_and_a_target_and_the_finding_goes(olga, draft):
    key = versions.load_blueprint(draft.pk).keys("Workflow")[0]
    address = f"/model/OM-2/workflow/{key}/edit/"
    flow = versions.load_blueprint(draft.pk).find(Workflow)[key]
    number = next(n for n, s in enumerate(flow.stages) if s.kind == "work")
    name = f"stages.{number}"
    owner = sent(html_of(olga, address))[f"{name}.accountable_role"][0]
    done = save(olga, address, html_of(olga, address), **{f"{name}.accountable_role": ""})
    page = words(olga.get(done["Location"]))
    assert "PRC01" in page
    assert f'href="?part={name}#p-stages-{number}">Where it is</a>' in page
    assert ">Choose the accountable role</a>" in page
    html = html_of(olga, f"{address}?part={name}")
    assert f'<details class="part" open><summary>{flow.stages[number].name}' in html
    changes = {f"{name}.accountable_role": owner, f"{name}.complete_s": "6 h"}
    done = save(olga, address, html, **changes)
    assert done.status_code == 302
    page = words(olga.get(address))
    assert "PRC01" not in page
    stage = versions.load_blueprint(draft.pk).find(Workflow)[key].stages[number]
    assert stage.complete_s == 6 * 3600
    assert '<td class="nowrap tn" data-l="Target">6 h</td>' in page


def test_a_stage_is_added_and_moved_without_script(olga, draft):
    key = versions.load_blueprint(draft.pk).keys("Workflow")[0]
    address = f"/model/OM-2/workflow/{key}/edit/"
    count = len(versions.load_blueprint(draft.pk).find(Workflow)[key].stages)
    more = olga.post(address, {**sent(html_of(olga, address)), "-do": "add:stages"})
    assert more.status_code == 200
    new = {f"stages.{count}.name": "Cool down", f"stages.{count}.kind": "work"}
    moved = olga.post(address, {**sent(more.content.decode(), **new), "-do": f"up:stages.{count}"})
    assert f'name="stages.{count - 1}.name" value="Cool down"' in words(moved)
    assert len(versions.load_blueprint(draft.pk).find(Workflow)[key].stages) == count
    done = save(olga, address, moved.content.decode())
    assert done.status_code == 302, words(done)
    stages = versions.load_blueprint(draft.pk).find(Workflow)[key].stages
    assert [s.key for s in stages][count - 1] == "cool-down"
    gone = save(olga, address, html_of(olga, address), **{f"stages.{count - 1}.-": "true"})
    assert gone.status_code == 302
    assert len(versions.load_blueprint(draft.pk).find(Workflow)[key].stages) == count


def test_nonsense_is_refused_in_words(olga, draft):
    kept = sent(html_of(olga, TEAM))
    for wrong in ({"-mark": "zz"}, {"-mark": "00" * 32}):
        answer = olga.post(TEAM, {**kept, **wrong, "name": "Mine", "-do": "save"})
        assert answer.status_code == 409
        assert "Mine" in words(answer)
    answer = olga.post(TEAM, {"-do": "merge", "-mine": "[", "-mark": "x"})
    assert answer.status_code == 400
    assert olga.post(TEAM, {**kept, "-do": "add:nothing"}).status_code == 200
    assert team(draft).name != "Mine"
