"""A draft is checked for all that changed since it was checked last, and waits for no other."""

import threading

import pytest

from esm.common.errors import Conflict
from esm.events.actors import SYSTEM
from esm.events.models import Event
from governance.blueprint.blueprint import Blueprint
from governance.blueprint.lint import NOTHING
from governance.models import ModelElement, ModelVersion
from governance.selectors import drafts as reading
from governance.selectors.drafts import draft_blueprint, draft_findings, forget_drafts
from governance.selectors.plans import findings_of
from governance.selectors.versions import load_blueprint
from governance.services import drafting, drafts

ASKED = {"key": "vip", "label": "A guest of honour", "type": "boolean"}

SITE = {"code": "N", "name": "New house", "zone": "Europe/Berlin", "calendar": "weekdays"}


@pytest.fixture(autouse=True)
def forgotten():
    forget_drafts()
    yield
    forget_drafts()


def stored(draft, kind, key):
    return ModelElement.objects.get(version=draft, kind=kind, key=key)


def put(draft, kind, key, content, was=None):
    mark = bytes(was.content_hash) if was else None
    drafting.edit_element(draft, kind, key, content, expected_hash=mark, actor=SYSTEM)


def change(draft, kind, key, **fields):
    row = stored(draft, kind, key)
    put(draft, kind, key, row.content | fields, row)


@pytest.mark.django_db
def test_what_was_read_between_two_checks_is_checked_all_the_same(published):
    draft = drafts.begin_draft(title="Two ways", actor=SYSTEM)
    flow = stored(draft, "Workflow", "feast").content
    put(draft, "Workflow", "feast-of-honour", flow)
    offering = stored(draft, "Offering", "feast-order").content
    form = {"sections": [{"key": "who", "title": "Who", "fields": [ASKED]}]}
    form["sections"] += offering["form"]["sections"]
    put(draft, "Offering", "honour-order", offering | {"form": form})
    stages = [s | ({"when": "vip == true"} if s["key"] == "bake" else {}) for s in flow["stages"]]
    change(draft, "Workflow", "feast", stages=stages)
    assert not [one for one in draft_findings(draft, NOTHING) if one.rule == "MOD01"]
    # Nothing that is left of the first workflow asks for it now.
    change(draft, "Offering", "honour-order", workflow="feast-of-honour")
    draft_blueprint(draft)
    change(draft, "Team", "bakers", name="Those who bake")
    draft_blueprint(draft)
    found = draft_findings(draft, NOTHING)
    assert [(one.rule, one.key) for one in found] == [("MOD01", "feast")]
    assert found == findings_of(load_blueprint(draft.pk), NOTHING)


def test_a_draft_waits_for_no_check_of_another(monkeypatch):
    read = []

    def slow(bp, facts, more):
        other = threading.Thread(target=lambda: read.append(draft_blueprint(2)), daemon=True)
        other.start()
        other.join(5)
        return []

    monkeypatch.setattr(reading, "load_blueprint", lambda pk: Blueprint.from_raw({}))
    monkeypatch.setattr(reading, "lint", slow)
    draft_findings(1, NOTHING)
    assert len(read) == 1


@pytest.mark.django_db
def test_what_says_the_same_is_no_change(published):
    draft = drafts.begin_draft(title="As it was", actor=SYSTEM)
    row = stored(draft, "Team", "bakers")
    before = Event.objects.count(), ModelVersion.objects.values().get(pk=draft.pk)
    put(draft, "Team", "bakers", row.content, row)
    assert (Event.objects.count(), ModelVersion.objects.values().get(pk=draft.pk)) == before
    mark = bytes(row.content_hash)
    renamed = drafting.Edit("Team", "bakers", row.content | {"name": "Others"}, mark)
    other = stored(draft, "Team", "counter")
    same = drafting.Edit("Team", "counter", other.content, bytes(other.content_hash))
    drafting.edit_elements(draft, [same, renamed], actor=SYSTEM)
    event = Event.objects.filter(type="model.edited").latest("pk")
    assert event.data["changes"] == [{"kind": "Team", "key": "bakers", "change": "changed"}]
    with pytest.raises(Conflict):
        drafting.edit_elements(draft, [same, renamed], actor=SYSTEM)
    # All or none: the second is not what was seen, so the first is not written either.
    gone = drafting.Edit("Site", "new-house", SITE, None)
    with pytest.raises(Conflict):
        drafting.edit_elements(draft, [gone, renamed], actor=SYSTEM)
    assert not ModelElement.objects.filter(version=draft, kind="Site").exists()
