"""From an installation nobody has an account of to the first fulfilled request, on the pages."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from esm.accounts.models import User
from esm.common.errors import InvalidState
from esm.events.actors import SYSTEM
from esm.events.models import Event
from governance.blueprint.starting import PARTS
from governance.models import Membership, ModelVersion, Person, RoleAssignment
from governance.selectors.starting import in_hand
from governance.services import drafts, starting
from governance.services.first_account import setup_key
from tests.support import forget
from workflows.models import Request

pytestmark = pytest.mark.django_db

PEOPLE = b"""name,mail,team,role
Head of the desk,desk@tern.example,Front desk,
Keeper of the stacks,stacks@tern.example,Stack keepers,
Librarian,chief@tern.example,,
"""
FIRST = {
    "name": "Founder",
    "email": "founder@tern.example",
    "username": "founder",
    "password": "reykjavik-harbour-7",
}
ANSWERS = {
    "organisation": {
        "name": "Tern Island Library",
        "zone": "Atlantic/Reykjavik",
        "currency": "ISK",
        "days": ["mon", "tue", "wed", "thu", "fri"],
        "hours": "10:00-13:00, 14:00-18:00",
        "head": "Librarian in Chief",
    },
    "teams": {
        "department-1": "Reading room",
        "team-1": "Front desk",
        "lead-1": "Head of the desk",
        "department-2": "Stacks",
        "team-2": "Stack keepers",
        "lead-2": "Keeper of the stacks",
    },
    "deciding": {"role": "librarian-in-chief", "days": "5"},
    "service": {
        "like": "provide",
        "name": "A book from the stacks",
        "purpose": "So that readers get what is not on the shelves.",
        "questions": "Which shelf mark?",
        "days": "2",
        "step-1": "Check the shelf mark",
        "team-1": "front-desk",
        "hours-1": "4",
        "step-2": "Fetch it",
        "team-2": "stack-keepers",
        "hours-2": "8",
        "step-3": "",
    },
    "agreement": {
        "respond": "2",
        "fields": ["which_shelf_mark"],
        "sentence": "",
        "reasons": "No shelf mark",
    },
}


@pytest.fixture
def founder():
    forget()
    browser = Client()
    answer = browser.post(f"/first/{setup_key()}/", FIRST)
    assert (answer.status_code, answer["Location"]) == (302, "/start/")
    return browser


def words(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def now(browser):
    """The title of the step that is to be done next."""
    page = browser.get("/start/").context["guide"]
    return page.now.key if page.now else ""


def write(browser, part, **changes):
    return browser.post(f"/start/parts/{part}/", {**ANSWERS[part], **changes})


def give_people(browser, content=PEOPLE):
    file = SimpleUploadedFile("people.csv", content)
    looked = browser.post("/admin/people-file/", {"file": file})
    page = browser.get(looked["Location"])
    plan, columns = page.context["plan"], page.context["row"].columns
    applied = browser.post(looked["Location"], {**columns, "apply": "1", "mark": plan.mark})
    assert applied.status_code == 302, words(applied)


def test_from_nothing_to_the_first_fulfilled_request(founder):
    assert founder.get("/")["Location"] == "/start/"
    assert now(founder) == "people"
    give_people(founder)
    for part in PARTS:
        assert now(founder) == part
        assert write(founder, part)["Location"] == "/start/next/"
    assert now(founder) == "publish"
    shown = words(founder.get("/start/publish/"))
    assert "The agreement is not signed by Front desk and Stack keepers." in shown
    assert founder.get("/start/next/")["Location"] == "/start/publish/"
    assert founder.post("/start/publish/")["Location"] == "/start/next/"
    version = ModelVersion.objects.get()
    assert (version.code, version.kind, version.state) == ("OM-1", "as_is", "published")
    assert now(founder) == "holders"
    chosen = {
        "head-of-the-desk": "head-of-the-desk",
        "keeper-of-the-stacks": "keeper-of-the-stacks",
        "librarian-in-chief": "librarian",
    }
    assert founder.post("/start/holders/", chosen)["Location"] == "/start/next/"
    assert now(founder) == "accounts"
    page = founder.post(
        "/start/accounts/", {"persons": ["head-of-the-desk", "keeper-of-the-stacks"]}
    )
    passwords = {person.key: found.password for person, found in page.context["pairs"]}
    assert founder.get("/start/next/")["Location"] == "/services/a-book-from-the-stacks/"
    asked = ask(founder)
    assert now(founder) == "fulfilled"
    work(signed_in("desk", passwords["head-of-the-desk"]), asked)
    work(signed_in("stacks", passwords["keeper-of-the-stacks"]), asked)
    asked.refresh_from_db()
    assert asked.state == "fulfilled"
    assert now(founder) == ""
    assert founder.get("/start/next/")["Location"] == "/start/"
    assert founder.get("/").status_code == 200


def ask(browser):
    address = browser.post("/services/a-book-from-the-stacks/start/")["Location"]
    draft = re.search(r"/drafts/[0-9a-f-]{36}/", address).group()
    browser.post(f"{draft}1/save/", {"which_shelf_mark": "T 17"})
    browser.post(f"{draft}1/", {"which_shelf_mark": "T 17"})
    sent = browser.post(f"{draft}send/")
    assert sent.status_code == 302, words(sent)
    return Request.objects.get()


def signed_in(username, password):
    browser = Client()
    answer = browser.post("/sign-in/", {"username": username, "password": password})
    assert answer.status_code == 302, words(answer)
    return browser


def work(browser, request):
    """Accept what was offered, take it, finish it: it then goes on by itself."""
    visit = request.visits.order_by("-seq").first()
    if handoff := request.handoffs.order_by("-seq").first():
        accepted = browser.post(f"/requests/{request.ref}/handoffs/{handoff.seq}/accept/")
        assert accepted.status_code == 302, words(accepted)
    place = f"/requests/{request.ref}/visits/{visit.seq}"
    visit.refresh_from_db()
    if visit.state == "queued":
        browser.post(f"{place}/claim/")
    done = browser.post(f"{place}/complete/", {"note": "Here it is."})
    assert done.status_code == 302, words(done)


def test_the_first_account_is_opened_once_and_by_who_knows_the_address(client):
    forget()
    assert client.get("/first/0123456789abcdef0123456789abcdef/").status_code == 404
    weak = client.post(f"/first/{setup_key()}/", FIRST | {"password": "secret", "name": " "})
    assert weak.status_code == 400
    assert "too short" in words(weak) and 'value="founder@tern.example"' in weak.content.decode()
    assert "secret" not in weak.content.decode()
    assert (User.objects.count(), Person.objects.count(), Event.objects.count()) == (0, 0, 0)
    assert client.post(f"/first/{setup_key()}/", FIRST).status_code == 302
    user = User.objects.get()
    assert (user.is_steward, user.is_admin, user.is_auditor) == (True, True, False)
    assert Person.objects.get().users.get() == user
    assert Client().get(f"/first/{setup_key()}/").status_code == 404
    assert Client().post(f"/first/{setup_key()}/", FIRST).status_code == 404


def test_a_later_part_asks_for_what_comes_before(founder):
    assert founder.get("/start/parts/service/")["Location"] == "/start/parts/organisation/"
    assert founder.get("/start/publish/")["Location"] == "/start/"
    write(founder, "organisation")
    assert founder.get("/start/publish/")["Location"] == "/start/parts/teams/"
    assert founder.post("/start/publish/")["Location"] == "/start/parts/teams/"
    assert founder.get("/start/holders/")["Location"] == "/start/"
    assert founder.get("/start/parts/nonsense/").status_code == 404
    assert ModelVersion.objects.get().state == "draft"


def test_what_is_wrong_is_said_and_nothing_typed_is_lost(founder):
    before = Event.objects.count()
    answer = write(founder, "organisation", hours="nine to five", name="Tern “Island” Library")
    shown = answer.content.decode()
    assert answer.status_code == 400
    assert "is no time span" in shown and 'value="nine to five"' in shown
    assert "Tern “Island” Library" in shown
    assert (ModelVersion.objects.count(), Event.objects.count()) == (0, before)


def test_a_part_is_gone_back_to_and_changed(founder):
    for part in ("organisation", "teams"):
        write(founder, part)
    page = founder.get("/start/parts/teams/").content.decode()
    assert 'value="Stack keepers"' in page
    write(founder, "teams", **{"team-2": "Keepers below"})
    hand = in_hand()
    assert hand.bp.get("Team", "stack-keepers").name == "Keepers below"
    draft = ModelVersion.objects.get()
    edited = Event.objects.filter(type="model.edited").count()
    write(founder, "teams", **{"team-2": "Keepers below"})
    assert Event.objects.filter(type="model.edited").count() == edited
    editor = founder.get(f"/model/{draft.code}/team/stack-keepers/edit/")
    assert "Keepers below" in editor.content.decode()


def test_a_draft_from_files_is_gone_on_with(founder, settings):
    """A model that was applied and not published is as far as it is."""
    made = drafts.begin_draft(title="From files", actor=SYSTEM)
    assert founder.get("/model/new-draft/")["Location"] == "/start/"
    with pytest.raises(InvalidState, match="Nothing is in force yet; go on in OM-1"):
        drafts.begin_draft(title="Another", actor=SYSTEM)
    write(founder, "organisation")
    assert in_hand().version == made
    assert in_hand().bp.organisation().name == "Tern Island Library"


def test_what_is_in_force_is_no_longer_written(clinic):
    steward = User.objects.get(username="livia")
    browser = Client()
    browser.force_login(steward)
    guide = browser.get("/start/").context["guide"]
    assert {s.key for s in guide.steps if s.key in PARTS and not s.done} == set()
    assert browser.get("/start/parts/teams/").status_code == 409
    assert write(browser, "teams").status_code == 409
    with pytest.raises(InvalidState, match="CL-1 is published already"):
        starting.write_part("teams", {}, actor=SYSTEM)


def test_a_file_of_people_names_teams_in_vain_before_there_are_any(founder):
    give_people(founder)
    assert Person.objects.count() == 4
    assert (Membership.objects.count(), RoleAssignment.objects.count()) == (0, 0)
