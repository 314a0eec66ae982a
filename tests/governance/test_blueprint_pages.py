"""Pages of the blueprint: each figure equals its list, and every link keeps the version read."""

import re
from datetime import timedelta

import pytest

from esm.accounts.models import User
from esm.common import clock
from esm.events.actors import SYSTEM
from governance.blueprint.completeness import checks, score, scores
from governance.blueprint.serialise import build_spec
from governance.selectors import versions
from governance.services import drafting, drafts
from governance.services.drafting import apply_files
from governance.views import printing
from tests.governance import small
from tests.governance.conftest import NOW
from tests.support import client

pytestmark = pytest.mark.django_db
TILL = {"name": "Till", "kind": "application", "lifecycle": "adopted", "no_strategy": "The law.",
        "supports": [{"stage": "take", "mode": "records"}]}  # fmt: skip


@pytest.fixture
def page(staff):
    visitor = client("ben")

    def get(address, status=200):
        answer = visitor.get(address)
        assert answer.status_code == status, answer.content.decode()[:500]
        return " ".join(re.sub(r"<(?!/?(?:a|mark)\b)[^>]*>", " ", answer.content.decode()).split())

    return get


def listed(visitor, address):
    """Rows of the list, over all its pages."""
    found, number = 0, 1
    while True:
        answer = visitor.get(f"{address}&page={number}").content.decode()
        body = answer.partition("<tbody>")[2].partition("</tbody>")[0]
        found += body.count("<tr")
        number += 1
        if f"page={number}" not in answer:
            return found


def test_every_figure_of_the_whole_equals_the_list_behind_it(page, published):
    bp = versions.blueprint(published)
    found = checks(bp)
    whole = score(found)
    shown = page("/blueprint/")
    assert "Blueprint of Bakery" in shown
    assert f"{whole.met} of {whole.total}" in shown
    visitor = client("ben")
    for part, one in scores(found).items():
        assert f"{one.met} of {one.total}" in shown
        assert listed(visitor, f"/blueprint/missing/?part={part}") == one.total
        assert listed(visitor, f"/blueprint/missing/?part={part}&state=missing") == one.missing
    for code in ("stage-system", "team-lead"):
        mine = score(one for one in found if one.code == code and not one.met)
        assert listed(visitor, f"/blueprint/missing/?code={code}&state=missing") == mine.total
    for home in {one.department for one in found}:
        mine = score(one for one in found if one.department == home)
        address = f"/blueprint/missing/?department={home}&state=missing"
        assert listed(visitor, address) == mine.missing
        assert address.replace("&", "&amp;").split("?")[1].split("&")[0] in shown


def test_what_is_missing_is_named_with_who_answers_for_it(page):
    shown = page("/blueprint/missing/?stream=flour-to-bread&state=missing&part=technology")
    for stage in ("Take the order", "Agree the price"):
        assert re.search(rf"{stage}</a>.*?done by hand.*?Buyer</a>", shown)
    page("/blueprint/missing/?role=night-watch&state=missing", 404)


def test_departments_streams_and_roles_have_their_blueprint(page):
    assert "Bakers" in page("/blueprint/departments/oven/")
    assert "flour" in page("/blueprint/streams/flour-to-bread/").lower()
    shown = page("/blueprint/roles/buyer/")
    assert 'href="/roles/buyer/"' in shown
    assert 'href="/blueprint/roles/buyer/"' in page("/roles/buyer/")
    for wrong in ("departments/moon", "streams/moon", "roles/moon", "retire/moon"):
        page(f"/blueprint/{wrong}/", 404)
    for wrong in ("code=moon", "part=moon", "state=moon", "stream=moon", "version=OM-9"):
        page(f"/blueprint/missing/?{wrong}", 404)


@pytest.fixture
def two(published, staff):
    """A second version, three days later, with a till that records the order."""
    with clock.frozen(NOW + timedelta(days=3)):
        content = {**small.specs(), ("Technology", "till"): TILL}
        apply_files(small.model(2, content), actor=SYSTEM, publish=True)
    versions.forget_current()
    with clock.frozen(NOW + timedelta(days=6)):
        yield


def test_as_of_a_day_the_version_of_that_day_is_read_and_links_keep_it(two, page):
    assert "OM-2 says" in page("/blueprint/")
    then = page("/blueprint/?on=2026-03-03")
    assert "OM-1 says" in then and "OM-1 was in force. All links" in then
    kept = re.findall(r'href="(/blueprint/[^"]*)"', then)
    assert len(kept) > 20
    others = [one for one in kept if "on=2026-03-03" not in one and one != "/blueprint/"]
    assert others == []
    page("/blueprint/retire/till/")
    page("/blueprint/retire/till/?on=2026-03-03", 404)
    on_model = page("/model/?on=2026-03-03")
    assert "OM-1 was in force" in on_model and 'href="/model/OM-1/team/"' in on_model
    assert "OM-2 says" in page("/blueprint/?on=2026-03-05")


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("soon", "“soon” is no day; write it like 2026-03-31."),
        ("2026-02-30", "is no day"),
        ("2031-01-01", "still to come"),
        ("2020-01-01", "Nothing was in force on that day; choose 2 March 2026 or later."),
    ],
)
def test_a_day_that_cannot_be_shown_says_why_and_shows_what_is_in_force(page, day, said):
    shown = page(f"/blueprint/?on={day}")
    assert said in shown and "OM-1 says" in shown
    assert said in page(f"/model/?on={day}")


def test_a_draft_is_read_by_stewards_alone(page, published):
    draft = drafts.begin_draft(title="Till", actor=SYSTEM)
    drafting.edit_element(draft, "Technology", "till", TILL, expected_hash=None, actor=SYSTEM)
    page("/blueprint/support/?version=OM-2", 404)
    User.objects.filter(username="ben").update(is_steward=True)
    shown = page("/blueprint/support/?version=OM-2")
    assert "You read OM-2, which is draft" in shown
    assert "3 stages: 1 done by hand, 0 recorded by more than one system." in shown
    assert "3 stages: 2 done by hand" in page("/blueprint/support/")
    assert "Take the order" not in page("/blueprint/support/?version=OM-2&show=hand")


def test_the_retire_view_names_what_a_system_takes_along(two, page):
    shown = page("/blueprint/retire/till/")
    assert "Stages: 1 , of which 1 lose their only system. Services: 1 . Outcomes: 1 ." in shown
    chosen = client("ben").get("/blueprint/retire/?technology=till&on=2026-03-06")
    assert (chosen.status_code, chosen["Location"]) == (
        302,
        "/blueprint/retire/till/?on=2026-03-06",
    )


def test_the_strategy_board_names_what_stands_alone(two, page):
    shown = page("/blueprint/strategy/")
    assert 'Objectives without a stream or service: <a href="#objectives">0</a>' in shown
    assert "Nothing said" in shown
    assert "none needed The law." in shown


def test_words_in_the_model_are_found_with_what_stands_around_them(page):
    shown = page("/blueprint/search/?q=rises")
    assert "1 element of OM-1 with “rises”." in shown
    assert "Purpose: So that it <mark>rises</mark>" in shown
    assert "Nothing found" in page("/blueprint/search/?q=bicycle")
    assert "&lt;b&gt;" in page("/blueprint/search/?q=%3Cb%3E%00")
    assert "every word must stand" in page("/blueprint/search/?q=")


def test_a_version_is_printed_whole_and_given_as_a_file(two, page, published):
    shown = page("/blueprint/print/?version=OM-1")
    bp = versions.blueprint(published)
    assert bp.content_hash.hex() in shown
    for title in ("Departments", "Handoff agreements", "Decision rights", "Outcomes", "Findings"):
        assert title in shown
    assert "Take the order Counter Buyer" in shown
    assert "Take the order → Agree the price" in shown
    assert "Till" not in shown and "Till" in page("/blueprint/print/")
    answer = client("ben").get("/blueprint/version.json?version=OM-1")
    told = answer.json()
    assert answer["Content-Disposition"] == 'attachment; filename="OM-1.json"'
    assert told["content_hash"] == bp.content_hash.hex()
    built = {(o["kind"], o["key"]): build_spec(o["kind"], o["spec"]) for o in told["elements"]}
    assert built == bp.specs()


def test_a_large_version_is_sent_as_it_is_made(staff, monkeypatch):
    visitor = client("ben")
    whole = visitor.get("/blueprint/print/").content.decode()
    monkeypatch.setattr(printing, "LARGE", 1)
    streamed = visitor.get("/blueprint/print/")
    assert streamed.streaming
    pieces = list(streamed.streaming_content)
    assert len(pieces) > 10
    body = b"".join(pieces).decode()
    assert whole.count("<h4>") == body.count("<h4>") > 20
    assert visitor.get("/blueprint/version.json").streaming
