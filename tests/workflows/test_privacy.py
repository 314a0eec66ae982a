"""Who reads an answer: the rule alone, then a request on its way through the teams."""

import pytest

from esm.common.errors import NotAllowed
from governance.blueprint.blueprint import Blueprint
from governance.blueprint.kinds.services import FormField
from governance.blueprint.lint import lint
from tests.governance import small
from tests.support import World, user
from workflows.models import RequestText
from workflows.privacy import Reader, reads
from workflows.selectors import answers
from workflows.services import stages


def field(privacy: str, *visible_at: str) -> FormField:
    return FormField(key="note", label="Note", type="text", privacy=privacy, visible_at=visible_at)


ASKS = Reader(asks=True)
SEES = Reader()
WORKS = Reader(works=True, stages=frozenset({"bake"}))
TAKES = Reader(works=True, takes_part=True, stages=frozenset({"agree"}))
# What the field says, and who of (asks, sees, works at bake, takes part at agree) reads it.
READ = [
    (field("open"), "yyyy"),
    (field("envelope"), "yyyy"),
    (field("content"), "yyyy"),
    (field("internal"), "yyyy"),
    (field("personal"), "ynyy"),
    (field("sensitive"), "ynny"),
    (field("open", "bake"), "ynyn"),
    (field("personal", "agree"), "ynny"),
    (field("sensitive", "bake"), "ynnn"),
    (field("sensitive", "bake", "agree"), "ynny"),
]


@pytest.mark.parametrize(("asked", "who"), READ)
def test_who_reads_an_answer(asked: FormField, who: str) -> None:
    found = "".join("ny"[reads(asked, reader)] for reader in (ASKS, SEES, WORKS, TAKES))
    assert found == who
    assert asked.limited == (who != "yyyy")


def blueprint(**changes: object) -> Blueprint:
    """The small model whose occasion, its title, has these marks."""
    content = small.specs()
    offering = content["Offering", "feast-order"]
    for section in offering["form"]["sections"]:
        for one in section["fields"]:
            if one["key"] == offering["title_field"]:
                one.update(changes)
    return Blueprint.from_elements(small.model(2, content).elements.values())


def test_a_title_is_no_answer_that_is_withheld() -> None:
    for changes in ({"privacy": "sensitive"}, {"visible_at": ["bake"]}):
        found = [f for f in lint(blueprint(**changes)) if f.rule == "PRV01"]
        assert [(f.severity, f.kind, f.key, f.part) for f in found] == [
            ("blocker", "Offering", "feast-order", "occasion")
        ]
    assert [f for f in lint(blueprint()) if f.rule == "PRV01"] == []


def test_a_stage_that_does_not_exist_is_refused() -> None:
    assert [problem.sentence for problem in blueprint(visible_at=["moon"]).problems()] == [
        "field `occasion` is visible at stage `moon`, which does not exist"
    ]


@pytest.mark.django_db
def test_the_demo_withholds_what_it_marks(desk: World) -> None:
    """Personal: the teams on its path. At a step: who works there, from when it came to them."""
    request = desk.submit()
    asker = user(desk.journey["persona"])
    assert answers.answers_for(asker, request).withheld == frozenset()
    desk.play(request, until=5)
    lawyer = user("yusra")
    assert answers.withheld(lawyer, request) == {"access_detail"}
    found = answers.answers_for(lawyer, request)
    assert "access_detail" not in found.data
    assert "Which systems, and how?" not in [line["label"] for line in found.in_words()]


@pytest.mark.django_db
def test_what_one_does_not_read_one_does_not_change(desk: World) -> None:
    request = desk.submit()
    desk.play(request, until=1)
    visit = desk.visit(request, "intake")
    before = dict(request.data)
    with pytest.raises(NotAllowed, match="access_detail"):
        stages.complete_visit(
            request.pk, visit.seq, data={"access_detail": "All"}, actor=desk.actor("nuala")
        )
    request.refresh_from_db()
    assert request.data == before
    assert desk.visit(request, "intake").state == "active"


@pytest.mark.django_db
def test_withheld_answers_are_no_words_to_find_it_by(desk: World) -> None:
    request = desk.submit()
    body = RequestText.objects.get(request=request).body
    assert "Norrvik" in body
    assert request.data["access_detail"] not in body
    assert request.data["data_categories"] not in body
