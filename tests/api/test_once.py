"""Posts with an idempotency key: one effect, one answer, for seven days, whatever happens."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction

from esm.accounts.models import ApiToken, User
from esm.accounts.services.tokens import create_token
from esm.common import clock, failpoints
from esm.events.actors import SYSTEM
from esm.events.models import Event, KeptAnswer
from esm.events.services import kept_answers
from esm.events.services.erasure import erase_private
from governance.models import Person
from tests.api.client import ALL, Caller, Player, caller, send
from tests.events.test_concurrency import run_threads
from workflows.locks import request_for_update
from workflows.models import Comment, Request, SavedReply

REPLY = {"name": "Greeting", "body": "Good morning.", "audience": "mine"}


def post(who: Caller, path: str, body: Any, key: str) -> Any:
    return who.raw("POST", path, body, HTTP_IDEMPOTENCY_KEY=key)


def someone(name: str = "ada") -> Caller:
    """A person without a team, with a token."""
    user = User.objects.create_user(name)
    Person.objects.create(key=name, name=name).users.add(user)
    return Caller(create_token(user, name="test", scopes=ALL).text)


@pytest.mark.django_db
def test_the_same_post_again_has_no_second_effect_and_the_same_answer(settings):
    who = someone()
    first = post(who, "/replies", REPLY, "k-1")
    again = post(who, "/replies", {k: REPLY[k] for k in sorted(REPLY, reverse=True)}, "k-1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert again["Location"] == first["Location"]
    assert again["Content-Type"] == first["Content-Type"] == "application/json"
    assert again["Idempotency-Replayed"] == "true" and "Idempotency-Replayed" not in first
    assert SavedReply.objects.count() == 1
    assert Event.objects.filter(type="reply.saved").count() == 1


@pytest.mark.django_db
def test_another_body_another_person_and_another_week(settings):
    """Attack 52."""
    who, other = someone(), someone("bea")
    post(who, "/replies", REPLY, "k-1")
    refused = post(who, "/replies", {**REPLY, "body": "Good night."}, "k-1")
    assert (refused.status_code, refused.json()["code"]) == (422, "key-reused")
    assert post(who, "/replies?x=1", REPLY, "k-1").status_code == 400
    independent = post(other, "/replies", {**REPLY, "body": "Good night."}, "k-1")
    assert independent.status_code == 201 and "Idempotency-Replayed" not in independent
    assert SavedReply.objects.count() == 2
    now = clock.now()
    with clock.frozen(now + timedelta(days=7) - timedelta(minutes=1)):
        assert post(who, "/replies", REPLY, "k-1")["Idempotency-Replayed"] == "true"
    with clock.frozen(now + timedelta(days=7, minutes=1)):
        new = post(who, "/replies", {**REPLY, "body": "Good night."}, "k-1")
        assert new.status_code == 201 and "Idempotency-Replayed" not in new
        assert SavedReply.objects.count() == 3
        assert kept_answers.forget_old() == 1
    assert [row.body is None for row in KeptAnswer.objects.all()] == [False]


@pytest.mark.django_db
def test_a_refusal_keeps_nothing_so_that_it_can_be_corrected(clinic):
    ref = send(clinic)["ref"]
    owner, stranger = caller(clinic, "beat"), caller(clinic, "sefora")
    path = f"/requests/{ref}/comments"
    kept = KeptAnswer.objects.count()
    assert post(owner, path, {"body": ""}, "k").status_code == 400
    assert post(owner, path, b"{", "k").status_code == 400
    assert post(stranger, path, {"body": "x"}, "k").status_code == 404
    assert post(Caller(""), path, {"body": "x"}, "k").status_code == 401
    internal = {"body": "x", "internal": True}
    assert post(caller(clinic, "beat", ("requests:read",)), path, internal, "k").status_code == 403
    assert KeptAnswer.objects.count() == kept
    assert post(owner, path, {"body": "said"}, "k").status_code == 201
    # The same key below another request is another body of the same operation.
    other = send(clinic)["ref"]
    assert post(owner, f"/requests/{other}/comments", {"body": "said"}, "k").status_code == 422
    # Another operation counts by itself.
    assert post(owner, f"/requests/{ref}/withdraw", {"reason": "gone"}, "k").status_code == 200
    wrong = post(owner, f"/requests/{ref}/withdraw", {"reason": "gone"}, "k2")
    assert (wrong.status_code, wrong.json()["code"]) == (409, "wrong-state")
    assert Comment.objects.filter(body="said").count() == 1
    for key in ("", " ", "x" * 256, "é"):
        assert post(owner, path, {"body": "x"}, key).status_code == 400


@pytest.mark.django_db
def test_files_count_by_their_content(clinic):
    ref = send(clinic)["ref"]
    owner = caller(clinic, "beat")

    def add(content: bytes, name: str = "a.txt") -> Any:
        return owner.client.post(
            f"/api/v1/requests/{ref}/files",
            {"file": SimpleUploadedFile(name, content)},
            HTTP_IDEMPOTENCY_KEY="k",
            **owner.headers,
        )

    before = len(owner.items(f"/requests/{ref}/files"))
    first, again = add(b"one"), add(b"one")
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert add(b"two").status_code == add(b"one", "b.txt").status_code == 422
    assert len(owner.items(f"/requests/{ref}/files")) == before + 1


@pytest.mark.django_db
def test_a_secret_is_kept_nowhere():
    who = someone()
    body = {"name": "robot", "scopes": ["work"]}
    made = post(who, "/tokens", body, "k")
    assert made.status_code == 201
    (kept,) = KeptAnswer.objects.all()
    assert kept.body is None
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(k)::text FROM events_keptanswer k")
        assert made.json()["token"].rpartition("_")[2] not in cursor.fetchone()[0]
    again = post(who, "/tokens", body, "k")
    assert (again.status_code, again.json()["code"]) == (409, "answer-not-kept")
    assert ApiToken.objects.filter(name="robot").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_hundred_at_once_with_one_key_have_one_effect():
    who = someone()
    answers: list[Any] = []

    def work(_number: int) -> None:
        answers.append(post(Caller(who.token), "/replies", REPLY, "one"))

    assert run_threads(100, work) == []
    assert len(answers) == 100
    assert {a.status_code for a in answers} == {201}
    assert len({a.content for a in answers}) == 1
    assert sum("Idempotency-Replayed" not in a for a in answers) == 1
    assert SavedReply.objects.count() == 1
    assert Event.objects.filter(type="reply.saved").count() == 1


@pytest.mark.django_db(transaction=True)
def test_while_the_first_is_at_work_the_same_is_refused(settings):
    """The wait is the database's own limit for locks."""
    who = someone()
    post(who, "/replies", REPLY, "other")
    with connection.cursor() as cursor:
        cursor.execute("SELECT user_id FROM events_keptanswer")
        (user_id,) = cursor.fetchone()
    with transaction.atomic():
        use = kept_answers.Use(user_id, "reply_create", "one", "0" * 64)
        assert kept_answers.claim(use) is None
        found: list[Any] = []

        def rival(_number: int) -> None:
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = 50")
            found.append(post(Caller(who.token), "/replies", REPLY, "one"))

        assert run_threads(1, rival) == []
    (answer,) = found
    assert (answer.status_code, answer.json()["code"]) == (409, "in-flight")
    assert answer["Retry-After"] == "1"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("point", ["once.before_commit", "once.after_commit"])
def test_a_failure_around_the_commit_leaves_all_or_nothing(settings, monkeypatch, point):
    """Before the commit nothing is there; after it all is, and the same post is answered."""
    who = someone()
    who.client.raise_request_exception = False
    settings.FAILPOINT = f"{point}:raise"
    assert post(who, "/replies", REPLY, "k").status_code == 500
    there = 1 if point == "once.after_commit" else 0
    assert (SavedReply.objects.count(), KeptAnswer.objects.count()) == (there, there)
    settings.FAILPOINT = ""
    assert failpoints.hit(point) is None
    again = post(who, "/replies", REPLY, "k")
    assert again.status_code == 201
    assert ("Idempotency-Replayed" in again) == bool(there)
    assert SavedReply.objects.count() == 1
    assert Event.objects.filter(type="reply.saved").count() == 1
    assert json.loads(again.content)["name"] == "Greeting"


def test_a_decision_of_a_request_is_taken_once(clinic):
    """Its operation builds on the inbox's: the key is used by the one that was called."""
    ref = send(clinic)["ref"]
    at = next(i for i, step in enumerate(clinic.journey["steps"]) if step["action"] == "decide")
    Player(clinic, ref).play(until=at)
    meret, path = caller(clinic, "meret"), f"/requests/{ref}/decisions/1"
    approve = {"outcome": "approve", "rationale": ""}
    first = post(meret, f"{path}/decide", approve, "k")
    assert first.status_code == 200, first.content
    again = post(meret, f"{path}/decide", approve, "k")
    assert (again.status_code, again.content) == (200, first.content)
    assert again["Idempotency-Replayed"] == "true"
    assert Event.objects.filter(type="decision.decided").count() == 1
    assert first.json()["decided_by"]["key"] == "meret-zumthor"


def test_what_is_erased_goes_from_kept_answers_too(clinic):
    """The answer holds the title that the ledger forgot; the post stays done."""
    who = caller(clinic, clinic.journey["persona"])
    ref = send(clinic)["ref"]
    row = Request.objects.get(number=int(ref[2:]))
    path = f"/requests/{ref}/comments"
    first = post(who, path, {"body": "Mrs Zumstein called."}, "k-1")
    other = post(who, "/replies", REPLY, "k-2")
    assert (first.status_code, other.status_code) == (201, 201)
    kept = KeptAnswer.objects.get(key="k-1")
    assert row.chain in kept.chains and "Zumstein" in kept.body
    with transaction.atomic():
        locked = request_for_update(row.pk)
        seq = Event.objects.filter(chain=row.chain, type="comment.added").latest("seq").seq
        erase_private(locked, seq, actor=SYSTEM)
    kept.refresh_from_db()
    assert (kept.body, kept.erased, kept.status) == (None, True, 201)
    assert "Zumstein" not in json.dumps(list(KeptAnswer.objects.values("body", "headers")))
    again = post(who, path, {"body": "Mrs Zumstein called."}, "k-1")
    assert (again.status_code, again.json()["code"]) == (409, "answer-erased")
    assert again.json()["location"] == first.headers.get("Location")
    assert Comment.objects.count() == 1
    # What is about something else is answered as before.
    assert post(who, "/replies", REPLY, "k-2")["Idempotency-Replayed"] == "true"
    # A week later the key is free, and nothing of the erasure stays with it.
    with clock.frozen(clock.now() + timedelta(days=8)):
        fresh = post(who, path, {"body": "Somebody called."}, "k-1")
    kept.refresh_from_db()
    assert (fresh.status_code, kept.erased, kept.chains) == (201, False, [row.chain])
