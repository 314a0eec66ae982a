"""Small decisions of one kind at once: what goes together, what does not, what became of each."""

import re
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from esm.accounts.models import User
from esm.common.errors import Invalid
from esm.events.actors import SYSTEM
from esm.events.models import Event
from governance.models import Decision, ModelVersion, Person
from governance.selectors import several
from governance.services import people
from governance.services.drafting import apply_files
from governance.services.several import decide_several
from tests.governance import small
from tests.governance.conftest import DAY, NOW, Probe, actor, ask

pytestmark = pytest.mark.django_db
# Of each form anew.
SECRET = re.compile(r"[A-Za-z0-9]{64}")
PAGE = "/decisions/several/"
ONE_KIND = "They are not of one kind; choose decisions of one question under one version."


def changed(number: int, **right: Any) -> ModelVersion:
    """The bakery, where orders below 400 may be decided several at once."""
    content = small.specs()
    content["DecisionType", "accept-order"]["bulk_below"] = "400"
    content["DecisionType", "accept-favour"] = content["DecisionType", "accept-order"] | {
        "code": "B02",
        "question": "Do this favour?",
    }
    content["DecisionRight", "favours"] = {
        "decision_type": "accept-favour",
        "role": "head-baker",
        "part": "decide",
    }
    if right:
        members = ["buyer", "head-baker", "owner"]
        content["GovernanceBody", "round"] = {"name": "The round", "members": members}
        content["DecisionRight", "accept-middle"] |= right
    return apply_files(small.model(number, content), actor=SYSTEM, publish=True).version


@pytest.fixture
def three(probe: Probe, staff: dict[str, Person]) -> list[Decision]:
    """Orders of Ben's that Hedda decides, of 150, 250 and 399.50."""
    probe.version = changed(2)
    return [ask(probe, staff["ben"], amount) for amount in ("150", "250", "399.50")]


def of(decisions: list[Decision]) -> dict[int, int]:
    return {row.pk: row.round for row in decisions}


def refusals(staff: dict[str, Person], decisions: list[Decision]) -> list[str]:
    """Why they are not decided together; nothing is decided by trying."""
    before = Event.objects.count()
    with pytest.raises(Invalid) as refused:
        decide_several(
            of(decisions), outcome="approve", person=staff["hedda"], actor=actor("hedda")
        )
    assert Event.objects.count() == before
    return list(refused.value.errors[""])


def hedda() -> Client:
    client = Client()
    client.force_login(User.objects.get(username="hedda"))
    return client


def address(decisions: list[Decision]) -> str:
    return f"{PAGE}?" + "&".join(f"row={row.pk}" for row in decisions)


def test_each_is_decided_with_one_reason(
    three: list[Decision], staff: dict[str, Person], probe: Probe
) -> None:
    inbox = hedda().get("/decisions/").content.decode()
    for row in three:
        assert f'name="row" value="{row.pk}" form="several"' in inbox
    assert f"{PAGE}?" + "&amp;".join(f"row={row.pk}" for row in three) in inbox
    shown = hedda().get(address(three))
    words = shown.content.decode()
    assert shown.status_code == 200
    for told in ("€150", "€250", "€399.50", "€799.50", "3, €799.50 in all.", "Ben Bask"):
        assert told in words, told
    assert not Event.objects.filter(type="decision.decided").exists()
    sent = {"row": [f"{r.pk}.1" for r in three], "outcome": "approve", "rationale": "All small."}
    done = hedda().post(PAGE, sent)
    assert "3 of 3 are decided." in done.content.decode()
    rows = Decision.objects.filter(pk__in=of(three)).order_by("pk")
    assert [(r.outcome, r.rationale, r.decided_by) for r in rows] == [
        ("approve", "All small.", staff["hedda"])
    ] * 3
    assert probe.moved == [("approve", "head-baker")] * 3
    again = hedda().post(PAGE, sent)
    assert again.status_code == 400
    assert several.NONE in again.content.decode()


def test_what_one_refuses_changes_no_other(three: list[Decision], staff: dict[str, Person]) -> None:
    sent = {"row": [f"{three[0].pk}.1", f"{three[1].pk}.7"], "outcome": "approve"}
    told = hedda().post(PAGE, sent).content.decode()
    assert "1 of 2 is decided." in told
    assert "What is decided on has changed meanwhile; read it again." in told
    states = [Decision.objects.get(pk=row.pk).state for row in three]
    assert states == ["decided", "open", "open"]


def test_who_lost_the_right_meanwhile_decides_none(
    three: list[Decision], staff: dict[str, Person]
) -> None:
    people.record_absence(staff["hedda"], since=NOW, until=NOW + DAY, actor=SYSTEM)
    became = decide_several(
        of(three), outcome="approve", person=staff["hedda"], actor=actor("hedda")
    )
    assert [one.ok for one in became] == [False] * 3
    assert not Event.objects.filter(type="decision.decided").exists()


def test_the_reason_is_asked_once_and_what_was_typed_stays(three: list[Decision]) -> None:
    sent = {"row": [f"{row.pk}.1" for row in three], "outcome": "decline", "rationale": " "}
    refused = hedda().post(PAGE, sent)
    assert refused.status_code == 400
    assert "Say why you decline" in refused.content.decode()
    unknown = hedda().post(PAGE, sent | {"outcome": "perhaps", "rationale": "Typed words"})
    assert (unknown.status_code, 'value="Typed words"' in unknown.content.decode()) == (400, True)
    assert Decision.objects.filter(state="open").count() == 3


def test_too_large_amounts_are_refused(
    three: list[Decision], staff: dict[str, Person], probe: Probe
) -> None:
    large = ask(probe, staff["ben"], "400")
    limit = "X-1: Only amounts below €400 are decided several at once; decide it by itself."
    assert refusals(staff, [*three, large]) == [limit]
    page = hedda().get(address([*three, large])).content.decode()
    assert limit in page
    assert 'name="outcome"' not in page
    inbox = hedda().get("/decisions/").content.decode()
    assert f'value="{large.pk}" form="several"' not in inbox


def test_mixed_kinds_and_versions_are_refused(
    three: list[Decision], staff: dict[str, Person], probe: Probe
) -> None:
    favour = ask(probe, staff["ben"], "150", decision_type="accept-favour")
    assert refusals(staff, [*three, favour]) == [ONE_KIND]
    later = ask(probe, staff["ben"], "150", version=changed(3))
    assert refusals(staff, [*three, later]) == [ONE_KIND]


def test_what_its_type_does_not_allow_is_refused(probe: Probe, staff: dict[str, Person]) -> None:
    """Without the mark, without an amount, in another currency."""
    sentence = "X-1: Decisions of this kind are taken one by one."
    plain = [ask(probe, staff["ben"]) for _ in range(2)]
    assert refusals(staff, plain) == [sentence] * 2
    assert 'form="several"' not in hedda().get("/decisions/").content.decode()
    probe.version = changed(2)
    without = ask(probe, staff["ben"])
    Decision.objects.filter(pk=without.pk).update(amount=None)
    assert refusals(staff, [without]) == [sentence]
    Decision.objects.filter(pk=without.pk).update(amount=Decimal(1), currency="USD")
    assert refusals(staff, [without]) == [sentence]


def test_what_several_decide_and_what_takes_back_is_refused(
    probe: Probe, staff: dict[str, Person], three: list[Decision]
) -> None:
    version = changed(3, role=None, body="round")
    voted = ask(probe, staff["ben"], version=version)
    assert voted.together
    assert refusals(staff, [voted]) == [
        "X-1: Several persons decide it together; vote on it by itself."
    ]
    first, second, _third = three
    Decision.objects.filter(pk=first.pk).update(reverses=second)
    assert refusals(staff, [first]) == ["X-1: It takes back another decision; decide it by itself."]


def test_what_is_not_theirs_is_as_if_it_were_not(
    three: list[Decision], staff: dict[str, Person], probe: Probe
) -> None:
    other = ask(probe, staff["ben"], "50")
    assert other.decider == staff["bruno"]
    gone = "Some of them no longer wait for you; choose again."
    assert refusals(staff, [*three, other]) == [gone]
    hidden = hedda().get(address([three[0], other])).content
    missing = hedda().get(f"{PAGE}?row={three[0].pk}&row=999999").content
    assert SECRET.sub("", hidden.decode()) == SECRET.sub("", missing.decode())
    for wrong in ("", "?row=x", "?row=-1", "?row=999999.x", f"?row={'9' * 40}", "?row=²"):
        answer = hedda().get(f"{PAGE}{wrong}")
        assert (answer.status_code, several.NONE in answer.content.decode()) == (200, True)
    many = "&".join(f"row={n}" for n in range(51))
    assert "At most 50 are decided at once" in hedda().get(f"{PAGE}?{many}").content.decode()


def test_more_rows_cost_no_query_more(
    three: list[Decision], staff: dict[str, Person], probe: Probe
) -> None:
    def cost() -> int:
        rows = list(Decision.objects.filter(state="open"))
        client = hedda()
        client.get(address(rows))
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert client.get(address(rows)).status_code == 200
        return len(asked)

    few = cost()
    for _ in range(4):
        ask(probe, staff["ben"], "120")
    assert cost() == few
