"""The model directories we ship load without a problem, and people and journeys fit them."""

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from esm.common.expressions import holds
from governance.blueprint.bands import decide_findings
from governance.blueprint.files import read_directory, write_directory
from governance.blueprint.kinds import DecisionRight, HandoffAgreement, Workflow
from governance.blueprint.lint import blockers, lint
from governance.blueprint.paths import SILENT, steps
from governance.blueprint.serialise import read_yaml
from governance.blueprint.weeks import first_week, is_week, resolve_date, resolve_weeks

DEMO, CLINIC = Path("demo/quillmere"), Path("tests/fixtures/clinic")
MODELS = [DEMO / "om-1", DEMO / "om-2", DEMO / "om-3", CLINIC / "model"]
STORIES = [(DEMO, DEMO / "om-2"), (CLINIC, CLINIC / "model")]
WEEK_ONE = first_week(date(2026, 11, 23), 39)
FLOW = "contract-to-signature"
# A stream's own elements; those of the others are in tests/demo/test_model_findings.py.
CONTRACTS = {FLOW, "contract-review", "deal-desk-to-legal-review", "sign-swift", "clause-case"}


def load(path):
    data, _ = read_yaml(path.read_bytes())
    return data


def om(number):
    return read_directory(DEMO / f"om-{number}").blueprint


@pytest.mark.parametrize("path", MODELS, ids=str)
def test_no_problems_no_blockers_and_the_written_form(path, tmp_path):
    found = read_directory(path)
    assert found.blueprint.problems() == []
    # What describes today may hold blockers; a change may inherit them, never bring one.
    known = {f.fingerprint for f in blockers(lint(om(1)))}
    assert [f for f in blockers(lint(found.blueprint)) if f.fingerprint not in known] == []
    assert path != CLINIC / "model" or lint(found.blueprint) == []
    write_directory(tmp_path / "copy", found.meta, found.elements.values())
    for file in sorted(path.rglob("*.yaml")):
        copy = tmp_path / "copy" / file.relative_to(path)
        assert copy.read_text(encoding="utf-8") == file.read_text(encoding="utf-8"), file
    assert read_directory(tmp_path / "copy").blueprint.content_hash == found.blueprint.content_hash


def test_findings_of_the_first_version_as_found():
    found = lint(om(1))
    assert [(f.rule, f.severity, f.kind, f.part) for f in found if f.key in CONTRACTS] == [
        ("PRC11", "blocker", "ValueStream", ""),
        ("PRC08", "error", "Offering", ""),
        ("PRC12", "warning", "HandoffAgreement", "deviations"),
        ("PRC20", "warning", "Workflow", "signature"),
    ]
    (promise,) = (f.sentence for f in found if f.rule == "PRC08" and f.key in CONTRACTS)
    assert "8 business days" in promise
    assert "13.5" in promise


def governing(number):
    bp = om(number)
    codes = {key: kind.code for key, kind in bp.find("DecisionType").items()}
    found = [f for f in lint(bp) if f.rule[:3] == "GOV"]
    return {(f.rule, codes.get(f.key, f.key)): f.sentence for f in found}


def test_the_defects_of_the_decisions_as_found():
    assert governing(1) == {
        ("GOV01", "D05"): "Nobody decides “Accept the security risk of a supplier” for low.",
        ("GOV02", "D02"): "“Accept a deviation from our terms” has 2 deciders for medium.",
        ("GOV03", "D09"): (
            "Nobody decides “Grant a customer a remedy” from 2,500 to below 5,000 EUR."
        ),
        ("GOV04", "D09"): (
            "“Grant a customer a remedy” has two deciders from 200 EUR on:"
            " `grant-remedy-by-customer-care-agent` and `grant-remedy-by-complaint-case-manager`."
        ),
        ("GOV11", "D12"): "Whoever asks for it may decide “Grant access” themselves.",
        ("GOV13", "chief-financial-officer"): (
            "Chief Financial Officer decides “Sign a contract” from the smallest amount to below"
            " 500,000 EUR; nobody nearer to the work decides any of it."
        ),
        ("GOV21", "quillmere"): "No right says who decides that the operating model changes.",
    }


def test_the_second_version_mends_its_stream_and_inherits_the_rest():
    assert set(governing(2)) == {
        ("GOV01", "D05"),
        ("GOV03", "D09"),
        ("GOV04", "D09"),
    }
    assert [f for f in lint(om(2)) if f.key in CONTRACTS] == []


def test_every_decision_of_the_table_is_there():
    codes = [{kind.code for kind in om(n).find("DecisionType").values()} for n in (1, 2)]
    table = {f"D{n:02d}" for n in range(1, 21)}
    assert codes == [table - {"D18"}, table]


@pytest.mark.parametrize(
    ("number", "targets", "touch"),
    [
        (1, [4, 12, 32, 24, 16, 16, 4], [24, 48, 117, 120, 30, 6, 18]),
        (2, [4, 8, 16, 12, 12, 8, 4], [24, 48, 114, 120, 30, 6, 18]),
    ],
)
def test_targets_and_touch(number, targets, touch):
    stages = [s for s in om(number).get(Workflow, FLOW).stages if s.kind not in SILENT]
    assert [s.code for s in stages] == [f"4.{n}" for n in range(1, 8)]
    assert [s.complete_s // 3600 for s in stages] == targets
    assert [s.est_touch_s // 60 for s in stages] == touch


@pytest.mark.parametrize("number", [1, 2])
def test_every_crossing_has_its_own_agreement(number):
    bp = om(number)
    used = Counter()
    for source, target in steps(bp.get(Workflow, FLOW)):
        if source.team != target.team:
            key, spec = bp.agreement(source.team, target.team, FLOW, target.key)
            assert spec.stage == target.key
            assert (spec.accept_mode == "auto_if_complete") == (target.kind == "decision")
            used[key] += 1
    assert set(used) <= set(bp.find(HandoffAgreement))
    if number == 2:
        agreed = {k for k, one in bp.find(HandoffAgreement).items() if one.workflow == FLOW}
        assert set(used) == agreed


@pytest.mark.parametrize(
    ("number", "values", "skipped"),
    [
        (
            1,
            {"contract_value": 24_999, "personal_data": "no", "system_access": "none"},
            {"security-review", "finance-approval"},
        ),
        (1, {"contract_value": 25_000, "personal_data": "unsure", "system_access": "none"}, set()),
        (
            2,
            {
                "contract_value": 49_999,
                "personal_data": "no",
                "system_access": "none",
                "paper": "ours",
                "differs": "no",
            },
            {"legal-review", "security-review", "finance-approval"},
        ),
        (
            2,
            {
                "contract_value": 50_000,
                "personal_data": "no",
                "system_access": "read",
                "paper": "theirs",
                "differs": "no",
            },
            set(),
        ),
        (
            2,
            {
                "contract_value": 50_000,
                "personal_data": "yes",
                "system_access": "none",
                "paper": "ours",
                "differs": "yes",
            },
            set(),
        ),
    ],
)
def test_which_stages_a_contract_needs(number, values, skipped):
    stages = om(number).get(Workflow, FLOW).stages
    assert {s.key for s in stages if not holds(s.when, values)} == skipped


def test_bands_are_whole_in_both_versions():
    for number, expected in ((1, [0, 500_000]), (2, [0, 25_000, 100_000, 500_000])):
        bp = om(number)
        assert [found for found in decide_findings(bp) if found[1] == "sign-contract"] == []
        rights = [
            r
            for r in bp.find(DecisionRight).values()
            if (r.decision_type, r.part) == ("sign-contract", "decide")
        ]
        assert sorted(r.min for r in rights) == expected


@pytest.mark.parametrize(("home", "model"), STORIES, ids=lambda p: str(p))
def test_people_fit_the_model(home, model):
    bp = read_directory(model).blueprint
    people = load(home / "people.yaml")
    persons = [p["key"] for p in people["persons"]]
    assert len(set(persons)) == len(persons)
    for person in people["persons"]:
        assert ("Site", person["site"]) in bp
        assert all(("Team", team) in bp for team in person["teams"])
        assert set(person.get("lead_of", [])) <= set(person["teams"])
    for account in people["accounts"]:
        assert account["person"] in persons
        assert set(account.get("groups", [])) <= {"steward", "auditor", "admin"}
    for held in people["roles"]:
        role = bp.get("Role", held["role"])
        assert held["person"] in persons
        assert ("focus" in held) == (role.focus != "none")
        if "focus" in held:
            assert held["focus"]["kind"] == role.focus
            kind = {"department": "Department", "team": "Team", "stream": "ValueStream"}
            assert (kind[role.focus], held["focus"]["key"]) in bp
    for away in people["absences"]:
        assert {away["person"], away["stand_in"]} <= set(persons)
        assert resolve_date(away["from"], WEEK_ONE) < resolve_date(away["to"], WEEK_ONE)
    for day in people["calendar_exceptions"]:
        assert ("Calendar", day["calendar"]) in bp
        assert resolve_date(day["date"], WEEK_ONE).year in {2025, 2026, 2027}
    assert all(("Role", program["role"]) in bp for program in people["service_accounts"])


@pytest.mark.parametrize(("home", "model"), STORIES, ids=lambda p: str(p))
def test_every_role_has_its_holders(home, model):
    bp = read_directory(model).blueprint
    people = load(home / "people.yaml")
    held = Counter(item["role"] for item in people["roles"])
    programs = {item["role"] for item in people["service_accounts"]}
    for key, role in bp.find("Role").items():
        # One vacancy is planted in the demo.
        planted = home == DEMO and key == "learning-coordinator"
        assert planted != (held[key] >= role.min_holders or key in programs), key


def test_nine_holidays_a_year_and_zone():
    days = load(DEMO / "people.yaml")["calendar_exceptions"]
    count = Counter((day["calendar"], day["date"][:4]) for day in days)
    assert count == {
        (c, y): 9 for c in ("harbour-house", "northgate") for y in ("2025", "2026", "2027")
    }


@pytest.mark.parametrize(("home", "model"), STORIES, ids=lambda p: str(p))
def test_the_journey_fits_the_model(home, model):
    bp = read_directory(model).blueprint
    people, journey = load(home / "people.yaml"), load(home / "journey.yaml")
    users = {account["username"]: account["person"] for account in people["accounts"]}
    offering = bp.get("Offering", journey["offering"])
    assert offering.service == journey["service"]
    assert journey["persona"] in users
    values = resolve_weeks(journey["values"], WEEK_ONE)
    asked = {f.key: f for f in offering.form.all_fields()}
    assert set(values) | set(journey["files"]) <= set(asked)
    for key, field in asked.items():
        if field.required and holds(field.when, values):
            assert key in values or key in journey["files"]
        if field.type == "choice" and key in values:
            assert values[key] in {option.key for option in field.options}
    assert all((home / name).read_bytes().startswith(b"%PDF") for name in journey["files"].values())
    stages = bp.get("Workflow", offering.workflow).stages
    needed = [s.key for s in stages if s.kind not in SILENT and holds(s.when, values)]
    assert needed == journey["expect"]["stages"]
    assert needed == [s.key for s in stages if s.kind not in SILENT]
    teams = {p["key"]: p["teams"] for p in people["persons"]}
    for step in journey["steps"]:
        stage = bp.stage(offering.workflow, step["stage"])
        if step["action"] != "decide":
            assert stage.team in teams[users[step["actor"]]]
        if step["action"] == "return":
            reasons = {
                r.key
                for a in bp.find(HandoffAgreement).values()
                if a.stage == stage.key
                for r in a.return_reasons
            }
            assert step["reason"] in reasons
    returns = [step for step in journey["steps"] if step["action"] == "return"]
    assert len(returns) == journey["expect"]["returns"] == 1


def test_weeks_are_told_in_weeks():
    journey = load(DEMO / "journey.yaml")
    assert is_week(journey["values"]["target_date"])
    assert resolve_date(journey["values"]["target_date"], WEEK_ONE) == date(2026, 12, 18)
    meta = read_directory(DEMO / "om-2").meta
    assert meta.effective_at(WEEK_ONE, "Europe/Dublin").isoformat() == "2026-08-31T00:00:00+01:00"
    assert om(2).get("Technology", "sign-swift").since.on(WEEK_ONE) == date(2026, 5, 4)
