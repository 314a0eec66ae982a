"""What is to be looked at again by a day: listed with its owner, confirmed, found when late."""

from datetime import timedelta

import pytest

from esm.accounts.models import User
from esm.common import clock
from esm.common.errors import Invalid, NotAllowed, NotFound
from esm.events.actors import SYSTEM
from esm.events.selectors.chains import events_of
from governance.models import KeptFinding, Review
from governance.selectors import reviews, versions
from governance.services import findings
from governance.services.drafting import apply_files
from governance.services.people_file import apply_people
from governance.services.reviews import confirm
from tests.governance import small, watched
from tests.governance.conftest import DAY, NOW, PEOPLE, WEEK_ONE, actor

pytestmark = pytest.mark.django_db
TODAY = NOW.date()
LATE, SOON, FAR = (TODAY + timedelta(days=n) for n in (-3, 20, 90))


@pytest.fixture
def published(db, now):
    """The watched bakery, in which a rule is overdue, another due soon, and a stove in a while."""
    specs = small.specs() | watched.EXTRA
    specs["Policy", "four-eyes"] = watched.POLICY | {"review_due": LATE.isoformat()}
    specs["Policy", "granting"] = specs["Policy", "granting"] | {"review_due": SOON.isoformat()}
    stove = specs["Technology", "oven-one"]
    specs["Technology", "oven-one"] = stove | {"review_due": FAR.isoformat()}
    apply_files(small.model(1, specs), actor=SYSTEM, publish=True)
    apply_people(PEOPLE, actor=SYSTEM, week_one=WEEK_ONE)
    return versions.published()


def rows():
    bp = versions.blueprint(versions.published())
    return [(r.kind, r.key, r.days, r.overdue, r.owner) for r in reviews.rows(bp)]


def found():
    findings.keep_findings()
    rows = KeptFinding.objects.filter(rule__in=["PRC21", "TEC02"], fixed_at=None)
    return [(row.rule, row.key) for row in rows if row.part in ("", "review")]


def test_what_is_overdue_or_due_soon_is_listed_with_its_owner(published, staff):
    assert rows() == [
        ("Policy", "four-eyes", -3, True, "owner"),
        ("Policy", "granting", 20, False, "owner"),
    ]


def test_confirmed_it_is_in_order_until_the_next_day(published, staff):
    assert ("PRC21", "four-eyes") in found()
    done = confirm("Policy", "four-eyes", next_due=FAR, note="Read it.", actor=actor("olga"))
    assert (done.confirmed_by, done.next_due) == (staff["olga"], FAR)
    assert [row[1] for row in rows()] == ["granting"]
    assert ("PRC21", "four-eyes") not in found()
    (event,) = events_of(published, ["model.reviewed"])
    assert (event.data["key"], event.data["next_due"]) == ("four-eyes", FAR.isoformat())
    assert event.private == {"note": "Read it."}
    with clock.frozen(NOW + 91 * DAY):
        assert ("PRC21", "four-eyes") in found() and ("TEC02", "oven-one") in found()
        confirm("Technology", "oven-one", next_due=FAR + timedelta(days=99), actor=actor("olga"))
        assert ("TEC02", "oven-one") not in found()


def test_the_last_word_counts_not_the_latest_day(published, staff):
    confirm("Policy", "four-eyes", next_due=FAR, actor=actor("olga"))
    confirm("Policy", "four-eyes", next_due=SOON, actor=actor("olga"))
    assert ("Policy", "four-eyes", 20, False, "owner") in rows()


def test_only_who_answers_for_it_confirms_it_and_names_a_day(published, staff):
    with pytest.raises(NotAllowed, match="Only who answers for it"):
        confirm("Policy", "four-eyes", next_due=FAR, actor=actor("bruno"))
    for wrong in (None, TODAY, TODAY + timedelta(days=2000)):
        with pytest.raises(Invalid, match="after today, within three years"):
            confirm("Policy", "four-eyes", next_due=wrong, actor=actor("olga"))
    with pytest.raises(NotFound):
        confirm("Policy", "said-why", next_due=FAR, actor=actor("olga"))
    assert not Review.objects.exists()


def test_it_is_confirmed_on_its_page(published, staff, client):
    client.force_login(User.objects.get(username="olga"))
    listed = client.get("/model/reviews/").content.decode()
    assert "<b>1</b> overdue, <b>1</b> within 30 days" in listed
    here = "/model/reviews/policy/four-eyes/confirm/"
    assert here in listed
    assert client.post(here, {"next_due": "yesterday"}).status_code == 400
    assert client.post(here, {"next_due": FAR.isoformat(), "note": "Read it."}).status_code == 302
    after = client.get("/model/reviews/").content.decode()
    assert "<b>0</b> overdue, <b>1</b> within 30 days" in after and here not in after


def test_a_late_one_leads_from_its_finding_to_where_it_is_confirmed(published, staff, client):
    findings.keep_findings()
    row = KeptFinding.objects.get(rule="PRC21", key="four-eyes")
    User.objects.filter(username="olga").update(is_steward=True)
    client.force_login(User.objects.get(username="olga"))
    page = client.get(f"/model/findings/{row.pk}/").content.decode()
    assert "/model/reviews/policy/four-eyes/confirm/" in page and "Confirm it again" in page
