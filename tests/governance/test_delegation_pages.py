"""Delegations on pages: offered with one button from an absence, answered, ended, told."""

from datetime import timedelta

import pytest
from django.test import Client

from esm.accounts.models import User
from esm.common import clock
from esm.events.services import dispatch
from esm.notices.models import Notice
from governance.models import Delegation, Person
from governance.selectors.person_history import history_of
from tests.governance.conftest import NOW, ask
from tests.governance.test_delegations import AWAY, give, given

pytestmark = pytest.mark.django_db
WISH = {"what": "role:head-baker", "delegate": "bruno", "until": "2026-03-20", "reason": "Fair"}


def browser(name: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=name))
    return client


def page(name: str, address: str = "/delegations/") -> str:
    answer = browser(name).get(address)
    assert answer.status_code == 200, address
    return " ".join(answer.content.decode().split())


def told() -> list[tuple[str, str, bool]]:
    """Kind, name and whether it still counts as new, in the order of writing."""
    rows = Notice.objects.filter(kind__startswith="delegation.").order_by("pk")
    names = {person.pk: person.name.split()[0] for person in Person.objects.all()}
    return [(row.kind.partition(".")[2], names[row.person_id], not row.read_at) for row in rows]


def test_an_absence_suggests_who_decides_with_one_button(staff):
    shown = page("hedda", "/absences/")
    assert "Offer it to Ben Bask" in shown
    fields = dict(
        piece.split('" value="')
        for piece in (part.split('">')[0] for part in shown.split('type="hidden" name="')[1:])
        if '" value="' in piece and not piece.startswith("csrf")
    )
    assert fields == {
        "what": "role:head-baker", "delegate": "ben", "since": "2026-03-09", "until": "2026-03-17",
    }  # fmt: skip
    answer = browser("hedda").post("/delegations/new/", fields, follow=True)
    assert "Offered. It counts once Ben Bask accepts." in answer.content.decode()
    row = Delegation.objects.get()
    assert (row.giver, row.delegate, row.state) == (staff["hedda"], staff["ben"], "proposed")
    assert "Offer it to" not in page("hedda", "/absences/")
    assert "Offer it to" not in page("ben", "/absences/")


def test_offered_answered_and_told(staff):
    answer = browser("hedda").post("/delegations/new/", WISH, follow=True)
    assert "Given by you" in answer.content.decode()
    row = Delegation.objects.get()
    dispatch.drain()
    assert told() == [("proposed", "Bruno", True)]
    shown = page("bruno")
    assert "One waits for your answer." in shown
    assert "Hedda Hult asks you to decide this while they are away" in shown
    assert page("ben").count("Nothing to give, and nothing offered") == 1
    browser("bruno").post(f"/delegations/{row.pk}/", {"answer": "accept"})
    dispatch.drain()
    assert told() == [("proposed", "Bruno", False), ("changed", "Hedda", True)]
    assert "You decide for others" in page("bruno")
    assert "Bruno Balt took on Head baker" in history_of(staff["hedda"])[0].sentence
    answer = browser("bruno").post(f"/delegations/{row.pk}/end/", {"reason": "Ill"}, follow=True)
    assert "Ended." in answer.content.decode()
    dispatch.drain()
    assert told()[-1] == ("changed", "Hedda", True)
    last = Notice.objects.latest("pk")
    assert last.body == "Bruno Balt gave it back. Ill"
    assert last.url == f"/delegations/{row.pk}/"
    shown = page("bruno")
    assert "You decide for others" not in shown and "given back" in shown
    again = browser("bruno").post(f"/delegations/{row.pk}/end/", {})
    assert again.status_code == 409


def test_declined_with_a_reason_the_giver_reads(staff):
    row = give(staff)
    sent = {"answer": "decline", "reason": "I am away too"}
    browser("bruno").post(f"/delegations/{row.pk}/", sent)
    dispatch.drain()
    # Declined before it was told: nobody is asked any more.
    assert told() == [("changed", "Hedda", True)]
    assert Notice.objects.get().body == "I am away too Offer it to somebody else."


def test_an_administrator_ends_it_and_both_are_told(staff):
    User.objects.filter(username="ben").update(is_admin=True)
    row = given(staff)
    shown = page("ben", "/admin/delegations/")
    assert "Head baker" in shown and f"/delegations/{row.pk}/end/" in shown
    assert "None of these" in page("ben", "/admin/delegations/?state=over")
    assert "None of these" in page("ben", "/admin/delegations/?q=olga")
    assert "Head baker" in page("ben", "/admin/delegations/?q=hedda")
    browser("ben").post(f"/delegations/{row.pk}/end/", {"reason": "Audit"})
    dispatch.drain()
    assert sorted(told()[-2:]) == [("changed", "Bruno", True), ("changed", "Hedda", True)]


def test_what_is_refused_loses_nothing(staff):
    wrong = {**WISH, "max_amount": "lots", "until": "2027-03-20"}
    answer = browser("hedda").post("/delegations/new/", wrong)
    said = answer.content.decode()
    assert answer.status_code == 400
    assert "Write an amount such as 2500" in said and 'value="lots"' in said
    answer = browser("hedda").post("/delegations/new/", {**wrong, "max_amount": "1,000.01"})
    assert "at most 180 days" in answer.content.decode()
    answer = browser("bruno").post("/delegations/new/", {**WISH, "delegate": "ben"})
    assert "You do not hold this on the first day" in answer.content.decode()
    assert not Delegation.objects.exists()
    browser("hedda").post("/delegations/new/", WISH)
    assert browser("hedda").post("/delegations/new/", WISH).status_code == 409


def test_strangers_see_none_of_it(staff):
    row = given(staff)
    User.objects.filter(username="ben").update(is_auditor=False)
    for address in (f"/delegations/{row.pk}/", f"/delegations/{row.pk}/end/"):
        assert browser("ben").get(address).status_code == 404
    assert browser("ben").get("/admin/delegations/").status_code == 403


def test_the_decision_says_under_which_delegation_it_is_theirs(probe, staff):
    row = given(staff)
    with clock.frozen(AWAY):
        ask(probe, staff["olga"])
        shown = page("bruno", "/decisions/")
    assert "<dt>Delegation</dt><dd>For Hedda Hult" in shown
    assert f'<a href="/delegations/{row.pk}/">who gave it away while absent</a>' in shown
    assert "Hedda Hult is away and gave it to Bruno Balt." in shown


def test_its_time_is_over_without_anybody_doing_anything(staff):
    given(staff)
    with clock.frozen(NOW + timedelta(days=31)):
        shown = page("bruno")
        assert "Over" in shown and "You decide for others" not in shown
