"""Twelve faults in the clinic are found, all of them and nothing else: from files to pages."""

import re
from io import StringIO

import pytest
from django.core.management import call_command

from esm.common import clock
from governance import registries
from governance.blueprint.blueprint import Blueprint
from governance.blueprint.elements import Element
from governance.blueprint.files import read_directory, write_directory
from governance.blueprint.lint import CODES, NOTHING, lint
from governance.blueprint.serialise import build_spec
from governance.models import ModelVersion
from governance.selectors.model_page import version_page
from tests.governance.lint.planted import all_faults, facts_of, people_text, planted
from tests.support import CLINIC, START, WEEK_ONE, client

FAULTS = all_faults()
MODEL = read_directory(CLINIC / "model")
LINE = re.compile(r"(blocker|error|warning|info) ([A-Z]{3}\d\d) (\w+) ([\w-]+): (.+)")
AREAS = {"people", "process", "technology", "governance", "value", "adoption"}


def subjects(findings):
    return sorted((f.rule, f.severity, f.kind, f.key, f.part) for f in findings)


def expected(faults):
    return sorted(fault.finding for fault in faults)


def run(*arguments):
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue().splitlines()


def listed(lines):
    """What the command tells of findings: severity, rule, kind and key."""
    return sorted(found.groups()[:4] for line in lines if (found := LINE.fullmatch(line)))


def told(faults):
    return sorted((severity, rule, kind, key) for rule, severity, kind, key, _ in expected(faults))


def test_there_are_twelve_from_everywhere():
    assert len(FAULTS) == 12
    assert {fault.area for fault in FAULTS} == AREAS
    assert len({fault.fingerprint for fault in FAULTS}) == 12
    assert len({fault.finding[0] for fault in FAULTS}) == 12
    assert {fault.finding[0] for fault in FAULTS} <= CODES.keys()


@pytest.fixture
def hour():
    """When the clinic is looked at."""
    with clock.frozen(START):
        yield START


def applied(faults, path):
    """The clinic with some faults: its files, then its people, by the commands."""
    elements = planted(MODEL.elements, faults)
    write_directory(path / "model", MODEL.meta, elements.values())
    (path / "people.yaml").write_text(
        people_text((CLINIC / "people.yaml").read_text(), faults), encoding="utf-8"
    )
    run("model", "apply", str(path / "model"), "--publish")
    run("people", "apply", str(path / "people.yaml"), "--anchor", WEEK_ONE.isoformat())
    return ModelVersion.objects.get()


@pytest.mark.django_db
def test_the_twelve_and_no_other(hour, tmp_path):
    version = applied(FAULTS, tmp_path)
    page = client("livia").get(f"/model/{version.code}/")
    found = page.context["page"].findings
    assert subjects(found) == expected(FAULTS)
    assert {one.fingerprint for one in found} == {fault.fingerprint for fault in FAULTS}
    text = page.content.decode()
    assert text.count('<li class="finding">') == 12
    assert subjects(version_page(version, None).findings) == expected(FAULTS)
    lines = run("model", "plan", str(tmp_path / "model"))
    assert "12 findings" in lines
    assert listed(lines) == told(FAULTS)


@pytest.mark.django_db
def test_the_clinic_as_it_is_has_none(clinic, tmp_path):
    version = ModelVersion.objects.get()
    page = client("livia").get(f"/model/{version.code}/")
    assert page.context["page"].findings == ()
    assert "Every check passes." in page.content.decode()
    assert "0 findings" in run("model", "plan", str(CLINIC / "model"))


PEOPLE = (CLINIC / "people.yaml").read_text()
WHOLE = Blueprint.from_elements(MODEL.elements.values()).kept()


def found_in(faults):
    """What all checks find in the clinic with some faults, without a database."""
    bp = Blueprint.from_elements(planted(MODEL.elements, faults).values())
    return lint(
        WHOLE.followed_by(bp), facts_of(people_text(PEOPLE, faults)), registries.lint_rules()
    )


@pytest.mark.parametrize("mended", FAULTS, ids=lambda fault: fault.name)
def test_one_mended_leaves_eleven(mended):
    left = [fault for fault in FAULTS if fault is not mended]
    assert subjects(found_in(left)) == expected(left)


@pytest.mark.parametrize("only", FAULTS, ids=lambda fault: fault.name)
def test_one_alone_is_found_alone(only):
    assert subjects(found_in([only])) == [only.finding]


def test_a_fault_of_a_workflow_keeps_its_name_when_another_is_mended():
    drawn = planted(MODEL.elements, [FAULTS[2]])
    content = drawn["Workflow", "lens-surgery-path"].spec.model_dump()
    ahead = {"key": "call", "name": "Call", "kind": "work", "team": "ward"}
    ahead["accountable_role"] = "ward-nurse"
    content["stages"] = [ahead, *content["stages"]]
    workflow = build_spec("Workflow", content)
    drawn["Workflow", "lens-surgery-path"] = Element("Workflow", "lens-surgery-path", 1, workflow)
    found = [
        one
        for one in lint(Blueprint.from_elements(drawn.values()), NOTHING, registries.lint_rules())
        if one.rule == "PRC03"
    ]
    assert [one.part for one in found] == ["aftercare", "call", "call/2"]
    assert found[0].fingerprint == FAULTS[2].fingerprint
