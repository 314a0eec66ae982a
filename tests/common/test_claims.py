"""``manage.py claims`` knows a claim only from a test that exists and passed."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from esm.common.claims import claims, note

TEST = """import pytest
@pytest.mark.claim("C01", "/first/")
def test_first(): ...
def test_other(): ...
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "claims.yaml").write_text("C01: First\nC02: Second\n")
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_some.py").write_text(TEST)
    return tmp_path


def shown(root: Path) -> dict[str, list[str]]:
    return {claim.key: [s.test for s in claim.shown] for claim in claims(root)}


def test_a_mark_alone_shows_nothing(root: Path) -> None:
    assert shown(root) == {"C01": [], "C02": []}


def test_a_pass_shows_and_a_failure_takes_it_back(root: Path) -> None:
    name = "tests/test_some.py::test_first"
    note(root, {name: True})
    assert shown(root) == {"C01": [name], "C02": []}
    note(root, {})
    assert shown(root)["C01"] == [name]
    note(root, {name: False})
    assert shown(root)["C01"] == []


def test_a_test_that_is_gone_shows_nothing(root: Path) -> None:
    note(root, {"tests/test_some.py::test_first": True})
    (root / "tests" / "test_some.py").unlink()
    assert shown(root)["C01"] == []


def test_an_unknown_claim_is_refused(root: Path, settings: object) -> None:
    path = root / "tests" / "test_some.py"
    path.write_text(TEST.replace("C01", "C99"))
    settings.BASE_DIR = root  # type: ignore[attr-defined]
    with pytest.raises(CommandError, match="C99, which is no claim"):
        call_command("claims", stdout=StringIO())


def test_the_command_prints_all_claims() -> None:
    out = StringIO()
    call_command("claims", stdout=out)
    lines = out.getvalue().splitlines()
    assert [f"C{n:02}" for n in range(1, 46)] == [x[:3] for x in lines if x.startswith("C")]
    assert lines[-1].endswith(" of 45 shown")
