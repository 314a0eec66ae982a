"""Findings are kept from night to night: found, gone, back, waived, acknowledged."""

import json
from dataclasses import replace
from decimal import Decimal

import pytest
from django.core.management import call_command

from esm.common import clock
from esm.common.errors import Invalid, InvalidState, NotAllowed
from esm.events.actors import SYSTEM
from esm.events.models import Event
from governance import registries
from governance.blueprint.lint.facts import DecisionFlow, Flow
from governance.models import Decision, FindingSpell, KeptFinding, RunFinding
from governance.services import deciding, findings
from governance.services.drafting import apply_files
from governance.services.waivers import revoke_waiver, sweep_waivers
from governance.tasks import check_model
from tests.governance import watched
from tests.governance.conftest import DAY, NOW, actor

pytestmark = pytest.mark.django_db
SLOW = DecisionFlow("accept-order", decided=40, p85_s=800_000, stake=Decimal("61.24"))


@pytest.fixture
def published(db, now):
    return watched.build()


@pytest.fixture
def flow(monkeypatch):
    """What happened, to be changed by a test: a slow kind of decision."""
    known = {"flow": Flow(decisions=(SLOW,))}
    parts = {"probe": lambda bp, at, flow: known["flow"]}
    monkeypatch.setattr(registries._registry, "flow_parts", parts)
    return known


def slow():
    return KeptFinding.objects.get(rule="GOV14")


def events():
    return list(Event.objects.filter(type="model.checked").order_by("pk").values_list("data"))


def spells(row):
    return [(s.severity, s.began_at, s.ended_at) for s in row.spells.all()]


def night(days):
    with clock.frozen(NOW + days * DAY):
        return findings.keep_findings()


def follow():
    """A second version like the first."""
    files = watched.model(2)
    meta = files.meta.model_copy(update={"release_note": "Nothing is new."})
    files = replace(files, meta=meta)
    apply_files(files, actor=SYSTEM, publish=True)


def test_a_run_keeps_what_is_found_and_the_next_changes_only_when_it_was_seen(staff, flow):
    done = findings.keep_findings()
    assert done.opened and not done.fixed and not done.returned
    assert KeptFinding.objects.count() == len(done.opened) == FindingSpell.objects.count()
    row = slow()
    assert (row.cls, row.severity, row.kind, row.key, row.state) == (
        "R", "warning", "DecisionType", "accept-order", "open",
    )  # fmt: skip
    assert row.sentence.startswith("85 % of decisions on “")
    assert (row.stake, row.evidence["decided"], row.owner_role) == (Decimal("61.2"), 40, "owner")
    before = list(KeptFinding.objects.values().order_by("pk"))
    again = night(1)
    assert (again.opened, again.returned, again.fixed) == ([], [], [])
    after = list(KeptFinding.objects.values().order_by("pk"))
    assert [one | {"last_seen": NOW + DAY} for one in before] == after
    assert len(events()) == 1


def test_what_was_there_before_a_change_is_inherited(staff, flow):
    """The first version describes what is: what its definitions lack is inherited at once."""
    findings.keep_findings()
    defined = KeptFinding.objects.filter(cls="D")
    assert defined.exists() and not defined.filter(inherited=False).exists()
    assert not slow().inherited
    follow()
    findings.keep_findings()
    assert slow().inherited
    assert (slow().first_version.number, slow().version.number) == (1, 2)


def test_mended_and_back_keeps_its_first_day(staff, flow):
    findings.keep_findings()
    flow["flow"] = Flow()
    assert night(3).fixed == [slow().fingerprint]
    assert (slow().state, slow().fixed_at, slow().times) == ("fixed", NOW + 3 * DAY, 1)
    flow["flow"] = Flow(decisions=(replace(SLOW, decided=41),))
    assert night(5).returned == [slow().fingerprint]
    row = slow()
    assert (row.state, row.first_seen, row.opened_at, row.times) == ("open", NOW, NOW + 5 * DAY, 2)
    assert spells(row) == [
        ("warning", NOW, NOW + 3 * DAY),
        ("warning", NOW + 5 * DAY, None),
    ]
    assert [(d["opened"] != [], d["returned"], d["fixed"]) for (d,) in events()] == [
        (True, [], []),
        (False, [], [row.fingerprint]),
        (False, [row.fingerprint], []),
    ]


def test_another_severity_begins_another_time(staff, flow):
    findings.keep_findings()
    KeptFinding.objects.filter(rule="GOV14").update(severity="error")
    FindingSpell.objects.filter(finding=slow()).update(severity="error")
    night(1)
    assert spells(slow()) == [("error", NOW, NOW + DAY), ("warning", NOW + DAY, None)]


def test_waived_from_the_decision_on_until_its_day(staff, flow):
    findings.keep_findings()
    mark = slow().fingerprint
    waiver = watched.asked(staff, "bruno", mark, "finding")
    by = Decision.objects.get(pk=waiver.decision_id).decider.key
    deciding.decide(waiver.decision_id, outcome="approve", rationale="Yes.", actor=actor(by))
    assert (slow().state, slow().waiver_id) == ("waived", waiver.pk)
    assert (
        night(1).open["warning"]
        == KeptFinding.objects.filter(severity="warning", state="open").count()
    )
    assert slow().state == "waived"
    with clock.frozen(NOW + 31 * DAY):
        sweep_waivers()
    assert (slow().state, slow().waiver_id) == ("open", None)
    assert spells(slow()) == [("warning", NOW, NOW), ("warning", NOW + 31 * DAY, None)]


def test_a_waiver_that_is_taken_back_opens_it_again(staff, flow):
    findings.keep_findings()
    waiver = watched.asked(staff, "bruno", slow().fingerprint, "finding")
    by = Decision.objects.get(pk=waiver.decision_id).decider.key
    deciding.decide(waiver.decision_id, outcome="approve", rationale="Yes.", actor=actor(by))
    waiver.refresh_from_db()
    revoke_waiver(waiver, actor=actor("bruno"))
    assert slow().state == "open"


def test_who_answers_for_it_takes_note(staff, flow):
    findings.keep_findings()
    with pytest.raises(NotAllowed, match="Only who answers for a finding"):
        findings.acknowledge_finding(slow().pk, note="I see.", actor=actor("bruno"))
    with pytest.raises(Invalid, match="Say what becomes of it"):
        findings.acknowledge_finding(slow().pk, note=" ", actor=actor("olga"))
    assert (
        slow().state == "open"
        and not Event.objects.filter(type="model.finding_acknowledged").exists()
    )
    findings.acknowledge_finding(slow().pk, note="Hedda looks at it.", actor=actor("olga"))
    assert (slow().state, slow().note) == ("acknowledged", "Hedda looks at it.")
    assert slow().acknowledged_by == staff["olga"]
    assert night(1).open["warning"]  # it still counts
    assert slow().state == "acknowledged"
    flow["flow"] = Flow()
    night(2)
    with pytest.raises(InvalidState, match="mended already"):
        findings.acknowledge_finding(slow().pk, note="Late.", actor=actor("olga"))


def test_the_night_runs_once_a_day_and_once_for_each_version(staff, flow):
    assert check_model() is True
    assert check_model() is False
    follow()
    assert check_model() is True
    assert check_model() is False
    with clock.frozen(NOW + DAY):
        assert check_model() is True


def test_single_decisions_are_told_as_how_many(staff, flow):
    for n in range(2):
        RunFinding.objects.create(
            fingerprint=str(n) * 32, rule="GOV11", severity="error", kind="DecisionType",
            key="accept-order", sentence="X-1", happened_at=NOW,
        )  # fmt: skip
    findings.keep_findings()
    row = KeptFinding.objects.get(rule="GOV11")
    assert row.sentence.startswith("2 of the decisions on “")
    assert "X-1" not in row.sentence


def test_the_command_prints_and_keeps(staff, flow, capsys):
    call_command("check_model")
    said = capsys.readouterr().out
    assert "warning  GOV14 owner: 85 % of decisions on" in said
    assert not KeptFinding.objects.exists()
    with pytest.raises(SystemExit):
        call_command("check_model", "--strict")
    capsys.readouterr()
    call_command("check_model", "--keep", "--json")
    printed = capsys.readouterr()
    rows = json.loads(printed.out)["findings"]
    assert {row["mark"] for row in rows} == set(
        KeptFinding.objects.values_list("fingerprint", flat=True)
    )
    assert f"Kept: {len(rows)} new" in printed.err


def test_nothing_is_kept_before_something_is_in_force(db, now):
    assert findings.keep_findings() is None
    assert findings.keep_unchecked() is False
