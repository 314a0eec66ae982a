"""A draft brought up to what came into force: disjoint edits by themselves, the rest by choice."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from esm.accounts.models import User
from esm.common.errors import Conflict, Invalid, InvalidState, NotAllowed
from esm.events.actors import SYSTEM, Actor
from esm.events.models import Event
from governance.blueprint.editing.rebasing import rebase
from governance.blueprint.kinds import Role, Team
from governance.blueprint.remedies import Proposed, after
from governance.models import ModelElement, ModelVersion
from governance.selectors import versions
from governance.services import drafting, drafts, publishing
from governance.services.publishing import last_editor
from governance.services.rebasing import Seen, rebase_draft
from tests.depth import examples
from tests.governance.forms import sent
from tests.governance.lint.clinic import BASE, written
from tests.governance.lint.test_table import edits
from tests.support import client

ADDRESS = "/model/OM-2/rebase/"


def with_edits(chosen):
    return BASE.changed({item: written(element) for item, element in chosen})


def rebased(before, mine, theirs, side="mine"):
    found = rebase(before, mine, theirs)
    chosen = {one.id: dict.fromkeys(one.open_paths(), side) for one in found.clashes}
    made = found.edits(chosen)
    return found, after(mine, [Proposed(*item, content) for item, content in made.items()])


def several(data):
    """Edits of one person: an element once."""
    picked = data.draw(st.lists(st.sampled_from(edits()), max_size=4))
    return dict(picked)


@given(data=st.data())
@settings(max_examples=examples(60))
def test_disjoint_edits_come_together_in_either_order(data):
    mine, others = several(data), several(data)
    theirs = {item: element for item, element in others.items() if item not in mine}
    one, other = with_edits(mine.items()), with_edits(theirs.items())
    found, first = rebased(BASE, one, other)
    assert found.clashes == []
    _found, second = rebased(BASE, other, one)
    both = with_edits([*mine.items(), *theirs.items()])
    assert first.hashes() == second.hashes() == both.hashes()
    again, same = rebased(other, first, other)
    assert (again.taken, again.merged, again.clashes) == ({}, {}, [])
    assert same.hashes() == first.hashes()


@given(data=st.data())
@settings(max_examples=examples(60))
def test_nothing_is_lost_that_nobody_gave_up(data):
    mine, theirs = several(data), several(data)
    one, other = with_edits(mine.items()), with_edits(theirs.items())
    found, kept = rebased(BASE, one, other, "mine")
    _found, given_up = rebased(BASE, one, other, "theirs")
    clashing = {clash.id for clash in found.clashes}
    for item in one.hashes().keys() | other.hashes().keys() | BASE.hashes().keys():
        sides = [bp.hashes().get(item) for bp in (BASE, one, other)]
        was, here, there = sides
        if here == was:
            assert kept.hashes().get(item) == there
        elif there in (was, here):
            assert kept.hashes().get(item) == given_up.hashes().get(item) == here
        else:
            assert item in clashing or item in found.merged
    for clash in found.clashes:
        if clash.whole:
            assert kept.hashes().get(clash.id) == one.hashes().get(clash.id)
            assert given_up.hashes().get(clash.id) == other.hashes().get(clash.id)


def role(**fields):
    content = BASE.get(Role, "head-nurse").model_dump(mode="json") | fields
    return after(BASE, [Proposed("Role", "head-nurse", content)])


def test_different_fields_of_one_element_are_put_together():
    found, made = rebased(BASE, role(name="Head of nurses"), role(level=3, min_holders=2))
    assert list(found.merged) == [("Role", "head-nurse")]
    assert found.clashes == []
    new = made.get(Role, "head-nurse")
    assert (new.name, new.level, new.min_holders) == ("Head of nurses", 3, 2)


def test_what_one_changed_and_the_other_took_out_is_chosen():
    gone = BASE.changed({("Role", "head-nurse"): None})
    found, kept = rebased(BASE, gone, role(name="Head of nurses"))
    (clash,) = found.clashes
    assert (clash.whole, clash.open_paths()) == (True, [""])
    assert ("Role", "head-nurse") not in kept
    _found, theirs = rebased(BASE, gone, role(name="Head of nurses"), "theirs")
    assert theirs.get(Role, "head-nurse").name == "Head of nurses"


def test_what_fits_by_field_and_not_as_a_whole_is_chosen():
    right = {"decision_type": "accept-cost-risk", "part": "decide", "role": "head-nurse"}
    base = after(BASE, [Proposed("DecisionRight", "new", right)])
    one = after(base, [Proposed("DecisionRight", "new", right | {"pre_authorised": True})])
    other = after(base, [Proposed("DecisionRight", "new", right | {"rule": "majority"})])
    found = rebase(base, one, other)
    (clash,) = found.clashes
    assert (clash.broken, clash.open_paths()) == (True, [""])
    assert clash.settled({"": "theirs"})["rule"] == "majority"


# --- stored drafts and the page ---


@pytest.fixture
def olga(staff):
    User.objects.filter(username="olga").update(is_steward=True)
    return client("olga")


def change(version, kind, key, **fields):
    row = ModelElement.objects.get(version=version, kind=kind, key=key)
    drafting.edit_element(
        version, kind, key, row.content | fields, expected_hash=bytes(row.content_hash),
        actor=SYSTEM,
    )  # fmt: skip


@pytest.fixture
def draft(published):
    """Somebody writes OM-2; meanwhile OM-3 changed other things and the bakers' name as well."""
    mine = drafts.begin_draft(title="Mine", actor=SYSTEM)
    other = drafts.begin_draft(title="Theirs", actor=SYSTEM)
    change(mine, "Team", "bakers", name="Night bakers and day bakers", wip_limit=9)
    change(mine, "Role", "buyer", name="Who buys")
    change(other, "Team", "bakers", name="Those who bake", mailbox="bakers@b.example")
    change(other, "Team", "counter", name="The counter")
    change(other, "Role", "buyer", purpose="So that there is butter")
    publishing.publish(other, actor=SYSTEM, without_consent=True)
    mine.refresh_from_db()
    return mine


def words(response):
    return " ".join(response.content.decode().split())


def seen(draft):
    onto = ModelVersion.objects.get(state="published")
    return Seen(versions.load_blueprint(draft.pk).content_hash, onto.pk)


@pytest.mark.django_db
def test_a_draft_is_brought_up_on_its_page(olga, draft):
    page = words(olga.get("/model/"))
    assert 'href="/model/OM-2/rebase/">bring it up to OM-3' in page
    assert ">Bring it up to OM-3</a>" in words(olga.get("/model/OM-2/"))
    html = olga.get(ADDRESS).content.decode()
    page = " ".join(html.split())
    assert "One field was changed by both; choose what counts." in page
    assert "One comes from OM-3" in page and "Team · The counter" in page
    assert "One is put together" in page and "Role · Who buys" in page
    before, event = versions.load_blueprint(draft.pk).content_hash, Event.objects.count()
    refused = olga.post(ADDRESS, sent(html))
    assert refused.status_code == 400
    assert (versions.load_blueprint(draft.pk).content_hash, Event.objects.count()) == (
        before,
        event,
    )
    number = sent(html)["-path"].index("Team/bakers:name")
    done = olga.post(ADDRESS, {**sent(refused.content.decode()), f"-side.{number}": "mine"})
    assert (done.status_code, done["Location"]) == (302, "/model/OM-2/")
    bp = versions.load_blueprint(draft.pk)
    bakers = bp.get(Team, "bakers")
    assert (bakers.name, bakers.wip_limit) == ("Night bakers and day bakers", 9)
    assert bakers.mailbox == "bakers@b.example"
    assert bp.get(Team, "counter").name == "The counter"
    buyer = bp.get(Role, "buyer")
    assert (buyer.name, buyer.purpose) == ("Who buys", "So that there is butter")
    draft.refresh_from_db()
    assert draft.based_on.code == "OM-3"
    made = Event.objects.get(type="model.rebased")
    assert made.data["former"] == "OM-1" and made.data["based_on"] == "OM-3"
    assert [(c["kind"], c["key"]) for c in made.data["changes"]] == [
        ("Role", "buyer"), ("Team", "bakers"), ("Team", "counter"),
    ]  # fmt: skip
    assert last_editor(draft, "Team", "counter") == "Olga Ostro"
    shown = words(olga.get("/model/OM-2/"))
    assert "2 changes since OM-3" in shown and "Bring it up" not in shown
    assert olga.get(ADDRESS).status_code == 409


@pytest.mark.django_db
def test_what_was_changed_while_choosing_is_looked_at_again(olga, draft):
    html = olga.get(ADDRESS).content.decode()
    number = sent(html)["-path"].index("Team/bakers:name")
    change(draft, "Role", "owner", purpose="So that it goes on")
    refused = olga.post(ADDRESS, {**sent(html), f"-side.{number}": "theirs"})
    page = refused.content.decode()
    assert refused.status_code == 409
    assert "changed meanwhile" in page
    assert f'name="-side.{number}" value="theirs" checked' in page
    assert olga.post(ADDRESS, sent(page)).status_code == 302
    bp = versions.load_blueprint(draft.pk)
    assert bp.get(Team, "bakers").name == "Those who bake"
    assert bp.get(Role, "owner").purpose == "So that it goes on"


@pytest.mark.django_db
def test_only_what_was_chosen_on_is_written(draft, published):
    choice = {("Team", "bakers"): {"name": "mine"}}
    with pytest.raises(Invalid, match="Choose what counts"):
        rebase_draft(draft, chosen={}, seen=seen(draft), actor=SYSTEM)
    with pytest.raises(Conflict):
        rebase_draft(draft, chosen=choice, seen=Seen(b"x", 1), actor=SYSTEM)
    nobody = Actor(kind="person", ref="P-1", person_id=1)
    with pytest.raises(NotAllowed):
        rebase_draft(draft, chosen=choice, seen=seen(draft), actor=nobody)
    with pytest.raises(InvalidState):
        rebase_draft(published, chosen=choice, seen=seen(draft), actor=SYSTEM)
    fresh = drafts.begin_draft(title="New", actor=SYSTEM)
    with pytest.raises(InvalidState, match="in force already"):
        rebase_draft(fresh, chosen={}, seen=seen(fresh), actor=SYSTEM)
    assert not Event.objects.filter(type="model.rebased").exists()


@pytest.mark.django_db
def test_only_stewards_bring_up(staff, draft):
    ben = client("ben")
    assert ben.get(ADDRESS).status_code == 404
    assert ben.post(ADDRESS).status_code == 404
    assert ben.get("/model/OM-3/rebase/").status_code == 403
