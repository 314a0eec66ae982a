"""Findings on pages: by owner, the most at stake first, filtered, in time, as a table."""

import csv
import io
import re
from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from esm.accounts.models import User
from esm.common import clock
from governance import registries
from governance.blueprint.lint.facts import DecisionFlow, Flow, StepFlow
from governance.models import KeptFinding, RunFinding
from governance.selectors import findings as known
from governance.selectors.findings import Wanted
from governance.services import findings
from tests.governance import watched
from tests.governance.conftest import DAY, NOW

pytestmark = pytest.mark.django_db
SLOW = DecisionFlow("accept-order", decided=40, p85_s=800_000, stake=Decimal("61.24"))


@pytest.fixture
def published(db, now):
    return watched.build()


@pytest.fixture
def flow(monkeypatch):
    known = {"flow": Flow(decisions=(SLOW,))}
    monkeypatch.setattr(
        registries._registry, "flow_parts", {"probe": lambda bp, at, flow: known["flow"]}
    )
    return known


@pytest.fixture
def kept(staff, flow):
    """A slow kind of decision was mended five days ago and came back today."""
    findings.keep_findings()
    with clock.frozen(NOW + 5 * DAY):
        flow["flow"] = Flow()
        findings.keep_findings()
    flow["flow"] = Flow(decisions=(SLOW,))
    with clock.frozen(NOW + 10 * DAY):
        findings.keep_findings()
        yield staff


def user(name):
    return User.objects.get(username=name)


def page(client, name="ben", query=""):
    client.force_login(user(name))
    return client.get(f"/model/findings/{query}").content.decode()


def refs(html):
    """Numbers of the findings in the order of the groups by owner."""
    return [int(n) for n in re.findall(r'/model/findings/(\d+)/"', html.split('id="owners-t"')[1])]


def test_the_most_at_stake_come_first(kept, client):
    html = page(client)
    rows = known.page(user("ben"), Wanted())
    assert [one.row.severity for one in rows.top[:2]] == ["blocker", "blocker"]
    assert (rows.top[2].row.rule, rows.top[2].row.stake) == ("GOV14", Decimal("61.2"))
    assert rows.top[3].row.severity == "error"
    assert "61.2 days at stake" in html
    assert "came back, first seen" in html
    assert len(rows.top) == known.TOP
    assert rows.groups[0].key == rows.top[0].row.owner_role
    assert sum(len(group.rows) for group in rows.groups) == rows.total
    assert len(refs(html)) == rows.total


def test_each_day_of_the_trend_is_the_list_behind_it(kept, client):
    whole = known.trend(user("ben"), Wanted(), known.zone_of(None))
    # Of days before the first look nobody knows.
    assert len(whole) == 11
    n = whole[-1].total
    assert [day.total for day in whole[-11:]] == [n] * 5 + [n - 1] * 5 + [n]
    for back in (10, 5, 3, 0):
        day = whole[-1 - back]
        html = page(client, query=f"?on={day.day.isoformat()}")
        assert len(refs(html)) == day.total, day.day
    errors = known.trend(user("ben"), Wanted(severity="error"), known.zone_of(None))
    assert [day.total for day in errors] == [day.counts[1] for day in whole]
    table = page(client).split('id="t-debt"')[1].split("</table>")[0]
    assert [int(t) for t in re.findall(r"<a [^>]*>(\d+)</a>", table)] == [d.total for d in whole]


def test_filters_stand_in_the_address(kept, client):
    everything = known.page(user("ben"), Wanted())
    for name, query in (("warning", "?severity=warning"), ("info", "?severity=info")):
        found = known.page(user("ben"), Wanted(severity=name))
        assert found.total == dict(everything.counts).get(name, 0)
        html = page(client, query=query)
        assert len(refs(html)) == found.total if found.total else "No finding here" in html
    areas = [known.page(user("ben"), Wanted(area=area)).total for area in known.AREAS]
    assert sum(areas) == everything.total
    assert refs(page(client, query="?owner=buyer")) == [
        one.row.pk for one in known.page(user("ben"), Wanted(owner="buyer")).groups[0].rows
    ]
    assert refs(page(client, "bruno", "?owner=mine")) == refs(page(client, query="?owner=buyer"))
    # What does not exist is left out; nothing fails.
    assert refs(page(client, query="?severity=x&state=y&on=z&days=-1&area=%00")) == refs(
        page(client)
    )
    assert "No finding here" in page(client, query="?owner=%00nobody")


def test_the_table_holds_what_the_page_holds(kept, client):
    client.force_login(user("ben"))
    text = client.get("/model/findings.csv?severity=warning").content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert {row["severity"] for row in rows} == {"warning"}
    assert len(rows) == known.page(user("ben"), Wanted(severity="warning")).total
    (slow,) = [row for row in rows if row["code"] == "GOV14"]
    assert (slow["days at stake"], slow["owner"]) == ("61.2", "owner")


def test_what_is_told_of_single_decisions_is_for_those_who_answer_for_the_whole(kept, client):
    RunFinding.objects.create(
        fingerprint="0" * 32, rule="GOV11", severity="error", kind="DecisionType",
        key="accept-order", sentence="X-1", happened_at=NOW,
    )  # fmt: skip
    findings.keep_findings()
    row = KeptFinding.objects.get(rule="GOV11")
    assert row.pk in refs(page(client, "ben"))  # Ben is an auditor
    assert row.pk not in refs(page(client, "bruno"))
    assert client.get(f"/model/findings/{row.pk}/").status_code == 404
    assert "GOV11" not in client.get("/model/findings.csv").content.decode()
    assert client.get(f"/api/v1/findings/{row.pk}").status_code == 404


def test_whoever_answers_for_it_takes_note_on_the_page(kept, client):
    row = KeptFinding.objects.get(rule="GOV14")
    client.force_login(user("olga"))
    assert f"/model/findings/{row.pk}/note/" in page(client, "olga")
    assert f"/model/findings/{row.pk}/note/" not in page(client, "bruno")
    client.force_login(user("olga"))
    url = f"/model/findings/{row.pk}/note/"
    refused = client.post(url, {"note": " "})
    assert refused.status_code == 400 and "Say what becomes of it" in refused.content.decode()
    assert client.post(url, {"note": "Hedda looks at it."}).status_code == 302
    assert "Hedda looks at it." in client.get(f"/model/findings/{row.pk}/").content.decode()


def test_the_button_leads_to_where_it_is_mended(kept, client):
    row = KeptFinding.objects.filter(kind="Offering").first() or KeptFinding.objects.get(
        rule="VAL02"
    )
    assert 'href="/model/OM-1/' in page(client, "bruno").split(f'findings/{row.pk}/"')[1]
    assert "/model/new-draft/?title=" in page(client, "olga")
    client.post("/model/new-draft/", {"title": "Shorter ways"})
    steward = page(client, "olga")
    assert re.search(r'href="/model/OM-2/[a-z-]+/[a-z-]+/edit/', steward)
    assert "/model/new-draft/" not in steward
    # Who holds a role is no matter of a draft.
    assert 'href="/admin/' not in page(client, "bruno")


def test_an_installation_without_a_run_says_so(staff, client):
    assert "Nothing was looked for yet" in page(client)


def test_roles_lead_to_their_findings(kept, client):
    client.force_login(user("ben"))
    html = client.get("/roles/buyer/").content.decode()
    n = KeptFinding.objects.filter(owner_role="buyer", state="open").count()
    assert n and f'<span class="tn">{n}</span>' in html and "?owner=buyer" in html


def test_as_many_queries_whatever_is_found(kept, client, flow):
    client.force_login(user("ben"))
    client.get("/model/findings/")
    with CaptureQueriesContext(connection) as few:
        client.get("/model/findings/")
    steps = [StepFlow("festive-baking", f"s{n}") for n in range(3)]
    flow["flow"] = Flow(
        steps=steps,
        decisions=(SLOW, replace(SLOW, decision_type="accept-favour"), replace(SLOW, right="x")),
    )
    with clock.frozen(NOW + 11 * DAY):
        findings.keep_findings()
    with CaptureQueriesContext(connection) as more:
        client.get("/model/findings/")
    assert len(more) == len(few) <= 15
