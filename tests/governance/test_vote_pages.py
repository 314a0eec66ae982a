"""Votes, what is put off and what is taken back: on pages and over the API."""

from dataclasses import replace
from datetime import timedelta

import pytest

from esm.accounts.models import User
from esm.common import clock
from esm.common.errors import Invalid, InvalidState, NotAllowed
from governance import registries
from governance.models import Decision
from governance.selectors import decisions
from governance.services import opening, reversing
from tests.governance.conftest import DAY, NOW, actor, ask
from tests.governance.voting import events, say

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


# --- pages ---


def test_pages_of_votes(together, staff, client):
    decision = together()
    client.force_login(User.objects.get(username="hedda"))
    page = client.get("/decisions/").content.decode()
    for words in (
        "together: The round", "0 of 2 needed say yes.", "2 more have to take part.",
        "Bruno Balt", "Olga Ostro", "not yet", 'name="round" value="1"',
    ):  # fmt: skip
        assert words in page, words
    url = f"/decisions/{decision.pk}/"
    said = {"outcome": "approve", "round": "1", "conditions": "Before noon"}
    answer = client.post(f"{url}decide/", said, follow=True)
    assert "your vote counts; others have still to vote" in answer.content.decode()
    assert "Nothing waits for you" in answer.content.decode()
    page = client.get(f"/decisions/?open={decision.pk}").content.decode()
    assert "1 of 2 needed say yes." in page
    assert "You voted; until it is decided you may take your vote back." in page
    assert "On condition: Before noon" in page
    again = client.post(f"{url}decide/", said)
    assert again.status_code == 409
    assert "You voted already: yes. Take your vote back first" in again.content.decode()
    answer = client.post(f"{url}withdraw-vote/", follow=True)
    assert "is taken back; vote again when you are ready" in answer.content.decode()
    stale = client.post(f"{url}decide/", said | {"round": "7"})
    assert stale.status_code == 409
    assert "has changed meanwhile; read it again" in stale.content.decode()
    assert 'value="Before noon"' in stale.content.decode()
    client.post(f"{url}decide/", said)
    say(decision, "bruno")
    page = client.get(f"/decisions/?tab=decided&open={decision.pk}").content.decode()
    assert "How they voted" in page
    assert "taken back" in page


def test_pages_of_what_is_put_off(probe, staff, client):
    decision = ask(probe, staff["ben"])
    client.force_login(User.objects.get(username="hedda"))
    url = f"/decisions/{decision.pk}/defer/"
    refused = client.post(url, {"until": "2026-03-01", "reason": "Flour is short"})
    assert refused.status_code == 400
    assert "Choose a day ahead of now." in refused.content.decode()
    assert 'value="Flour is short"' in refused.content.decode()
    client.post(url, {"until": "2026-03-05", "reason": "Flour is short"})
    assert "Nothing waits for you" in client.get("/decisions/").content.decode()
    page = client.get("/decisions/?tab=later").content.decode()
    assert "Put off until" in page and "Feast" in page
    assert decisions.waiting(staff["hedda"]).count() == 0
    with clock.frozen(NOW + 4 * DAY):
        assert decisions.waiting(staff["hedda"]).count() == 1
        assert "Feast" in client.get("/decisions/").content.decode()


def test_votes_over_rest(together, staff, client):
    decision = together()
    client.force_login(User.objects.get(username="hedda"))
    url = "/api/v1/decisions/X-1/1"
    found = client.get(url).json()
    assert (found["rule"], found["needed"], found["round"], found["body"]) == (
        "majority", 2, 1, "round",
    )  # fmt: skip
    assert [(v["person"]["name"], v["choice"]) for v in found["voters"]] == [
        ("Bruno Balt", ""), ("Hedda Hult", ""), ("Olga Ostro", ""),
    ]  # fmt: skip
    said = {"outcome": "approve", "round": 1, "conditions": "Before noon"}
    voted = client.post(f"{url}/decide", said, content_type="application/json").json()
    assert [v["choice"] for v in voted["voters"]] == ["", "approve", ""]
    assert [(v["choice"], v["counted"]) for v in voted["votes"]] == [("approve", False)]
    back = client.post(f"{url}/withdraw-vote", content_type="application/json").json()
    assert [v["choice"] for v in back["voters"]] == ["", "", ""]
    late = {"until": "2026-03-05T10:00:00Z", "reason": "Flour is short"}
    put = client.post(f"{url}/defer", late, content_type="application/json").json()
    assert put["deferred_until"] == "2026-03-05T10:00:00Z"
    listed = client.get("/api/v1/decisions?view=put_off").json()
    assert [row["number"] for row in listed["items"]] == [1]
    assert client.get("/api/v1/decisions").json()["items"] == []
    decision.refresh_from_db()
    assert decision.state == "open"


# --- taking back ---


@pytest.fixture
def reopens(probe):
    """The subject lets decisions be taken back."""

    def reopen(parent, first, *, reason, actor):
        seq = Decision.objects.count() + 1
        return opening.open_reversal(
            first, parent=parent, seq=seq, reason=reason, due_at=None, calendar="", actor=actor
        )

    known = registries._registry.subjects
    known["probe"] = replace(known["probe"], reopen=reopen)


def test_a_decision_is_taken_back_by_a_new_one(probe, staff, reopens, client):
    decision = ask(probe, staff["ben"])
    with pytest.raises(InvalidState, match="not decided"):
        reversing.ask_reversal(decision.pk, reason="Wrong", actor=actor("olga"))
    say(decision, "hedda")
    with pytest.raises(NotAllowed, match="Only who decided it"):
        reversing.ask_reversal(decision.pk, reason="Wrong", actor=actor("bruno"))
    with pytest.raises(Invalid, match="Say why"):
        reversing.ask_reversal(decision.pk, reason=" ", actor=actor("hedda"))
    client.force_login(User.objects.get(username="hedda"))
    page = client.get(f"/decisions/?tab=decided&open={decision.pk}").content.decode()
    assert "Ask to take it back" in page
    answer = client.post(
        f"/decisions/{decision.pk}/reverse/", {"reason": "Wrong flour"}, follow=True
    )
    page = answer.content.decode()
    for words in ("Asks to take back", "which was approved", "Wrong flour", "Let it stand"):
        assert words in page, words
    second = Decision.objects.get(reverses=decision)
    assert (second.seq, second.decider, second.asked_because) == (
        2, staff["hedda"], "Wrong flour",
    )  # fmt: skip
    assert events("decision.reversal_opened") == [{"decision": 2, "reverses": 1}]
    with pytest.raises(InvalidState, match="asked for that already"):
        reversing.ask_reversal(decision.pk, reason="Again", actor=actor("hedda"))
    say(second, "hedda")
    decision.refresh_from_db()
    assert (decision.state, decision.outcome) == ("decided", "approve")
    with pytest.raises(InvalidState, match="taken back already"):
        reversing.ask_reversal(decision.pk, reason="Again", actor=actor("hedda"))
    with pytest.raises(InvalidState, match="took a decision back"):
        reversing.ask_reversal(second.pk, reason="Again", actor=actor("hedda"))
    assert [d.pk for d in decisions.decided_by(staff["hedda"])] == [second.pk, decision.pk]
