"""The description of the API: current, valid, and every refusal explained."""

import re
from pathlib import Path

import pytest
import yaml
from django.urls import URLPattern, get_resolver
from openapi_spec_validator import OpenAPIV31SpecValidator

from esm.accounts.api.permissions import HasScope
from esm.accounts.choices import TokenScope
from esm.api_urls import EXPLAINED
from esm.common.api.docs import description
from esm.common.api.views import Missing
from esm.common.problems import TITLES
from governance.api.views.me import Me
from governance.policies import RULES

ROOT = Path(__file__).resolve().parents[2]
SNAPSHOT = ROOT / "docs" / "api" / "openapi.yaml"
# Raised by pure modules on models that the checks before publishing refuse, or by the browser.
ELSEWHERE = {
    "expression", "calendar", "engine", "on-detour", "outside-branch", "unknown-token",
    "unknown-stage", "not-upstream", "no-way", "endless", "still-open", "unsound", "log-file",
}  # fmt: skip
# Commands whose body names what may not be there; content that is held until it was scanned.
NAMED_IN_BODIES = {
    "/api/v1/improvements",
    "/api/v1/inbox/follow",
    "/api/v1/searches/dismiss",
    "/api/v1/searches/restore",
    "/api/v1/searches/synonym",
    "/api/v1/views",
}


def views():
    resolver = get_resolver("esm.api_urls")
    stack, found = list(resolver.url_patterns), []
    while stack:
        item = stack.pop()
        if isinstance(item, URLPattern):
            found.append(item)
        else:
            stack += item.url_patterns
    return [getattr(p.callback, "cls", None) for p in found if p.name and p.name != "api-schema"]


def test_the_snapshot_is_what_the_code_serves():
    assert yaml.load(SNAPSHOT.read_text(), yaml.CSafeLoader) == description(), (
        "run ./manage.py spectacular --validate --file docs/api/openapi.yaml"
    )


def test_the_description_is_valid():
    found = description()
    assert found["openapi"] == "3.1.0"
    assert list(OpenAPIV31SpecValidator(found).iter_errors()) == []


def test_every_operation_has_a_summary_a_scope_and_its_refusals():
    for path, methods in description()["paths"].items():
        for method, told in methods.items():
            assert told["summary"], path
            if told["operationId"] != "me":
                assert told["x-token-scope"] in TokenScope.values, path
            # 409 also for reading: a program whose role has ended is told what is in force.
            assert {"400", "401", "403", "409", "429", "503"} <= told["responses"].keys()
            named = "{" in path or (method == "post" and path in NAMED_IN_BODIES)
            assert ("404" in told["responses"]) == named, path


def test_every_address_asks_tokens_for_a_scope():
    api = [view for view in views() if view is not None]
    assert len(api) > 40
    open_to_all = [view for view in api if HasScope not in view.permission_classes]
    assert open_to_all == [Me] and Missing not in api
    assert [view for view in api if view is not Me and not view.scopes] == []


def test_no_database_id_is_told():
    text = SNAPSHOT.read_text()
    assert not re.search(r"^\s+(id|pk|\w+_id|user|user_id):", text, re.M)


def test_every_code_is_explained_once():
    codes = [one.code for one in EXPLAINED]
    assert len(codes) == len(set(codes))
    assert {action.replace(".", "-") for action in RULES} <= set(codes)
    raised = set()
    for app in ("esm", "governance", "catalog", "workflows", "valueflow"):
        for path in (ROOT / app).rglob("*.py"):
            if "management" not in path.parts and "ui" not in path.parts:
                raised |= set(re.findall(r'\bcode ?= ?"([a-z-]+)"', path.read_text()))
    assert raised - set(codes) == ELSEWHERE & raised
    assert {one.status for one in EXPLAINED} == TITLES.keys()


def test_every_kind_of_problem_has_its_place_on_the_page(client, db):
    page = client.get("/api/docs/problems/")
    text = page.content.decode()
    assert page.status_code == 200
    for one in EXPLAINED:
        assert f'id="{one.code}"' in text


def test_the_page_lists_every_operation_without_a_script_of_its_own(client, db):
    page = client.get("/api/docs/")
    text = page.content.decode()
    assert page.status_code == 200
    for methods in description()["paths"].values():
        for told in methods.values():
            assert f'id="{told["operationId"]}"' in text
    assert "http://" not in text and "https://" not in text
    assert "script-src 'self'" in page["Content-Security-Policy"]


@pytest.mark.parametrize("form", ["", "?format=json"])
def test_the_description_is_served(client, form):
    for _ in ("written", "kept"):
        answer = client.get(f"/api/schema/{form}")
        assert answer.status_code == 200
        assert answer.headers["Content-Type"] == "application/vnd.oai.openapi; charset=utf-8"
        assert yaml.load(answer.content, yaml.CSafeLoader) == description()
