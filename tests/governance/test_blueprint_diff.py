"""What changes between two models, element by element and field by field."""

from governance.blueprint.blueprint import Blueprint
from governance.blueprint.diff import diff
from governance.blueprint.elements import Element
from governance.blueprint.files import read_directory
from governance.blueprint.serialise import build_spec

CLINIC = read_directory("tests/fixtures/clinic/model").elements


def after(kind, key, change):
    elements = dict(CLINIC)
    content = elements[kind, key].spec.model_dump()
    change(content)
    elements[kind, key] = Element(kind, key, 1, build_spec(kind, content))
    return elements


def compare(elements):
    return diff(
        Blueprint.from_elements(CLINIC.values()), Blueprint.from_elements(elements.values())
    )


def sentences(kind, key, change):
    (only,) = compare(after(kind, key, change))
    assert (only.op, only.kind, only.key) == ("changed", kind, key)
    return [field.sentence for field in only.fields]


def test_nothing_changes():
    assert compare(CLINIC) == []


def test_added_and_removed():
    elements = dict(CLINIC)
    del elements["Technology", "slit-log"]
    elements["Team", "pharmacy"] = Element(
        "Team", "pharmacy", 1, build_spec("Team", {"name": "Pharmacy", "department": "nursing"})
    )
    assert [(c.op, c.sentence) for c in compare(elements)] == [
        ("added", "New team “Pharmacy”."),
        ("removed", "The technology “SlitLog” is gone."),
    ]


def test_fields_are_written_for_people():
    def change(content):
        content.update(respond_s="2 h", allow_override=True, escalation_role=None)

    assert sentences("HandoffAgreement", "ward-to-theatre-slot", change) == [
        "respond_s: 4 h → 2 h",
        "allow_override: no → yes",
        "escalation_role: medical-director → nothing",
    ]
    (only,) = compare(after("HandoffAgreement", "ward-to-theatre-slot", change))
    assert only.sentence == "The handoff agreement “ward-to-theatre-slot” changes in 3 things."


def test_money():
    assert sentences("DecisionRight", "cost-risk-small", lambda c: c.update(max=5000)) == [
        "max: 3,000 → 5,000"
    ]


def test_parts_are_matched_by_key_and_not_by_place():
    def change(content):
        content["stages"] = [s for s in content["stages"] if s["key"] != "cover-check"]
        content["stages"][3]["name"] = "Measuring"
        content["flows"] = [
            f for f in content["flows"] if "cover-check" not in (f["source"], f["target"])
        ]

    assert sentences("Workflow", "lens-surgery-path", change) == [
        "stages[biometry].name: Biometry → Measuring",
        "stages[cover-check]: “Cover check” → nothing",
        "flows[split → cover-check]: split, cover-check, forward → nothing",
        "flows[cover-check → together]: cover-check, together, forward → nothing",
    ]


def test_order_is_a_change():
    def change(content):
        content["form"]["sections"] = content["form"]["sections"][::-1]

    assert sentences("Offering", "planned-lens-surgery", change) == [
        "form.sections order: patient, payment → payment, patient"
    ]


def test_lists_of_words_and_mappings():
    assert sentences("ClockPolicy", "promise", lambda c: c.update(warn_at=[50])) == [
        "warn_at: 50, 75, 90 → 50"
    ]
    assert sentences("Calendar", "theatre-hours", lambda c: c["weekly"].pop("fri")) == [
        "weekly[fri]: 07:00-15:00 → nothing"
    ]
