"""Drafts begun and discarded on pages, several side by side."""

import pytest

from esm.accounts.models import User
from esm.common.errors import Invalid, InvalidState, NotAllowed
from esm.events.actors import SYSTEM, Actor
from esm.events.models import Event
from governance.models import ModelElement, ModelVersion
from governance.selectors import versions
from governance.services import drafting, drafts
from tests.support import client

pytestmark = pytest.mark.django_db


@pytest.fixture
def olga(staff):
    User.objects.filter(username="olga").update(is_steward=True)
    return client("olga")


def words(response):
    return " ".join(response.content.decode().split())


def test_a_draft_begins_as_a_copy_and_several_stand_side_by_side(olga, published):
    assert "A draft begins as a copy" in words(olga.get("/model/"))
    first = olga.post("/model/new-draft/", {"title": "Shorter  ways"})
    assert (first.status_code, first["Location"]) == (302, "/model/OM-2/")
    assert olga.post("/model/new-draft/", {"title": "Fewer"})["Location"] == "/model/OM-3/"
    made = ModelVersion.objects.get(code="OM-2")
    assert (made.title, made.based_on, made.author.key) == ("Shorter ways", published, "olga")
    content = versions.load_blueprint(made.pk).content_hash
    assert content == versions.load_blueprint(published.pk).content_hash
    drafting.edit_element(
        made,
        "Site",
        "new-house",
        {"code": "N", "name": "New house", "zone": "Europe/Berlin", "calendar": "weekdays"},
        expected_hash=None,
        actor=SYSTEM,
    )
    page = words(olga.get("/model/"))
    assert page.index("OM-3 Fewer") < page.index("OM-2 Shorter ways")
    row = page[page.index("OM-2 Shorter ways") :]
    assert 'data-l="Changes">1</td>' in row
    assert 'data-l="From">OM-1</td>' in row


def test_a_draft_needs_a_title_and_loses_nothing(olga):
    before = Event.objects.count()
    answer = olga.post("/model/new-draft/", {"title": "x" * 201})
    assert answer.status_code == 400
    assert "x" * 201 in words(answer)
    assert olga.post("/model/new-draft/", {"title": " "}).status_code == 400
    assert (ModelVersion.objects.count(), Event.objects.count()) == (1, before)


def test_only_stewards_begin_and_discard(staff, published):
    ben = client("ben")
    page = ben.get("/model/")
    assert b"new-draft" not in page.content
    assert ben.get("/model/new-draft/").status_code == 403
    with pytest.raises(NotAllowed):
        drafts.begin_draft(title="Mine", actor=Actor(kind="person", ref="P-1", person_id=1))
    made = drafts.begin_draft(title="Ours", actor=SYSTEM)
    assert ben.post(f"/model/{made.code}/discard/").status_code == 404
    assert ben.get("/model/OM-1/discard/").status_code == 403
    made.refresh_from_db()
    assert made.state == "draft"


def test_a_discarded_draft_is_read_by_nobody_and_its_number_stays_taken(olga, published):
    made = drafts.begin_draft(title="Ours", actor=SYSTEM)
    held = ModelElement.objects.filter(version=made).count()
    assert "Discard OM-2" in words(olga.get("/model/OM-2/discard/"))
    done = olga.post("/model/OM-2/discard/", {"reason": "Not now."}, follow=True)
    assert "OM-2 is discarded." in words(done)
    assert "/model/OM-2/" not in words(olga.get("/model/"))
    assert olga.get("/model/OM-2/").status_code == 404
    event = Event.objects.filter(type="model.discarded").get()
    assert event.data == {"version": "OM-2", "based_on": "OM-1"}
    made.refresh_from_db()
    assert (made.state, ModelElement.objects.filter(version=made).count()) == ("discarded", held)
    with pytest.raises(InvalidState, match="OM-2 is discarded and cannot change"):
        drafting.fill_draft(made, {}, actor=SYSTEM)
    assert drafts.begin_draft(title="Next", actor=SYSTEM).code == "OM-3"


def test_what_is_in_force_is_not_discarded(olga, published):
    assert olga.get("/model/OM-1/discard/").status_code == 409
    with pytest.raises(InvalidState, match="only drafts are discarded"):
        drafts.discard_draft(published, actor=SYSTEM)
    with pytest.raises(Invalid):
        drafts.discard_draft(published, reason="x" * 501, actor=SYSTEM)
    published.refresh_from_db()
    assert published.state == "published"
