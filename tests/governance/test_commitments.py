"""What sponsors commit to: given, done, withdrawn, missed; who reads it; levels on the page."""

import re
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.utils import InternalError

from esm.common import clock
from esm.common.errors import Invalid, InvalidState, NotAllowed
from esm.events.actors import SYSTEM
from esm.events.models import Event
from esm.events.services import dispatch
from esm.notices.models import Notice
from governance.models import Commitment, SponsorSign
from governance.selectors import commitments as known
from governance.selectors.people import actor_of_person
from governance.services import commitments as service
from governance.services.drafting import apply_files
from tests.governance import small
from tests.governance.conftest import NOW
from tests.support import client
from tests.support import user as user_of

pytestmark = pytest.mark.django_db
STREAM = "flour-to-bread"
TODAY = date(2026, 3, 2)
DAY = timedelta(days=1)


@pytest.fixture
def bakery(staff, published):
    """Bruno, a buyer, sponsors the stream, which is critical."""
    content = small.specs()
    content["ValueStream", STREAM] |= {"criticality": "critical", "sponsor_role": "buyer"}
    apply_files(small.model(2, content), actor=SYSTEM, publish=True)
    return staff


def give(person, due=TODAY + 30 * DAY, **values):
    words = {"action": "Buy a second oven", "wanted": "The oven stands", **values}
    return service.give_commitment(person, STREAM, due=due, actor=actor_of_person(person), **words)


def told(row):
    return list(Event.objects.filter(chain=row.chain).order_by("seq").values_list("type", "data"))


def level(user="olga"):
    (row,) = known.ledger(user_of(user)).streams
    return row.sponsors[0].standing.level


def text(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def test_from_unaware_to_committed_and_back(bakery):
    bruno, actor = bakery["bruno"], actor_of_person(bakery["bruno"])
    assert level() == "unaware"
    for _ in range(2):
        service.open_brief(bruno, STREAM, actor=actor)
        service.state_support(bruno, STREAM, text=" I do ", actor=actor)
    assert SponsorSign.objects.count() == 2 and level() == "bought_in"
    row = give(bruno)
    assert level() == "bought_in"
    done = service.fulfil_commitment(row, link="r-10001", actor=actor)
    assert (done.state, done.link, done.ended_on) == ("done", "/requests/R-10001/", TODAY)
    assert level() == "committed"
    assert told(row) == [
        ("commitment.pledged", {"commitment": row.ref, "stream": STREAM, "person": bruno.ref,
                                "due": "2026-04-01"}),
        ("commitment.done", {"commitment": row.ref, "stream": STREAM,
                             "link": "/requests/R-10001/"}),
    ]  # fmt: skip
    with clock.frozen(NOW + 91 * DAY):
        assert level() == "bought_in"


def test_only_the_sponsor_commits_and_says_what_came(bakery):
    for name in ("hedda", "olga"):
        with pytest.raises(NotAllowed, match="not the sponsor"):
            give(bakery[name])
    with pytest.raises(NotAllowed, match="in their own name"):
        service.give_commitment(
            bakery["bruno"], STREAM, action="a", wanted="b", due=TODAY,
            actor=actor_of_person(bakery["hedda"]),
        )  # fmt: skip
    row = give(bakery["bruno"])
    with pytest.raises(NotAllowed, match="Only who committed"):
        service.fulfil_commitment(row, evidence="x", actor=actor_of_person(bakery["hedda"]))
    assert Commitment.objects.get().state == "pledged" and len(told(row)) == 1


@pytest.mark.parametrize(
    ("wrong", "names"),
    [
        ({"action": " "}, {"action"}),
        ({"wanted": "x" * 301, "due": TODAY - DAY}, {"wanted", "due"}),
        ({"due": TODAY + 400 * DAY}, {"due"}),
    ],
)
def test_what_is_wrong_is_said_at_once(bakery, wrong, names):
    with pytest.raises(Invalid) as refused:
        give(bakery["bruno"], **wrong)
    assert set(refused.value.errors) == names and not Commitment.objects.exists()


@pytest.mark.parametrize(
    "link", ["https://x.example/", "//x.example", "/requests/../admin/", "javascript:x", "/admin/"]
)
def test_evidence_is_words_or_a_page_of_ours(bakery, link):
    row, actor = give(bakery["bruno"]), actor_of_person(bakery["bruno"])
    for values in ({"link": link}, {"evidence": " "}):
        with pytest.raises(Invalid):
            service.fulfil_commitment(row, **values, actor=actor)
    assert Commitment.objects.get().state == "pledged"


def test_a_day_that_passed_is_missed_before_and_after_the_sweep(bakery):
    bruno = bakery["bruno"]
    row, actor = give(bruno, TODAY + 8 * DAY), actor_of_person(bruno)
    assert service.sweep_commitments() == 0
    with clock.frozen(NOW + DAY):
        assert [service.sweep_commitments() for _ in range(2)] == [1, 0]
        dispatch.drain()
    with clock.frozen(NOW + 9 * DAY):
        assert known.one(user_of("olga"), row.pk).standing == "missed"
        with pytest.raises(InvalidState, match="counts as missed"):
            service.fulfil_commitment(row, evidence="Late", actor=actor)
        assert [service.sweep_commitments() for _ in range(2)] == [1, 0]
        dispatch.drain()
    row.refresh_from_db()
    assert (row.state, row.ended_on, row.ended_by) == ("missed", TODAY + 9 * DAY, None)
    assert [kind for kind, _data in told(row)] == [
        "commitment.pledged", "commitment.due_soon", "commitment.missed",
    ]  # fmt: skip
    notices = Notice.objects.filter(person_id=bruno.pk).order_by("pk")
    assert [(n.kind, n.title) for n in notices] == [
        ("commitment.due_soon", "Due on 10 Mar 2026: Buy a second oven"),
        ("commitment.missed", "Missed on 10 Mar 2026: Buy a second oven"),
    ]


def test_withdrawn_with_a_reason_it_counts_no_more(bakery):
    row, actor = give(bakery["bruno"]), actor_of_person(bakery["bruno"])
    with pytest.raises(Invalid):
        service.withdraw_commitment(row, reason=" ", actor=actor)
    service.withdraw_commitment(row, reason="No money", actor=actor)
    assert level() == "unaware"
    with pytest.raises(InvalidState, match="ended before"):
        service.withdraw_commitment(row, reason="Again", actor=actor)


def test_the_database_holds_what_was_said(bakery):
    row = give(bakery["bruno"])
    for change, error in (
        ({"due": TODAY + DAY}, InternalError),
        ({"state": "done", "ended_at": NOW, "ended_on": TODAY}, IntegrityError),
        ({"state": "missed", "ended_at": NOW, "ended_on": TODAY}, IntegrityError),
    ):
        with pytest.raises(error), transaction.atomic():
            Commitment.objects.filter(pk=row.pk).update(**change)
    with pytest.raises(InternalError), transaction.atomic():
        row.delete()


def test_sponsors_and_who_answers_for_the_whole_read_actions_others_levels(bakery):
    row = give(bakery["bruno"], TODAY + DAY)
    with clock.frozen(NOW + 3 * DAY):
        for user, reads in (("bruno", True), ("olga", True), ("ben", True), ("hedda", False)):
            page = text(client(user).get("/commitments/"))
            assert "Bruno Balt Bought in" in page
            assert ("Buy a second oven" in page) is reads, user
            assert ("1 action was missed" in page) is reads, user
            assert ("1 missed" in page) is reads, user
        for verb in ("done", "withdraw"):
            address = f"/commitments/{row.pk}/{verb}/"
            answers = [
                client(u).get(address).status_code for u in ("bruno", "olga", "ben", "hedda")
            ]
            assert answers == [200, 200, 403, 404]


def test_the_first_look_of_a_sponsor_at_the_brief_counts(bakery):
    for user in ("olga", "hedda", "bruno", "bruno"):
        assert "Starts with: somebody orders" in text(
            client(user).get(f"/commitments/brief/{STREAM}/")
        )
    sign = SponsorSign.objects.get()
    assert (sign.person, sign.sign, level()) == (bakery["bruno"], "opened", "aware")
    assert client("olga").get("/commitments/brief/nothing/").status_code == 404


def test_a_sponsor_commits_and_settles_by_page(bakery):
    own = client("bruno")
    wrong = {"stream": STREAM, "action": "Buy an oven", "wanted": "", "due": "soon"}
    answer = own.post("/commitments/new/", wrong)
    assert answer.status_code == 400 and "Buy an oven" in answer.content.decode()
    right = wrong | {"wanted": "It stands", "due": "2026-03-31"}
    assert own.post("/commitments/new/", right).status_code == 302
    row = Commitment.objects.get()
    assert own.post(f"/commitments/{row.pk}/done/", {"link": "nowhere"}).status_code == 400
    assert own.post(f"/commitments/{row.pk}/done/", {"evidence": "Look"}).status_code == 302
    page = text(own.get("/commitments/"))
    assert "1 of 1 sponsor does what was committed to." in page and "Committed" in page
    assert client("hedda").get("/commitments/new/").status_code == 403
    assert own.post(f"/commitments/brief/{STREAM}/support/", {"text": "Yes"}).status_code == 302
    assert client("hedda").post(f"/commitments/brief/{STREAM}/support/").status_code == 403


def test_without_sponsors_the_page_says_what_to_do(staff, published):
    assert "No sponsors yet" in text(client("olga").get("/commitments/"))
