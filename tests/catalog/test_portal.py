import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog.models import Measure, Objective, Offering, Outcome, Service, Technology
from catalog.selectors import portal
from catalog.selectors.services import service_page
from esm.accounts.models import User
from esm.events.actors import SYSTEM
from governance.services.drafting import apply_files
from tests.governance import small
from tests.support import user

pytestmark = pytest.mark.django_db


def keys(services: list[Service]) -> list[str]:
    return [service.key for service in services]


@pytest.fixture
def two(staff):
    """A second service, for bakers only."""
    content = small.specs()
    content[("Service", "new-oven")] = {
        **content[("Service", "big-order")],
        "name": "A new oven",
        "department": "oven",
        "synonyms": [],
        "summary": "For whoever bakes",
    }
    content[("Offering", "oven-wish")] = {
        **content[("Offering", "feast-order")],
        "service": "new-oven",
        "name": "Wish for an oven",
        "audience": ["oven"],
    }
    apply_files(small.model(2, content), actor=SYSTEM, publish=True)


def test_publishing_projects_the_catalog(published):
    service = Service.objects.get()
    assert (service.name, service.department.key, service.live) == (
        "Order for a feast",
        "house",
        True,
    )
    assert service.synonyms == ["catering", "Crème"]
    assert Offering.objects.get().service == service
    assert [o.key for o in Outcome.objects.get().objectives.all()] == ["fresh"]
    assert Measure.objects.get().outcome == Outcome.objects.get()
    assert Objective.objects.get().code == "O1"
    assert Technology.objects.get().name == "Oven one"


def test_an_offering_is_seen_by_the_departments_it_is_meant_for(two):
    assert keys(portal.services_for(user("bruno"))) == ["big-order"]
    assert keys(portal.services_for(user("hedda"))) == ["new-oven", "big-order"]
    assert [
        (group.department.key, keys(list(group.services)))
        for group in portal.by_department(user("hedda"))
    ] == [("house", ["big-order"]), ("oven", ["new-oven"])]
    assert keys(portal.search(user("bruno"), "oven")) == []
    assert service_page(user("bruno"), "new-oven") is None
    assert keys(portal.services_for(User.objects.create_user("stranger"))) == ["big-order"]


def test_what_is_no_longer_live_is_not_offered(two):
    content = small.specs()
    content[("Service", "big-order")]["lifecycle"] = "retired"
    apply_files(small.model(3, content), actor=SYSTEM, publish=True)
    assert keys(portal.services_for(user("hedda"))) == []
    assert Service.objects.get(key="new-oven").retired_at is not None


@pytest.mark.parametrize(
    "text",
    ["feast", "FEAST order", "Catering", "creme", "people fifty", "ordr", "caterring", "cré"],
)
def test_services_are_found_by_name_synonym_summary_and_near_misses(two, text):
    assert "big-order" in keys(portal.search(user("bruno"), text))


@pytest.mark.parametrize("text", ["", "   ", "\x00", "laptop", "%", "_", "'; drop table"])
def test_what_fits_nothing_finds_nothing(two, text):
    assert portal.search(user("bruno"), text) == []


def test_the_name_counts_more_than_the_summary(two):
    content = small.specs()
    for key, name, summary in (("a", "Feast", "x"), ("b", "Other", "a feast"), ("c", "Feasts", "")):
        content[("Service", key)] = {
            **content[("Service", "big-order")],
            "name": name,
            "synonyms": ["feast"] if key == "c" else [],
            "summary": summary,
        }
        content[("Offering", f"o-{key}")] = {
            **content[("Offering", "feast-order")],
            "service": key,
        }
    apply_files(small.model(3, content), actor=SYSTEM, publish=True)
    found = keys(portal.search(user("bruno"), "feast"))
    assert set(found[:3]) == {"a", "c", "big-order"}
    assert found[3] == "b"


def test_the_service_page_says_what_to_expect(staff):
    page = service_page(user("bruno"), "big-order")
    assert page is not None
    assert (page.owner_role, page.owners, page.stream) == (
        "Buyer",
        ("Bruno Balt",),
        "Flour to bread",
    )
    facts = page.offerings[0]
    assert (facts.spec.promise_s, facts.day_s, facts.calendar) == (5 * 28800, 28800, "Weekdays")
    assert [(s.name, s.team, s.department.code, s.target_s) for s in facts.steps] == [
        ("Take the order", "Counter", "HSE", 4 * 3600),
        ("Agree the price", "Counter", "HSE", 8 * 3600),
        ("Bake", "Bakers", "OVN", 8 * 3600),
    ]
    assert facts.department_count == 2
    decision = facts.decisions[0]
    assert [(str(b.low), str(b.high), b.role) for b in decision.bands] == [
        ("0", "100", "Buyer"),
        ("100", "1000", "Head baker"),
        ("1000", "None", "Owner"),
    ]


def test_queries_are_bounded(two):
    with CaptureQueriesContext(connection) as queries:
        portal.search(user("hedda"), "oven")
    assert len(queries) == 3
    with CaptureQueriesContext(connection) as queries:
        service_page(user("hedda"), "big-order")
    assert len(queries) == 9
