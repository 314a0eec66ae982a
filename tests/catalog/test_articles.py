"""Knowledge: who reads an article, what a version keeps, what answers before it is asked."""

import pytest
from django.db import DatabaseError, transaction

from catalog.models import Article, ArticleVersion, ArticleVote
from catalog.selectors import articles
from catalog.services.articles import (
    Written,
    edit_article,
    publish_article,
    rate_article,
    retire_article,
    review_article,
    start_article,
)
from esm.common.errors import Conflict, Invalid, InvalidState, NotAllowed, NotFound
from esm.common.ui.markdown import markdown
from esm.events.actors import SYSTEM
from esm.events.models import Event
from governance.models import Membership, Team
from tests.support import client, user

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(desk):
    return desk


def write(world, actor=SYSTEM, publish=True, team="commercial-legal", **changes):
    given = {
        "title": "Which annexes we need",
        "summary": "The draft and every annex it refers to.",
        "body": "Hand in the *draft* and the liability schedule.",
        "audience": "everyone",
        "services": [world.journey["service"]],
    }
    made = start_article(Written(**(given | changes)), team=Team.objects.get(key=team), actor=actor)
    return publish_article(made.pk, actor=SYSTEM) if publish else made


def found(name, text="annexes"):
    return [row.pk for row in articles.search(user(name), text)]


def test_each_audience_and_who_is_not_in_it(world):
    everyone = write(world)
    legal = write(world, audience="departments", departments=["legal-compliance"])
    team = write(world, audience="team")
    draft = write(world, audience="team", publish=False)
    reads = {
        # Mira asks, Nuala works in the team, Helmi elsewhere, Sander is steward.
        name: set(articles.readable(user(name)).values_list("pk", flat=True))
        for name in ("mira", "nuala", "sander")
    }
    assert reads["mira"] == {everyone.pk}
    assert reads["nuala"] == {everyone.pk, legal.pk, team.pk}
    assert reads["sander"] == {everyone.pk}
    assert found("mira") == [everyone.pk]
    assert set(found("nuala")) == {everyone.pk, legal.pk, team.pk}
    for hidden in (legal, team, draft):
        with pytest.raises(NotFound):
            articles.by_number(user("mira"), hidden.pk)
        with pytest.raises(NotFound):
            articles.version_of(user("mira"), hidden.pk, 1)
        assert client("mira").get(f"/knowledge/{hidden.pk}/").status_code == 404
    assert articles.by_number(user("nuala"), draft.pk).draft.title == "Which annexes we need"
    assert articles.by_number(user("sander"), draft.pk) == draft
    service = world.journey["service"]
    assert articles.of_service(user("mira"), service) == [everyone]


def test_readers_keep_the_published_version_until_the_next_one(world):
    made = write(world)
    edit_article(made.pk, Written("Which annexes", body="New.", audience="everyone"), actor=SYSTEM)
    assert articles.by_number(user("mira"), made.pk).current.title == "Which annexes we need"
    assert "New." not in client("mira").get(f"/knowledge/{made.pk}/").content.decode()
    publish_article(made.pk, actor=SYSTEM)
    assert articles.by_number(user("mira"), made.pk).current.number == 2
    assert articles.version_of(user("mira"), made.pk, 1).body.startswith("Hand in")
    with pytest.raises(DatabaseError), transaction.atomic():
        ArticleVersion.objects.filter(article=made, number=1).update(body="Other.")
    # A narrower version takes the former ones from those it leaves out.
    edit_article(made.pk, Written("Ours", body="Ours."), actor=SYSTEM)
    publish_article(made.pk, actor=SYSTEM)
    for number in (1, 2, 3):
        with pytest.raises(NotFound):
            articles.version_of(user("mira"), made.pk, number)
    types = Event.objects.filter(chain=f"article/{made.pk}").order_by("seq")
    assert list(types.values_list("type", flat=True)) == ["article.saved", "article.published"] * 3


def test_who_writes_publishes_and_rates(world):
    nuala, mira = world.actor("nuala"), world.actor("mira")
    made = write(world, actor=nuala, publish=False)
    before = Event.objects.count()
    with pytest.raises(NotAllowed, match="lead of the team"):
        publish_article(made.pk, actor=nuala)
    for refused in (publish_article, review_article, retire_article):
        with pytest.raises(NotAllowed):
            refused(made.pk, actor=mira)
    with pytest.raises(NotAllowed):
        edit_article(made.pk, Written("Mine", body="x"), actor=mira)
    with pytest.raises(NotAllowed):
        write(world, actor=mira, publish=False)
    with pytest.raises(Invalid) as wrong:
        edit_article(made.pk, Written(" ", body="x" * 20_001, audience="all"), actor=nuala)
    assert set(wrong.value.errors) == {"title", "body", "audience"}
    with pytest.raises(Conflict, match="Somebody else"):
        edit_article(made.pk, Written("Late", body="x"), seen=0, actor=nuala)
    with pytest.raises(InvalidState):
        rate_article(made.pk, helpful=True, version=1, actor=mira)
    assert Event.objects.count() == before
    Membership.objects.filter(person=world.person("nuala")).update(is_lead=True)
    publish_article(made.pk, actor=nuala)
    rate_article(made.pk, helpful=True, version=1, actor=mira)
    rate_article(made.pk, helpful=False, version=1, actor=mira)
    assert articles.votes(ArticleVersion.objects.get(article=made)) == (0, 1)
    with pytest.raises(Conflict):
        rate_article(made.pk, helpful=True, version=2, actor=mira)
    assert ArticleVote.objects.count() == 1
    retire_article(made.pk, actor=nuala)
    assert found("mira") == [] and found("nuala") == []
    assert articles.version_of(user("mira"), made.pk, 1).number == 1
    assert Article.objects.get(pk=made.pk).review_on is None


def test_what_answers_before_it_is_asked(world):
    other = write(world, title="Signing abroad", summary="", body="Who signs.")
    made = write(world)
    typed = ["please look at the annexes of the draft"]
    rows = articles.for_form(user("mira"), world.journey["service"], typed)
    assert [row.pk for row in rows] == [made.pk, other.pk]
    # Typed wrongly, half written, or a word of the text alone.
    assert found("mira", "anexes") == [made.pk]
    assert found("mira", "liabil") == [made.pk]
    page = client("mira")
    assert "Which annexes we need" in page.get("/search/suggestions/?q=annex").content.decode()
    assert "Which annexes we need" in page.get("/services/?q=annex").content.decode()
    page.post(f"/services/{world.journey['service']}/start/")
    draft = page.get("/drafts/").content.decode().split('href="/drafts/')[1].split("/")[0]
    form = page.get(f"/drafts/{draft}/1/").content.decode()
    assert "This may answer it" in form and "Which annexes we need" in form


def test_a_refused_form_keeps_what_was_typed_and_a_saved_one_goes_on(world):
    page = client("nuala")
    typed = {"title": "", "body": "Kept text", "audience": "team", "team": "commercial-legal"}
    refused = page.post("/knowledge/new/", typed)
    assert refused.status_code == 400 and "Kept text" in refused.content.decode()
    assert not Article.objects.exists()
    answer = page.post("/knowledge/new/", {**typed, "title": "T", "go": "publish"})
    made = Article.objects.get()
    assert answer["Location"] == f"/knowledge/{made.pk}/" and made.state == "published"
    stale = page.post(f"/knowledge/{made.pk}/edit/", {**typed, "title": "T2", "seen": "1"})
    assert stale.status_code == 409 and "Kept text" in stale.content.decode()
    wide = {**typed, "title": "T2", "audience": "everyone", "seen": "2", "go": "publish"}
    page.post(f"/knowledge/{made.pk}/edit/", wide)
    made.refresh_from_db()
    assert (made.draft.title, made.current.title) == ("T2", "T")


def test_by_api(world):
    page = client("nuala")
    given = {"title": "Annexes", "body": "All.", "audience": "team", "team": "commercial-legal"}
    made = page.post("/api/v1/articles", given, content_type="application/json")
    assert made.status_code == 201
    address = made["Location"]
    assert page.post(f"{address}/publish").json()["current"]["body"] == "All."
    assert client("mira").get(address).status_code == 404
    listed = page.get("/api/v1/articles", {"q": "annexes"}).json()["items"]
    assert [row["title"] for row in listed] == ["Annexes"]
    rated = page.put(
        f"{address}/helpful", {"version": 1, "helpful": True}, content_type="application/json"
    )
    assert rated.json()["helpful"] is True
    assert [v["number"] for v in page.get(f"{address}/versions").json()["items"]] == [1]


def test_markdown_lets_nothing_through():
    hostile = (
        "<script>alert(1)</script> <b onclick=x>y</b> ![p](https://e.example/p.png)"
        " [a](javascript:alert(1)) [b](data:text/html,x) [c](//e.example) [d](JaVaScript:x)"
        ' [e](/services/ "t\\" onmouseover=x")'
    )
    shown = markdown(hostile)
    assert "<script" not in shown and "<b" not in shown and "<img" not in shown
    assert "onmouseover" not in shown
    assert shown.count("<a ") == 2  # the picture as a link, and the page of the portal
    assert 'href="/services/"' in shown
    assert markdown("# One\n\n- **two**") == (
        "<h2>One</h2>\n<ul>\n<li><strong>two</strong></li>\n</ul>\n"
    )
