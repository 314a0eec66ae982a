from copy import deepcopy
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.utils import InternalError
from django.test.utils import CaptureQueriesContext

from esm.common import clock
from esm.common.errors import Conflict, Invalid, InvalidState, NotAllowed
from esm.events.actors import SYSTEM, Actor
from esm.events.models import Event
from governance.blueprint import kinds
from governance.blueprint.blueprint import clear_cache
from governance.blueprint.diff import diff
from governance.blueprint.serialise import content_hash
from governance.models import Department, ModelElement, ModelVersion, Role, Team
from governance.selectors import versions
from governance.services import drafting, projecting, publishing, taking_effect
from governance.services.drafting import apply_files
from tests.governance import small
from tests.governance.conftest import NOW

pytestmark = pytest.mark.django_db
NOBODY = Actor(kind="person", ref="P-1", person_id=None)


def second(**changes: dict) -> dict:
    content = small.specs()
    content[("DecisionRight", "accept-middle")]["max"] = "500"
    content[("DecisionRight", "accept-large")]["min"] = "500"
    return content


def types_of(version: ModelVersion) -> list[str]:
    rows = Event.objects.filter(bucket=version.chain_bucket, chain=version.chain)
    return list(rows.order_by("seq").values_list("type", flat=True))


def test_apply_and_publish_projects_identity_rows(published):
    assert published.state == "published"
    assert published.code == "OM-1"
    assert published.published_at == NOW
    assert bytes(published.content_hash) == small.model().blueprint.content_hash
    slots = dict(Department.objects.values_list("key", "slot"))
    assert slots == {"house": 1, "oven": 2, "night-oven": 3}
    assert Department.objects.get(key="night-oven").parent.key == "oven"
    bakers = Team.objects.get(key="bakers")
    assert (bakers.department.key, bakers.calendar_key, bakers.wip_limit) == ("oven", "weekdays", 4)
    owner = Role.objects.get(key="owner")
    assert (owner.category, owner.focus, owner.department) == ("executive", "", None)
    assert Role.objects.get(key="department-head").focus == "department"
    assert types_of(published) == ["model.drafted", "model.edited", "model.published"]


def test_a_department_from_the_eleventh_on_has_no_colour(now):
    content = small.specs()
    for n in range(12):
        content[("Department", f"extra-{n:02}")] = {"code": f"X{n}", "name": f"X {n}", "order": 9}
    apply_files(small.model(1, content), actor=SYSTEM, publish=True)
    slots = dict(Department.objects.values_list("key", "slot"))
    assert slots["extra-06"] == 10
    assert {slots[f"extra-{n:02}"] for n in range(7, 12)} == {0}


def test_applying_the_same_again_changes_nothing(published):
    before = Event.objects.count()
    applied = apply_files(small.model(), actor=SYSTEM, publish=True)
    assert applied.nothing
    assert applied.version.pk == published.pk
    assert Event.objects.count() == before


def test_a_published_version_cannot_change(published):
    with pytest.raises(Conflict, match="OM-1 is published and cannot change"):
        apply_files(small.model(1, second()), actor=SYSTEM)
    with pytest.raises(InvalidState):
        drafting.fill_draft(published, {}, actor=SYSTEM)
    with pytest.raises(InternalError), transaction.atomic():
        ModelElement.objects.filter(version=published).update(key="other")
    with pytest.raises(InternalError), transaction.atomic():
        ModelVersion.objects.filter(pk=published.pk).update(content_hash=bytes(32))
    with pytest.raises(InternalError), transaction.atomic():
        ModelVersion.objects.filter(pk=published.pk).update(state="draft")
    assert versions.verify_version(published).ok


def test_a_change_needs_consent_or_the_record_that_there_is_none(published):
    applied = apply_files(small.model(2, second(), kind="to_be", based_on=1), actor=SYSTEM)
    assert applied.version.state == "draft"
    with pytest.raises(InvalidState, match="nobody has agreed"):
        publishing.publish(applied.version, actor=SYSTEM)
    applied.version.refresh_from_db()
    assert applied.version.state == "draft"
    done = publishing.publish(applied.version, actor=SYSTEM, without_consent=True)
    assert (done.state, done.without_consent) == ("published", True)
    published.refresh_from_db()
    assert (published.state, published.retired_at) == ("retired", NOW)
    assert types_of(published)[-1] == "model.retired"


def test_a_date_in_the_future_is_agreed_and_published_at_that_instant(published):
    at = NOW + timedelta(days=3)
    files = small.model(2, second(), kind="to_be", based_on=1)
    agreed = apply_files(files, actor=SYSTEM, publish=True, at=at).version
    assert (agreed.state, agreed.effective_from) == ("agreed", at)
    assert taking_effect.sweep_effective(at - timedelta(seconds=1)) == []
    assert versions.published().pk == published.pk
    with clock.frozen(at + timedelta(minutes=7)):
        done = taking_effect.sweep_effective()
    assert [v.code for v in done] == ["OM-2"]
    assert done[0].published_at == at
    published.refresh_from_db()
    assert published.retired_at == at
    assert types_of(agreed)[-2:] == ["model.agreed", "model.published"]
    occurred = Event.objects.filter(chain=agreed.chain, type="model.published").get().occurred_at
    assert occurred == at
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert taking_effect.sweep_effective(at + timedelta(minutes=8)) == []
    assert len(queries) == 1


def test_only_a_steward_publishes(now):
    with pytest.raises(NotAllowed, match="Only a steward changes"):
        apply_files(small.model(), actor=NOBODY, publish=True)
    assert not ModelVersion.objects.exists()
    assert not Event.objects.exists()


def test_a_version_with_a_dangling_reference_is_not_published(now):
    content = small.specs()
    del content[("Calendar", "weekdays")]
    applied = apply_files(small.model(1, content), actor=SYSTEM)
    with pytest.raises(Invalid, match="weekdays"):
        publishing.publish(applied.version, actor=SYSTEM)
    applied.version.refresh_from_db()
    assert applied.version.state == "draft"
    assert not Department.objects.exists()


def test_a_change_brings_no_new_blocker_but_may_inherit_one(now):
    gap = small.specs()
    gap[("DecisionRight", "accept-middle")]["max"] = "500"
    first = apply_files(small.model(1, gap), actor=SYSTEM, publish=True).version
    assert first.state == "published"
    same = apply_files(small.model(2, gap, kind="to_be"), actor=SYSTEM, publish=True).version
    assert same.state == "published"
    worse = deepcopy(gap)
    del worse[("HandoffAgreement", "counter-to-bakers")]
    draft = apply_files(small.model(3, worse, kind="to_be"), actor=SYSTEM).version
    with pytest.raises(Invalid, match="without a handoff agreement"):
        publishing.publish(draft, actor=SYSTEM, without_consent=True)
    draft.refresh_from_db()
    assert draft.state == "draft"
    assert versions.published().pk == same.pk


def test_what_a_new_version_no_longer_names_retires_and_may_come_back(published):
    content = small.specs()
    del content[("Team", "night-bakers")]
    del content[("Department", "night-oven")]
    apply_files(small.model(2, content), actor=SYSTEM, publish=True)
    gone = Department.objects.get(key="night-oven")
    assert gone.retired_at == NOW
    assert Team.objects.get(key="night-bakers").retired_at == NOW
    apply_files(small.model(3), actor=SYSTEM, publish=True)
    back = Department.objects.get(key="night-oven")
    assert (back.pk, back.retired_at) == (gone.pk, None)


def test_projecting_again_changes_nothing(published):
    done = projecting.project_published()
    assert {(p.added, p.changed, p.retired) for p in done.values()} == {((), (), ())}


def test_a_copied_draft_holds_the_elements_of_its_base(published):
    draft = drafting.create_draft(number=7, code="OM-7", based_on=published, actor=SYSTEM)
    rows = ModelElement.objects.values_list("kind", "key", "content_hash").order_by("kind", "key")
    copied = [(k, n, bytes(h)) for k, n, h in rows.filter(version=draft)]
    base = [(k, n, bytes(h)) for k, n, h in rows.filter(version=published)]
    assert copied == base
    assert len(copied) == len(small.SPECS)


def test_an_edit_is_guarded_by_the_hash_that_was_seen(published):
    draft = drafting.create_draft(number=2, code="OM-2", based_on=published, actor=SYSTEM)
    seen = bytes(draft.elements.get(kind="Team", key="bakers").content_hash)
    spec = {"name": "Bakers", "department": "oven", "wip_limit": 9}
    new = drafting.edit_element(draft, "Team", "bakers", spec, expected_hash=seen, actor=SYSTEM)
    assert draft.elements.get(kind="Team", key="bakers").content["wip_limit"] == 9
    before = Event.objects.count()
    with pytest.raises(Conflict, match="team bakers was changed by system meanwhile"):
        drafting.edit_element(draft, "Team", "bakers", spec, expected_hash=seen, actor=SYSTEM)
    with pytest.raises(Conflict):
        drafting.edit_element(draft, "Team", "bakers", spec, expected_hash=None, actor=SYSTEM)
    with pytest.raises(Invalid) as refused:
        bad = {"name": "Bakers", "department": "oven", "wip_limit": 0, "colour": "red"}
        drafting.edit_element(draft, "Team", "bakers", bad, expected_hash=new, actor=SYSTEM)
    assert sorted(refused.value.errors) == ["colour", "wip_limit"]
    assert Event.objects.count() == before
    drafting.edit_element(draft, "Team", "bakers", None, expected_hash=new, actor=SYSTEM)
    assert not draft.elements.filter(kind="Team", key="bakers").exists()


def test_a_published_blueprint_is_kept_and_a_draft_is_read_afresh(published):
    versions.clear_caches()
    first = versions.blueprint(published.pk)
    with CaptureQueriesContext(connection) as queries:
        assert versions.blueprint(published.pk) is first
    assert len(queries) == 0
    draft = drafting.create_draft(number=2, code="OM-2", based_on=published, actor=SYSTEM)
    seen = bytes(draft.elements.get(kind="Team", key="bakers").content_hash)
    assert versions.blueprint(draft.pk).get("Team", "bakers").wip_limit == 4
    spec = {"name": "Bakers", "department": "oven", "wip_limit": 9}
    drafting.edit_element(draft, "Team", "bakers", spec, expected_hash=seen, actor=SYSTEM)
    assert versions.blueprint(draft.pk).get("Team", "bakers").wip_limit == 9


def test_a_failed_publication_leaves_nothing_behind(published, monkeypatch):
    content = small.specs()
    del content[("Team", "night-bakers")]
    draft = apply_files(small.model(2, content), actor=SYSTEM).version

    def fail(version: ModelVersion, bp: object) -> None:
        versions.blueprint(version.pk)
        raise RuntimeError("power cut")

    monkeypatch.setattr(taking_effect, "project", fail)
    with pytest.raises(RuntimeError):
        publishing.publish(draft, actor=SYSTEM)
    assert versions.published().pk == published.pk
    draft.refresh_from_db()
    assert (draft.state, draft.content_hash) == ("draft", None)
    assert draft.pk not in versions._hash_of


def test_an_altered_element_is_found(published):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE governance_modelelement DISABLE TRIGGER USER")
        cursor.execute(
            "UPDATE governance_modelelement SET content = jsonb_set(content, '{name}', '\"X\"')"
            " WHERE kind = 'Team' AND key = 'bakers'"
        )
        cursor.execute("ALTER TABLE governance_modelelement ENABLE TRIGGER USER")
    found = versions.verify_version(published)
    assert not found.ok
    assert found.wrong == ("Team bakers",)


def test_a_version_from_before_a_field_existed_still_matches_its_hash(published):
    """A later field has its default in the spec and stands in no published content."""
    row = ModelElement.objects.get(version=published, kind="Workflow")
    older = deepcopy(row.content)
    for stage in older["stages"]:
        del stage["checklist"]
    version = drafting.create_draft(number=7, code="OM-7", based_on=published, actor=SYSTEM)
    hashed = content_hash(older)
    ModelElement.objects.filter(version=version, pk__isnull=False, kind="Workflow").update(
        content=older, content_hash=hashed
    )
    publishing.publish(version, actor=SYSTEM, without_consent=True)

    version.refresh_from_db()
    assert versions.verify_version(version).ok
    before, after = versions.load_blueprint(version.pk), versions.load_blueprint(published.pk)
    assert before.hashes() != after.hashes()
    assert diff(before, after) == []


def test_a_field_that_the_code_learns_later_changes_no_published_version(published, monkeypatch):
    learned = type("Offering", (kinds.Offering,), {"__annotations__": {"later": str}, "later": ""})
    monkeypatch.setitem(kinds.KINDS, "Offering", learned)
    clear_cache()
    try:
        assert versions.verify_version(published).ok
        assert apply_files(small.model(), actor=SYSTEM).nothing
    finally:
        clear_cache()
        versions.clear_caches()
