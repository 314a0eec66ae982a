"""Finding by synonyms, suggestions, and words that found nothing."""

import pytest

from catalog.models import MissedSearch
from catalog.selectors import portal
from catalog.selectors import searches as selector
from catalog.services import searches
from esm.accounts.models import User
from esm.common.errors import Invalid, NotAllowed, NotFound
from esm.events.actors import SYSTEM
from governance.blueprint import kinds
from governance.models import ModelVersion
from governance.selectors.people import actor_for
from governance.selectors.versions import load_blueprint, published
from governance.services.drafting import apply_files, create_draft
from tests.governance import small
from tests.support import client, user

pytestmark = pytest.mark.django_db


@pytest.fixture
def hidden(staff):
    """The bakers alone may ask for cake under the same service."""
    content = small.specs()
    content[("Offering", "feast-order")]["synonyms"] = ["banquet"]
    content[("Offering", "cake-order")] = {
        **content[("Offering", "feast-order")],
        "name": "Order for a birthday",
        "synonyms": ["gateau"],
        "audience": ["oven"],
    }
    apply_files(small.model(2, content), actor=SYSTEM, publish=True)


@pytest.fixture
def missed(staff) -> MissedSearch:
    for person in list(staff.values())[:3]:
        row = searches.record_missed("  New\tLAPTOP ", person_id=person.pk)
    return row


def test_an_offering_is_found_by_its_synonyms_by_those_who_may_ask_for_it(hidden):
    assert [s.key for s in portal.search(user("bruno"), "banquet")] == ["big-order"]
    assert [s.key for s in portal.search(user("hedda"), "gateaux")] == ["big-order"]
    assert portal.search(user("bruno"), "gateau") == []
    assert portal.search(user("bruno"), "birthday") == []


def test_suggestions_are_a_part_of_a_page(hidden):
    answer = client("bruno").get("/search/suggestions/?q=banq").content.decode()
    assert '<a href="/services/big-order/">' in answer
    assert 'href="/search/?q=banq"' in answer
    assert "<html" not in answer
    assert client("bruno").get("/search/suggestions/?q=").content.strip() == b""
    assert not MissedSearch.objects.exists()


def test_words_are_counted_without_who_searched(staff):
    page = client("bruno")
    for text in ("New  LAPTOP", "new laptop", "x"):
        page.get("/services/", {"q": text})
    row = MissedSearch.objects.get()
    assert (row.words, row.times, row.people, len(row.marks)) == ("new laptop", 2, 1, 1)
    assert str(staff["bruno"].pk) not in row.marks
    client("hedda").get("/search/", {"q": "new laptop"})
    client("ben").get("/services/", {"q": "NEW laptop"})
    row.refresh_from_db()
    assert (row.times, row.people, row.marks) == (4, 3, [])
    assert row.weeks == {"2026-W10": 4}


def test_what_was_found_or_asked_by_nobody_known_is_not_counted(staff):
    client("bruno").get("/services/?q=feast")
    User.objects.create_user("stranger")
    client("stranger").get("/services/?q=laptop")
    assert not MissedSearch.objects.exists()


def test_owners_see_what_three_people_searched_for(missed, staff):
    searches.record_missed("my colleague is ill", person_id=staff["bruno"].pk)
    for name in ("olga", "bruno"):  # a steward, and the holder of a role that owns a service
        rows = selector.missed(user(name))
        assert [(m.words, m.times, m.weeks[-1].times) for m in rows] == [("new laptop", 3, 3)]
        assert "my colleague" not in client(name).get("/searches/").content.decode()
    assert selector.missed(user("hedda")) == []
    refused = client("hedda").get("/searches/")
    assert refused.status_code == 403
    assert "the owners of services" in refused.content.decode()


def test_a_search_is_dismissed_and_opened_again(missed):
    answer = client("bruno").post("/searches/dismiss/", {"words": "new laptop"}, follow=True)
    assert "“new laptop” is dismissed." in answer.content.decode()
    assert 'action="/searches/restore/?words=new+laptop"' in answer.content.decode()
    assert selector.missed(user("bruno")) == []
    assert [m.words for m in selector.missed(user("bruno"), "dismissed")] == ["new laptop"]
    client("bruno").post("/searches/restore/?words=new+laptop")
    assert [m.words for m in selector.missed(user("bruno"))] == ["new laptop"]
    assert client("hedda").post("/searches/dismiss/", {"words": "new laptop"}).status_code == 403
    assert client("bruno").post("/searches/dismiss/", {"words": "unknown"}).status_code == 404
    missed.refresh_from_db()
    assert missed.dismissed_at is None


def test_a_steward_makes_words_a_synonym_in_a_draft(missed):
    base = published()
    draft = create_draft(number=7, code="OM-7", based_on=base, actor=SYSTEM)
    given = {"words": "new laptop", "version": "OM-7", "offering": "feast-order"}
    answer = client("olga").post("/searches/synonym/", given)
    assert answer["Location"] == "/searches/"
    spec = load_blueprint(draft.pk).get(kinds.Offering, "feast-order")
    assert spec.synonyms == ("new laptop",)
    assert [m.words for m in selector.missed(user("olga"), "answered")] == ["new laptop"]
    assert load_blueprint(base.pk).get(kinds.Offering, "feast-order").synonyms == ()


def test_a_synonym_needs_a_draft_an_offering_and_a_steward(missed):
    base = published()
    create_draft(number=7, code="OM-7", based_on=base, actor=SYSTEM)
    refused = client("olga").post("/searches/synonym/", {"words": "new laptop", "version": "OM-7"})
    assert refused.status_code == 400
    assert "Choose what these words mean." in refused.content.decode()
    as_owner = client("bruno").post(
        "/searches/synonym/", {"words": "new laptop", "version": "OM-7", "offering": "feast-order"}
    )
    assert as_owner.status_code == 400
    offering = selector.offerings_to_extend().get()
    draft, given = ModelVersion.objects.get(code="OM-7"), {"offering": offering}
    with pytest.raises(NotAllowed):
        bruno = user("bruno")
        searches.answer_missed(
            "new laptop", version=draft, user=bruno, actor=actor_for(bruno), **given
        )
    empty = create_draft(number=8, code="OM-8", actor=SYSTEM)
    with pytest.raises(Invalid, match="OM-8 does not offer"):
        searches.answer_missed(
            "new laptop", version=empty, user=user("olga"), actor=SYSTEM, **given
        )
    with pytest.raises(NotFound):
        searches.answer_missed("secret", version=draft, user=user("olga"), actor=SYSTEM, **given)
    missed.refresh_from_db()
    assert missed.answered_at is None
    assert load_blueprint(draft.pk).get(kinds.Offering, "feast-order").synonyms == ()


def test_old_words_are_forgotten(missed, staff):
    MissedSearch.objects.update(last_at="2025-01-01T00:00Z")
    searches.record_missed("something else", person_id=staff["ben"].pk)
    assert [row.words for row in MissedSearch.objects.all()] == ["something else"]
