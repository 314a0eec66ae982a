"""`manage.py who_decides`: the documented examples, and files that are refused."""

import json
import re
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from governance.blueprint.rights.document import RightsFile

EXAMPLES = Path("docs/examples/rights")
DOCS = Path("docs/rights.md").read_text(encoding="utf-8")
FIRST = (EXAMPLES / "first.yaml").read_text(encoding="utf-8")


def run(file, *options):
    out, err = StringIO(), StringIO()
    try:
        call_command("who_decides", str(file), *options, stdout=out, stderr=err)
    except CommandError as error:
        return str(error), err.getvalue().splitlines()
    return out.getvalue(), err.getvalue().splitlines()


def answers(file):
    return json.loads(run(file, "--json")[0])


def short(file):
    return [
        (a["unresolved"], a["right"], [(d["person"], d["how"], d["for"]) for d in a["deciders"]])
        for a in answers(file)["answers"]
    ]


def test_the_file_of_the_documentation_is_the_first_example():
    written = re.search(r"```yaml\n(.*?)```", DOCS, re.S)
    assert written is not None and written.group(1) == FIRST
    out, _ = run(EXAMPLES / "first.yaml")
    said = out.splitlines()
    assert said[0] == (
        "1. Bo decides as Head (right `large`: 1,000 EUR and above), within 8 h of working time."
    )
    assert [line for line in said[:5] if f"{line}\n" not in DOCS] == []


def test_the_examples_answer_what_they_say():
    assert short(EXAMPLES / "absence.yaml") == [
        (None, "small", [("ben", "delegation", "ada")]),
        (None, "large", [("dara", "stand_in", "ben")]),
        (None, "large", [("ben", "holder", None)]),
        ("no_rate", None, [("cleo", "holder", None)]),
    ]
    found = answers(EXAMPLES / "absence.yaml")["findings"]
    assert found == [
        {"rule": "GOV08", "text": "Delegations go round in a circle: Ada → Ben → Ada."}
    ]
    assert short(EXAMPLES / "board.json") == [
        (None, "large", [("ann", "holder", None), ("bo", "holder", None), ("cy", "holder", None)]),
        (None, None, [("ann", "holder", None)]),
    ]
    first = answers(EXAMPLES / "board.json")["answers"][0]
    assert (first["rule"], first["quorum"], first["needed"], first["due_s"]) == (
        "majority",
        2,
        2,
        57_600,
    )
    assert first["band"] == {"min": "5000", "max": None}
    assert first["parts"] == [
        {
            "part": "input",
            "right": "told",
            "role": "clerk",
            "body": None,
            "people": ["di"],
            "due_s": 57_600,
        }
    ]


def test_what_is_allowed_beforehand(tmp_path):
    file = tmp_path / "rights.yaml"
    file.write_text(FIRST.replace("amount: 250", "amount: 99.99"), encoding="utf-8")
    assert run(file)[0].startswith("1. Allowed beforehand by the right `free`: nobody is asked.\n")
    assert short(file) == [(None, "free", [])]


def test_every_section_is_documented():
    for section in RightsFile.model_fields:
        assert f"`{section}`" in DOCS


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "role: clerk, min: 100",
            "role: clark, min: 100",
            "line 17: right `small`: names role `clark`, which does not exist",
        ),
        (
            "max: 1000}",
            "max: 100}",
            "line 17: right `small`: its band is empty: `max` is not above `min`",
        ),
        (
            "person: ann}",
            "person: eve}",
            "line 24: holding 1: names person `eve`, which does not exist",
        ),
        (
            "until: 2027-01-01",
            "until: 2025-01-01",
            "line 25: holding 2: `until` is not after `from`",
        ),
        (
            "department: sales, from",
            "team: desk, from",
            "line 25: holding 2: role `head` has the focus `department`, not `team`",
        ),
        (
            "unit: amount",
            "unit: money",
            "line 9: type of decision `buy`: `unit` is `money`; it must be",
        ),
        ("amount: 250", "amount: lots", "line 28: case 1: `amount`:"),
        ("amount: 250", "amount: .nan", "line 28: case 1: `amount`:"),
        ('at: "2026-03-02T09:00+01:00"', "at: noon", "line 28: case 1: `at`: 'noon' is no moment"),
        (
            "requester: ann",
            "requestor: ann",
            "line 28: case 1: `requestor` is not a field of a rights file",
        ),
        (
            "type: buy, amount",
            "type: sell, amount",
            "line 28: case 1: names type of decision `sell`",
        ),
        ("part: decide, max: 100", "max: 100", "line 16: right `free`: `part` is missing"),
        ("role: clerk, min: 100", "min: 100", "line 17: right `small`: it names neither a role"),
        ("last_resort: chief", "last: chief", "line 1: `last` is not a field of a rights file"),
        ("people:", "people: &all", "line 19: anchors and aliases are not used in model files"),
        ("  ann: {name: Ann}", "  ann: {name: Ann", "line 21: this is not YAML:"),
        (
            "min: 1000}",
            "min: 1000, when: 'size >'}",
            "line 18: right `large`: has a condition that",
        ),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_place(tmp_path, old, new, expected):
    file = tmp_path / "rights.yaml"
    assert FIRST.count(old) == 1
    file.write_text(FIRST.replace(old, new), encoding="utf-8")
    said, problems = run(file, "--json")
    assert said.startswith("No case was answered: ")
    assert any(line.startswith(f"{file} {expected}") for line in problems), problems


def test_other_files_that_are_refused(tmp_path):
    file = tmp_path / "rights.json"
    file.write_text('{\n "cases": [}', encoding="utf-8")
    assert run(file)[1] == [f"{file} line 2: this is not JSON: Expecting value"]
    file.write_text("[]", encoding="utf-8")
    assert run(file)[1] == [f"{file}: the file holds no names and values"]
    assert run(tmp_path / "none.yaml")[1] == [
        f"{tmp_path / 'none.yaml'}: the file cannot be read: No such file or directory"
    ]
    lines = FIRST.splitlines(keepends=True)
    file = tmp_path / "rights.yaml"
    file.write_text("".join(line for line in lines if "type: buy, amount" not in line))
    assert [f"{file} line 27: `cases` must be a list"] == run(file)[1]


def test_rules_may_come_from_a_model(tmp_path):
    file = tmp_path / "rights.yaml"
    model = Path("demo/quillmere/om-2").resolve()
    content = [
        f"model: {model}",
        "people: {cfo: {name: Marguerite}, ceo: {name: Saoirse}}",
        "holdings:",
        "  - {role: chief-financial-officer, person: cfo}",
        "  - {role: chief-executive, person: ceo}",
        "cases:",
        "  - {type: sign-contract, amount: 99999.99, at: 2026-03-02T09:00}",
        "  - {type: sign-contract, amount: 99999.99, at: 2026-03-02T09:00, requester: cfo}",
    ]
    file.write_text("\n".join(content), encoding="utf-8")
    assert short(file) == [
        (None, "sign-contract-by-chief-financial-officer", [("cfo", "holder", None)]),
        (None, "sign-contract-by-chief-executive", [("ceo", "holder", None)]),
    ]
    content.insert(1, "last_resort: chief-executive")
    file.write_text("\n".join(content), encoding="utf-8")
    assert run(file)[1] == [
        f"{file} line 2: `last_resort` stands in the model already;"
        " leave it out or leave out `model`"
    ]
    content[:2] = ["model: nowhere"]
    file.write_text("\n".join(content), encoding="utf-8")
    assert run(file)[1] == [f"{tmp_path / 'nowhere'}: there is no such directory"]
