"""What is said on elements: in threads, by persons, read by whoever reads the version."""

import pytest

from esm.accounts.models import User
from esm.common.errors import InvalidState, NotAllowed, NotFound
from esm.events.actors import SYSTEM
from esm.events.models import Event, EventPrivate
from esm.events.services import dispatch
from esm.notices.models import Notice
from governance.models import ElementComment, ModelVersion
from governance.selectors.element_comments import threads_of
from governance.services import drafts
from governance.services.element_comments import say, settle, take_back
from tests.governance.conftest import actor
from tests.support import client

pytestmark = pytest.mark.django_db
BAKERS = ("Team", "bakers")
PAGE = "/model/OM-1/team/bakers/"


def words(response):
    return " ".join(response.content.decode().split())


def traces():
    return Event.objects.count(), ElementComment.objects.count(), Notice.objects.count()


@pytest.fixture
def steward(staff):
    User.objects.filter(username="olga").update(is_steward=True)
    return actor("olga")


def test_a_thread_is_begun_answered_settled_and_opened_again(published, steward):
    first = say(published, *BAKERS, body="  Four is too few. ", actor=actor("ben"))
    answer = say(published, *BAKERS, body="It was two.", thread=first.number, actor=steward)
    (thread,) = threads_of(published, *BAKERS, person_id=first.author_id, steward=False)
    assert (thread.first.row.body, thread.first.own) == ("Four is too few.", True)
    assert [one.row for one in thread.answers] == [answer]
    assert thread.open and thread.may_settle
    settle(published, first.number, done=True, actor=actor("ben"))
    with pytest.raises(InvalidState, match="settled already"):
        settle(published, first.number, done=True, actor=steward)
    later = say(published, *BAKERS, body="And the night?", actor=steward)
    order = [t.first.row for t in threads_of(published, *BAKERS, person_id=None, steward=False)]
    assert order == [later, first]
    settle(published, first.number, done=False, actor=steward)
    types = [e.type for e in Event.objects.filter(type__startswith="model.").order_by("pk")]
    assert types[-5:] == [
        "model.commented", "model.commented", "model.thread_settled", "model.commented",
        "model.thread_settled",
    ]  # fmt: skip


def test_the_words_are_private_text_of_the_ledger_and_go_when_taken_back(published, staff):
    row = say(published, *BAKERS, body="Ask the other Ben.", actor=actor("ben"))
    event = Event.objects.get(type="model.commented")
    assert event.data == {
        "version": "OM-1", "kind": "Team", "key": "bakers", "comment": 1, "thread": 1,
    }  # fmt: skip
    assert EventPrivate.objects.get(event_id=event.pk).content == {"body": "Ask the other Ben."}
    with pytest.raises(NotAllowed, match="Only who wrote it"):
        take_back(published, row.number, actor=actor("olga"))
    take_back(published, row.number, actor=actor("ben"))
    row.refresh_from_db()
    assert (row.body, row.removed_at is not None) == ("", True)
    with pytest.raises(InvalidState):
        take_back(published, row.number, actor=actor("ben"))
    assert "Taken back by who wrote it." in words(client("olga").get(PAGE))


def test_refusals_change_nothing(published, steward):
    row = say(published, *BAKERS, body="Hm.", actor=actor("ben"))
    draft = drafts.begin_draft(title="Other", actor=SYSTEM)
    drafts.discard_draft(draft, actor=SYSTEM)
    before = traces()
    with pytest.raises(NotAllowed):
        say(published, *BAKERS, body="Hm.", actor=SYSTEM)
    with pytest.raises(NotFound):
        say(published, "Team", "moon", body="Hm.", actor=steward)
    with pytest.raises(NotFound):
        say(published, "Team", "counter", body="Hm.", thread=row.number, actor=steward)
    with pytest.raises(NotAllowed):
        settle(published, row.number, done=True, actor=actor("bruno"))
    with pytest.raises(InvalidState, match="given up"):
        say(draft, *BAKERS, body="Hm.", actor=steward)
    page = client("ben")
    for body in ("", "   ", "x" * 5001):
        answer = page.post(f"{PAGE}comments/", {"body": body})
        assert answer.status_code == 400
        assert "Write something, in at most 5,000 characters." in words(answer)
        assert body in answer.content.decode()
    assert page.post("/model/OM-1/moon/bakers/comments/", {"body": "x"}).status_code == 404
    assert page.post(f"{PAGE}comments/", {"body": "x", "thread": "x"}).status_code == 404
    assert traces() == before


def test_the_page_writes_answers_and_settles_without_a_script(published, steward):
    page = client("ben")
    done = page.post(f"{PAGE}comments/", {"body": "Is <b>four</b> right?"})
    assert (done.status_code, done["Location"]) == (302, f"{PAGE}#c1")
    shown = words(page.get(PAGE))
    assert "Is &lt;b&gt;four&lt;/b&gt; right?" in shown and "Mark as settled" in shown
    other = words(client("bruno").get(PAGE))
    assert "four" in other and "Mark as settled" not in other and "Take back" not in other
    client("bruno").post(f"{PAGE}comments/", {"body": "Yes.", "thread": "1"})
    assert page.post("/model/OM-1/comments/1/settle/").status_code == 302
    assert "by Ben" in words(page.get(PAGE))
    assert ElementComment.objects.get(number=2).thread_id == ElementComment.objects.get(number=1).pk


def test_who_takes_part_hears_and_of_a_draft_stewards_alone(published, staff, steward):
    first = say(published, *BAKERS, body="Four?", actor=actor("ben"))
    say(published, *BAKERS, body="Five.", thread=first.number, actor=steward)
    dispatch.drain()
    told = Notice.objects.filter(kind="model.commented")
    assert [n.person_id for n in told] == [staff["ben"].pk]
    assert told[0].url == f"{PAGE}#c2"
    draft = drafts.begin_draft(title="More", actor=steward)
    User.objects.filter(username="ben").update(is_steward=True)
    thread = say(draft, *BAKERS, body="Six?", actor=actor("ben"))
    User.objects.filter(username="ben").update(is_steward=False)
    say(draft, *BAKERS, body="Yes.", thread=thread.number, actor=steward)
    dispatch.drain()
    of_draft = Notice.objects.filter(kind="model.commented", url__startswith="/model/OM-2/")
    assert [n.person_id for n in of_draft] == [staff["olga"].pk]
    assert client("ben").get("/model/OM-2/team/bakers/").status_code == 404
    assert client("ben").post("/model/OM-2/comments/1/settle/").status_code == 404
    assert ModelVersion.objects.get(code="OM-2").state == "draft"
