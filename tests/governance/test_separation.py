"""What is kept apart: conflicts as GOV12 finds them, cases as the traces tell them."""

from datetime import timedelta

import pytest
from django.test import Client

from esm.accounts.models import User
from esm.common import clock
from esm.common.errors import NotAllowed
from esm.events.actors import SYSTEM
from governance.models import Decision, Role
from governance.selectors import separation
from governance.selectors.plans import findings_of
from governance.selectors.versions import blueprint
from governance.services import roles
from governance.services.drafting import apply_files
from tests.governance import small
from tests.governance.conftest import DAY, NOW, ask

pytestmark = pytest.mark.django_db


def apart(key="apart", **rule):
    content = small.specs()
    content["SodRule", key] = {
        "kind": "static", "a": "buyer", "b": "head-baker",
        "compensating_control": "The owner reads the list each month.", **rule,
    }  # fmt: skip
    return apply_files(small.model(2, content), actor=SYSTEM, publish=True).version


def ben():
    """The auditor, with the facts of this moment."""
    return User.objects.get(username="ben")


def rule_of(report, key):
    return next(rule for rule in report.rules if rule.key == key)


def test_who_holds_both_is_who_gov12_names_and_since_when(staff):
    version = apart()
    auditor = ben()
    assert rule_of(separation.report(auditor), "apart").holds == ()
    with clock.frozen(NOW + DAY):
        buyer = Role.objects.get(key="buyer")
        roles.assign_role(staff["hedda"], buyer, reason="Short of people", actor=SYSTEM)
        auditor = ben()
        report = separation.report(auditor)
        (held,) = rule_of(report, "apart").holds
        assert (held.person, held.since, report.conflicts) == ("Hedda Hult", NOW + DAY, 1)
        told = [f for f in findings_of(blueprint(version)) if f.rule == "GOV12"]
        assert [f.sentence.split(" holds")[0] for f in told] == [held.person]


def test_cases_are_those_whose_trace_bars_somebody(probe, staff):
    version = apart("buys-and-asks", kind="dynamic", a="requester", b="decider")
    auditor = ben()
    own = ask(probe, staff["bruno"], "50", version=version)
    ask(probe, staff["ben"], "50", version=version)
    barred = [step for step in own.trace if step["code"] in ("requester", "separated")]
    report = separation.report(ben())
    cases = [case for rule in report.rules for case in rule.barred]
    assert barred and [case.decision.pk for case in cases] == [own.pk] * len(barred)
    assert report.barred == len(barred) and report.near == 0
    # Brute force over all rows.
    told = [s for d in Decision.objects.all() for s in d.trace
            if s["code"] in ("requester", "beneficiary", "separated")]  # fmt: skip
    assert len(told) == report.barred
    with clock.frozen(NOW + timedelta(days=91)):
        assert separation.report(auditor).barred == 0


def test_a_role_that_everybody_is_kept_from_is_named(staff):
    apart(a="owner", b="head-baker")
    auditor = ben()
    assert separation.report(auditor).unfilled == ()
    with clock.frozen(NOW + DAY):
        owner = Role.objects.get(key="owner")
        for person in staff.values():
            if person.key != "olga":
                roles.assign_role(person, owner, reason="Everybody owns it", actor=SYSTEM)
        (named,) = separation.report(ben()).unfilled
        assert named == Role.objects.get(key="head-baker").name


def test_who_may_see_it_and_what_they_see(probe, staff):
    apart()
    ask(probe, staff["bruno"], "50")
    with pytest.raises(NotAllowed, match="see what is kept apart"):
        separation.report(User.objects.get(username="bruno"))
    client = Client()
    client.force_login(User.objects.get(username="bruno"))
    assert client.get("/who-decides/separation/").status_code == 403
    assert client.get("/who-decides/separation.csv").status_code == 403
    client.force_login(ben())
    shown = " ".join(client.get("/who-decides/separation/").content.decode().split())
    assert "Bruno Balt asked for it and may not decide it." in shown
    assert "The owner reads the list each month." in shown
    table = client.get("/who-decides/separation.csv").content.decode()
    assert "own-case,dynamic" in table and "X-1: Bruno Balt asked" in table
    assert "Kept apart" in client.get("/who-decides/all/").content.decode()
