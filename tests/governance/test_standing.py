import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from esm.accounts.models import User
from esm.events.actors import SYSTEM
from governance.authentication import PersonBackend
from governance.models import Department, RoleAssignment
from governance.selectors import administration, standing
from governance.selectors import people as who
from governance.services import people

pytestmark = pytest.mark.django_db


def test_a_session_brings_person_teams_roles_and_departments_in_one_query(staff):
    pk = User.objects.get(username="ben").pk
    with CaptureQueriesContext(connection) as queries:
        account = PersonBackend().get_user(pk)
        assert account is not None
        assert who.person_for(account) == staff["ben"]
        assert [team.key for team in who.teams_for(account)] == ["bakers", "night-bakers"]
        assert [team.department.key for team in who.teams_for(account)] == ["oven", "night-oven"]
        facts, codes = who.facts_for(account), who.principal_codes(account)
        actor = who.actor_for(account, team="night-bakers")
    assert len(queries) == 1
    assert facts.auditor and not facts.steward
    assert codes == who.principal_codes(User.objects.get(pk=pk))
    assert actor == who.actor_of_person(staff["ben"], user_id=pk, team="night-bakers")
    known = standing.of_account(account)
    assert known is not None
    above = dict(Department.objects.values_list("pk", "parent_id"))
    assert known.above == above


def test_an_account_of_nobody_and_one_that_is_closed(staff):
    till = User.objects.get(username="till")
    found = PersonBackend().get_user(till.pk)
    assert found == till
    assert (who.person_for(found), who.teams_for(found)) == (None, [])
    assert who.actor_for(found).role == "buyer"
    User.objects.filter(pk=till.pk).update(is_active=False)
    assert PersonBackend().get_user(till.pk) is None
    assert PersonBackend().get_user(0) is None


def test_who_left_brings_no_person_along(staff):
    people.update_person(staff["hedda"], active=False, actor=SYSTEM)
    account = PersonBackend().get_user(User.objects.get(username="hedda").pk)
    assert account is None or who.person_for(account) is None


def test_who_heads_a_department_finds_administration_without_a_query(staff):
    pk = User.objects.get(username="bruno").pk
    assert not administration.may_look(PersonBackend().get_user(pk))
    head = RoleAssignment.objects.get(role__key="department-head")
    RoleAssignment.objects.create(
        person=staff["bruno"], role=head.role, focus_kind="department", focus_key="oven",
        valid=head.valid,
    )  # fmt: skip
    account = PersonBackend().get_user(pk)
    with CaptureQueriesContext(connection) as queries:
        assert administration.may_look(account)
    assert len(queries) == 0
    assert administration.reach_of(account).any
