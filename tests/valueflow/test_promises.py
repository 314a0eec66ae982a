"""What was promised, what came of it, and where requests waited while it was not kept."""

import re
import shutil
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
import yaml
from django.db import transaction
from django.test import override_settings

from catalog.models import BenefitDecision
from catalog.services.benefits import decide_benefit
from esm.accounts.models import User
from esm.common.errors import Invalid, InvalidState, NotAllowed, NotFound
from esm.events.actors import SYSTEM
from esm.events.selectors import chains
from governance.blueprint.lint import Facts, lint
from governance.blueprint.measuring import verdict
from governance.registries import flow_at
from governance.selectors.people import actor_for
from governance.selectors.versions import blueprint, published
from governance.services import drafting
from tests.support import client
from tests.valueflow.test_dashboard import grow
from tests.valueflow.walker import CLINIC, Walker
from valueflow.models import FactRequest
from valueflow.selectors import drill, flow, measured, naming, objectives, promises, why
from valueflow.selectors.scope import parse
from valueflow.services import project
from valueflow.services.observe import observe_measures

pytestmark = pytest.mark.django_db
STREAM = next((CLINIC / "model" / "value-stream").glob("*.yaml")).stem
TECHNOLOGY = next((CLINIC / "model" / "technology").glob("*.yaml")).stem
OWNER = "practice-manager"


def put(place, kind, key, spec):
    """One element as a file."""
    folder = place / re.sub(r"(?<!^)(?=[A-Z])", "-", kind).lower()
    folder.mkdir(exist_ok=True)
    content = {"kind": kind, "key": key, "schema": 1, "spec": spec}
    (folder / f"{key}.yaml").write_text(yaml.safe_dump(content))


def promising(place):
    """The clinic with a promise that is kept, one that is not, and one in words only."""
    shutil.copytree(CLINIC / "model", place)
    meta = yaml.safe_load((place / "model.yaml").read_text())
    (place / "model.yaml").write_text(
        yaml.safe_dump(meta | {"number": 2, "code": "CL-2", "based_on": 1})
    )
    measure = {
        "name": "Half ready within", "outcome": "seeing-soon", "unit": "business days",
        "direction": "down", "source": "flow", "query": "lead-p50", "value_stream": STREAM,
        "owner_role": OWNER, "baseline": "900", "baseline_from": "2026-06-01",
        "baseline_to": "2026-08-01", "baseline_n": 40, "target": "800",
        "target_due": "2026-08-31",
    }  # fmt: skip
    put(place, "Measure", "ready", measure)
    put(place, "Measure", "never", measure | {"baseline": "0.9", "target": "0.0001"})
    benefit = {
        "title": "Ready sooner", "promise": "Much sooner.", "promise_kind": "speed",
        "technology": TECHNOLOGY, "accountable_role": OWNER, "due": "2026-08-31",
    }  # fmt: skip
    put(place, "Benefit", "kept", benefit | {"measures": ["ready"]})
    put(place, "Benefit", "missed", benefit | {"measures": ["never"], "title": "At once"})
    put(place, "Benefit", "words", benefit | {"title": "Less worry"})


@pytest.fixture(scope="module")
def _walked(django_db_setup, django_db_blocker, tmp_path_factory):
    settings = override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("files"))
    place = tmp_path_factory.mktemp("clinic") / "model"
    with django_db_blocker.unblock(), settings, transaction.atomic(), Walker(seed=3) as walker:
        walker.publish()
        promising(place)
        walker.after(hours=1)
        drafting.apply_files(place, actor=SYSTEM, publish=True, at=walker.now)
        for _ in range(3):
            walker.walk(walker.submit())
        walker.submit()
        walker.after(minutes=5)
        project.rebuild_all()
        grow(8)
        yield walker
        transaction.set_rollback(True)


@pytest.fixture
def clinic(_walked, db):
    start = _walked.now
    yield _walked
    _walked.now = start


def steward():
    return User.objects.get(is_steward=True)


def test_a_verdict_is_said_of_the_dashboards_own_figure(clinic):
    found = {one.key: one for one in promises.promised()}
    assert {key: one.verdict.word for key, one in found.items()} == {
        "kept": "realised", "missed": "not_realised", "words": "not_measurable",
    }  # fmt: skip
    one = found["kept"]
    summary = flow.summary(replace(one.scope, stream=STREAM), steward())
    day = summary.lead.p50.business / 28_800
    assert one.verdict.now.value == Decimal(str(day)).quantize(measured.PLACES)
    assert one.verdict.now.n == summary.finished >= 20
    assert one.scope.period == "since-CL-2"
    assert one.verdict == verdict(one.goal, [one.verdict.now], clinic.now.date())
    assert (found["words"].measure, found["words"].overdue) == (None, True)
    assert (found["missed"].overdue, one.overdue) == (True, False)
    phase = promises.phases(one)[-1]
    assert (phase.version, phase.reading.n) == ("CL-2", one.verdict.now.n)


def test_who_answers_decides_on_what_is_overdue(clinic):
    manager = actor_for(steward())
    until = clinic.now.date() + timedelta(days=90)
    made = decide_benefit("missed", outcome="extend", due=until, reason="New rooms", actor=manager)
    one = promises.promised_one("missed")
    assert (one.due, one.goal.due, one.overdue, one.verdict.word) == (until, until, False, "behind")
    (event,) = chains.events_of(made.case)
    assert (event.type, event.data) == (
        "benefit.decided",
        {"benefit": "missed", "outcome": "extend", "due": until.isoformat(),
         "model_version": published().code},
    )  # fmt: skip
    assert event.private == {"reason": "New rooms"}
    decide_benefit("missed", outcome="stop", reason="Enough", actor=manager)
    assert promises.promised_one("missed").ended
    with pytest.raises(InvalidState, match="is stopped already"):
        decide_benefit("missed", outcome="withdraw", reason="Again", actor=manager)
    with pytest.raises(NotFound):
        decide_benefit("gone", outcome="stop", reason="Enough", actor=manager)
    outsider = actor_for(User.objects.filter(is_steward=False, persons__isnull=False).first())
    with pytest.raises(NotAllowed, match="Only who answers for a benefit"):
        decide_benefit("words", outcome="stop", reason="Enough", actor=outsider)
    assert BenefitDecision.objects.count() == 2


@pytest.mark.parametrize(
    ("given", "fields"),
    [
        ({"outcome": "extend"}, {"due"}),
        ({"outcome": "extend", "due": date(2026, 9, 1)}, {"due"}),
        ({"outcome": "extend", "due": date(2090, 9, 1)}, {"due"}),
        ({"outcome": "stop", "due": date(2090, 9, 1)}, {"due"}),
        ({"outcome": "later", "reason": " "}, {"outcome", "reason"}),
    ],
)
def test_a_decision_says_what_is_missing(clinic, given, fields):
    with pytest.raises(Invalid) as refused:
        decide_benefit("missed", **{"reason": "So", **given}, actor=actor_for(steward()))
    assert set(refused.value.errors) == fields


def test_where_requests_waited_adds_up_to_what_the_dashboard_says(clinic):
    one = promises.promised_one("missed")
    found = why.why(TECHNOLOGY, one.scope, published().pk, steward())
    (stream,) = found.streams
    split = next(s for s in flow.summary(one.scope, steward()).splits if s.stream == STREAM)
    waited = sum(t.business for kind, t in split.kinds.items() if kind != "working")
    assert stream.waited == pytest.approx(waited / stream.day_s)
    assert sum(p.share for p in stream.places) == pytest.approx(1)
    assert [p.waited for p in stream.places] == sorted(p.waited for p in stream.places)[::-1]
    assert any(place.supported for place in stream.places)
    names = naming.names(None)
    for place in stream.places:
        behind = drill.drill(
            replace(one.scope, stream=STREAM), steward(), names, "finished", {"stage": place.key}
        )
        assert behind.total == place.row.n
    owned = [place for place in stream.places if place.role]
    assert owned and all(place.holders for place in owned[:1])


def test_too_few_are_not_shown(clinic):
    scope = replace(parse({}), start=clinic.now, end=clinic.now + timedelta(hours=1))
    (stream,) = why.why(TECHNOLOGY, scope, published().pk, steward()).streams
    assert not stream.enough
    assert {place.waited for place in stream.places} == {0.0}


def test_the_pages_lead_from_a_missed_promise_to_named_steps(clinic):
    browser = client(steward().username)
    listed = browser.get("/technology/").content.decode()
    assert "Of 3 promises 1 came true, 1 did not so far, and of 1 nobody can tell." in listed
    page = browser.get(f"/technology/{TECHNOLOGY}/").content.decode()
    assert "Promised in words only: no measure says from what to what" in page
    (address,) = set(re.findall(r'href="(/technology/[^"]+/why/missed/)"', page))
    reasons = browser.get(address).content.decode()
    stream = why.why(
        TECHNOLOGY, promises.promised_one("missed").scope, published().pk, steward()
    ).streams[0]
    assert f"waited longest at {stream.places[0].row.name}" in reasons
    for link in set(re.findall(r'href="(/(?:flow|streams|model|roles)/[^"#]*)"', reasons)):
        assert browser.get(link.replace("&amp;", "&")).status_code == 200
    assert browser.get(f"/technology/{TECHNOLOGY}/why/words/").status_code == 200
    for gone in ("/technology/gone/", f"/technology/{TECHNOLOGY}/why/gone/", "/measures/gone/"):
        assert browser.get(gone).status_code == 404
    kept = browser.post("/benefits/missed/decide/", {"outcome": "stop", "reason": "Enough"})
    assert (kept.status_code, kept["Location"]) == (302, f"/technology/{TECHNOLOGY}/")
    assert "Stopped on" in browser.get(f"/technology/{TECHNOLOGY}/").content.decode()


def test_the_checks_hear_what_is_overdue_and_of_what_there_is_no_news(clinic):
    bp = blueprint(published())
    flow_of = flow_at(bp, clinic.now)
    assert flow_of.unrealised == {"missed", "words"}
    found = lint(bp, Facts(flow=flow_of, today=clinic.now.date()))
    assert [one.key for one in found if one.rule == "VAL06"] == ["missed", "words"]
    assert flow_of.periods_without == {}
    clinic.after(days=92)
    late = flow_at(bp, clinic.now).periods_without
    assert late == {"ready": 2, "never": 2, "days-to-theatre": 2}
    observe_measures()
    assert set(flow_at(bp, clinic.now).periods_without) == {"days-to-theatre"}
    decide_benefit("missed", outcome="stop", reason="Enough", actor=actor_for(steward()))
    assert flow_at(bp, clinic.now).unrealised == {"words"}


def test_objectives_down_to_work_in_flight(clinic):
    flying = FactRequest.objects.filter(outcome="open").count()
    tree = objectives.tree(parse({}))
    outcome = next(o for branch in tree for o in branch.outcomes if o.key == "seeing-soon")
    assert {one.key for one in outcome.measures} >= {"ready", "never"}
    (stream,) = outcome.streams
    assert stream.in_flight == flying >= 1
    assert [link.key for link in stream.technologies] == [TECHNOLOGY]
    page = client(steward().username).get("/objectives/").content.decode()
    assert f"{flying} requests in flight" in page
    assert "Half ready within" in page


def test_measures_are_recorded_and_corrected_on_pages(clinic):
    browser = client(steward().username)
    page = browser.get("/measures/ready/").content.decode()
    assert "/measures/ready/record/" not in page
    assert browser.get("/measures/ready/record/")["Location"] == "/measures/ready/"
    key = "days-to-theatre"
    typed = {"since": "2026-08-01", "until": "2026-08-31", "value": "x", "n": "", "note": "Kept"}
    wrong = browser.post(f"/measures/{key}/record/", typed)
    assert wrong.status_code == 400
    assert "Write a number, such as 1.4." in wrong.content.decode()
    assert 'value="2026-08-31"' in wrong.content.decode()
    assert browser.post(f"/measures/{key}/record/", typed | {"value": "21,5"}).status_code == 302
    page = browser.get(f"/measures/{key}/").content.decode()
    (address,) = re.findall(r'href="(/observations/\d+/correct/)"', page)
    assert browser.post(address, {"value": "20", "reason": ""}).status_code == 400
    assert browser.post(address, {"value": "20", "reason": "Miscounted"}).status_code == 302
    page = browser.get(f"/measures/{key}/").content.decode()
    assert "20 business days" in page
    assert "21.5 business days" not in page
