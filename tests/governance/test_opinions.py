"""Recommending, agreeing, giving input: who is asked, and that a yes waits for who must agree."""

from decimal import Decimal

import pytest
from django.db import transaction
from django.db.utils import InternalError

from esm.accounts.models import User
from esm.common.errors import Invalid, InvalidState, NotAllowed
from esm.events.actors import SYSTEM
from esm.events.models import Event, EventPrivate
from governance import registries
from governance.locks import lock_version
from governance.models import AskedOpinion, Opinion
from governance.selectors import decisions, opinions
from governance.services import opinions as service
from governance.services import reassigning
from governance.services.drafting import apply_files
from tests.governance import small
from tests.governance.conftest import NOW, actor, ask
from tests.governance.voting import events, refs, say

pytestmark = pytest.mark.django_db


@pytest.fixture
def decision(probe, staff):
    """Hedda decides, Bruno must agree, Olga gives input."""
    content = small.specs()
    for part, role in (("agree", "buyer"), ("input", "owner")):
        content["DecisionRight", f"accept-{part}"] = {
            "decision_type": "accept-order", "part": part, "role": role,
        }  # fmt: skip
    version = apply_files(small.model(2, content), actor=SYSTEM, publish=True).version
    return ask(probe, staff["ben"], version=version)


def give(decision, who, part, verdict, text=""):
    return service.give(decision.pk, part=part, verdict=verdict, text=text, actor=actor(who))


def test_those_with_a_part_are_asked_and_see_it(decision, staff):
    assert events("decision.opinion_asked") == [
        {"decision": 1, "round": 1, "people": refs(staff, "bruno", "olga")}
    ]
    for name, part in (("bruno", "agree"), ("olga", "input")):
        [row] = opinions.waits_for(staff[name].pk)
        assert (row.decision, row.part) == (decision, part)
        user = User.objects.get(username=name)
        assert decisions.visible_to(user).filter(pk=decision.pk).exists()
    assert list(opinions.waits_for(staff["ben"].pk)) == []


def test_a_yes_waits_for_who_must_agree(decision, staff, probe):
    with pytest.raises(InvalidState, match="Buyer must agree first: Bruno Balt has not answered"):
        say(decision, "hedda")
    give(decision, "bruno", "agree", "against", "Too dear.")
    with pytest.raises(InvalidState, match="Bruno Balt does not agree, as Buyer"):
        say(decision, "hedda")
    assert probe.moved == []
    give(decision, "bruno", "agree", "for")
    give(decision, "olga", "input", "comment", "They paid late last time.")
    assert list(opinions.waits_for(staff["bruno"].pk)) == []
    assert say(decision, "hedda").outcome == "approve"
    assert [row.person.key for row in AskedOpinion.objects.order_by("pk")] == ["bruno", "olga"]
    assert list(opinions.waits_for(staff["olga"].pk)) == []
    assert [(o.person.key, o.part, o.verdict) for o in Opinion.objects.order_by("pk")] == [
        ("bruno", "agree", "against"),
        ("bruno", "agree", "for"),
        ("olga", "input", "comment"),
    ]
    assert events("decision.opinion_given")[2] == {
        "decision": 1, "round": 1, "part": "input", "verdict": "comment",
        "giver": staff["olga"].ref, "role": "owner", "right": "accept-input",
    }  # fmt: skip
    ids = Event.objects.filter(type="decision.opinion_given").values("pk")
    texts = EventPrivate.objects.filter(event_id__in=ids)
    assert {"text": "They paid late last time."} in [row.content for row in texts]
    with pytest.raises(InvalidState, match="nothing more can be said"):
        give(decision, "bruno", "agree", "for")
    with pytest.raises(InternalError), transaction.atomic():
        Opinion.objects.update(verdict="for")


def test_a_no_waits_for_nobody(decision):
    assert say(decision, "hedda", "decline").outcome == "decline"


def test_refusals(decision):
    with pytest.raises(NotAllowed, match="not part of this decision"):
        give(decision, "ben", "agree", "for")
    with pytest.raises(NotAllowed, match="not part of this decision"):
        give(decision, "olga", "agree", "for")
    with pytest.raises(Invalid, match="Choose whether you recommend"):
        give(decision, "bruno", "decide", "for")
    with pytest.raises(Invalid, match="for it or against it"):
        give(decision, "bruno", "agree", "comment", "Well")
    with pytest.raises(Invalid, match="Input is a comment"):
        give(decision, "olga", "input", "for")
    with pytest.raises(Invalid, match="Write what you have to say"):
        give(decision, "bruno", "agree", "against")
    assert not Opinion.objects.exists()


def test_a_change_asks_everybody_again(decision, staff, probe):
    give(decision, "bruno", "agree", "for")
    probe.content["data"] = {"guests": 12}
    with transaction.atomic():
        parent = lock_version(probe.version.pk)
        reassigning.renew_open(parent=parent, subject_kind="probe", amount=Decimal(160))
    assert [row.decision for row in opinions.waits_for(staff["bruno"].pk)] == [decision]
    with pytest.raises(InvalidState, match="Buyer must agree first"):
        say(decision, "hedda")
    give(decision, "bruno", "agree", "for")
    assert say(decision, "hedda").outcome == "approve"


def test_whoever_did_a_step_in_that_role_has_agreed(decision, staff, probe, monkeypatch):
    done = [registries.Done(staff["bruno"], "buyer", "Price check", NOW)]
    known = registries._registry.subjects["probe"]
    object.__setattr__(known, "done", lambda pk: done)
    found = decisions.decision_detail(decision, staff["hedda"])
    [voice] = [v for v in found.voices if v.part == "agree"]
    assert [(s.person.key, s.verdict, s.step) for s in voice.said] == [
        ("bruno", "for", "Price check")
    ]
    assert say(decision, "hedda").outcome == "approve"


def test_pages_and_api_of_opinions(decision, staff, client):
    client.force_login(User.objects.get(username="bruno"))
    page = client.get("/decisions/").content.decode()
    assert "Your opinion is asked" in page
    assert f'href="?open={decision.pk}"' in page
    page = client.get(f"/decisions/?open={decision.pk}").content.decode()
    assert "You must agree before it can be approved" in page
    url = f"/decisions/{decision.pk}/opinion/"
    refused = client.post(url, {"part": "agree", "verdict": "against", "text": ""})
    assert refused.status_code == 400
    assert "Write what you have to say" in refused.content.decode()
    page = client.post(url, {"part": "agree", "verdict": "for"}, follow=True).content.decode()
    assert "Your opinion stands with the decision." in page
    assert "you said something already" in page
    client.force_login(User.objects.get(username="olga"))
    said = {"part": "input", "verdict": "comment", "text": "They pay."}
    answer = client.post("/api/v1/decisions/X-1/1/opinion", said, content_type="application/json")
    voices = answer.json()["voices"]
    assert [(v["part"], [s["text"] for s in v["said"]]) for v in voices] == [
        ("agree", [""]),
        ("input", ["They pay."]),
    ]
