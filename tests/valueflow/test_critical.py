"""The critical few over what happened: figures are those of lists, marks go to drafts."""

import re
from datetime import date

import pytest

from esm.common import clock
from esm.common.errors import InvalidState, NotAllowed
from governance.blueprint.adoption import critical as pure
from governance.blueprint.completeness import checks, score
from governance.blueprint.kinds import ValueStream
from governance.models import Commitment, ModelVersion
from governance.selectors import assessments
from governance.selectors.gaps import gap_rows
from governance.selectors.people import actor_for, person_for
from governance.selectors.versions import blueprint, load_blueprint, published
from governance.services import critical, drafting, drafts
from tests.support import client, user
from tests.valueflow.test_promises import STREAM, _walked, clinic
from valueflow.models import FactRequest
from valueflow.selectors import adoption, drill, flow, naming
from valueflow.selectors import critical as chosen
from valueflow.selectors.practice import practice
from valueflow.selectors.questions import everything
from valueflow.selectors.scope import parse
from valueflow.services.critical import mark_stream

__all__ = ["_walked", "clinic"]
pytestmark = pytest.mark.django_db


def text(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def steward():
    return actor_for(user("livia"))


def other(draft, key, name):
    """One more stream in a draft."""
    bp = load_blueprint(draft.pk)
    spec = bp.get(ValueStream, STREAM).model_copy(update={"name": name, "code": key.upper()})
    drafting.edit_element(draft, "ValueStream", key, spec, expected_hash=None, actor=steward())


def test_figures_are_those_of_the_dashboard_and_of_the_lists(clinic):
    scope = parse({})
    (one,) = chosen.choice(scope).candidates
    summary = flow.summary(scope, user("livia"))
    assert one.health.breach == pytest.approx(1 - summary.promise.share)
    assert one.health.efficiency == summary.efficiency.share
    assert one.health.returned == (summary.handoffs.rate or 0)
    assert one.health.departments == len({
        department for row in FactRequest.objects.filter(outcome="fulfilled")
        for department in row.departments})  # fmt: skip
    names = naming.names(scope.model_id)
    for figure, n in (("finished", one.finished), ("crossing", one.crossing)):
        assert drill.drill(scope, user("livia"), names, figure, {}).total == n > 0
    assert (one.dysfunction, one.priority) == (pure.dysfunction(0, one.health), None)


def test_a_rating_gives_it_its_priority(clinic):
    person = person_for(user("livia"))
    critical.rate_feasibility(person, STREAM, score=4, reason="It is", actor=steward())
    (one,) = chosen.choice(parse({})).candidates
    assert one.priority == pytest.approx(0.45 * one.importance + 0.35 * one.dysfunction + 0.2 * 4)
    page = client("beat").get("/adoption/critical/")
    assert "No stream is critical, so none of what crosses" in text(page)
    assert "It is" in text(page) and 'class="b4"' in page.content.decode()


def test_beyond_the_limit_it_is_refused_with_what_could_go_first(clinic):
    draft = drafts.begin_draft(title="Few", actor=steward())
    for key, name in (("b", "Beds"), ("c", "Cards"), ("d", "Doors")):
        other(draft, key, name)
    for key in (STREAM, "b", "c"):
        mark_stream(draft, key, critical=True, actor=steward())
    mark_stream(draft, "b", critical=True, actor=steward())
    with pytest.raises(InvalidState, match=r"“Cards”, “Referral to theatre”, “Beds”\.$") as no:
        mark_stream(draft, "d", critical=True, lowest=["c", STREAM], actor=steward())
    assert "3 streams are critical in OM-3 and 3 may be at once" in no.value.sentence
    mark_stream(draft, "c", critical=False, actor=steward())
    mark_stream(draft, "d", critical=True, actor=steward())
    bp = load_blueprint(draft.pk)
    found = {k for k, spec in bp.find(ValueStream).items() if spec.criticality == "critical"}
    assert found == {STREAM, "b", "d"}
    with pytest.raises(NotAllowed):
        mark_stream(draft, "c", critical=True, actor=actor_for(user("beat")))


def test_pages_mark_in_a_draft_and_rate(clinic):
    own, place = client("livia"), f"/adoption/critical/{STREAM}/"
    assert own.post(f"{place}mark/", {"draft": "OM-77"}).status_code == 400
    assert own.post(f"{place}mark/", {"draft": "new"}).status_code == 302
    draft = ModelVersion.objects.get(state="draft")
    assert load_blueprint(draft.pk).get(ValueStream, STREAM).criticality == "critical"
    assert own.post(f"{place}release/", {"draft": draft.code}).status_code == 302
    assert load_blueprint(draft.pk).get(ValueStream, STREAM).criticality == "normal"
    for verb in ("mark", "release", "rate"):
        assert client("beat").get(f"{place}{verb}/").status_code == 403
    assert own.post(f"{place}rate/", {"score": "9", "reason": ""}).status_code == 400
    assert own.post(f"{place}rate/", {"score": "2", "reason": "Laws"}).status_code == 302
    assert "Laws" in text(own.get("/adoption/critical/"))
    assert own.get("/adoption/critical/none/rate/").status_code == 404
    assert own.get("/adoption/critical/reason/").status_code == 404


def test_the_five_steps_are_computed_and_say_where_to_go(clinic):
    scope = parse({})
    steps = {step.number: step for step in adoption.steps(scope, user("livia"))}
    found = {one.code: (one.done, one.figure) for step in steps.values() for one in step.criteria}
    finished = FactRequest.objects.filter(outcome="fulfilled").count()
    assert found["events"] == (True, f"{finished} finished, 0 logs")
    assert found["few"] == (False, "0") and found["coverage"][0] is found["sponsors"][0] is False
    assert found["crossing"] == (True, "1 of 1, 100 %")
    assert [len(step.criteria) for step in steps.values()] == [4, 3, 3, 5, 4]
    page = text(client("beat").get("/adoption/"))
    met = sum(done for done, _figure in found.values())
    assert f"{met} of {len(found)} criteria are met" in page
    for step in steps.values():
        for one in step.criteria:
            assert client("livia").get(one.url).status_code == 200, one.url


def test_blank_cells_say_who_answers_and_when(clinic):
    bp = blueprint(published())
    rows = gap_rows(bp)
    cells = [cell for row in rows for cell in row.cells]
    assert sum(cell.score.missing for cell in cells) == score(checks(bp)).missing > 0
    for cell in cells:
        assert bool(cell.owner) <= bool(cell.score.missing)


def test_practice_is_what_the_dashboard_says(clinic):
    summary = flow.summary(parse({}), user("livia"))
    seen = practice("organisation", "")
    assert seen.work and seen.shares["promise"] == summary.promise.share
    assert seen.shares["first_time"] == 1 - summary.handoffs.rate
    assert seen.shares["on_model"] == 1.0
    # Of three promises one came true; of the stream the two that are measured count.
    assert seen.shares["benefits"] == pytest.approx(1 / 3) and seen.improved
    assert practice("stream", STREAM).shares["benefits"] == 0.5
    nowhere = practice("department", "none")
    assert not nowhere.work and nowhere.shares["promise"] is nowhere.shares["on_model"] is None
    facts = assessments.computed_now(blueprint(published()), "stream", STREAM)
    assert facts["process-promise"].followed == seen.shares["promise"]
    kept = seen.shares["promise"] >= 0.8
    assert (facts["process-promise"].level > 2) is kept


def test_the_question_has_the_figures_of_the_page_and_of_commitments(clinic):
    from_page = chosen.choice(parse({})).candidates
    rows = [
        # State, last day, the day it ended.
        ("done", date(2026, 9, 1), date(2026, 8, 31)),
        ("done", date(2026, 9, 1), date(2026, 9, 1)),
        ("pledged", date(2099, 1, 1), None),
        ("pledged", date(2026, 1, 1), None),  # its day passed
        ("withdrawn", date(2026, 9, 1), date(2026, 8, 1)),
    ]
    person = person_for(user("beat"))
    for state, due, ended in rows:
        Commitment.objects.create(
            stream_key=STREAM, person=person, action="Ask", wanted="Seen", due=due, state=state,
            ended_on=ended, ended_at=clock.now() if ended else None, ended_by=person if ended else
            None, evidence="Here" if state == "done" else "",
            reason="No" if state == "withdrawn" else "",
        )  # fmt: skip
    asked = everything.question("critical")
    found = asked.answer(parse({}), user("livia"))
    streams, sponsors = found.tables
    (one,) = streams.rows
    assert one.cells["priority"].value == from_page[0].priority
    assert one.cells["dysfunction"].value == from_page[0].dysfunction
    names = naming.names(parse({}).model_id)
    for key in ("requests", "crossing"):
        cell = one.cells[key]
        scope = parse(dict(cell.extra))
        listed = drill.drill(scope, user("livia"), names, cell.figure, {}).total
        assert listed == cell.value > 0
    (row,) = sponsors.rows
    counts = {key: cell.value for key, cell in row.cells.items()}
    assert counts == {
        "sponsors": "vacant", "pledged": 4, "open": 1, "done": 2, "missed": 1,
        "rate": 2 / 3,
    }  # fmt: skip
    assert found.sentence == "No stream is critical, so that nobody knows what comes first."
    # Who may not read them is told nothing of them.
    (row,) = asked.answer(parse({}), user("jost")).tables[1].rows
    assert row.cells["pledged"].value is None


def test_the_question_costs_at_most_fourteen_queries(clinic, django_assert_max_num_queries):
    asked, scope, livia = everything.question("critical"), parse({}), user("livia")
    asked.answer(scope, livia)
    with django_assert_max_num_queries(14):
        asked.answer(scope, livia)
