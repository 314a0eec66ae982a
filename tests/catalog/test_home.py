"""Pinned services, what is asked for most, and who may ask."""

import pytest

from catalog import registries
from catalog.models import Offering, Pin, Service, ServiceUse
from catalog.registries import Used
from catalog.selectors import audience, home
from catalog.selectors.services import service_page
from catalog.services import drafts, pins
from catalog.services.popularity import count_use
from esm.accounts.models import User
from esm.common.errors import InvalidState, NotAllowed, NotFound
from esm.events.actors import SYSTEM
from governance.blueprint import kinds
from governance.models import Department
from governance.selectors.people import person_for
from governance.selectors.versions import blueprint, published
from governance.services.drafting import apply_files
from tests.governance import small
from tests.support import client, user

pytestmark = pytest.mark.django_db


def offer(names: dict[str, dict[str, object]]) -> None:
    """Publish one more service and offering for each name, with these differences."""
    content = small.specs()
    content[("Site", "mill")] = {
        "code": "MIL", "name": "The mill", "zone": "Europe/Lisbon", "calendar": "weekdays",
    }  # fmt: skip
    content[("Team", "bakers")]["site"] = "mill"
    for name, changes in names.items():
        service = {**content[("Service", "big-order")], "name": name.title(), "synonyms": []}
        content[("Service", name)] = service
        offering = {**content[("Offering", "feast-order")], "service": name, "name": name}
        content[("Offering", f"{name}-wish")] = {**offering, **changes}
    apply_files(small.model(2, content), actor=SYSTEM, publish=True)


def names(name: str) -> list[tuple[str, bool, bool]]:
    return [(n.service.key, n.pinned, n.like_you) for n in home.needs(user(name))]


def test_pinned_comes_first_then_what_the_department_asks_for_then_all(staff):
    offer({"apron": {}, "butter": {}, "cake": {}})
    house = Department.objects.get(key="house")
    pk = {s.key: s.pk for s in Service.objects.all()}
    ServiceUse.objects.create(service_id=pk["cake"], department=None, times=90)
    ServiceUse.objects.create(service_id=pk["butter"], department=house, times=5)
    pins.pin_service("big-order", user=user("bruno"))
    assert names("bruno") == [
        ("big-order", True, False),
        ("butter", False, True),
        ("cake", False, False),
        ("apron", False, False),
    ]
    assert names("hedda")[0] == ("cake", False, False)


def test_use_is_counted_for_five_people_or_more(staff, monkeypatch):
    service, house = Service.objects.get(), Department.objects.get(key="house")
    told = [Used(service.pk, None, 9, 6), Used(service.pk, house.pk, 8, 4)]
    monkeypatch.setattr(registries, "_usage", [lambda since: told])
    ServiceUse.objects.create(service=service, department=house, times=70)
    assert count_use() == 1
    assert list(ServiceUse.objects.values_list("department", "times")) == [(None, 9)]


def test_pinning_from_the_page_and_undoing_it(staff):
    page = client("bruno")
    assert "Pin to home" in page.get("/services/big-order/").content.decode()
    assert page.post("/services/big-order/pin/")["Location"] == "/services/big-order/"
    page.post("/services/big-order/pin/")
    assert Pin.objects.count() == 1
    assert "Take off home" in page.get("/services/big-order/").content.decode()
    assert 'aria-pressed="true"' in page.get("/").content.decode()
    gone = page.post("/services/big-order/unpin/", {"next": "home"}, follow=True)
    assert gone.redirect_chain == [("/", 302)]
    assert 'action="/services/big-order/pin/?next=home"' in gone.content.decode()
    assert not Pin.objects.exists()


def test_home_holds_twelve_and_nothing_that_is_hidden(staff):
    offer({f"s{n}": {} for n in range(13)} | {"secret": {"audience": ["oven"]}})
    for n in range(12):
        pins.pin_service(f"s{n}", user=user("bruno"))
    with pytest.raises(InvalidState, match="12 pinned"):
        pins.pin_service("s12", user=user("bruno"))
    with pytest.raises(NotFound):
        pins.pin_service("secret", user=user("bruno"))
    with pytest.raises(NotAllowed, match="belongs to no person"):
        pins.pin_service("s1", user=User.objects.create_user("stranger"))
    assert Pin.objects.count() == 12
    assert len(home.needs(user("bruno"))) == 12


@pytest.mark.parametrize(
    ("changes", "may", "may_not", "reason"),
    [
        ({"audience": ["oven"]}, "hedda", "bruno", "“cake” is not offered to your department."),
        (
            {"audience_roles": ["buyer", "owner"]},
            "bruno",
            "hedda",
            "“cake” is for people in these roles: Buyer, Owner.",
        ),
        (
            {"audience_sites": ["mill"]},
            "ben",
            "olga",
            "“cake” is for people who work at: The mill.",
        ),
        (
            {"audience": ["oven"], "audience_roles": ["head-baker"]},
            "hedda",
            "ben",
            "“cake” is for people in these roles: Head baker.",
        ),
    ],
)
def test_departments_roles_and_sites_narrow_who_may_ask(staff, changes, may, may_not, reason):
    offer({"cake": changes})
    row = Offering.objects.get(key="cake-wish")
    made = drafts.start_draft(row, user=user(may), person=person_for(user(may)))
    assert made.offering == row
    outside = user(may_not)
    with pytest.raises(NotAllowed) as refused:
        drafts.start_draft(row, user=outside, person=person_for(outside))
    assert refused.value.sentence == reason
    assert service_page(outside, "cake") is None
    assert client(may_not).get("/services/cake/").status_code == 404
    assert client(may_not).post("/services/cake/start/").status_code == 404
    assert "Not for everyone" in client(may).get("/services/cake/").content.decode()
    bp = blueprint(published())
    spec = bp.get(kinds.Offering, "cake-wish")
    assert audience.verdict(bp, spec, person_for(user(may)).pk).ok
    assert audience.verdict(bp, spec, person_for(outside).pk).reason == reason


def test_a_site_without_teams_is_for_nobody(staff):
    content = small.specs()
    content[("Site", "mill")] = {
        "code": "MIL", "name": "The mill", "zone": "Europe/Lisbon", "calendar": "weekdays",
    }  # fmt: skip
    content[("Offering", "feast-order")]["audience_sites"] = ["mill"]
    apply_files(small.model(2, content), actor=SYSTEM, publish=True)
    assert service_page(user("olga"), "big-order") is None


def test_an_offering_that_is_gone_says_so(staff):
    row = Offering.objects.get()
    content = small.specs()
    content[("Service", "big-order")]["lifecycle"] = "retired"
    apply_files(small.model(2, content), actor=SYSTEM, publish=True)
    with pytest.raises(NotAllowed, match="no longer offered"):
        drafts.start_draft(row, user=user("bruno"), person=person_for(user("bruno")))
