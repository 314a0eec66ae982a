"""Computed measures: the figures of the dashboards, written down once for each period."""

import re
import shutil
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
import yaml
from django.core.management import call_command
from django.db import transaction
from django.test import override_settings

from catalog.models import Observation
from esm.accounts.models import User
from esm.events.actors import SYSTEM
from esm.events.selectors import chains
from governance.blueprint.files import ModelFilesError, read_directory
from governance.blueprint.measuring import FIGURES
from governance.selectors import versions
from governance.services import drafting
from tests.valueflow.test_dashboard import grow
from tests.valueflow.walker import CLINIC, Walker
from valueflow.selectors import flow, measured, streams
from valueflow.selectors.measured import Asked
from valueflow.selectors.scope import parse
from valueflow.services import observe, project

pytestmark = pytest.mark.django_db
STREAM = next((CLINIC / "model" / "value-stream").glob("*.yaml")).stem


def with_figures(place):
    """The clinic with two measures that are computed each week."""
    shutil.copytree(CLINIC / "model", place)
    file = next((place / "measure").glob("*.yaml"))
    given = yaml.safe_load(file.read_text())
    flows = yaml.safe_load(next((place / "workflow").glob("*.yaml")).read_text())
    work = [one["key"] for one in flows["spec"]["stages"] if one["kind"] == "work"]
    given["spec"] |= {
        "query": "lead-p50", "value_stream": STREAM, "source_kind": "computed", "frequency": "week",
    }  # fmt: skip
    file.write_text(yaml.safe_dump(given))
    second = given | {"key": "stay-there"}
    second["spec"] = given["spec"] | {"query": "stay-mean", "stage": work[0]}
    (file.parent / "stay-there.yaml").write_text(yaml.safe_dump(second))
    return given["key"], work[0]


@pytest.fixture(scope="module")
def clinic(django_db_setup, django_db_blocker, tmp_path_factory):
    settings = override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("files"))
    place = tmp_path_factory.mktemp("clinic") / "model"
    with django_db_blocker.unblock(), settings, transaction.atomic(), Walker(seed=3) as walker:
        walker.publish()
        key, stage = with_figures(place)
        meta = yaml.safe_load((place / "model.yaml").read_text())
        meta |= {"number": 2, "code": "CL-2", "based_on": 1}
        (place / "model.yaml").write_text(yaml.safe_dump(meta))
        walker.after(hours=1)
        drafting.apply_files(place, actor=SYSTEM, publish=True, at=walker.now)
        for _ in range(3):
            walker.walk(walker.submit())
        walker.after(days=14)
        project.rebuild_all()
        grow(8)
        yield walker, key, stage
        transaction.set_rollback(True)


def whole():
    found = parse({})
    return replace(found, start=found.start, end=found.now)


def test_every_name_is_computed_and_nothing_else():
    assert set(measured.COMPUTED) == set(FIGURES)


def test_a_figure_is_that_of_the_dashboard(clinic, db):
    _walker, _key, stage = clinic
    scope = whole()
    user = User.objects.get(username="beat")
    asked = [Asked(query, STREAM, stage) for query in FIGURES]
    read = {one.query: found for one, found in measured.read(asked, scope).items()}
    page = streams.page(STREAM, scope, user)
    summary, day = page.summary, page.row.day_s
    step = next(row for row in page.stages if row.key == stage)

    def shown(value, unit=1):
        return Decimal(str(value / unit)).quantize(measured.PLACES)

    assert summary.finished >= 20
    assert read["lead-p50"].value == shown(summary.lead.p50.business, day)
    assert read["lead-p85"].value == shown(summary.lead.p85.business, day)
    assert read["lead-mean"].value == shown(summary.lead.mean.business, day)
    assert read["stay-mean"].value == shown(step.stay.business, day)
    assert read["within-promise"].value == shown(100 * summary.promise.share)
    assert read["returned"].value == shown(100 * summary.handoffs.rate)
    assert read["efficiency"].value == shown(100 * summary.efficiency.share)
    assert (read["finished"].value, read["finished"].n) == (summary.finished, summary.finished)
    assert read["within-promise"].n == summary.promise.n
    assert read["stay-mean"].n == step.n
    everything = flow.summary(scope, user)
    assert everything.lead.n == read["lead-p50"].n


def test_under_five_there_is_no_value(clinic, db):
    scope = whole()
    first = measured.over_days(scope, *[scope.now.date() - timedelta(days=1)] * 2)
    (found,) = measured.read([Asked("lead-p50", STREAM)], first).values()
    assert (found.value, found.n) == (None, 0)


def test_each_period_is_written_down_once(clinic, db, capsys):
    _walker, key, _stage = clinic
    call_command("observe_measures")
    rows = list(Observation.objects.order_by("series", "period_start"))
    assert f"{len(rows)} observations recorded" in capsys.readouterr().out
    assert {row.series.measure.key for row in rows} == {key, "stay-there"}
    for row in rows:
        assert (row.period_end - row.period_start).days == 6
        assert (row.source, row.version.code) == ("computed", "CL-2")
        scope = measured.over_days(parse({}), row.period_start, row.period_end)
        stage = clinic[2] if row.query == "stay-mean" else ""
        (found,) = measured.read([Asked(row.query, STREAM, stage)], scope).values()
        assert (found.value, found.n) == (row.value, row.n)
        assert row.n >= 5
    assert observe.observe_measures() == 0
    assert Observation.objects.count() == len(rows)
    (event,) = chains.events_of(rows[0].series)[:1]
    assert (event.type, event.data["query"]) == ("observation.recorded", rows[0].query)
    assert event.actor == "system:observe"


def test_a_model_says_what_is_missing_of_a_figure(tmp_path):
    place = tmp_path / "model"
    key, _stage = with_figures(place)
    for name, changes, sentence in (
        (key, {"value_stream": None}, "names figure `lead-p50` and no stream"),
        ("stay-there", {"stage": None}, "names figure `stay-mean` and no stage"),
        ("stay-there", {"stage": "nowhere"}, "names stage `nowhere`, which does not exist"),
        (key, {"query": "lead-p99"}, "there is no figure “lead-p99”"),
    ):
        file = place / "measure" / f"{name}.yaml"
        before = file.read_text()
        given = yaml.safe_load(before)
        given["spec"] |= changes
        file.write_text(yaml.safe_dump(given))
        with pytest.raises(ModelFilesError, match=re.escape(sentence)):
            read_directory(place)
        file.write_text(before)


def test_versions_are_known(clinic, db):
    assert versions.published().code == "CL-2"
