"""Model directories: everything that is wrong is told at once, with file and line."""

import shutil
from pathlib import Path

import pytest

from governance.blueprint.files import (
    ModelFilesError,
    ModelMeta,
    read_directory,
    write_directory,
)
from governance.blueprint.weeks import WeekDate

CLINIC = Path("tests/fixtures/clinic/model")


@pytest.fixture
def model(tmp_path):
    shutil.copytree(CLINIC, tmp_path / "model")
    return tmp_path / "model"


def problems(path):
    with pytest.raises(ModelFilesError) as error:
        read_directory(path)
    return [str(problem) for problem in error.value.problems]


def replace(file, old, new):
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def line_of(file, words):
    lines = file.read_text(encoding="utf-8").splitlines()
    return next(n for n, line in enumerate(lines, 1) if words in line)


def test_a_good_directory(model):
    found = read_directory(model)
    assert (found.meta.number, found.meta.label, found.meta.kind) == (1, "CL-1", "as_is")
    assert found.blueprint.problems() == []
    assert found.elements["Team", "theatre"].spec.calendar == "theatre-hours"


def test_writing_gives_the_same_files(model, tmp_path):
    found = read_directory(model)
    write_directory(tmp_path / "copy", found.meta, found.elements.values())
    again = read_directory(tmp_path / "copy")
    assert again == found
    for file in model.rglob("*.yaml"):
        copy = tmp_path / "copy" / file.relative_to(model)
        assert copy.read_text(encoding="utf-8") == file.read_text(encoding="utf-8")


def test_writing_removes_what_is_gone(model):
    found = read_directory(model)
    kept = [e for e in found.elements.values() if e.kind != "Technology"]
    write_directory(model, found.meta, kept)
    assert not (model / "technology").exists()
    assert len(read_directory(model).elements) == len(found.elements) - 1


def test_dangling_reference_in_a_stage(model):
    file = model / "workflow" / "lens-surgery-path.yaml"
    replace(file, "team: diagnostics", "team: optics")
    line = line_of(file, "team: optics")
    assert problems(model) == [
        f"workflow/lens-surgery-path.yaml line {line}: Workflow lens-surgery-path: "
        "stage `biometry` names team `optics`, which does not exist"
    ]


def test_dangling_reference_in_a_list(model):
    file = model / "outcome" / "seeing-soon.yaml"
    replace(file, "objectives: [short-waits]", "objectives:\n    - short-waits\n    - short-queues")
    assert problems(model) == [
        "outcome/seeing-soon.yaml line 9: Outcome seeing-soon: "
        "names objective `short-queues`, which does not exist"
    ]


def test_names_inside_an_element(model):
    file = model / "workflow" / "lens-surgery-path.yaml"
    replace(file, "source: referred", "source: arrival")
    replace(file, "sedation == true", "sedation = true")
    offering = model / "offering" / "planned-lens-surgery.yaml"
    replace(offering, "title_field: patient_label", "title_field: name")
    replace(offering, "amount_field: expected_cost", "amount_field: payer")
    replace(offering, "when: payer == 'insurer'", "when: payerr == 'insurer'")
    agreement = model / "handoff-agreement" / "ward-to-theatre-slot.yaml"
    replace(agreement, "stage: theatre-slot", "stage: theatre")
    replace(agreement, "return_reason: no-consent", "return_reason: no-ink")
    found = [line.split(": ", 1)[1] for line in problems(model)]
    assert found == [
        "HandoffAgreement ward-to-theatre-slot: names stage `theatre`, which does not exist",
        "HandoffAgreement ward-to-theatre-slot: criterion `consent` names return reason `no-ink`, "
        "which does not exist",
        "Offering planned-lens-surgery: field `policy_number` has a condition that cannot be used: "
        + next(p for p in problems(model) if "policy_number" in p).split("be used: ")[1],
        "Offering planned-lens-surgery: names field `name`, which the form does not ask",
        "Offering planned-lens-surgery: names field `payer`, which holds no amount",
        "Workflow lens-surgery-path: stage `sedation-talk` has a condition that cannot be used: "
        + next(p for p in problems(model) if "sedation-talk" in p).split("be used: ")[1],
        "Workflow lens-surgery-path: flow `arrival → registration` names stage `arrival`, "
        "which does not exist",
    ]


def test_a_condition_may_use_only_what_the_form_asks(model):
    file = model / "workflow" / "lens-surgery-path.yaml"
    replace(file, "sedation == true", "narcosis == true")
    (problem,) = problems(model)
    assert "narcosis" in problem
    assert f"line {line_of(file, 'narcosis')}" in problem


def test_a_condition_compares_like_with_like(model):
    replace(model / "workflow" / "lens-surgery-path.yaml", "sedation == true", "sedation > 5")
    assert len(problems(model)) == 1


def test_a_condition_is_yes_or_no(model):
    replace(model / "workflow" / "lens-surgery-path.yaml", "sedation == true", "expected_cost + 5")
    assert len(problems(model)) == 1


def test_file_name_key_and_folder(model):
    (model / "team" / "ward.yaml").rename(model / "team" / "station.yaml")
    shutil.copy(model / "role" / "eye-surgeon.yaml", model / "team" / "eye-surgeon.yaml")
    assert problems(model) == [
        "team/eye-surgeon.yaml line 1: Role eye-surgeon: "
        "belongs in the folder `role`, not in `team`",
        "team/eye-surgeon.yaml line 2: Role eye-surgeon: "
        "the key stands already in role/eye-surgeon.yaml",
        "team/station.yaml line 2: Team ward: the file is named `station` but its key is `ward`",
    ]


def test_the_same_key_twice(model):
    shutil.copy(model / "team" / "ward.yaml", model / "team" / "ward.yml")
    assert problems(model) == [
        "team/ward.yml line 2: Team ward: the key stands already in team/ward.yaml"
    ]


def test_unknown_kinds(model):
    (model / "planet").mkdir()
    (model / "planet" / "mars.yaml").write_text("kind: Planet\nkey: mars\nspec: {}\n")
    (model / "team" / "venus.yaml").write_text("kind: Planet\nkey: venus\nspec: {}\n")
    assert problems(model) == [
        "planet: the kind `planet` does not exist",
        "team/venus.yaml line 1: the kind `Planet` does not exist",
    ]


def test_unknown_schema(model):
    replace(model / "team" / "ward.yaml", "schema: 1", "schema: 7")
    assert problems(model) == ["team/ward.yaml line 3: Team ward: schema 7 of Team is not known"]


def test_all_problems_at_once_and_none_that_only_follow(model):
    """A broken element still exists: what names it is no further problem."""
    file = model / "team" / "ward.yaml"
    file.write_text(
        "kind: Team\nkey: ward\nschema: 1\nspec:\n  name: ''\n  department: nursing\n"
        "  wip_limit: 0\n  colour: red\n  lead_role: Head Nurse\n",
        encoding="utf-8",
    )
    (model / "site" / "quay.yaml").write_text("kind: Site\nkey: quay\nspec:\n  code: Q\n")
    (model / "calendar" / "theatre-hours.yaml").write_text(
        "kind: Calendar\nkey: theatre-hours\nspec:\n  name: T\n  zone: Europe/Atlantis\n"
        "  weekly:\n    mon: ['15:00-07:00']\n    noday: []\n  day_s: eight hours\n"
    )
    (model / "role" / "eye-surgeon.yaml").write_text("kind: Role\nkey: eye-surgeon\nspec: [\n")
    (model / "objective" / "short-waits.yaml").write_bytes(b"\xff\xfe")
    found = problems(model)
    where = [
        (line.split(" line ")[0], int(line.split(" line ")[1].split(":")[0])) for line in found
    ]
    assert where == [
        ("calendar/theatre-hours.yaml", 5),
        ("calendar/theatre-hours.yaml", 8),
        ("calendar/theatre-hours.yaml", 9),
        ("objective/short-waits.yaml", 1),
        ("role/eye-surgeon.yaml", 4),
        ("site/quay.yaml", 3),
        ("site/quay.yaml", 3),
        ("site/quay.yaml", 3),
        ("team/ward.yaml", 5),
        ("team/ward.yaml", 7),
        ("team/ward.yaml", 8),
        ("team/ward.yaml", 9),
    ]


def test_sentences_say_what_to_write(model):
    file = model / "team" / "ward.yaml"
    file.write_text(
        "kind: Team\nkey: ward\nspec:\n  name: 5\n  department: The Ward\n  colour: 1\n"
    )
    role = model / "role" / "ward-nurse.yaml"
    replace(role, "category: line", "category: lines")
    found = problems(model)
    assert found == [
        "role/ward-nurse.yaml line 8: Role ward-nurse: `category` is `lines`; it must be "
        "'line', 'process', 'governance', 'executive' or 'generic'",
        "team/ward.yaml line 4: Team ward: `name` must be text; put quotes around a number",
        "team/ward.yaml line 5: Team ward: `department`: `The Ward` is no key: lowercase letters, "
        "digits and single hyphens",
        "team/ward.yaml line 6: Team ward: `colour` is not a field of Team",
    ]


def test_a_broken_form_does_not_blame_the_workflow(model):
    replace(model / "offering" / "planned-lens-surgery.yaml", "type: boolean", "type: switch")
    (problem,) = problems(model)
    assert problem.startswith("offering/planned-lens-surgery.yaml")


def test_links_are_not_followed(model, tmp_path):
    outside = tmp_path / "ward.yaml"
    shutil.move(model / "team" / "ward.yaml", outside)
    (model / "team" / "ward.yaml").symlink_to(outside)
    assert "team/ward.yaml: links are not followed" in problems(model)


def test_no_model_at_all(tmp_path):
    assert problems(tmp_path / "nowhere")[0].endswith("nowhere: there is no such directory")
    assert problems(tmp_path) == [
        "the model has no Organisation",
        "model.yaml: the file is missing",
    ]


def test_model_file_problems(model):
    (model / "model.yaml").write_text("number: 0\ntitle: T\nkind: dream\neffective_from: soon\n")
    assert [line.split(": ")[0] for line in problems(model)] == [
        "model.yaml line 1",
        "model.yaml line 3",
        "model.yaml line 4",
    ]


def test_two_organisations(model):
    file = model / "organisation" / "lakeside.yaml"
    text = file.read_text(encoding="utf-8").replace("key: lakeside", "key: seaside")
    (model / "organisation" / "seaside.yaml").write_text(text, encoding="utf-8")
    assert problems(model) == [
        "organisation/seaside.yaml line 2: Organisation seaside: "
        "the model has more than one Organisation"
    ]


@pytest.mark.parametrize("value", ["2026-05-01", "2026-05-01T08:00:00+02:00", "{week: 27}"])
def test_effective_from(model, value):
    replace(model / "model.yaml", "effective_from: '2025-01-01'", f"effective_from: {value}")
    found = read_directory(model)
    write_directory(model, found.meta, found.elements.values())
    assert read_directory(model) == found


def test_meta_without_a_code():
    assert ModelMeta(number=3, title="t", kind="to_be").label == "OM-3"
    assert ModelMeta(
        number=3, title="t", kind="to_be", effective_from={"week": 2}
    ).effective_from == (WeekDate(week=2))
