"""Knowledge in work: offered on the step, kept with it, begun from what was solved."""

import pytest

from catalog.models import ArticleVersion
from catalog.services.articles import Written, edit_article, publish_article, start_article
from esm.common.errors import InvalidState, NotAllowed
from esm.events.actors import SYSTEM
from esm.events.models import Event
from governance.models import Team
from tests.support import client, user
from workflows.models import ArticleUse
from workflows.selectors import knowledge
from workflows.services import requests, stages
from workflows.services.knowledge import use_article, write_up

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(desk):
    return desk


def article(world, stage, **changes):
    given = {"title": "First look", "body": "Look twice.", "stages": [stage]}
    written, team = Written(**(given | changes)), Team.objects.get(key="commercial-legal")
    return publish_article(start_article(written, team=team, actor=SYSTEM).pk, actor=SYSTEM)


def test_offered_on_the_card_and_kept_in_the_version_that_helped(world):
    sent = world.submit()
    visit = sent.visits.get()
    made = article(world, f"{sent.workflow_key}/{visit.stage_key}")
    nuala = world.actor("nuala")
    stages.claim(sent.pk, visit.seq, actor=nuala)
    page = client("nuala")
    card = page.get(f"/requests/{sent.ref}/").content.decode()
    assert "Known about this step" in card and "First look" in card
    assert "First look" not in client("mira").get(f"/requests/{sent.ref}/").content.decode()

    at = f"/requests/{sent.ref}/visits/{visit.seq}/articles/"
    for _ in range(2):
        assert page.post(at, {"article": made.pk, "version": 1}).status_code == 302
    used = ArticleUse.objects.get()
    assert (used.visit, used.version.number, used.person.key) == (visit, 1, "nuala-brennick")
    event = Event.objects.get(type="article.used")
    assert event.chain == f"article/{made.pk}"
    assert event.data == {
        "version": 1, "request": sent.ref, "visit": visit.seq, "stage": visit.stage_key,
    }  # fmt: skip
    edit_article(made.pk, Written("Second look", body="Thrice."), actor=SYSTEM)
    publish_article(made.pk, actor=SYSTEM)
    shown = page.get(f"/requests/{sent.ref}/").content.decode()
    assert "First look (K-" in shown and "version 1)" in shown
    assert "First look" not in client("mira").get(f"/requests/{sent.ref}/").content.decode()
    # Somebody of another department with sight of the request does not read the team's article.
    assert list(knowledge.visible_to(user("adaora"), sent)) == []
    assert page.get(f"/api/v1/requests/{sent.ref}/articles").json()["items"][0]["version"] == 1


def test_who_marks_and_when(world):
    sent = world.submit()
    visit = sent.visits.get()
    made = article(world, "x/y", audience="everyone")
    first = ArticleVersion.objects.get(article=made)
    before = Event.objects.count()
    with pytest.raises(NotAllowed, match="team"):
        use_article(sent.pk, visit.seq, version=first, actor=world.actor("mira"))
    requests.withdraw(sent.pk, reason="No longer needed.", actor=world.actor("mira"))
    after = Event.objects.count()
    with pytest.raises(InvalidState):
        use_article(sent.pk, visit.seq, version=first, actor=world.actor("nuala"))
    assert Event.objects.count() == after > before and not ArticleUse.objects.exists()
    assert (
        client("mira").get(f"/requests/{sent.ref}/visits/{visit.seq}/articles/").status_code == 403
    )


def test_a_solved_request_becomes_a_draft_of_public_parts(world):
    sent = world.submit()
    requests.comment(sent.pk, body="For us alone", internal=True, actor=world.actor("nuala"))
    requests.comment(
        sent.pk, body="Send the annexes, then it is quick.", actor=world.actor("nuala")
    )
    requests.comment(sent.pk, body="My own words", actor=world.actor("mira"))
    team = Team.objects.get(key="commercial-legal")
    with pytest.raises(InvalidState):
        write_up(sent, team=team, actor=world.actor("nuala"))
    world.play(sent, minutes=1)
    sent.refresh_from_db()
    with pytest.raises(NotAllowed):
        write_up(sent, team=team, actor=world.actor("mira"))
    assert client("mira").post(f"/requests/{sent.ref}/write-up/").status_code == 403
    answer = client("nuala").post(f"/requests/{sent.ref}/write-up/")
    made = ArticleVersion.objects.latest("pk")
    assert answer["Location"] == f"/knowledge/{made.article_id}/edit/"
    assert made.published_at is None and made.audience == "team"
    assert made.services == [sent.service.key] and made.stages
    assert "Send the annexes" in made.body
    # Neither notes, nor what whoever asked wrote, nor answers that are not open to everybody.
    for kept_out in ("For us alone", "My own words", sent.title, sent.requester.name, sent.ref):
        assert kept_out not in made.body and kept_out not in made.title
