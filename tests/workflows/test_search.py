"""Search finds what one may read and gives no hint of anything else."""

from io import BytesIO
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from catalog.services import files
from esm.accounts.models import User
from governance.selectors.people import actor_for
from tests.support import World
from workflows.models import Request, RequestText
from workflows.selectors import requests as seen
from workflows.selectors import search
from workflows.services import attachments, indexing, requests

WORDS = ("zephyrine", "quixotical", "marmalade", "obsidian", "tangerine", "gossamer")


def account(world: World, username: str) -> User:
    return User.objects.get(username=username)


def refs(user: Any, text: str) -> list[str]:
    return [r.ref for r in search.newest(user, search.holding(user, text), 100)]


@pytest.fixture
def talk(demo: World) -> SimpleNamespace:
    """A request with a word of its own in each place, and somebody it never comes to."""
    first = demo.journey["steps"][0]["actor"]
    asker = demo.actor(demo.journey["persona"])
    request = demo.submit(subject="Zephyrine supply for Kölner Straße")
    demo.settle()
    worker = demo.actor(first)
    requests.comment(request.pk, body="The quixotical annex, please.", actor=asker)
    requests.comment(request.pk, body="Mind the marmalade.", internal=True, actor=worker)
    stored = files.store(BytesIO(b"text"), "obsidian-v3.docx")
    attachments.add_file(request.pk, file=stored, actor=asker)
    stranger = User.objects.create_user("stranger")
    return SimpleNamespace(
        request=request,
        asker=account(demo, demo.journey["persona"]),
        worker=account(demo, first),
        stranger=stranger,
    )


def test_found_by_number_title_message_and_file_name(talk: SimpleNamespace) -> None:
    ref = talk.request.ref
    for text in (ref, ref[2:], "zephyrine", "ZEPHY koln strasse", "quixotical", "obsidian docx",
                 "annex supply", "v3"):  # fmt: skip
        assert refs(talk.asker, text) == [ref], text
    assert refs(talk.asker, "zephyrine tangerine") == []
    hit = search.found(talk.asker, "quixot").hits[0]
    assert [part for part, on in hit.line if on] == ["quixotical"]


def test_a13_a_word_of_an_internal_note_is_for_those_who_may_read_it(talk: SimpleNamespace) -> None:
    assert refs(talk.worker, "marmalade") == [talk.request.ref]
    assert search.found(talk.worker, "marmalade").hits[0].note
    missing, hidden = search.found(talk.asker, "tangerine"), search.found(talk.asker, "marmalade")
    assert hidden == missing
    assert (hidden.hits, hidden.count, hidden.similar) == ([], 0, [])
    client = Client()
    client.force_login(talk.asker)
    pages = [
        client.get(f"/search/?q={w}&tab=requests").content.replace(w.encode(), b"")
        for w in ("marmalade", "tangerine")
    ]
    assert [b"R-1" in page for page in pages] == [False, False]


def test_a13_nothing_of_a_hidden_request_is_hinted_at(talk: SimpleNamespace) -> None:
    client = Client()
    client.force_login(talk.stranger)
    for text in (*WORDS, "zephyrin", talk.request.ref):
        assert search.found(talk.stranger, text) == search.Found([], 0, False, "", [])
        assert "R-1" not in client.get(f"/search/hints/?q={text}").content.decode().replace(
            text, ""
        )
        assert 'href="/requests/R-' not in client.get(f"/search/?q={text}").content.decode()
        assert client.get(f"/api/v1/search?q={text}").json() == {"items": [], "next": None}


def test_a_short_number_is_no_beginning_of_longer_ones(talk: SimpleNamespace) -> None:
    digits = talk.request.ref[2:]
    assert refs(talk.asker, digits[:4]) == [talk.request.ref]
    assert refs(talk.asker, digits[:3]) == []


def test_words_are_found_by_those_who_see_the_request_since_now(talk: SimpleNamespace) -> None:
    row = Request.objects.filter(pk=talk.request.pk)
    kept = row.get().principals
    row.update(principals=[])
    assert refs(talk.asker, "zephyrine") == []
    assert search.found(talk.asker, "zephirine").similar == []
    row.update(principals=kept)
    assert refs(talk.asker, "zephyrine") == [talk.request.ref]


def test_a_slip_of_the_pen_shows_similar_titles(talk: SimpleNamespace) -> None:
    found = search.found(talk.asker, "zephirine")
    assert (found.hits, [r.ref for r in found.similar]) == ([], [talk.request.ref])
    assert search.found(talk.stranger, "zephirine").similar == []


def test_a11_counts_and_pages_are_those_of_brute_force(
    demo: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(7):
        demo.submit(subject=f"{WORDS[number % 2]} order {number}")
    for user in User.objects.filter(is_active=True)[:8]:
        for word in (*WORDS[:2], "order", "order zephyrine"):
            wanted = [
                r.ref
                for r in seen.visible_to(user).order_by("-number")
                if all(w in r.title.lower() for w in word.split())
            ]
            assert refs(user, word) == wanted
            assert search.found(user, word).count == len(wanted)
    asker = account(demo, demo.journey["persona"])
    # Two that were sent at once: the later number may stand in the earlier row.
    first, second = Request.objects.order_by("-pk")[2:4]
    Request.objects.filter(pk=first.pk).update(number=2_000_000)
    Request.objects.filter(pk=second.pk).update(number=first.number)
    Request.objects.filter(pk=first.pk).update(number=second.number)
    for most, window in ((search.MOST, search.WINDOW), (1, search.WINDOW), (1, 1)):
        monkeypatch.setattr(search, "MOST", most)
        monkeypatch.setattr(search, "WINDOW", window)
        seen_refs, after = [], ""
        while True:
            page = search.found(asker, "order", after=after, limit=3)
            assert (page.count, page.more) == (min(7, most), most < 7)
            seen_refs += [hit.request.ref for hit in page.hits]
            after = page.after
            if not after:
                break
        assert seen_refs == refs(asker, "order")
        assert len(seen_refs) == 7


def test_a_file_taken_out_is_found_no_more(talk: SimpleNamespace) -> None:
    actor = actor_for(talk.asker)
    seq = Request.objects.get(pk=talk.request.pk).file_count
    attachments.remove_file(talk.request.pk, seq, actor=actor)
    assert refs(talk.asker, "obsidian") == []


def test_rebuilding_gives_the_same_words(talk: SimpleNamespace, capsys: Any) -> None:
    before = list(RequestText.objects.values().order_by("pk"))
    RequestText.objects.all().delete()
    assert refs(talk.asker, "zephyrine") == []
    assert indexing.write_missing() == len(before)
    assert list(RequestText.objects.values().order_by("pk")) == before
    RequestText.objects.update(plain="wrong")
    call_command("rebuild_search")
    assert list(RequestText.objects.values().order_by("pk")) == before
    assert f"{len(before)} requests can be found." in capsys.readouterr().out


def test_the_api_finds_and_pages(demo: World, client: Client) -> None:
    sent = [demo.submit(subject=f"Gossamer {n}") for n in range(3)]
    client.force_login(account(demo, demo.journey["persona"]))
    first = client.get("/api/v1/search?q=gossa&limit=2").json()
    rest = client.get(first["next"]).json()
    found = [row["ref"] for row in first["items"] + rest["items"]]
    assert found == [r.ref for r in reversed(sent)]
    assert client.get("/api/v1/search?q=x&order=secret").status_code == 400


def test_the_page_keeps_words_and_tab_and_marks_hits(talk: SimpleNamespace) -> None:
    client = Client()
    client.force_login(talk.asker)
    page = client.get("/search/?q=quixotical&tab=requests&state=open").content.decode()
    assert "<mark>quixotical</mark>" in page
    assert 'name="tab" value="requests"' in page
    done = client.get("/search/?q=quixotical&tab=requests&state=done").content.decode()
    assert "Nothing found" in done
    assert client.get("/search/?q=%00%27%22%3Cscript%3E&tab=zzz&after=x").status_code == 200
