"""Findings that need to know who there is: six queries, however large the model."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from esm.events.actors import SYSTEM
from governance.blueprint.lint import NOTHING
from governance.models import Role, RoleAssignment
from governance.selectors.plans import findings_of
from governance.selectors.versions import load_blueprint
from governance.services import roles
from governance.services.drafting import apply_files
from tests.governance import small
from tests.governance.conftest import NOW

pytestmark = pytest.mark.django_db


def holding(bp):
    return [(f.rule, f.severity, f.key, f.sentence) for f in findings_of(bp) if f.rule == "GOV12"]


def test_two_roles_in_one_hand(staff, published):
    content = small.specs()
    rule = {"kind": "static", "a": "buyer", "b": "head-baker"}
    content["SodRule", "who-buys-never-bakes"] = rule
    version = apply_files(small.model(2, content), actor=SYSTEM, publish=True).version
    bp = load_blueprint(version.pk)
    assert holding(bp) == []
    role = Role.objects.get(key="head-baker")
    roles.assign_role(staff["bruno"], role, since=NOW, actor=SYSTEM)
    with CaptureQueriesContext(connection) as queries:
        assert holding(bp) == [
            (
                "GOV12",
                "error",
                "who-buys-never-bakes",
                "Bruno Balt holds both `buyer` and `head-baker`,"
                " which `who-buys-never-bakes` keeps apart.",
            )
        ]
    assert len(queries) == 7
    RoleAssignment.objects.filter(role=role, person=staff["bruno"]).delete()
    assert holding(bp) == []


def test_definitions_alone_are_judged_without_a_query(published):
    bp = load_blueprint(published.pk)
    with CaptureQueriesContext(connection) as queries:
        findings_of(bp, NOTHING)
    assert len(queries) == 0
