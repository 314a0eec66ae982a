import pytest

from esm.common import finding


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Müller & Søn, Straße 5", "muller son strasse 5"),
        ("v3.docx R-10482", "v3 docx r 10482"),
        ("snake_case — ﬁle", "snake case file"),
        ("' | ! & :* \\ \x00 <b>", "b"),
        ("", ""),
    ],
)
def test_words_are_folded(text: str, folded: str) -> None:
    assert finding.fold(text) == folded


def test_what_is_asked_is_bounded_and_harmless() -> None:
    assert finding.asked("a B 5 über über R-10482") == ["5", "uber", "10482"]
    assert finding.asked(" ".join(f"word{n}" for n in range(40))) == [f"word{n}" for n in range(8)]
    assert finding.asked("x" * 100_000) == ["x" * 60]
    assert finding.raw_query(finding.asked("don't | 'x' & (y:A)")) == "don:*"


def test_hits_are_marked_as_they_were_written() -> None:
    parts = finding.marked("Die STRAßE nach Straßburg", ["stras"])
    assert parts == [("Die ", False), ("STRAßE", True), (" nach ", False), ("Straßburg", True)]
    assert finding.marked("nothing", ["else"]) == [("nothing", False)]


def test_the_part_around_a_hit_is_cut() -> None:
    text = "x " * 200 + "needle " + "y " * 200
    assert finding.around(text, ["need"]).startswith("…")
    assert "needle" in finding.around(text, ["need"], length=80)
    assert finding.around(text, ["straw"]) == ""
