"""One conversation: messages and notes apart, people named in them, and what one takes back."""

import re
from typing import Any

import pytest
from django.test import Client

from esm.common import invariants
from esm.common.errors import Invalid, InvalidState, NotAllowed, NotFound
from esm.common.ui.prose import prose
from esm.events.models import Event
from esm.notices.models import Notice
from tests.support import World, client
from workflows.models import Comment, Request, RequestText
from workflows.selectors import mentions
from workflows.services import conversation, requests

pytestmark = pytest.mark.django_db


def say(world: World, request: Request, text: str, *, internal: bool = False) -> Comment:
    """A message of whoever asked, or a note of the team that has it."""
    who = world.member(request.visits.latest("seq").team_id) if internal else asker(world)
    return requests.comment(request.pk, body=text, internal=internal, actor=who)


def asker(world: World) -> Any:
    return world.actor(world.journey["persona"])


def page(browser: Client, request: Request, address: str = "") -> str:
    """What an address answers, but for the token of its forms."""
    answer = browser.get(address or f"/requests/{request.ref}/")
    assert answer.status_code == 200
    return re.sub(r'("|&quot;)[A-Za-z0-9]{64}\1', "token", answer.content.decode())


def test_messages_and_notes_are_numbered_apart(desk: World) -> None:
    request = desk.submit()
    said = [
        say(desk, request, f"Number {n}", internal=internal)
        for n, internal in enumerate((True, False, True, True, False))
    ]
    assert [(row.internal, row.seq) for row in said] == [
        (True, 1), (False, 1), (True, 2), (True, 3), (False, 2),
    ]  # fmt: skip
    mine = client(desk.journey["persona"])
    told = mine.get(f"/api/v1/requests/{request.ref}/comments").json()["items"]
    assert [row["number"] for row in told] == [1, 2]
    assert [row["body"] for row in told] == ["Number 1", "Number 4"]
    worker = client(desk.journey["steps"][0]["actor"])
    both = worker.get(f"/api/v1/requests/{request.ref}/comments").json()["items"]
    assert [row["body"] for row in both] == [f"Number {n}" for n in range(5)]


def test_a_note_changes_no_byte_for_who_may_not_read_it(desk: World) -> None:
    request = desk.submit()
    desk.settle()
    mine = client(desk.journey["persona"])
    addresses = (
        "",
        "/requests/",
        f"/requests/{request.ref}/print/",
        f"/live/?page=request/{request.ref}",
        "/live/?page=requests",
        f"/api/v1/requests/{request.ref}",
        f"/api/v1/requests/{request.ref}/comments",
        f"/api/v1/requests/{request.ref}/events",
    )
    before = [page(mine, request, url) for url in addresses]
    say(desk, request, "They were late twice.", internal=True)
    desk.settle()
    assert [page(mine, request, url) for url in addresses] == before
    worker = client(desk.journey["steps"][0]["actor"])
    seen = page(worker, request)
    assert "They were late twice." in seen and 'class="is-private"' in seen


def test_who_is_named_hears_of_it_if_they_may_read_it(desk: World) -> None:
    request = desk.submit()
    worker = desk.member(request.visits.get().team_id)
    name = desk.person(desk.journey["steps"][0]["actor"]).name
    blind = desk.person(desk.journey["steps"][2]["actor"])
    row = say(desk, request, f"@{name}, please ask @{blind.name}, and @nobody at all.")
    found = mentions.named_in(row.body, request, internal=False)
    assert ([p.name for p in found.told], [p.name for p in found.blind]) == ([name], [blind.name])
    desk.settle()
    told = Notice.objects.filter(kind="comment.mentioned")
    assert [n.person_id for n in told] == [desk.person(desk.journey["steps"][0]["actor"]).pk]
    assert not Notice.objects.filter(subject=request.chain, person_id=blind.pk).exists()
    note = requests.comment(
        request.pk,
        body=f"@{desk.person(desk.journey['persona']).name} is new here.",
        internal=True,
        actor=worker,
    )
    # A note is read by teams alone: whoever asked is not told that there is one.
    assert mentions.named_in(note.body, request, internal=True).told == []
    desk.settle()
    assert not Notice.objects.filter(person_id=request.requester_id).exists()


def test_the_writer_hears_who_cannot_read_it_and_offers_nobody_else(desk: World) -> None:
    request = desk.submit()
    blind = desk.person(desk.journey["steps"][2]["actor"])
    mine = client(desk.journey["persona"])
    answer = mine.post(f"/requests/{request.ref}/comments/", {"body": f"@{blind.name}, look."})
    assert answer.headers["Location"] == f"/requests/{request.ref}/?said=1"
    words = f"{blind.name} cannot read what you wrote and was not told."
    assert words in mine.get(f"/requests/{request.ref}/?said=1").content.decode()
    worker = client(desk.journey["steps"][0]["actor"])
    assert words not in worker.get(f"/requests/{request.ref}/?said=1").content.decode()
    offered = mine.get(f"/requests/{request.ref}/people/", {"q": blind.name[:4]})
    assert blind.name not in offered.content.decode()


def test_a_message_is_corrected_and_taken_back_for_five_minutes(desk: World) -> None:
    request = desk.submit()
    row, note = say(desk, request, "Bring the anex."), say(desk, request, "Late.", internal=True)
    me = asker(desk)
    desk.tick(minutes=5)
    conversation.edit_comment(request.pk, row.seq, body="Bring the annex.", actor=me)
    row.refresh_from_db()
    note.refresh_from_db()
    assert (row.body, row.edited_at, note.body) == ("Bring the annex.", desk.now, "Late.")
    assert "annex" in RequestText.objects.get(request=request).body
    desk.tick(seconds=1)
    with pytest.raises(InvalidState, match="for five minutes"):
        conversation.edit_comment(request.pk, row.seq, body="Bring two.", actor=me)
    with pytest.raises(InvalidState, match="for five minutes"):
        conversation.remove_comment(request.pk, row.seq, actor=me)
    row.refresh_from_db()
    assert (row.body, row.removed_at) == ("Bring the annex.", None)

    second = say(desk, request, "Forget the annex.")
    conversation.remove_comment(request.pk, second.seq, actor=me)
    shown = page(client(desk.journey["persona"]), request)
    assert "Took back a message" in shown and "Forget the annex." not in shown
    assert "Forget" not in RequestText.objects.get(request=request).body
    with pytest.raises(NotFound):
        conversation.remove_comment(request.pk, second.seq, actor=me)
    kept = Event.objects.filter(chain=request.chain, type__startswith="comment.")
    assert list(kept.order_by("seq").values_list("type", flat=True)) == [
        "comment.added", "comment.added", "comment.edited", "comment.added", "comment.removed",
    ]  # fmt: skip
    assert not [i.key for i in invariants.invariants() if invariants.violations(i)]


def test_only_the_writer_changes_a_message(desk: World) -> None:
    request = desk.submit()
    row = say(desk, request, "Mine.")
    other = desk.member(request.visits.get().team_id)
    count = Event.objects.filter(chain=request.chain).count()
    with pytest.raises(NotAllowed, match="Only who wrote a message"):
        conversation.edit_comment(request.pk, row.seq, body="Theirs.", actor=other)
    with pytest.raises(Invalid, match="Write something"):
        conversation.edit_comment(request.pk, row.seq, body=" ", actor=asker(desk))
    row.refresh_from_db()
    assert (row.body, row.edited_at) == ("Mine.", None)
    assert Event.objects.filter(chain=request.chain).count() == count
    # The number of a note says nothing to who may not read it.
    say(desk, request, "Among us.", internal=True)
    mine = client(desk.journey["persona"])
    there, missing = (
        mine.patch(
            f"/api/v1/requests/{request.ref}/notes/{number}",
            {"body": "x"},
            content_type="application/json",
        )
        for number in (1, 2)
    )
    assert there.status_code == missing.status_code == 404
    assert there.json()["detail"] == missing.json()["detail"]


def test_what_is_written_is_shown_as_text_with_links_that_say_where_they_lead() -> None:
    assert prose("<b>1 & 2</b>") == "&lt;b&gt;1 &amp; 2&lt;/b&gt;"
    assert prose("See https://example.org/a?b=1&c=2.") == (
        'See <a href="https://example.org/a?b=1&amp;c=2" rel="noopener noreferrer nofollow ugc">'
        "https://example.org/a?b=1&amp;c=2</a>."
    )
    assert prose("javascript:alert(1) @Ann", ["Ann"]) == (
        'javascript:alert(1) <b class="named">@Ann</b>'
    )
    assert prose("@" * 5000, ["Ann"]).count("@") == 5000
    assert mentions.candidates("@a " * 5000)[:2] == [["a"]]
