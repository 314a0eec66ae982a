"""What holds for every model: what is written out is read back as the same, and the way back is.

Tried with what we ship and with models that hypothesis changes (``random_models.py``).
"""

import re
from contextlib import contextmanager
from dataclasses import astuple
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.models import Offering
from esm.events.actors import SYSTEM
from esm.events.models import Event
from governance.blueprint.blueprint import Blueprint
from governance.blueprint.diff import NOTHING, diff
from governance.blueprint.files import ModelFiles, ModelMeta, read_directory
from governance.models import ModelElement, ModelVersion
from governance.models.people import Projected
from governance.registries import projectors
from governance.selectors import versions
from governance.selectors.plans import plan
from governance.services import drafting, projecting, publishing
from tests.depth import examples
from tests.governance.random_models import edited
from tests.support import CLINIC, DEMO, START, forget

TABLES = [model for model in apps.get_models() if issubclass(model, Projected)]
CLINIC_MODEL = read_directory(CLINIC / "model").elements


def built(elements):
    return Blueprint.from_elements(elements.values())


# --- diff(a, b) applied to a gives b ---

STEP = re.compile(r"\.?(\w+)|\[([^\]]*)\]")


def mark(item):
    """By what a part of a list is known."""
    return item["key"] if "key" in item else f"{item['source']} → {item['target']}"


def put(old, new, path):
    """Make ``old`` at a path of a diff what ``new`` is there; nothing else of it changes."""
    steps = [name or f"[{key}" for name, key in STEP.findall(path.removesuffix(" order"))]
    for step in steps[:-1]:
        old, new = at(old, step), at(new, step)
    last = steps[-1]
    if path.endswith(" order"):
        placed(old[last], new[last])
    elif not last.startswith("["):
        old[last] = new[last]
    elif isinstance(old, dict):
        put_key(old, new, last[1:])
    else:
        old[:] = [item for item in old if mark(item) != last[1:]]
        old.extend(item for item in new if mark(item) == last[1:])
        # Where an item stands belongs to its coming.
        placed(old, new)


def put_key(old, new, key):
    old.pop(key, None)
    if key in new:
        old[key] = new[key]


def at(value, step):
    if not step.startswith("["):
        return value[step]
    if isinstance(value, dict):
        return value[step[1:]]
    return next(item for item in value if mark(item) == step[1:])


def placed(old, new):
    """The items of a list in the order of another; those that it lacks keep their place."""
    order = {mark(item): place for place, item in enumerate(new)}
    if all(mark(item) in order for item in old):
        old.sort(key=lambda item: order[mark(item)])


def dumps(bp):
    return {item: spec.model_dump(mode="json") for item, spec in bp.specs().items()}


def after(before, changes, target):
    """What becomes of a model when a diff is applied to it, field by field."""
    now, there = dumps(before), dumps(target)
    for change in changes:
        item = (change.kind, change.key)
        if change.op == "removed":
            del now[item]
        elif change.op == "added":
            now[item] = there[item]
        # An item that goes must be gone before the others are put in order.
        for field in sorted(change.fields, key=lambda field: field.after != NOTHING):
            assert field.before != field.after, field.sentence
            put(now[item], there[item], field.path)
    return now


def both_ways(one, other):
    for before, target in ((one, other), (other, one)):
        changes = diff(before, target)
        assert after(before, changes, target) == dumps(target)
        named = {(c.kind, c.key): c.op for c in changes}
        given_ = {
            item: None if op == "removed" else (target.text(*item), target.hashes()[item])
            for item, op in named.items()
        }
        assert before.kept().changed(given_).content_hash == target.content_hash


@given(edited(CLINIC_MODEL), edited(CLINIC_MODEL))
@settings(max_examples=examples(160))
def test_what_a_diff_says_makes_one_model_the_other(one, other):
    both_ways(built(one), built(other))


@pytest.mark.parametrize(("one", "other"), [(1, 2), (2, 3), (1, 3)])
def test_what_a_diff_of_the_demo_says_makes_one_version_the_other(one, other):
    both_ways(*(read_directory(DEMO / f"om-{number}").blueprint for number in (one, other)))


# --- what is exported applies as nothing ---


def exported(version, path):
    """A version as files, read back."""
    call_command("model", "export", str(path), "--version", version.code, stdout=StringIO())
    return read_directory(path)


def stored():
    """Every version with its hash, every row of every version, and how much was written down."""
    rows = ModelElement.objects.order_by("pk").values_list("pk", "version_id", "content_hash")
    known = [
        (version.pk, version.code, version.state, bytes(version.content_hash or b""))
        for version in ModelVersion.objects.order_by("pk")
    ]
    return ([(pk, v, bytes(h)) for pk, v, h in rows], known, Event.objects.count())


def applies_as_nothing(version, path, *, publish=False):
    files, before = exported(version, path), stored()
    assert files.blueprint.content_hash == versions.load_blueprint(version.pk).content_hash
    assert drafting.apply_files(files, actor=SYSTEM, publish=publish).nothing
    assert stored() == before
    return files


def test_applying_an_exported_version_of_the_demo_changes_nothing(demo, tmp_path):
    drafting.apply_files(DEMO / "om-3", actor=SYSTEM)
    found = list(ModelVersion.objects.order_by("number"))
    assert [version.state for version in found] == ["retired", "published", "draft"]
    for version in found:
        final = version.state != ModelVersion.State.DRAFT
        files = applies_as_nothing(version, tmp_path / version.code, publish=final)
        assert plan(files).changes == () or version.state != ModelVersion.State.PUBLISHED


@given(data=st.data())
@settings(max_examples=examples(16), suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_applying_an_exported_version_changes_nothing(clinic, tmp_path_factory, data):
    """The clinic in force, and a draft of it that was changed."""
    path = tmp_path_factory.mktemp("model")
    with undone():
        (published,) = ModelVersion.objects.all()
        assert plan(applies_as_nothing(published, path / "one", publish=True)).changes == ()
        draft = second(data.draw(edited(CLINIC_MODEL)))
        applies_as_nothing(draft, path / "two")
        assert exported(draft, path / "three").meta.number == 2


# --- forth and back ---


@contextmanager
def undone():
    """What is done inside is taken back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    forget()


def meta(number, kind="as_is"):
    return ModelMeta(number=number, title=f"Clinic {number}", kind=kind, based_on=1)


def second(elements, *, publish=False):
    """The next version of the clinic, with these elements."""
    files = ModelFiles(meta(2), elements)
    return drafting.apply_files(files, actor=SYSTEM, publish=publish).version


def projected():
    """Every column of every identity row that is not retired, and who an offering is for."""
    rows = {
        (model.__name__, row["key"]): row
        for model in TABLES
        for row in model._default_manager.filter(retired_at=None).order_by("pk").values()
    }
    for offering in Offering.objects.filter(retired_at=None):
        audience = sorted(offering.audience.values_list("key", flat=True))
        rows["Offering", offering.key]["audience"] = audience
    return rows


def retired():
    return sum(m._default_manager.exclude(retired_at=None).count() for m in TABLES)


def there_and_back(elements, clinic):
    """The clinic, another version of it, and one that is a copy of the first."""
    (first,) = ModelVersion.objects.all()
    begun = projected()
    clinic.tick(hours=1)
    other = second(elements, publish=True)
    between = projected()
    kinds = {kind for kind, _ in projectors()}
    assert between.keys() == {item for item in elements if item[0] in kinds}
    clinic.tick(hours=1)
    again = drafting.create_draft(number=3, code="CL-3", based_on=first, actor=SYSTEM)
    back = publishing.publish(again, actor=SYSTEM, without_consent=True)
    assert bytes(back.content_hash) == bytes(first.content_hash)
    assert [v.state for v in (other, back)] == ["published", "published"]
    assert projected() == begun
    assert retired() == len(between.keys() - begun.keys())
    assert all(not any(done) for done in map(astuple, projecting.project_published().values()))
    return begun != between


def test_every_table_that_is_projected_is_looked_at():
    assert {model.__name__ for model in TABLES} == {kind for kind, _ in projectors()}
    assert len(TABLES) == 11


@given(data=st.data())
@settings(max_examples=examples(48), suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_version_and_back_projects_what_was(clinic, data):
    with undone():
        there_and_back(data.draw(edited(CLINIC_MODEL, most=12)), clinic)
    clinic.now = START


def test_everything_that_is_projected_goes_and_comes_back(clinic):
    """All that can go at once: what is left is the organisation and what it needs."""
    left = {("Organisation", "lakeside"), ("Calendar", "clinic-hours")}
    left |= {("Role", "medical-director"), ("Department", "surgery")}
    with undone():
        assert there_and_back({item: CLINIC_MODEL[item] for item in left}, clinic)
    clinic.now = START
