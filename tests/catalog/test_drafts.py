from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from catalog.models import Draft, DraftFile, Offering
from catalog.services import drafts
from esm.accounts.models import User
from esm.common.errors import Conflict, NotAllowed, NotFound
from esm.events.actors import SYSTEM
from governance.blueprint.kinds.services import Offering as OfferingSpec
from governance.blueprint.serialise import build_spec
from governance.selectors.people import person_for
from governance.services.drafting import apply_files
from tests.catalog.conftest import FIRST, SECOND
from tests.governance import small

pytestmark = pytest.mark.django_db
OFFERING: OfferingSpec = build_spec("Offering", small.SPECS["Offering", "feast-order"])


def text(response: object) -> str:
    return response.content.decode()  # type: ignore[attr-defined]


def url(draft: Draft, rest: str = "") -> str:
    return f"/drafts/{draft.pk}/{rest}"


def test_starting_needs_a_person_and_the_audience(staff, bruno):
    offering = Offering.objects.get()
    draft = drafts.start_draft(offering, user=bruno, person=person_for(bruno))
    assert (draft.data, draft.sent_as) == ({}, "")
    stranger = User.objects.create_user("stranger")
    with pytest.raises(NotAllowed, match="belongs to no person"):
        drafts.start_draft(offering, user=stranger, person=None)
    content = small.specs()
    content[("Offering", "feast-order")]["audience"] = ["oven"]
    apply_files(small.model(2, content), actor=SYSTEM, publish=True)
    with pytest.raises(NotAllowed, match="not offered to your department"):
        drafts.start_draft(offering, user=bruno, person=person_for(bruno))
    assert Draft.objects.count() == 1


def test_what_was_typed_is_kept_right_or_wrong(draft, bruno):
    typed = {"occasion": "Wedding", "guests": "many\x00", "grain": "wheat", "colour": "red"}
    found = drafts.save_draft(draft.pk, OFFERING, 0, typed, user=bruno)
    draft.refresh_from_db()
    # Only fields of the section are taken; an answer that cannot be used stays as it was typed.
    assert draft.data == {"occasion": "Wedding", "guests": "many"}
    assert found.errors == {
        "guests": ["Write a number in digits."],
        "day": ["“Day” needs a day."],
        "price": ["“Price” needs an amount."],
    }


def test_a_draft_is_nobody_elses(draft):
    other = User.objects.get(username="hedda")
    for act in (
        lambda: drafts.save_draft(draft.pk, OFFERING, 0, FIRST, user=other),
        lambda: drafts.remove_file(draft.pk, 1, user=other),
        lambda: drafts.discard_draft(draft.pk, user=other),
    ):
        with pytest.raises(NotFound):
            act()
    draft.refresh_from_db()
    assert draft.data == {}
    client = Client()
    client.force_login(other)
    for rest in ("", "1/", "check/"):
        assert client.get(url(draft, rest)).status_code == 404
    assert client.post(url(draft, "1/"), FIRST).status_code == 404


def test_a_sent_draft_cannot_change(draft, bruno, browser):
    Draft.objects.filter(pk=draft.pk).update(sent_as="R-10001")
    with pytest.raises(Conflict, match="sent already, as R-10001"):
        drafts.save_draft(draft.pk, OFFERING, 0, FIRST, user=bruno)
    for rest in ("", "1/", "check/"):
        answer = browser.get(url(draft, rest))
        assert (answer.status_code, answer["Location"]) == (302, "/requests/R-10001/")
    assert browser.post(url(draft, "1/"), FIRST).status_code == 409
    draft.refresh_from_db()
    assert draft.data == {}


def test_files_are_replaced_refused_and_removed(draft, bruno, media):
    many = {**FIRST, "guests": "150"}
    drafts.save_draft(draft.pk, OFFERING, 0, many, user=bruno)
    upload = [("list", "a.txt", BytesIO(b"one")), ("grain", "x.txt", BytesIO(b"two"))]
    found = drafts.save_draft(draft.pk, OFFERING, 1, SECOND, upload, user=bruno)
    assert found.errors == {}
    assert list(draft.files.values_list("field_key", "name")) == [("list", "a.txt")]
    empty = [("list", "b.txt", BytesIO(b""))]
    found = drafts.save_draft(draft.pk, OFFERING, 1, SECOND, empty, user=bruno)
    assert found.errors == {"list": ["b.txt is empty."]}
    assert draft.files.get().name == "a.txt"
    new = [("list", "c.txt", BytesIO(b"three"))]
    drafts.save_draft(draft.pk, OFFERING, 1, SECOND, new, user=bruno)
    assert draft.files.get().name == "c.txt"
    drafts.remove_file(draft.pk, draft.files.get().pk, user=bruno)
    assert not draft.files.exists()
    draft.refresh_from_db()
    missing = {"list": ["Add the file for “Guest list”."]}
    assert drafts.check_draft(draft, OFFERING).errors == missing


def test_a_person_fills_the_form_checks_and_could_send(draft, browser, media):
    assert browser.get(url(draft))["Location"] == url(draft, "1/")
    first = browser.get(url(draft, "1/"))
    assert "What happens next" in text(first)
    assert "Which grain" not in text(first)

    refused = browser.post(url(draft, "1/"), {**FIRST, "price": "a lot"})
    assert refused.status_code == 400
    assert "Write an amount in digits" in text(refused)
    assert 'value="a lot"' in text(refused)
    assert 'href="#f-price"' in text(refused)

    good = browser.post(url(draft, "1/"), FIRST)
    assert good["Location"] == url(draft, "2/")
    second = text(browser.get(url(draft, "2/")))
    assert "Which grain" not in second
    # 1,200.50 is in the owner's band.
    assert "Owner" in second

    asked = browser.post(
        url(draft, "2/refresh/"), {"grain": "other"}, headers={"HX-Request": "true"}
    )
    assert "Which grain" in text(asked)
    assert 'id="ahead" hx-swap-oob="true"' in text(asked)
    assert "<html" not in text(asked)

    missing = browser.post(url(draft, "2/"), {"grain": "other"})
    assert missing.status_code == 400
    assert "“Which grain” needs an answer." in text(missing)
    done = browser.post(url(draft, "2/"), {"grain": "other", "which_grain": "rye", "go": "on"})
    assert done["Location"] == url(draft, "check/")

    check = text(browser.get(url(draft, "check/")))
    for shown in ("€1,200.50", "Something else", "rye", "Send request", "Within 5 working days"):
        assert shown in check
    assert f'action="/drafts/{draft.pk}/send/"' in check
    assert browser.get(url(draft))["Location"] == url(draft, "check/")


def test_files_are_uploaded_with_the_form(draft, browser, media):
    browser.post(url(draft, "1/"), {**FIRST, "guests": "200"})
    missing = browser.post(url(draft, "2/"), SECOND)
    assert "Add the file for “Guest list”." in text(missing)
    upload = SimpleUploadedFile("guests.csv", b"name;seat\n")
    done = browser.post(url(draft, "2/"), {**SECOND, "list": upload})
    assert done["Location"] == url(draft, "check/")
    file = DraftFile.objects.get()
    assert (file.name, file.content_type, file.size) == ("guests.csv", "text/csv", 10)
    assert "guests.csv" in text(browser.get(url(draft, "check/")))
    gone = browser.post(url(draft, f"files/{file.pk}/remove/"), {"section": "2"})
    assert gone["Location"] == url(draft, "2/")
    assert not DraftFile.objects.exists()


def test_an_answer_that_is_not_asked_is_kept_while_one_changes_ones_mind(draft, browser):
    browser.post(url(draft, "1/"), FIRST)
    browser.post(url(draft, "2/"), {"grain": "other", "which_grain": "rye"})
    browser.post(url(draft, "2/"), {"grain": "wheat"})
    draft.refresh_from_db()
    assert draft.data["which_grain"] == "rye"
    assert "rye" not in text(browser.get(url(draft, "check/")))


def test_unticked_boxes_are_none(draft, browser):
    browser.post(url(draft, "2/"), {**SECOND, "allergies": ["nuts", "milk"]})
    draft.refresh_from_db()
    assert draft.data["allergies"] == ["nuts", "milk"]
    browser.post(url(draft, "2/"), SECOND)
    draft.refresh_from_db()
    assert draft.data["allergies"] == []


def test_save_and_come_back_keeps_everything_and_complains_of_nothing(draft, browser):
    answer = browser.post(url(draft, "1/"), {"occasion": "Wed", "guests": "x", "go": "later"})
    assert answer["Location"] == "/drafts/"
    draft.refresh_from_db()
    assert (draft.data["occasion"], draft.data["guests"]) == ("Wed", "x")
    assert str(draft.pk) in text(browser.get("/services/"))


def test_check_answers_names_what_is_wrong_and_does_not_send(draft, browser):
    browser.post(url(draft, "1/"), {**FIRST, "price": "much"})
    check = text(browser.get(url(draft, "check/")))
    assert "2 answers are missing or cannot be used" in check
    assert f'href="/drafts/{draft.pk}/1/#f-price"' in check
    assert "Send request" not in check


def test_a_draft_follows_the_form_in_force(draft, browser, staff):
    browser.post(url(draft, "1/"), FIRST)
    browser.post(url(draft, "2/"), {**SECOND, "note": "hello"})
    content = small.specs()
    fields = content[("Offering", "feast-order")]["form"]["sections"][1]["fields"]
    fields[:] = [f for f in fields if f["key"] != "note"]
    apply_files(small.model(2, content), actor=SYSTEM, publish=True)
    assert browser.get(url(draft))["Location"] == url(draft, "check/")
    draft.refresh_from_db()
    assert "note" not in draft.data


def test_pages_of_services(browser, draft):
    listing = text(browser.get("/services/"))
    assert "Order for a feast" in listing
    found = text(browser.get("/services/?q=creme"))
    assert "1 service fits" in found
    nothing = text(browser.get("/services/?q=laptop"))
    assert "No service fits these words" in nothing
    page = text(browser.get("/services/big-order/"))
    for shown in ("Bread at your door", "Within 5 working days", "How many people", "Head baker"):
        assert shown in page
    assert "Continue your draft" in page
    assert browser.get("/services/unknown/").status_code == 404
    started = browser.post("/services/big-order/start/")
    new = Draft.objects.exclude(pk=draft.pk).get()
    assert started["Location"] == f"/drafts/{new.pk}/"
    assert browser.get("/services/big-order/start/").status_code == 405


def test_pages_cost_few_queries(browser, draft):
    for path, limit in (
        ("/services/", 15),
        ("/services/big-order/", 15),
        (url(draft, "1/"), 15),
        (url(draft, "check/"), 15),
    ):
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(path, headers={"HX-Request": "true"}).status_code == 200
        assert len(queries) <= limit, (path, [q["sql"][:90] for q in queries])


def test_visitors_sign_in_first(draft):
    for path in ("/services/", "/services/big-order/", url(draft), url(draft, "1/")):
        assert Client().get(path).status_code == 302


def test_a_draft_is_thrown_away(draft, browser):
    gone = browser.post(url(draft, "discard/"), follow=True)
    assert gone.redirect_chain == [("/drafts/", 302)]
    assert f'action="/drafts/{draft.pk}/restore/"' in text(gone)
    assert browser.get(url(draft, "1/")).status_code == 404
    with pytest.raises(NotFound):
        drafts.save_draft(draft.pk, OFFERING, 0, FIRST, user=draft.user)
    other = Client()
    other.force_login(User.objects.get(username="hedda"))
    assert other.post(url(draft, "restore/")).status_code == 404
    assert browser.post(url(draft, "restore/"))["Location"] == url(draft)
    assert browser.get(url(draft, "1/")).status_code == 200
    assert browser.post(url(draft, "restore/")).status_code == 404


def test_drafts_thrown_away_a_month_ago_are_gone(draft, bruno):
    old = Draft.objects.create(
        user=bruno, person=draft.person, offering=draft.offering, discarded_at="2026-01-30T10:00Z"
    )
    drafts.discard_draft(draft.pk, user=bruno)
    assert not Draft.objects.filter(pk=old.pk).exists()
    assert Draft.objects.filter(pk=draft.pk).exists()


def test_the_list_says_what_is_missing(draft, browser, bruno):
    drafts.save_draft(draft.pk, OFFERING, 0, {**FIRST, "price": "much"}, user=bruno)
    page = text(browser.get("/drafts/"))
    assert "2 answers" in page
    assert "Price · Grain" in page
    drafts.save_draft(draft.pk, OFFERING, 0, FIRST, user=bruno)
    drafts.save_draft(draft.pk, OFFERING, 1, SECOND, user=bruno)
    assert "ready to send" in text(browser.get("/drafts/"))
    Draft.objects.update(sent_as="R-10001")
    assert "Nothing begun" in text(browser.get("/drafts/"))


def test_what_is_typed_is_saved_and_the_page_says_so(draft, browser):
    saved = browser.post(url(draft, "1/save/"), {"occasion": "Wed"}, headers={"HX-Request": "true"})
    assert "Saved " in text(saved)
    assert "<html" not in text(saved)
    draft.refresh_from_db()
    assert draft.data == {"occasion": "Wed"}


def test_what_is_typed_outlives_the_session(draft, browser, bruno):
    browser.logout()
    typed = {"occasion": "Wedding", "guests": "many"}
    sent = browser.post(url(draft, "1/"), {**typed, "go": "on"})
    assert sent["Location"] == f"/sign-in/?next={url(draft, '1/')}"
    browser.force_login(bruno)
    back = text(browser.get(url(draft, "1/")))
    assert "What you typed before you signed in again is here." in back
    assert 'value="many"' in back
    draft.refresh_from_db()
    assert draft.data == typed
    browser.logout()
    asked = browser.post(url(draft, "1/save/"), typed, headers={"HX-Request": "true"})
    assert (asked.status_code, asked["HX-Redirect"]) == (
        204,
        f"/sign-in/?next=%2Fdrafts%2F{draft.pk}%2F1%2F",
    )


def test_what_was_typed_is_given_to_nobody_else(draft, browser):
    browser.logout()
    browser.post(url(draft, "1/"), FIRST)
    browser.force_login(User.objects.get(username="hedda"))
    assert browser.get(url(draft, "1/")).status_code == 404
    draft.refresh_from_db()
    assert draft.data == {}
