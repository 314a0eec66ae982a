"""Questions about strategy, Q13 to Q17: exact figures, and the list behind each count."""

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal

import pytest
import yaml
from django.db import connection, transaction
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from catalog.services.benefits import decide_benefit
from catalog.services.observations import Observed, record_observation
from esm.accounts.models import User
from esm.events.actors import SYSTEM
from governance.models import FindingSpell, RoleAssignment
from governance.selectors import findings, versions
from governance.selectors.people import actor_for
from governance.services import drafting
from governance.services.findings import keep_findings
from tests.valueflow.asking import ask, cells, followed
from tests.valueflow.test_dashboard import grow
from tests.valueflow.test_promises import STREAM, promising, put
from tests.valueflow.walker import CLINIC, Walker
from valueflow.engine.benefits import Due, kept
from valueflow.engine.clarity import Must, clear
from valueflow.models import FactRequest, FactVisit
from valueflow.selectors import alignment, drill_serving, population, promises, value_report
from valueflow.selectors.scope import parse
from valueflow.services import project
from workflows.models import Request
from workflows.selectors.serving import line_of_sight

pytestmark = pytest.mark.django_db
SLUGS = ["strategy", "outcomes", "technologies", "fragile", "clarity"]


def strategic(place):
    """The clinic with promises, an objective nothing serves and a stream that serves none."""
    promising(place)
    put(place, "Objective", "alone", {
        "code": "O9", "title": "Nobody works on it", "owner_role": "practice-manager",
    })  # fmt: skip
    put(place, "ValueStream", "aside", {
        "name": "Aside", "trigger": "It is asked for", "value": "It is there",
        "owner_role": "practice-manager",
    })  # fmt: skip
    path = next((place / "workflow").glob("*.yaml"))
    flow = yaml.safe_load(path.read_text())
    flow["spec"]["stages"][1]["skills"] = [{"skill": "reading", "level": 3, "headcount": 2}]
    path.write_text(yaml.safe_dump(flow))
    put(place, "Skill", "reading", {"name": "Reading scans"})
    vague = {
        "name": "Some day", "outcome": "seeing-soon", "unit": "days", "direction": "down",
        "source": "asked", "owner_role": "practice-manager", "value_stream": STREAM,
    }  # fmt: skip
    put(place, "Measure", "vague", vague)
    felt = {"unit": "%", "direction": "up", "baseline": "50", "target": "90", "baseline_n": 30}
    days = {"baseline_from": "2026-06-01", "baseline_to": "2026-08-01", "target_due": "2026-12-31"}
    put(place, "Measure", "felt", vague | {"name": "It feels good"} | felt | days)
    path = place / "value-stream" / f"{STREAM}.yaml"
    stream = yaml.safe_load(path.read_text())
    stream["spec"]["criticality"] = "critical"
    path.write_text(yaml.safe_dump(stream))


@pytest.fixture(scope="module")
def _walked(django_db_setup, django_db_blocker, tmp_path_factory):
    settings = override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("files"))
    place = tmp_path_factory.mktemp("clinic") / "model"
    with django_db_blocker.unblock(), settings, transaction.atomic(), Walker(seed=3) as walker:
        walker.publish()
        strategic(place)
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


@pytest.fixture
def steward(clinic):
    return User.objects.get(is_steward=True)


def test_which_work_serves_which_objective(clinic, steward):
    done = FactRequest.objects.filter(outcome="fulfilled")
    flying = FactRequest.objects.filter(outcome="open").count()
    n, touch = done.count(), sum(done.values_list("touch_s", flat=True))
    answer = ask("strategy", steward)
    mine = cells(answer)["short-waits"]
    assert (mine["requests"], mine["in_flight"], mine["share"]) == (n, flying, 1.0)
    assert mine["touch"].business == touch > 0
    assert cells(answer)["alone"]["requests"] == 0
    assert cells(answer, 1)["stream:aside"]["requests"] == 0
    assert set(cells(answer, 2)) == {"alone"}
    assert cells(answer, 3) == {"short-waits": {STREAM: n}, "alone": {STREAM: None}}
    assert followed(answer, steward) == 2 * 2 + 1 + 1
    assert f"{n} of {n}" in answer.sentence
    assert "serve none: 1; objectives nothing serves: 1" in answer.sentence
    moved = FactRequest.objects.filter(pk__in=list(done.values_list("pk", flat=True)[:7]))
    moved.update(stream="aside", service="x")
    answer = ask("strategy", steward)
    assert cells(answer)["short-waits"]["requests"] == n - 7
    assert cells(answer, 1)["stream:aside"]["requests"] == 7
    assert cells(answer)["short-waits"]["share"] == (n - 7) / n
    assert followed(answer, steward) == 2 * 2 + 1 + 1


def test_alignment_counts_only_objectives_that_move(clinic):
    scope, known = parse({}), drill_serving.links()
    groups = alignment.work(population.finished(scope))
    found = alignment.alignment(groups, known, promises.measured_all())
    assert found.index == 1.0 and found.moving == found.serving == found.all
    still = [one for one in promises.measured_all() if one.key == "never"]
    assert alignment.alignment(groups, known, still).index == 0.0


def test_measures_between_baseline_and_target(clinic, steward):
    answer = ask("outcomes", steward)
    one = promises.measured_one("ready")
    mine = cells(answer)["ready"]
    assert (mine["baseline"], mine["target"]) == (900, 800)
    assert mine["actual"] == float(one.standing.now.value)
    assert mine["progress"] > 1
    assert mine["progress"] == pytest.approx((mine["actual"] - 900) / (800 - 900))
    assert mine["state"] == "Achieved" and mine["due"] == "2026-08-31"
    told = [c["progress"] for c in cells(answer).values() if c["progress"] is not None]
    score = cells(answer, 1)["short-waits"]
    assert (score["measures"], score["told"]) == (len(cells(answer)), len(told))
    assert score["score"] == pytest.approx(sum(told) / len(told))
    assert "1 are at their target" in answer.sentence
    past = ask("outcomes", steward, **{"from": "2026-06-01", "to": "2026-08-30"})
    assert cells(past)["ready"]["actual"] is None


def test_promises_due_add_up_from_nothing_to_all():
    rows = [
        Due("speed", True, 1.4, 100.0), Due("speed", True, 0.25, 60.0), Due("speed", True, None),
        Due("speed", True, -0.5), Due("speed", False, 1.0, 5.0),
    ]  # fmt: skip
    found = kept(rows)
    assert (found.n, found.promised, found.realised, found.share) == (5, 4, 1.25, 0.3125)
    assert (found.worth, found.worth_realised) == (160.0, 115.0)
    assert kept([rows[-1]]).share is None and kept([]).share is None


def test_what_technologies_promised_and_what_came(clinic, steward):
    answer = ask("technologies", steward)
    found = cells(answer)
    assert {key: one["verdict"] for key, one in found.items()} == {
        "kept": "Realised", "missed": "Not realised", "words": "Not measurable",
    }  # fmt: skip
    assert found["kept"]["promised"] == -100.0
    assert found["kept"]["realised"] == pytest.approx(found["kept"]["progress"] * -100)
    speed = cells(answer, 1)["speed"]
    assert (speed["n"], speed["promised"], speed["realised"]) == (3, 3, 1.0)
    assert speed["index"] == pytest.approx(1 / 3)
    assert "33\u00a0% of what was promised by now came true, over 3 benefits" in answer.sentence
    assert answer.tables[0].rows[1].cells["verdict"].url.endswith("/why/missed/")


def test_where_work_hangs_on_nobody_or_on_one(clinic, steward):
    answer = ask("fragile", steward)
    visits = Counter(FactVisit.objects.values_list("role", flat=True))
    found = cells(answer) | cells(answer, 1)
    for key in visits:
        assert found[f"role:{key}"]["volume"] == visits[key]
    held = Counter(RoleAssignment.objects.values_list("role__key", flat=True))
    single = {key for key, one in found.items() if one["state"] == "Single cover"}
    assert {f"role:{key}" for key, n in held.items() if n == 1} & set(found) == single
    skill = found["skill:reading"]
    flow = yaml.safe_load(next((CLINIC / "model" / "workflow").glob("*.yaml")).read_text())
    stage = flow["spec"]["stages"][1]["key"]
    there = FactVisit.objects.filter(stage=stage).count()
    assert (skill["holders"], skill["needed"], skill["gap"]) == (0, 2, 2)
    assert (skill["volume"], skill["weighted"]) == (there, 2 * there)
    assert skill["state"] == "Vacant" and "Roles and skills with nobody: 1," in answer.sentence
    assert followed(answer, steward) > len(visits)


def test_clarity_weighs_each_element_by_its_work():
    found = clear([
        Must("stages", "a", "A", 30), Must("stages", "b", "B", 0, ("PRC01",)),
        Must("services", "c", "C", 9, ("VAL01", "VAL08")),
    ])  # fmt: skip
    assert (found.checked, found.passed, found.weight, found.weight_passed) == (3, 1, 40, 30)
    assert found.index == 0.75 and clear([]).index is None


def test_the_index_of_the_clinic_and_what_lowers_it(clinic, steward):
    answer = ask("clarity", steward)
    parts = cells(answer)
    whole = sum(one["weight"] for one in parts.values())
    passed = sum(one["weight_passed"] for one in parts.values())
    failing = {row.key: row for row in answer.tables[3].rows}
    assert sum(one["checked"] - one["passed"] for one in parts.values()) == len(failing)
    assert sum(row.cells["weight"].value for row in failing.values()) == whole - passed
    assert f"Clarity is {passed / whole * 100:.0f}\u00a0%" in answer.sentence
    sent = FactRequest.objects.count()
    assert parts["services"]["weight"] == sent
    stages = FactVisit.objects.filter(kind__in=["work", "decision"]).count()
    assert parts["stages"]["weight"] >= stages
    assert (parts["measures"]["checked"], parts["measures"]["passed"]) == (5, 4)
    assert failing["measures:vague"].cells["weight"].value == sent
    assert parts["measures"]["weight"] - parts["measures"]["weight_passed"] == sent
    assert "Measures are least clear" in answer.sentence
    RoleAssignment.objects.filter(role__key="medical-director").update(
        valid=(clinic.now - timedelta(days=99), clinic.now - timedelta(minutes=1))
    )
    after = cells(ask("clarity", steward))
    assert parts["decisions"]["passed"] - after["decisions"]["passed"] == 2


def test_findings_at_the_end_of_each_week_are_those_of_their_list(clinic, steward):
    keep_findings()
    FindingSpell.objects.update(began_at=clinic.now - timedelta(days=40))
    answer = ask("clarity", steward)
    weeks = cells(answer, 2)
    assert len(weeks) > 10 and sum(sum(week.values()) for week in weeks.values()) > 0
    for key, week in list(weeks.items())[-3:]:
        day = date.fromisoformat(key) + timedelta(days=6)
        for area, n in week.items():
            wanted = findings.Wanted(area=area, on=day, state="all")
            assert findings.listed(steward, wanted, parse({}).zone).count() == n
    first = next(iter(weeks.values()))
    assert sum(first.values()) == 0


def test_the_report_says_the_numbers_of_the_questions(clinic, steward):
    client = Client()
    client.force_login(steward)
    page = client.get("/flow/value/").content.decode()
    told = client.get("/flow/value.json").json()
    rows = {row["key"]: row["figures"] for row in told["tables"][0]["rows"]}
    parts = cells(ask("clarity", steward)).values()
    weight, clean = (sum(one[key] for one in parts) for key in ("weight", "weight_passed"))
    assert (rows["clarity"]["part"], rows["clarity"]["whole"]) == (clean, weight)
    assert rows["clarity"]["value"] == clean / weight
    work = cells(ask("strategy", steward))["short-waits"]["touch"].business
    assert rows["alignment"]["value"] == 1.0
    assert rows["alignment"]["whole"] == round(work / 3600, 2)
    kinds = cells(ask("technologies", steward), 1)["speed"]
    assert rows["value"]["value"] == kinds["index"] == pytest.approx(1 / 3)
    assert (rows["value"]["part"], rows["value"]["whole"]) == (1.0, 3)
    for share in (clean / weight, 1.0, 1 / 3):
        assert f"{share * 100:.0f}\u00a0%" in told["sentence"]
    assert told["sentence"] in page and page.count('class="tile') >= 3
    assert [row["key"] for row in told["tables"][4]["rows"]] == [STREAM]
    table = client.get("/flow/value.csv").content.decode().splitlines()
    assert table[0] == "key,name,value,part,whole,unit,formula" and len(table) == 4
    assert client.get("/flow/value.csv?table=9").status_code == 400
    assert client.get("/flow/value.xlsx").status_code == 404
    assert followed(value_report.report(parse({}), steward), steward) >= 1


def test_value_is_not_told_until_a_benefit_is_due(clinic, steward):
    for key in ("kept", "missed", "words"):
        decide_benefit(key, outcome="withdraw", reason="No longer.", actor=actor_for(steward))
    client = Client()
    client.force_login(steward)
    row = client.get("/flow/value.json").json()["tables"][0]["rows"][2]["figures"]
    assert (row["value"], row["whole"]) == (None, 0)
    assert "value not told yet" in client.get("/flow/value/").content.decode()


def test_a_request_says_how_far_what_it_serves_has_come(clinic, steward):
    request = Request.objects.filter(fact__outcome="open").earliest("pk")
    bp = versions.blueprint(request.version_id)
    assert "Measure" not in [one.kind for one in line_of_sight(request, bp)]
    seen = Observed(date(2026, 8, 3), date(2026, 8, 30), Decimal(70), 30)
    record_observation("felt", seen, actor=actor_for(steward))
    rungs = line_of_sight(request, bp)
    assert [one.kind for one in rungs] == ["Value stream", "Outcome", "Measure", "Objective"]
    assert (rungs[2].name, rungs[2].url, rungs[2].text) == (
        "It feels good", "/measures/felt/", "50 % of the way",
    )  # fmt: skip
    client = Client()
    client.force_login(steward)
    assert "50 % of the way" in client.get(f"/requests/{request.ref}/").content.decode()


def test_queries_stay_the_same_and_nothing_is_said_of_nothing(clinic, steward):
    few = {}
    for slug in SLUGS:
        ask(slug, steward)
        with CaptureQueriesContext(connection) as asked:
            ask(slug, steward)
        few[slug] = len(asked)
    assert max(few.values()) <= 14
    grow(1)
    for slug in SLUGS:
        with CaptureQueriesContext(connection) as asked:
            ask(slug, steward)
        assert len(asked) <= few[slug], slug
        assert ask(slug, steward, **{"from": "2020-01-06", "to": "2020-02-02"}).sentence
