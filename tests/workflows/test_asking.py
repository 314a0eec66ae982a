"""On behalf of somebody, duplicates, asking again, and by when somebody is answered."""

from datetime import timedelta

import pytest

from catalog.models import Draft, Offering
from catalog.registries import outlook, similar
from catalog.selectors import beneficiaries
from catalog.services import drafts
from esm.common import clock
from esm.common.errors import NotAllowed
from esm.events.actors import SYSTEM
from esm.events.models import Event
from esm.events.services import dispatch
from esm.notices.models import Notice
from governance.blueprint import kinds
from governance.models import Decision, Person
from governance.policies import Scope, judge
from governance.selectors import versions
from governance.selectors.people import actor_of_person, facts_for, person_for
from governance.services import deciding, people
from governance.services.drafting import apply_files
from tests.governance import small
from tests.governance.conftest import NOW, now, published, staff
from tests.support import client, user
from workflows.models import Clock, Request
from workflows.selectors import calendars, identities
from workflows.selectors import requests as seen
from workflows.services import requests, stages, visibility
from workflows.services.again import draft_again

__all__ = ["now", "published", "staff"]
pytestmark = pytest.mark.django_db
ANSWERS = {
    "occasion": "Wedding of the mayor",
    "guests": "80",
    "day": "2026-06-01",
    "price": "50",
    "grain": "wheat",
}


@pytest.fixture(autouse=True)
def _fresh() -> None:
    identities.forget()
    calendars.forget()


def publish(**changes: object) -> kinds.Offering:
    """A second version whose offering has these fields."""
    content = small.specs()
    content[("Offering", "feast-order")].update(changes)
    apply_files(small.model(2, content), actor=SYSTEM, publish=True)
    return versions.blueprint(versions.published()).get(kinds.Offering, "feast-order")


def send(name: str, *, whom: Person | None = None, **answers: str) -> Request:
    person = person_for(user(name))
    return requests.submit(
        offering=Offering.objects.get(key="feast-order"),
        data={**ANSWERS, **answers},
        requester=person,
        actor=actor_of_person(person),
        beneficiary=whom,
    )


def names(found: list[Person]) -> list[str]:
    return [person.key for person in found]


# --- on behalf


def test_a14_who_can_be_asked_for_is_found_by_name_and_mail(staff):
    spec, bruno = publish(on_behalf="anyone"), staff["bruno"]
    assert names(beneficiaries.find(spec, bruno, "Hult hedda")) == ["hedda"]
    assert names(beneficiaries.find(spec, bruno, "OLGA@bakery.example")) == ["olga"]
    assert names(beneficiaries.find(spec, bruno, "b")) == []
    assert names(beneficiaries.find(spec, bruno, "bruno")) == []
    people.update_person(staff["ben"], active=False, actor=SYSTEM)
    assert names(beneficiaries.find(spec, bruno, "ben")) == []
    assert beneficiaries.by_key(spec, bruno, "ben") is None
    lonely = Person.objects.create(key="lonely", name="Lone Lind", email="lone@bakery.example")
    assert names(beneficiaries.find(spec, bruno, lonely.name)) == []
    assert beneficiaries.by_mail(spec, bruno, lonely.email) is None


def test_a_department_asks_for_its_own_people_alone(staff):
    spec, bruno = publish(on_behalf="department"), staff["bruno"]
    assert names(beneficiaries.find(spec, bruno, "hedda")) == []
    assert names(beneficiaries.find(spec, bruno, "olga")) == ["olga"]
    with pytest.raises(NotAllowed, match="nobody by this name"):
        send("bruno", whom=staff["hedda"])
    assert not Request.objects.exists()


def test_where_it_is_not_offered_nobody_asks_for_others(staff):
    with pytest.raises(NotAllowed, match="only be asked for oneself"):
        send("bruno", whom=staff["olga"])
    assert not Request.objects.exists()
    made = drafts.start_draft(Offering.objects.get(), user=user("bruno"), person=staff["bruno"])
    assert client("bruno").get(f"/drafts/{made.pk}/for/").status_code == 404


def test_both_see_it_both_are_named_and_both_are_told(staff):
    publish(on_behalf="anyone")
    request = send("bruno", whom=staff["ben"])
    dispatch.drain("outbox")
    assert visibility.computed(request) == Request.objects.get(pk=request.pk).principals
    for name in ("bruno", "ben"):
        assert list(seen.asked_by(user(name))) == [request]
        page = client(name).get(f"/requests/{request.ref}/").content.decode()
        assert "asked by Bruno Balt for Ben Bask" in page
    rows = Event.objects.filter(bucket=request.chain_bucket, chain=request.chain)
    event = rows.get(type="request.asked_for")
    assert event.data == {"requester": staff["bruno"].ref, "beneficiary": staff["ben"].ref}
    told = Notice.objects.filter(kind="request.asked_for")
    assert [n.person_id for n in told] == [staff["ben"].pk]
    assert "Bruno Balt asked for this on your behalf" in told.get().title


def test_neither_of_them_decides(staff):
    publish(on_behalf="anyone")
    # Hedda's right covers this amount; it is for her, so the next band up is asked.
    request = send("bruno", whom=staff["hedda"], price="500")
    take(request, "olga")
    decision = Decision.objects.get()
    assert (decision.requester, decision.beneficiary) == (staff["bruno"], staff["hedda"])
    assert decision.decider == staff["olga"]
    assert decision.department_key == "oven"
    assert any("was asked for Hedda Hult" in step["text"] for step in decision.trace)
    for name in ("bruno", "hedda"):
        with pytest.raises(NotAllowed):
            deciding.decide(decision.pk, outcome="approve", actor=actor_of_person(staff[name]))
    assert Decision.objects.get().state == "open"
    scope = Scope(requester_id=staff["bruno"].pk, beneficiary_id=staff["hedda"].pk)
    actor, facts = actor_of_person(staff["hedda"]), facts_for(user("hedda"))
    assert "This is for you" in judge(actor, "decision.decide", scope, facts).reason


def take(request: Request, name: str) -> None:
    """Do the first step, so that the decision opens."""
    actor = actor_of_person(person_for(user(name)))
    stages.claim(request.pk, 1, actor=actor)
    stages.complete_visit(request.pk, 1, actor=actor)


def test_for_whom_a_draft_is_is_chosen_and_changed(staff):
    publish(on_behalf="anyone")
    made = drafts.start_draft(Offering.objects.get(), user=user("bruno"), person=staff["bruno"])
    page, address = client("bruno"), f"/drafts/{made.pk}/for/"
    assert "Hedda Hult" in page.get(f"{address}?q=hed").content.decode()
    part = page.get(f"{address}?q=hed", headers={"HX-Request": "true"}).content.decode()
    assert "Hedda Hult" in part and "<html" not in part
    assert page.post(address, {"person": "hedda"})["Location"] == f"/drafts/{made.pk}/"
    made.refresh_from_db()
    assert made.beneficiary == staff["hedda"]
    people.update_person(staff["ben"], active=False, actor=SYSTEM)
    gone, missing = page.post(address, {"person": "ben"}), page.post(address, {"person": "nobody"})
    assert gone.status_code == missing.status_code == 400
    assert beneficiaries.NOBODY in gone.content.decode()
    drafts.save_draft(made.pk, spec_now(), 0, ANSWERS, user=user("bruno"))
    drafts.save_draft(made.pk, spec_now(), 1, ANSWERS, user=user("bruno"))
    assert "Hedda Hult" in page.get(f"/drafts/{made.pk}/check/").content.decode()
    page.post(f"/drafts/{made.pk}/send/")
    assert Request.objects.get().beneficiary == staff["hedda"]


def spec_now() -> kinds.Offering:
    return versions.blueprint(versions.published()).get(kinds.Offering, "feast-order")


# --- duplicates


def alike(name: str, title: str = "Wedding of the major", **values: str) -> list[str]:
    return [s.ref for s in similar(user(name), Offering.objects.get().pk, title, values)]


def test_open_requests_of_mine_with_a_similar_title_are_suggested(staff):
    request = send("bruno")
    other = send("bruno", occasion="Harvest supper")
    assert alike("bruno") == [request.ref]
    assert alike("bruno", "mayor’s wedding") == [request.ref]
    assert alike("bruno", "Wed") == []
    assert alike("bruno", "Supper", **other.data) == [other.ref]
    requests.withdraw(request.pk, reason="Called off.", actor=actor_of_person(staff["bruno"]))
    assert alike("bruno") == []


def test_of_my_department_only_what_i_see_is_suggested(staff):
    # The counter belongs to the house: Olga sees what Bruno of the house asked for.
    request = send("bruno")
    assert alike("olga") == [request.ref]
    # Hedda's department did not ask for it, and it has not come to her.
    assert alike("hedda") == []
    Request.objects.filter(pk=request.pk).update(
        principals=[visibility.code(visibility.PERSON, staff["bruno"].pk)]
    )
    assert alike("olga") == []
    assert alike("bruno") == [request.ref]


def test_the_check_page_asks_whether_it_is_the_same(staff):
    request = send("bruno")
    made = Draft.objects.create(
        user=user("bruno"), person=staff["bruno"], offering=request.offering, data=ANSWERS
    )
    page = client("bruno").get(f"/drafts/{made.pk}/check/").content.decode()
    assert "Is it one of these?" in page
    assert f'href="/requests/{request.ref}/"' in page
    assert "It is different: send request" in page
    asked = {"data": ANSWERS}
    address = f"/api/v1/offerings/{request.offering.key}/similar"
    told = client("bruno").post(address, asked, content_type="application/json").json()
    assert [row["ref"] for row in told["items"]] == [request.ref]
    typed = client("bruno").post(f"/drafts/{made.pk}/1/save/", {"occasion": "Harvest supper"})
    assert "Is it one of these?" not in typed.content.decode()


# --- again


def test_asking_again_copies_what_the_form_still_takes(staff, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    request = send("bruno", note="By noon")
    content = small.specs()
    fields = content[("Offering", "feast-order")]["form"]["sections"][1]["fields"]
    fields[:] = [f for f in fields if f["key"] != "note"]
    fields[0]["options"][0]["key"] = "rye"
    apply_files(small.model(2, content), actor=SYSTEM, publish=True)
    sent = client("bruno").post(f"/requests/{request.ref}/again/")
    made = Draft.objects.get()
    assert sent["Location"] == f"/drafts/{made.pk}/1/"
    assert made.data == {k: request.data[k] for k in ("occasion", "guests", "day", "price")}
    assert Request.objects.count() == 1


def test_only_who_asked_asks_again(staff):
    publish(on_behalf="anyone")
    request = send("bruno", whom=staff["ben"])
    with pytest.raises(NotAllowed, match="Only the person who asked"):
        draft_again(request, user=user("olga"))
    draft_again(request, user=user("bruno"))
    assert draft_again(request, user=user("ben")).beneficiary is None
    assert Draft.objects.filter(beneficiary=staff["ben"], user=user("bruno")).count() == 1
    told = client("bruno").get(f"/api/v1/requests/{request.ref}/again").json()
    assert told["on_behalf_of"] == staff["ben"].email
    told = client("ben").get(f"/api/v1/requests/{request.ref}/again").json()
    assert told["on_behalf_of"] is None


# --- by when


@pytest.mark.parametrize("hours", [0, 9, 120])
def test_by_when_is_what_the_clocks_say_that_then_start(staff, hours):
    with clock.frozen(NOW + timedelta(hours=hours)):
        at = clock.now()
        bp = versions.blueprint(versions.published())
        spec = bp.get(kinds.Offering, "feast-order")
        told = outlook(bp, spec, ANSWERS, "house", at)
        request = send("bruno")
        due = dict(Clock.objects.filter(request=request).values_list("metric", "due_at"))
        assert (told.answer_by, told.promised_at) == (due["complete"], due["promise"])
        assert told.promised_at == request.promised_at
        assert (told.opens_at is None) == (hours == 0)
        page = client("bruno").get("/services/big-order/").content.decode()
        assert ("Outside the hours of Counter: expect an answer by" in page) == (hours != 0)


def test_outside_hours_says_when_somebody_is_there_again(staff):
    evening = NOW + timedelta(hours=9)
    bp = versions.blueprint(versions.published())
    told = outlook(bp, bp.get(kinds.Offering, "feast-order"), {}, "", evening)
    assert told.opens_at == NOW.replace(hour=9) + timedelta(days=1)


def test_confidential_says_who_will_see_it(staff):
    publish(confidential=True)
    page = client("bruno")
    assert "Confidential: only you" in page.get("/services/big-order/").content.decode()
    page.post("/services/big-order/start/")
    made = Draft.objects.get()
    for part in ("1/", "check/"):
        shown = page.get(f"/drafts/{made.pk}/{part}").content.decode()
        assert "Confidential: only you" in shown
