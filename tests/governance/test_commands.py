from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from esm.events.models import Event
from governance.blueprint.files import write_directory
from governance.management.commands import print_model
from governance.models import Department, ModelVersion, Person
from governance.selectors import versions
from tests.governance import small
from tests.governance.conftest import PEOPLE

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out, stderr=StringIO())
    return out.getvalue()


def refused(*arguments: str) -> tuple[str, str]:
    err = StringIO()
    with pytest.raises(CommandError) as error:
        call_command(*arguments, stdout=StringIO(), stderr=err)
    assert error.value.returncode == 1
    return str(error.value), err.getvalue()


def directory(path: Path, number: int = 1, content: dict | None = None, **extra: object) -> str:
    files = small.model(number, content, **extra)
    write_directory(path, files.meta, files.elements.values())
    return str(path)


def test_plan_says_everything_and_changes_nothing(published, tmp_path):
    content = small.specs()
    content[("DecisionRight", "accept-middle")]["max"] = "500"
    del content[("Team", "night-bakers")]
    model = directory(tmp_path, 2, content, kind="to_be", based_on=1)
    before = (ModelVersion.objects.count(), Event.objects.count())
    out = run("model", "plan", model).splitlines()
    assert out[0] == "OM-2 “Bakery 2”, compared with OM-1"
    assert "Team night-bakers: The team “Night bakers” is gone." in out
    assert "    max: 1,000 → 500" in out
    assert "Would retire: Team night-bakers “Night bakers”" in out
    assert any(line.startswith("blocker GOV03 DecisionType accept-order: ") for line in out)
    assert (ModelVersion.objects.count(), Event.objects.count()) == before
    same = run("model", "plan", directory(tmp_path / "one")).splitlines()
    assert same[1:3] == ["OM-1 is published and can no longer change.", "Nothing changes."]


def test_apply_fills_one_draft_and_publish_puts_it_in_force(now, tmp_path):
    model = directory(tmp_path)
    count = len(small.SPECS)
    assert run("model", "apply", model).splitlines() == [
        f"OM-1: {count} added, 0 changed, 0 removed",
        "OM-1 is draft.",
    ]
    assert ModelVersion.objects.get().state == "draft"
    assert run("model", "apply", model, "--publish").splitlines() == [
        "OM-1: 0 added, 0 changed, 0 removed",
        "OM-1 is published.",
    ]
    assert Department.objects.count() == 3
    two = directory(tmp_path / "two", 2, kind="to_be", based_on=1)
    out = run("model", "apply", two, "--publish", "--at", "2026-03-09T09:00")
    assert out.splitlines()[1] == "OM-2 is agreed and takes effect 2026-03-09 09:00 UTC."
    assert versions.published().code == "OM-1"


def test_a_directory_with_dangling_references_is_refused_and_nothing_changes(published, tmp_path):
    content = small.specs()
    content[("Team", "bakers")]["department"] = "nowhere"
    content[("Service", "big-order")]["owner_role"] = "nobody"
    model = directory(tmp_path, 2, content)
    before = (ModelVersion.objects.count(), Event.objects.count())
    for verb in (["plan"], ["apply"], ["apply", "--publish"]):
        sentence, lines = refused("model", verb[0], model, *verb[1:])
        assert sentence == "Nothing was changed: 2 things are wrong."
        assert lines.splitlines() == [
            "service/big-order.yaml line 8: Service big-order:"
            " names role `nobody`, which does not exist",
            "team/bakers.yaml line 6: Team bakers:"
            " names department `nowhere`, which does not exist",
        ]
    assert (ModelVersion.objects.count(), Event.objects.count()) == before


def test_a_version_that_is_in_force_is_never_overwritten(published, tmp_path):
    content = small.specs()
    content[("Team", "bakers")]["wip_limit"] = 9
    sentence, _ = refused("model", "apply", directory(tmp_path, 1, content))
    assert sentence == "OM-1 is published and cannot change; give model.yaml a new number."
    sentence, _ = refused("model", "apply", directory(tmp_path / "x", 3, based_on=9))
    assert "based on number 9, which does not exist here" in sentence
    assert ModelVersion.objects.count() == 1


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--at", "2026-03-09"], "use it with --publish"),
        (["--publish", "--at", "soon"], "soon is no moment"),
        (["--publish", "--anchor", "soon"], "soon is no date"),
    ],
)
def test_odd_arguments_are_refused_with_a_sentence(now, tmp_path, arguments, why):
    sentence, _ = refused("model", "apply", directory(tmp_path), *arguments)
    assert why in sentence
    assert not ModelVersion.objects.exists()


def test_what_is_exported_applies_as_the_same(published, tmp_path):
    run("model", "export", str(tmp_path / "out"), "--version", "OM-1")
    out = run("model", "plan", str(tmp_path / "out"))
    assert "Nothing changes." in out
    assert run("model", "apply", str(tmp_path / "out")).startswith("OM-1: 0 added, 0 changed")
    sentence, _ = refused("model", "export", str(tmp_path), "--version", "OM-9")
    assert sentence == "There is no version OM-9."


def test_project_again_changes_nothing(published):
    assert "Department: 0 added, 0 changed, 0 retired" in run("model", "project").splitlines()


def test_people_apply(published):
    out = run("people", "apply", str(PEOPLE), "--anchor", "2026-03-04", "--anchor-week", "2")
    assert "Hedda Hult is new." in out.splitlines()
    assert Person.objects.count() == 4
    again = run("people", "apply", str(PEOPLE), "--anchor", "2026-02-24")
    assert again == "Nothing changed.\n"
    sentence, lines = refused("people", "apply", "missing.yaml")
    assert sentence == "Nothing was changed."
    assert "missing.yaml: the file cannot be read: No such file or directory" in lines


class Press:
    """Stands in for weasyprint: keeps what it is given."""

    given = ""
    pages = (1, 2)

    @classmethod
    def HTML(cls, string):
        cls.given = string
        return cls()

    @classmethod
    def CSS(cls, filename):
        assert Path(filename).name == "paper.css"
        return filename

    def render(self, stylesheets):
        assert len(stylesheets) == 1
        return self

    def write_pdf(self, file):
        file.write_bytes(b"%PDF-")


def test_a_version_is_written_as_pdf_where_the_press_is_there(published, tmp_path, monkeypatch):
    monkeypatch.setattr(print_model, "import_module", lambda name: Press)
    file = tmp_path / "om-1.pdf"
    assert run("print_model", "now", str(file)) == f"OM-1: 2 pages in {file}\n"
    assert file.read_bytes() == b"%PDF-"
    assert "Take the order" in Press.given and "/static/" not in Press.given
    assert refused("print_model", "OM-9", str(file)) == ("No version OM-9.", "")
    where = str(tmp_path / "nowhere" / "x.pdf")
    assert "cannot be written" in refused("print_model", "OM-1", where)[0]

    def missing(name):
        raise ImportError(name)

    monkeypatch.setattr(print_model, "import_module", missing)
    assert "save it as PDF in the browser" in refused("print_model", "now", str(file))[0]
