"""Work that runs never reads a draft of the model, whatever stands in it."""

import hashlib
import re
from contextlib import contextmanager

import grimp
import pytest
from django.db import connection, transaction

from esm.events.actors import SYSTEM
from esm.events.models import Event
from esm.events.services import dirty
from governance.blueprint.blueprint import clear_cache
from governance.blueprint.elements import Element
from governance.blueprint.files import ModelFiles, ModelMeta, read_directory
from governance.blueprint.serialise import build_spec
from governance.models import Decision, ModelElement, ModelVersion
from governance.selectors import drafts, versions
from governance.services import drafting
from governance.services import drafts as begun
from tests.architecture.code import APPS, ROOT, files, name
from tests.support import CLINIC, client, forget
from workflows.models import Clock, Handoff, StageVisit

ELEMENTS = ModelElement._meta.db_table
POISON = '{"poisoned": true}'


def otherwise(elements):
    """The clinic with another way to work: whoever read it would do everything else."""
    changed = {}
    for (kind, key), element in elements.items():
        content = element.spec.model_dump()
        if kind == "Workflow":
            for stage in content["stages"]:
                stage["name"] = f"Other {stage['name']}"
                stage["team"] = stage["team"] and "ward"
                stage["complete_s"] = stage["complete_s"] and 60
        elif kind == "DecisionRight" and content["part"] == "decide":
            content["role"] = "receptionist"
        elif kind == "HandoffAgreement":
            content.update(criteria=[], return_reasons=[], respond_s=60)
        elif kind == "Offering":
            content["promise_s"] = 60
        changed[kind, key] = Element(kind, key, element.schema, build_spec(kind, content))
    return changed


def with_drafts():
    """Two drafts: one in which everything is other, one of which no row can be read."""
    model = read_directory(CLINIC / "model").elements
    meta = ModelMeta(number=2, title="Other", kind="to_be", based_on=1)
    other = drafting.apply_files(ModelFiles(meta, otherwise(model)), actor=SYSTEM).version
    ill = begun.begin_draft(title="Poisoned", actor=SYSTEM)
    digest = hashlib.sha256(POISON.encode()).digest()
    rows = ModelElement.objects.filter(version=ill)
    assert rows.update(content={"poisoned": True}, content_hash=digest) == len(model)
    return other, ill


def nothing_known():
    """Whatever was read of a model is read anew."""
    forget()
    versions.clear_caches()
    clear_cache()
    drafts.forget_drafts()


@contextmanager
def heard():
    """Every statement that names the table of elements, with what was given to it."""
    found = []

    def hear(execute, sql, params, many, context):
        if ELEMENTS in sql:
            found.append((sql, tuple(params or ())))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(hear):
        yield found


PAGES = ("/", "/inbox/", "/services/", "/requests/", "/decisions/", "/roles/me/", "/who-decides/")


def worked(clinic):
    """A whole request, pages and sweeps between its steps; what came of it."""
    nothing_known()
    sent = clinic.submit()
    for number, step in enumerate(clinic.journey["steps"]):
        clinic.tick(minutes=20)
        clinic.do(sent, step)
        clinic.settle()
        if number % 8 == 0:
            nothing_known()
            browser = client(step["actor"])
            for page in (*PAGES, f"/requests/{sent.ref}/"):
                assert browser.get(page).status_code == 200, page
    dirty.project_dirty()
    assert client("livia").get("/flow/").status_code == 200
    sent.refresh_from_db()
    events = Event.objects.filter(bucket=sent.chain_bucket, chain=sent.chain).order_by("seq")
    visits = StageVisit.objects.filter(request=sent).order_by("seq")
    decision = Decision.objects.get(subject_id=sent.pk)
    return {
        "state": sent.state,
        "version": sent.version.code,
        "events": list(events.values_list("type", "occurred_at")),
        "visits": list(visits.values_list("stage_key", "team__key", "state")),
        "clocks": list(
            Clock.objects.filter(request=sent).order_by("pk").values_list("metric", "target_s")
        ),
        "handoffs": list(
            Handoff.objects.filter(request=sent).order_by("seq").values_list("state", flat=True)
        ),
        "decision": (decision.type_key, decision.role_key, decision.decider.key),
    }


@pytest.mark.django_db
def test_running_work_reads_no_draft(clinic):
    begun_at = clinic.now
    with transaction.atomic():
        alone = worked(clinic)
        transaction.set_rollback(True)
    clinic.now = begun_at
    drafts_ = {version.pk for version in with_drafts()}
    with heard() as statements:
        beside = worked(clinic)
    assert beside == alone
    assert beside["state"] == "fulfilled" and beside["version"] == "CL-1"
    published = ModelVersion.objects.get(state="published").pk
    assert statements, "nothing was read at all"
    for sql, params in statements:
        assert sql.startswith("SELECT") and '"version_id" = %s' in sql.partition("WHERE")[2], sql
        assert not drafts_ & set(params) and published in params, sql


# What running work is made of: its services, what they ask, and what they lead to.
WORK = (
    "workflows.services",
    "workflows.consumers",
    "workflows.tasks",
    "governance.services.deciding",
)
# These read the rows of the version they are given: what takes effect, what becomes of what runs
# under it, the measures a proposal names.
READ_ROWS = {
    "governance.models",
    "governance.models.versions",
    "governance.selectors.versions",
    "governance.services.in_flight",
    "governance.services.proposing",
    "governance.services.taking_effect",
}
READS = re.compile(r"\bModelElement\b|\bload_blueprint\b")


def source(module):
    path = ROOT / f"{module.replace('.', '/')}.py"
    return (path if path.exists() else ROOT / module.replace(".", "/") / "__init__.py").read_text()


def test_running_work_leads_to_nothing_that_reads_drafts():
    graph = grimp.build_graph(*APPS, cache_dir=None)
    begun = {m for m in graph.modules for place in WORK if f"{m}.".startswith(f"{place}.")}
    assert len(begun) > 40
    reached = begun | {up for module in begun for up in graph.find_upstream_modules(module)}
    for reader in ("selectors.drafts", "selectors.editing", "services.drafting", "services.drafts"):
        assert f"governance.{reader}" in graph.modules
        assert f"governance.{reader}" not in reached, reader
    assert {module for module in reached if READS.search(source(module))} <= READ_ROWS


def test_above_governance_two_services_alone_look_into_drafts():
    """A steward answers a search in a draft, and marks streams as critical in one.

    Others read rows of what is or was in force alone.
    """
    above = [path for app in ("catalog", "workflows", "valueflow") for path in files(app)]
    found = {name(path): path.read_text() for path in above if READS.search(path.read_text())}
    found.pop("catalog/services/searches.py")
    found.pop("valueflow/services/critical.py")
    for place, text in found.items():
        assert "load_blueprint" not in text, place
        asked = text.count("ModelElement.objects")
        assert asked == text.count("version__state__in=IN_FORCE") > 0, place
