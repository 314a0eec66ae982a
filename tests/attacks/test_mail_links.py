"""Attacks on deciding from a mail: 65 of docs/attacks.md."""

import logging
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.models import AnonymousUser
from django.core import mail
from django.test import Client

from esm.accounts.models import SignInAttempt, User
from esm.common import clock
from esm.common.errors import NotFound
from esm.common.masking import NoSecrets
from esm.events.actors import SYSTEM
from esm.events.models import Event
from esm.events.services import dispatch
from esm.notices.models import Notice
from governance.models import Decision, DecisionLink, Person, RoleAssignment, Vote
from governance.services import leaving, mailed, people, reassigning, roles
from tests.architecture.code import APPS, ROOT
from tests.governance.conftest import (
    DAY,
    NOW,
    Probe,
    actor,
    ask,
    now,
    probe,
    published,
    staff,
    together,
)
from tests.support import World
from workflows.models import Request

__all__ = ["now", "probe", "published", "staff", "together"]

pytestmark = pytest.mark.django_db
YES = {"outcome": "approve"}
# What a program reads a mailbox with, or takes mails by.
READERS = re.compile(r"\b(imaplib|poplib|smtpd|aiosmtpd|imapclient)\b")


@pytest.fixture
def waiting(probe: Probe, staff: dict[str, Person]) -> Decision:
    """Of Ben's, for Hedda to decide."""
    decision = ask(probe, staff["ben"])
    assert decision.decider == staff["hedda"]
    return decision


def path_of(decision: Decision, person: Person) -> str:
    """Where the link of the mail leads."""
    found = mailed.button(person.pk, f"{decision.subject_kind}/{decision.subject_id}")
    assert found is not None
    return found[1]


def client(name: str = "") -> Client:
    browser = Client()
    if name:
        browser.force_login(User.objects.get(username=name))
    return browser


def dead(path: str, name: str = "") -> bytes:
    """The page that every link that does not work leads to, whatever is done with it."""
    browser = client(name)
    pages = {browser.get(path).content, browser.post(path, YES).content}
    assert [browser.get(path).status_code, browser.post(path, YES).status_code] == [404, 404]
    assert len(pages) == 1
    (page,) = pages
    assert b"This link no longer works" in page
    return page


def nothing_happened(decision: Decision) -> None:
    decision.refresh_from_db()
    assert decision.state == "open"
    assert not Vote.objects.filter(decision=decision).exists()
    kinds = ["decision.voted", "decision.decided", "decision.link_used"]
    assert not Event.objects.filter(type__in=kinds).exists()


def test_the_form_behind_the_link_decides_once(
    waiting: Decision, staff: dict[str, Person], probe: Probe
) -> None:
    path = path_of(waiting, staff["hedda"])
    page = client().get(path)
    assert page.status_code == 200
    assert "no-store" in page["Cache-Control"]
    words = page.content.decode()
    for told in ("Feast", "€150", "Hedda", "Head baker", waiting.question):
        assert told in words
    refused = client().post(path, {"outcome": "decline"})
    assert refused.status_code == 400
    assert "Say why you decline" in refused.content.decode()
    nothing_happened(waiting)
    done = client().post(path, {"outcome": "decline", "rationale": "No flour."})
    assert done.status_code == 200
    waiting.refresh_from_db()
    assert (waiting.outcome, waiting.decided_by, waiting.rationale) == (
        "decline",
        staff["hedda"],
        "No flour.",
    )
    link = DecisionLink.objects.get()
    assert link.used_at == NOW
    rows = Event.objects.filter(type__in=["decision.link_used", "decision.decided"])
    assert list(rows.order_by("seq").values_list("type", "actor")) == [
        ("decision.link_used", staff["hedda"].ref),
        ("decision.decided", staff["hedda"].ref),
    ]
    assert probe.moved == [("decline", "head-baker")]


def test_a65_the_secret_is_stored_nowhere(waiting: Decision, staff: dict[str, Person]) -> None:
    path = path_of(waiting, staff["hedda"])
    token = path.split("/")[-2]
    assert len(token) == 43
    link = DecisionLink.objects.get()
    assert token not in str(vars(link))
    assert len(bytes(link.token_hash)) == 32
    assert link.expires_at - link.made_at == timedelta(hours=48)


def test_a65_no_log_holds_a_secret() -> None:
    record = logging.LogRecord(
        "django.request", 30, "", 1, "%s: %s", ("Not Found", "/decisions/by-mail/secret/"), None
    )
    assert NoSecrets().filter(record)
    assert record.getMessage() == "Not Found: /decisions/by-mail/…/"
    filters = django_settings.LOGGING["handlers"]["stderr"]["filters"]
    assert "no_secrets" in filters


def test_a65_scanners_that_follow_links_change_nothing(
    waiting: Decision, staff: dict[str, Person]
) -> None:
    path = path_of(waiting, staff["hedda"])
    events, notices = Event.objects.count(), Notice.objects.count()
    for _ in range(3):
        assert client().get(path).status_code == 200
        assert client().head(path).status_code == 200
        assert client().get(f"{path}?outcome=approve").status_code == 200
    for method in ("put", "patch", "delete", "options", "trace"):
        assert getattr(client(), method)(path).status_code == 405
    nothing_happened(waiting)
    assert (Event.objects.count(), Notice.objects.count()) == (events, notices)
    assert DecisionLink.objects.get().used_at is None
    assert client().post(path, YES).status_code == 200


def test_a65_a_form_of_another_place_does_not_act(
    waiting: Decision, staff: dict[str, Person]
) -> None:
    browser = Client(enforce_csrf_checks=True)
    assert browser.post(path_of(waiting, staff["hedda"]), YES).status_code == 403
    nothing_happened(waiting)


def test_a65_forged_and_guessing_gets_slow(waiting: Decision, staff: dict[str, Person]) -> None:
    path = path_of(waiting, staff["hedda"])
    good = path.split("/")[-2]
    for n, wrong in enumerate(("A" * 43, good[:-1], good + "A", "é", good.swapcase())):
        page = client().get(f"/decisions/by-mail/{wrong}/")
        assert page.status_code == 404
        assert SignInAttempt.objects.count() == n + 1
    # Too many from here: a right one is answered like a wrong one, elsewhere it works.
    assert client().post(path, YES).status_code == 404
    nothing_happened(waiting)
    assert Client(REMOTE_ADDR="10.1.1.1").get(path).status_code == 200
    with clock.frozen(NOW + timedelta(minutes=16)):
        assert client().get(path).status_code == 200


def test_a65_all_that_do_not_work_answer_alike(
    waiting: Decision, staff: dict[str, Person], probe: Probe
) -> None:
    forged = dead(f"/decisions/by-mail/{'B' * 43}/")
    SignInAttempt.objects.all().delete()
    used, late = path_of(waiting, staff["hedda"]), path_of(waiting, staff["hedda"])
    with clock.frozen(NOW + timedelta(hours=48)):
        assert dead(late) == forged
    nothing_happened(waiting)
    assert client().post(used, YES).status_code == 200
    assert dead(used) == dead(late) == forged
    # None of those was a guess.
    assert not SignInAttempt.objects.exists()
    assert probe.moved == [("approve", "head-baker")]


def test_a65_reused(waiting: Decision, staff: dict[str, Person], probe: Probe) -> None:
    path = path_of(waiting, staff["hedda"])
    again = path_of(waiting, staff["hedda"])
    assert client().post(path, YES).status_code == 200
    for one in (path, again):
        dead(one)
    assert probe.moved == [("approve", "head-baker")]
    assert DecisionLink.objects.filter(used_at=NOW).count() == 2


def test_a65_a_vote_taken_back_revives_no_link(together: Any, staff: dict[str, Person]) -> None:
    decision = together()
    path, again = (path_of(decision, staff["hedda"]) for _ in range(2))
    answer = client().post(path, YES)
    assert "Your vote counts" in answer.content.decode()
    vote = Vote.objects.get()
    assert (vote.person, vote.choice) == (staff["hedda"], "approve")
    mailed.deciding.withdraw_vote(decision.pk, actor=actor("hedda"))
    for one in (path, again):
        dead(one)


def test_a65_forwarded_to_somebody_who_signed_in(
    waiting: Decision, staff: dict[str, Person]
) -> None:
    path = path_of(waiting, staff["hedda"])
    for name in ("ben", "olga", "bruno"):
        dead(path, name)
    nothing_happened(waiting)
    assert client("hedda").post(path, YES).status_code == 200


def test_a65_forwarded_after_it_became_somebody_elses(
    waiting: Decision, staff: dict[str, Person]
) -> None:
    path = path_of(waiting, staff["hedda"])
    people.record_absence(staff["hedda"], since=NOW, until=NOW + DAY, actor=SYSTEM)
    # Nobody has looked again yet whose it is; deciding does.
    page = client().post(path, YES)
    assert (page.status_code, b"Olga" in page.content) == (404, False)
    nothing_happened(waiting)
    assert reassigning.reassign(waiting.pk) is not None
    dead(path)
    nothing_happened(waiting)


def test_a65_of_who_lost_the_role_or_left(waiting: Decision, staff: dict[str, Person]) -> None:
    path = path_of(waiting, staff["hedda"])
    assert client().get(path).status_code == 200
    holding = RoleAssignment.objects.get(person=staff["hedda"], role__key="head-baker")
    roles.end_assignment(holding, at=NOW, reason="Bakes no more.", actor=SYSTEM)
    assert client().post(path, YES).status_code == 404
    leaving.deactivate_person(staff["hedda"], actor=SYSTEM)
    dead(path)
    nothing_happened(waiting)


def test_a65_of_another_decision(waiting: Decision, staff: dict[str, Person], probe: Probe) -> None:
    """What is sent along names nothing; the link acts on its own decision alone."""
    path = path_of(waiting, staff["hedda"])
    other = ask(probe, staff["ben"])
    sent = {**YES, "decision": str(other.pk), "pk": str(other.pk), "person": "1", "round": "9"}
    assert client().post(path, sent).status_code == 200
    nothing = Decision.objects.get(pk=other.pk)
    assert nothing.state == "open"
    assert Decision.objects.get(pk=waiting.pk).outcome == "approve"
    dead(path)


def test_a65_what_was_read_has_changed(
    waiting: Decision, staff: dict[str, Person], probe: Probe
) -> None:
    path = path_of(waiting, staff["hedda"])
    probe.content["title"] = "Another feast"
    assert client().post(path, YES).status_code == 404
    nothing_happened(waiting)
    Decision.objects.filter(pk=waiting.pk).update(round=2)
    dead(path)
    nothing_happened(waiting)


def test_a65_switched_off_too_much_or_taking_back(
    waiting: Decision, staff: dict[str, Person], settings: Any
) -> None:
    path, ordinary = path_of(waiting, staff["hedda"]), f"/decisions/?open={waiting.pk}"
    for name, value in (("MAIL_DECISIONS", False), ("MAIL_DECISIONS_BELOW", 150)):
        before = getattr(settings, name)
        setattr(settings, name, value)
        dead(path)
        assert path_of(waiting, staff["hedda"]) == ordinary
        setattr(settings, name, before)
    settings.MAIL_DECISIONS_BELOW = 151
    assert client().get(path).status_code == 200
    assert DecisionLink.objects.count() == 1
    nothing_happened(waiting)


def test_no_link_without_an_account_and_none_where_nothing_waits(
    waiting: Decision, staff: dict[str, Person], probe: Probe
) -> None:
    about = f"probe/{waiting.subject_id}"
    assert mailed.button(staff["ben"].pk, about) is None
    ask(probe, staff["ben"])
    assert mailed.button(staff["hedda"].pk, about) == ("Open your decisions", "/decisions/")
    Decision.objects.exclude(pk=waiting.pk).update(decider=staff["olga"])
    User.objects.filter(username="hedda").update(is_active=False)
    assert path_of(waiting, staff["hedda"]) == f"/decisions/?open={waiting.pk}"
    assert not DecisionLink.objects.exists()


def test_a65_two_forms_at_once_decide_once(waiting: Decision, staff: dict[str, Person]) -> None:
    """The second finds the link used, under the lock."""
    token = path_of(waiting, staff["hedda"]).split("/")[-2]
    said: dict[str, Any] = {"viewer": AnonymousUser(), "address": "", "rationale": ""}
    mailed.decide_by_link(token, outcome="approve", **said)
    with pytest.raises(NotFound):
        mailed.decide_by_link(token, outcome="approve", **said)


# --- The mail itself ---


def mail_of(demo: World, until: str = "decide") -> tuple[Any, Decision]:
    """The mail that a decision waits, and the decision."""
    request = demo.submit()
    actions = [step["action"] for step in demo.journey["steps"]]
    demo.play(request, until=actions.index(until))
    demo.settle()
    mail.outbox.clear()
    assert not DecisionLink.objects.exists()
    dispatch.drain("mail")
    decision = Decision.objects.get(subject_kind="request", subject_id=request.pk, state="open")
    found = [m for m in mail.outbox if "A decision waits for you" in m.subject]
    (message,) = [m for m in found if m.to == [decision.decider.email]]
    return message, decision


def test_a65_the_link_is_made_when_the_mail_is_sent_and_replies_do_nothing(
    demo: World, settings: Any
) -> None:
    settings.MAIL_DECISIONS_BELOW = 10**9
    message, decision = mail_of(demo)
    link = DecisionLink.objects.get()
    assert (link.decision, link.person) == (decision, decision.decider)
    (path,) = set(re.findall(r"/decisions/by-mail/[^/\"\s]+/", message.body))
    ((html, _kind),) = message.alternatives
    assert html.count(path) == 1
    token = path.split("/")[-2]
    assert token not in str(message.extra_headers) + message.subject
    # A reply goes to the sender alone, where no program of the portal reads.
    assert message.reply_to == []
    assert message.extra_headers["Auto-Submitted"] == "auto-generated"
    for app in APPS:
        for file in Path(ROOT, app).rglob("*.py"):
            assert not READERS.search(file.read_text()), file
    # No address of the portal takes a mail that says yes: without its form nothing acts.
    words = f"From: {decision.decider.email}\r\nSubject: Re: {message.subject}\r\n\r\napproved"
    sent = Client().post(path, words, content_type="message/rfc822")
    assert sent.status_code == 400
    decision.refresh_from_db()
    assert (decision.state, DecisionLink.objects.get().used_at) == ("open", None)


def test_a65_large_amounts_and_confidential_matters_get_the_ordinary_link(
    demo: World, settings: Any
) -> None:
    settings.MAIL_DECISIONS_BELOW = 0
    message, decision = mail_of(demo)
    assert "/decisions/by-mail/" not in message.body
    assert f"/decisions/?open={decision.pk}" in message.body
    settings.MAIL_DECISIONS_BELOW = 10**9
    assert "/by-mail/" in path_of(decision, decision.decider)
    waits = path_of(decision, decision.decider)
    Request.objects.filter(pk=decision.subject_id).update(confidential=True)
    dead(waits)
    assert path_of(decision, decision.decider) == f"/decisions/?open={decision.pk}"
