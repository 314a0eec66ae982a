from datetime import timedelta

import pytest

from esm.accounts.models import User
from esm.common import clock
from esm.common.errors import InvalidState, NotAllowed
from esm.events.actors import SYSTEM
from esm.events.models import Event, EventPrivate
from governance.models import Decision, Membership, RoleAssignment
from governance.selectors.people import actor_for
from governance.selectors.person_history import history_of
from governance.selectors.person_page import held_by
from governance.services import leaving, people, reassigning
from tests.governance.conftest import NOW, ask
from tests.support import user

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def keeper(staff):
    """Olga keeps people and accounts."""
    account = user("olga")
    account.is_admin = True
    account.save(update_fields=["is_admin"])
    return actor_for(user("olga"))


def test_what_somebody_holds_says_what_becomes_of_it(staff, keeper, probe):
    ask(probe, staff["bruno"], "999.99")
    people.record_absence(
        staff["ben"], since=NOW, until=NOW + DAY, stand_in=staff["hedda"], actor=SYSTEM
    )
    Membership.objects.filter(person=staff["hedda"]).update(is_lead=True)
    held = [(h.key, h.label, h.count) for h in held_by(user("olga"), staff["hedda"])]
    assert held == [
        ("role", "Department head", None),
        ("role", "Head baker", None),
        ("lead", "Lead of Bakers", None),
        ("decision", "Open decisions", 1),
        ("stand-in", "Stands in for Ben Bask", None),
    ]
    told = {h.label: h.then for h in held_by(user("olga"), staff["hedda"])}
    assert told["Head baker"] == (
        "Nobody else holds it: what it decides (B01) goes to the next band, or to the last resort."
    )
    assert told["Lead of Bakers"] == "The team has no other lead."


def test_who_leaves_loses_teams_roles_and_accounts_at_once(staff, keeper, probe):
    decision = ask(probe, staff["bruno"], "999.99")
    people.join_team(
        staff["hedda"], Membership.objects.get(person=staff["bruno"]).team,
        since=NOW + DAY, actor=SYSTEM,
    )  # fmt: skip
    with clock.frozen(NOW + timedelta(hours=1)):
        left = leaving.deactivate_person(staff["hedda"], reason="New job", actor=keeper)
        assert not left.active
        now = clock.now()
        assert not Membership.objects.filter(person=left, valid__contains=now + DAY).exists()
        assert not RoleAssignment.objects.filter(person=left, valid__contains=now).exists()
        assert not User.objects.get(username="hedda").is_active
        reassigning.sweep_reassign()
        assert Decision.objects.get(pk=decision.pk).decider != staff["hedda"]
        said = [(c.sentence, c.by, c.reason) for c in history_of(left)][:2]
    assert said == [
        ("Left the organisation", "Olga Ostro", "New job"),
        ("Account hedda: no marks, closed", "Olga Ostro", ""),
    ]
    with pytest.raises(InvalidState, match="has left already"):
        leaving.deactivate_person(staff["hedda"], actor=keeper)


def test_who_comes_back_is_given_nothing_by_itself(staff, keeper):
    leaving.deactivate_person(staff["ben"], actor=keeper)
    back = leaving.reactivate_person(staff["ben"], reason="Wrong Ben", actor=keeper)
    assert back.active
    assert not Membership.objects.filter(person=back, valid__contains=NOW + DAY).exists()
    assert EventPrivate.objects.filter(content__reason="Wrong Ben").count() == 1
    with pytest.raises(InvalidState, match="is here"):
        leaving.reactivate_person(back, actor=keeper)


def test_nobody_says_of_themselves_that_they_left(staff, keeper):
    before = Event.objects.count()
    with pytest.raises(NotAllowed, match="Somebody else has to say"):
        leaving.deactivate_person(staff["olga"], actor=keeper)
    with pytest.raises(NotAllowed, match="Only administrators"):
        leaving.deactivate_person(staff["olga"], actor=actor_for(user("bruno")))
    staff["olga"].refresh_from_db()
    assert staff["olga"].active
    assert Event.objects.count() == before
