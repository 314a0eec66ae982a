"""Following a request: reminders, questions, reopening, closing, the pulse, parts, print."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from catalog.models import Draft, Offering
from esm.common import invariants
from esm.common.errors import Conflict, Invalid, InvalidState, NotAllowed
from esm.events.models import Event
from esm.notices.models import Notice
from governance.models import Person
from governance.selectors import versions
from tests.support import World, client
from workflows.models import Clock, Pulse, Request, StageVisit
from workflows.selectors import calendars, ranges, request_page
from workflows.selectors import following as selector
from workflows.services import closing, following, requests, stages

pytestmark = pytest.mark.django_db


def asker(world: World) -> Any:
    return world.actor(world.journey["persona"])


def worker(world: World) -> Any:
    return world.actor(world.journey["steps"][0]["actor"])


def count(request: Request) -> int:
    return Event.objects.filter(chain=request.chain).count()


def claimed(world: World) -> Request:
    request = world.submit()
    world.play(request, until=1)
    return request


def fulfilled(world: World) -> Request:
    """Done by its teams; the way there does not matter here."""
    request = world.submit()
    world.play(request, minutes=1)
    assert request.state == Request.State.FULFILLED
    return request


def no_violations() -> None:
    assert [i.key for i in invariants.invariants() if invariants.violations(i)] == []


def test_a_reminder_reaches_who_is_waited_on_once_in_four_working_hours(desk: World) -> None:
    request = claimed(desk)
    Notice.objects.all().delete()
    following.nudge(request.pk, actor=asker(desk))
    desk.settle()
    holder = desk.person(desk.journey["steps"][0]["actor"])
    told = Notice.objects.get(kind="request.nudged")
    assert (told.person_id, told.subject) == (holder.pk, request.chain)
    assert request.visits.get().nudged_at == desk.now
    before = count(request)
    desk.tick(hours=3, minutes=59)
    with pytest.raises(InvalidState, match="less than four working hours ago") as refused:
        following.nudge(request.pk, actor=asker(desk))
    assert datetime.fromisoformat(refused.value.extra["next_at"]) > desk.now
    assert count(request) == before
    desk.tick(days=1)
    following.nudge(request.pk, actor=asker(desk))
    assert count(request) == before + 1


def test_nobody_reminds_themselves_or_without_waiting(desk: World) -> None:
    request = claimed(desk)
    before = count(request)
    for who in (worker(desk), desk.actor(desk.journey["steps"][2]["actor"])):
        with pytest.raises(NotAllowed):
            following.nudge(request.pk, actor=who)
    request.refresh_from_db()
    assert (count(request), request.nudged_at) == (before, None)
    requests.withdraw(request.pk, reason="Not needed.", actor=asker(desk))
    with pytest.raises(InvalidState, match="has ended"):
        following.nudge(request.pk, actor=asker(desk))


def test_a_question_is_answered_on_the_page_and_work_goes_on(desk: World) -> None:
    request = claimed(desk)
    question = "Which of the two annexes is meant, the one of May or the one that came in June?"
    stages.pause(request.pk, 1, party="requester", reason=question, actor=worker(desk))
    desk.settle()
    told = Notice.objects.get(kind="request.waiting")
    assert (told.person_id, told.body) == (request.requester_id, question)
    mine = client(desk.journey["persona"])
    assert question in mine.get(f"/requests/{request.ref}/").content.decode()
    desk.tick(hours=2)
    answered = mine.post(f"/requests/{request.ref}/visits/1/answer/", {"answer": "June."})
    assert answered.status_code == 302
    visit = request.visits.get()
    assert (visit.state, visit.question) == (StageVisit.State.ACTIVE, "")
    running = Clock.objects.filter(request=request, state="running")
    assert set(running.values_list("metric", flat=True)) == {"promise", "complete"}
    desk.settle()
    answer = Notice.objects.get(kind="visit.answered")
    assert answer.person_id == desk.person(desk.journey["steps"][0]["actor"]).pk
    shown = client(desk.journey["steps"][0]["actor"]).get(f"/requests/{request.ref}/")
    assert "June." in shown.content.decode()
    no_violations()


def test_only_who_asked_answers_and_only_what_waits(desk: World) -> None:
    request = claimed(desk)
    with pytest.raises(InvalidState, match="does not wait"):
        following.answer_question(request.pk, 1, text="June.", actor=asker(desk))
    stages.pause(request.pk, 1, party="requester", reason="Which?", actor=worker(desk))
    before = count(request)
    with pytest.raises(NotAllowed, match="Only who asked"):
        following.answer_question(request.pk, 1, text="June.", actor=worker(desk))
    with pytest.raises(Invalid, match="Write your answer"):
        following.answer_question(request.pk, 1, text=" ", actor=asker(desk))
    visit = request.visits.get()
    assert (visit.state, visit.question, count(request)) == ("blocked", "Which?", before)


def test_finished_work_is_reopened_confirmed_and_spoken_of_once(desk: World) -> None:
    request = fulfilled(desk)
    last = request.visits.latest("seq")
    done_at, closes_at = request.fulfilled_at, request.closes_at
    assert done_at is not None and closes_at is not None and closes_at > desk.now
    promise = Clock.objects.get(request=request, metric="promise")
    desk.tick(days=2)
    with pytest.raises(Invalid, match="what is not right"):
        closing.reopen(request.pk, reason=" ", actor=asker(desk))
    with pytest.raises(NotAllowed, match="may reopen"):
        closing.reopen(request.pk, reason="A page is missing.", actor=worker(desk))
    request.refresh_from_db()
    assert (request.state, request.reopened) == (Request.State.FULFILLED, 0)

    closing.reopen(request.pk, reason="A page is missing.", actor=asker(desk))
    desk.settle()
    request.refresh_from_db()
    visit = request.visits.latest("seq")
    assert (request.state, request.is_open, request.reopened) == ("in_progress", True, 1)
    assert (visit.stage_key, visit.team_id, visit.holder_id) == (
        last.stage_key, last.team_id, last.holder_id,
    )  # fmt: skip
    assert visit.is_rework
    again = Clock.objects.get(pk=promise.pk)
    assert (again.state, again.elapsed_s) == ("running", promise.elapsed_s)
    assert Notice.objects.get(kind="request.reopened").person_id == last.holder_id
    no_violations()

    me = desk.actor(desk.journey["steps"][-1]["actor"])
    stages.claim(request.pk, visit.seq, actor=me)
    stages.complete_visit(request.pk, visit.seq, actor=me)
    with pytest.raises(InvalidState, match="once the request is closed"):
        closing.answer_pulse(request.pk, score=4, actor=asker(desk))
    requests.close(request.pk, actor=asker(desk))
    with pytest.raises(InvalidState, match="Only a fulfilled request"):
        closing.reopen(request.pk, reason="Again.", actor=asker(desk))
    mine = client(desk.journey["persona"])
    assert "How did it go?" in mine.get(f"/requests/{request.ref}/").content.decode()
    other = client(desk.journey["steps"][0]["actor"])
    assert "How did it go?" not in other.get(f"/requests/{request.ref}/").content.decode()
    with pytest.raises(NotAllowed, match="says how it went"):
        closing.answer_pulse(request.pk, score=1, actor=worker(desk))
    for bad in (0, 6):
        with pytest.raises(Invalid, match="one of five"):
            closing.answer_pulse(request.pk, score=bad, actor=asker(desk))
    assert Pulse.objects.count() == 0
    closing.answer_pulse(request.pk, score=4, word="smooth", actor=asker(desk))
    with pytest.raises(Conflict, match="answered this already"):
        closing.answer_pulse(request.pk, score=1, actor=asker(desk))
    row = Pulse.objects.get()
    assert (row.request, row.score, row.word) == (request, 4, "smooth")
    # Nobody reads one answer: neither on the page nor in the events of the request.
    told = other.get(f"/api/v1/requests/{request.ref}/events?type=pulse.answered").json()
    assert [event["data"] for event in told["items"]] == [{}]
    assert "smooth" not in other.get(f"/requests/{request.ref}/").content.decode()


def test_what_nobody_speaks_of_closes_by_itself_and_not_before(desk: World) -> None:
    request = fulfilled(desk)
    assert request.closes_at is not None
    desk.now = request.closes_at
    assert closing.close_silent() == 0
    desk.tick(seconds=1)
    with pytest.raises(InvalidState, match="has passed"):
        closing.reopen(request.pk, reason="Late.", actor=asker(desk))
    assert closing.close_silent() == 1
    request.refresh_from_db()
    assert (request.state, request.closed_at) == (Request.State.CLOSED, desk.now)
    assert closing.close_silent() == 0
    shown = client(desk.journey["persona"]).get(f"/requests/{request.ref}/").content.decode()
    assert "as nobody reopened it" in shown
    no_violations()


def part(world: World, parent: Request, who: Person) -> Request:
    return requests.submit(
        offering=Offering.objects.get(key=world.journey["offering"]),
        data=parent.data,
        requester=who,
        actor=world.actor(who.users.get().username),
        files=[],
        parent=parent,
    )


def test_a_part_is_followed_on_the_page_of_the_whole(desk: World) -> None:
    request = claimed(desk)
    helper = desk.person(desk.journey["steps"][0]["actor"])
    found = client(helper.users.get().username)
    assert found.get(f"/requests/{request.ref}/children/").status_code == 200
    child = _asked(desk, request, found)
    assert child.parent == request
    # Whoever asked for the whole sees the part, and where it is.
    mine = client(desk.journey["persona"])
    assert child.ref in mine.get(f"/requests/{request.ref}/").content.decode()
    above = mine.get(f"/requests/{child.ref}/").content.decode()
    assert f'href="/requests/{request.ref}/"' in above
    assert mine.get(f"/api/v1/requests/{request.ref}").json()["parts"] == [child.ref]
    # Who sees the part alone learns nothing of the whole.
    Request.objects.filter(pk=request.pk).update(principals=[])
    alone = mine.get(f"/requests/{child.ref}/")
    assert alone.status_code == 200 and request.ref not in alone.content.decode()
    assert mine.get(f"/api/v1/requests/{child.ref}").json()["part_of"] == ""


def _asked(world: World, request: Request, browser: Any) -> Request:
    """Ask another team by the pages: choose, answer the form as the whole did, send."""
    offering = world.journey["offering"]
    chosen = browser.post(f"/requests/{request.ref}/children/", {"offering": offering})
    draft = Draft.objects.get(part_of=request.ref)
    assert chosen.headers["Location"] == f"/drafts/{draft.pk}/"
    Draft.objects.filter(pk=draft.pk).update(data=request.data)
    for file in request.attachments.all():
        draft.files.create(
            field_key=file.field_key,
            name=file.name,
            content_type=file.content_type,
            size=file.size,
            sha256=file.sha256,
        )
    sent = browser.post(f"/drafts/{draft.pk}/send/")
    ref = sent.headers["Location"].split("/")[2]
    return Request.objects.get(number=int(ref.removeprefix("R-")))


def test_a_part_is_asked_while_the_whole_is_open_by_who_writes_on_it(desk: World) -> None:
    request = claimed(desk)
    outsider = desk.person(desk.journey["steps"][2]["actor"])
    total = Request.objects.count()
    with pytest.raises(NotAllowed):
        part(desk, request, outsider)
    requests.withdraw(request.pk, reason="Not needed.", actor=asker(desk))
    with pytest.raises(InvalidState, match="while the request is open"):
        part(desk, request, request.requester)
    hidden = client(outsider.users.get().username).get(f"/requests/{request.ref}/children/")
    assert hidden.status_code == 404
    assert Request.objects.count() == total


def test_paper_holds_what_its_reader_sees_and_no_more(desk: World) -> None:
    request = claimed(desk)
    requests.comment(request.pk, body="Mind the history.", internal=True, actor=worker(desk))
    requests.comment(request.pk, body="By Friday, please.", actor=asker(desk))
    mine = client(desk.journey["persona"]).get(f"/requests/{request.ref}/print/")
    paper = mine.content.decode()
    assert "By Friday, please." in paper and "Mind the history." not in paper
    assert "<form" not in paper
    theirs = client(desk.journey["steps"][0]["actor"]).get(f"/requests/{request.ref}/print/")
    assert "Mind the history." in theirs.content.decode()
    outsider = client(desk.journey["steps"][2]["actor"])
    assert outsider.get(f"/requests/{request.ref}/print/").status_code == 404


def test_the_range_is_of_those_that_stood_there_as_long(desk: World) -> None:
    request = claimed(desk)
    page = selector_live(desk, request)
    none = ranges.expected(request, page)
    assert none is not None and (none.n, none.enough, none.low) == (0, False, None)
    calendar = _calendar(request)
    # Twenty that took 1 to 20 working hours from this step on, one that was confidential.
    for hours in range(1, 22):
        _past(desk, request, hours, confidential=hours == 21)
    found = ranges.expected(request, page)
    assert found is not None and (found.n, found.enough, found.same_version) == (20, True, True)
    entered = request.visits.get().entered_at
    # Median 10.5 h, 85 % at 17.15 h: linear between neighbours.
    assert found.low == calendar.add(entered, 37_800)
    assert found.high == calendar.add(entered, round(17.15 * 3600))
    # After five working hours only those that stood longer are like it: too few.
    desk.now = calendar.add(entered, 5 * 3600 + 1)
    left = ranges.expected(request, page)
    assert left is not None and (left.n, left.enough) == (15, False)


def selector_live(world: World, request: Request) -> Any:
    return request_page.page(request.requester.users.get(), request).live


def _calendar(request: Request) -> Any:
    bp = versions.blueprint(request.version_id)
    return calendars.calendar_in(bp, bp.get("Offering", request.offering.key).calendar)


def _past(world: World, like: Request, hours: int, *, confidential: bool) -> None:
    """A request that ended so many working hours after it reached the step of another."""
    visit = like.visits.get()
    began = visit.entered_at - timedelta(days=28)
    ended = _calendar(like).add(began, hours * 3600)
    row = Request.objects.get(pk=like.pk)
    row.pk, row.number = None, like.number + 1000 + hours
    row.state, row.is_open, row.confidential = "closed", False, confidential
    row.submitted_at = began
    row.fulfilled_at = row.closed_at = ended
    row.save(force_insert=True)
    StageVisit.objects.create(
        request=row,
        seq=1,
        stage_key=visit.stage_key,
        token=visit.token,
        team_id=visit.team_id,
        department_id=visit.department_id,
        role_key=visit.role_key,
        state="done",
        entered_at=began,
        ended_at=ended,
    )


def test_what_follows_is_read_once(desk: World) -> None:
    """Whoever may not act is offered nothing of it."""
    request = claimed(desk)
    user = desk.person(desk.journey["steps"][0]["actor"]).users.get()
    found = selector.of_page(user, request_page.page(user, request))
    assert (found.reminder, found.questions, found.may_confirm, found.pulse_due) == (
        None, [], False, False,
    )  # fmt: skip
    assert found.readers.note_first and found.may_ask_others
