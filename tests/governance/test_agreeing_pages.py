"""Pages of what is agreed: proposals, review, answer, objection, signature, publishing."""

import re

import pytest

from governance.models import (
    AgreementSignature,
    ChangeProposal,
    ConsentAnswer,
    ModelVersion,
    Objection,
)
from governance.services import submitting
from tests.governance import agreed
from tests.governance.conftest import actor
from tests.snapshots import once
from tests.support import forget

pytestmark = pytest.mark.django_db


@pytest.fixture
def published(db, now):
    once("agreed bakery", agreed.build)
    forget()
    return ModelVersion.objects.get()


@pytest.fixture
def review(staff):
    content = agreed.changed()
    content["HandoffAgreement", "counter-to-bakers"]["respond_s"] = "1 h"
    version = agreed.draft(content)
    submitting.submit(version, actor=actor("olga"))
    return version


@pytest.fixture
def signed_in(client, staff):
    def of(name):
        client.force_login(staff[name].users.get())
        return client

    return of


def text_of(response):
    return response.content.decode()


def test_a_proposal_is_written_opened_taken_on_and_shown(signed_in, staff):
    client = signed_in("bruno")
    said = {"title": "More time", "kind": "process", "tension": "Haste."}
    refused = client.post("/proposals/new/", said | {"title": ""})
    assert refused.status_code == 400
    assert "Haste." in text_of(refused)
    made = client.post("/proposals/new/", said)
    assert made.headers["Location"] == "/proposals/1/"
    page = text_of(client.get("/proposals/1/"))
    assert "How does the work flow then".lower() in page.lower()
    refused = client.post("/proposals/1/open/")
    assert (refused.status_code, "which handoffs change" in text_of(refused)) == (400, True)
    client.post("/proposals/1/edit/", said | {"process_text": "Two days."})
    assert client.post("/proposals/1/open/").status_code == 302
    assert client.get("/proposals/1/attach/").status_code == 403
    version = agreed.draft()
    client = signed_in("olga")
    assert client.post("/proposals/1/attach/", {"version": version.code}).status_code == 302
    shown = text_of(client.get("/proposals/1/"))
    assert "1 change in OM-2" in shown
    touched = re.search(r'<p class="meta mb3">(.*?)</p>', shown)
    assert re.findall("<span>(.*?)</span>", touched[1]) == [
        "fewer than five people",
        "1 role",
        "1 team",
        "1 step",
    ]
    page = text_of(signed_in("ben").get("/proposals/1/"))
    assert "change in OM-2" not in page
    assert ChangeProposal.objects.get().state == "socialising"
    assert "More time" in text_of(client.get("/proposals/"))


def test_a_steward_asks_people_and_sees_what_is_next(signed_in, staff, published):
    version = agreed.draft()
    client = signed_in("olga")
    page = text_of(client.get("/model/OM-2/review/"))
    assert "Ask for consent" in page
    assert "Nothing stands in the way" in page
    refused = client.post("/model/OM-2/submit/", {"deadline": "2026-03-04"})
    assert (refused.status_code, "2026-03-04" in text_of(refused)) == (400, True)
    assert client.post("/model/OM-2/submit/", {"deadline": ""}).status_code == 302
    page = text_of(client.get("/model/OM-2/review/"))
    assert "End the round" in page
    assert "Hedda Hult must agree and has not answered." in page
    assert "Head baker (Hedda Hult)" in page
    refused = client.post("/model/OM-2/end-round/")
    assert (refused.status_code, "Who can clear it: Head baker" in text_of(refused)) == (400, True)
    page = text_of(signed_in("ben").get("/model/OM-2/review/"))
    assert "End the round" not in page
    assert ModelVersion.objects.get(pk=version.pk).state == "in_review"


def test_somebody_answers_objects_and_sees_what_comes_of_it(signed_in, review):
    client = signed_in("bruno")
    page = text_of(client.get("/model/OM-2/review/"))
    assert "Your answer" in page
    typed = {"answer": "objection", "text": " "}
    refused = client.post("/model/OM-2/answer/", typed)
    assert (refused.status_code, "what harm it would do" in text_of(refused)) == (400, True)
    typed["text"] = "Guests wait."
    assert client.post("/model/OM-2/answer/", typed).status_code == 302
    again = client.post("/model/OM-2/answer/", typed | {"text": "More."})
    assert (again.status_code, "is raised. Withdraw it first" in text_of(again)) == (409, True)
    one = "/objections/OM-2/1/"
    assert "Withdraw it" in text_of(client.get(one))
    assert client.get(f"{one}test/").status_code == 403
    client = signed_in("olga")
    missing = client.post(f"{one}test/", {"harm": "yes"})
    assert (missing.status_code, "Answer yes or no." in text_of(missing)) == (400, True)
    yes = dict.fromkeys(Objection.QUESTIONS, "yes") | {"breaks_rule": "no"}
    refused = client.post(f"{one}test/", yes | {"known_now": "no"})
    assert (refused.status_code, "say why" in text_of(refused)) == (400, True)
    assert client.post(f"{one}test/", yes).status_code == 302
    assert client.post(f"{one}integrate/", {"reason": ""}).status_code == 302
    page = text_of(signed_in("bruno").get(one))
    assert "being worked in" in page.lower()
    assert ModelVersion.objects.get(number=2).state == "draft"
    assert signed_in("ben").get(one).status_code == 404


def test_leads_sign_for_their_side_only(signed_in, review):
    client = signed_in("bruno")
    page = text_of(client.get("/model/OM-2/sign/"))
    assert "Sign for Counter" in page
    assert "Sign for Bakers" not in page
    assert (
        client.post("/model/OM-2/sign/", {"what": "counter-to-bakers:receiver"}).status_code == 403
    )
    client.post("/model/OM-2/sign/", {"what": "counter-to-bakers:giver"})
    row = AgreementSignature.objects.get()
    assert (row.person.key, row.side) == ("bruno", "giver")


def test_answers_are_told_by_department_and_never_by_name(signed_in, review):
    signed_in("bruno").post("/model/OM-2/answer/", {"answer": "concern", "text": "Mind the queue."})
    page = text_of(signed_in("ben").get("/model/OM-2/review/"))
    assert "Departments of few" in page
    assert "Mind the queue." in page
    answers = page.partition("Answers by department")[2].partition("Agreements it touches")[0]
    assert "Bruno" not in answers
    assert ConsentAnswer.objects.get(person__key="bruno").seen_at is not None


def test_without_consent_only_with_a_reason(signed_in, staff, published):
    agreed.draft()
    client = signed_in("olga")
    page = text_of(client.get("/model/OM-2/publish/"))
    assert "without consent" in page
    refused = client.post("/model/OM-2/publish/", {"at": "", "reason": ""})
    assert (refused.status_code, "Say why nobody is asked" in text_of(refused)) == (400, True)
    assert client.post("/model/OM-2/publish/", {"at": "", "reason": "Fire."}).status_code == 302
    assert ModelVersion.objects.get(number=2).without_consent
    done = client.post("/model/OM-1/restore/", {"reason": "Cold again."})
    assert done.headers["Location"] == "/model/OM-3/"


def test_the_api_tells_what_stands_in_the_way_and_who_clears_it(signed_in, review):
    client = signed_in("bruno")
    said = {"answer": "objection", "text": "Guests wait."}
    done = client.post("/api/v1/model/versions/OM-2/answer", said, "application/json")
    assert (done.status_code, done.json()["answer"]) == (200, "objection")
    client = signed_in("olga")
    refused = client.post("/api/v1/model/versions/OM-2/end-round", {}, "application/json")
    problem = refused.json()
    assert (refused.status_code, problem["code"]) == (409, "hindered")
    assert [one["kind"] for one in problem["hindrances"]] == [
        "objection", "unanswered", "deadline", "unsigned", "unsigned",
    ]  # fmt: skip
    assert problem["hindrances"][1]["clearers"] == [{"role": "Head baker", "names": ["Hedda Hult"]}]
    shown = client.get("/api/v1/model/versions/OM-2/review").json()
    assert (shown["state"], shown["round"]["objects"], shown["open_objections"]) == (
        "in_review", 1, 1,
    )  # fmt: skip
    test = dict.fromkeys(Objection.QUESTIONS, False)
    url = "/api/v1/model/versions/OM-2/objections/1"
    refused = client.post(f"{url}/test", test, "application/json")
    assert (refused.status_code, refused.json()["code"]) == (400, "invalid")
    done = client.post(f"{url}/test", test | {"reason": "It is so today."}, "application/json")
    assert (done.json()["state"], done.json()["open"]) == ("not_valid", False)
    agreed.draft(number=3)
    refused = client.post("/api/v1/model/versions/OM-3/publish", {}, "application/json")
    assert refused.json()["hindrances"][0]["kind"] == "not-agreed"
