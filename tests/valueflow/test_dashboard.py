"""The dashboard, its lists and its JSON: one set of numbers."""

import re
from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client, override_settings

from esm.accounts.models import User
from esm.events.actors import SYSTEM
from governance.services import drafts
from tests.valueflow.walker import Walker
from valueflow.engine.summary import FEW
from valueflow.models import FactHandoff, FactRequest, FactVisit
from valueflow.selectors import drill, flow, naming, population, scope, streams
from valueflow.selectors.workshop import measured
from valueflow.services import project
from workflows.models import Request

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def _walked(django_db_setup, django_db_blocker, tmp_path_factory):
    settings = override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("files"))
    with django_db_blocker.unblock(), settings, transaction.atomic(), Walker(seed=3) as walker:
        walker.publish()
        for index in range(4):
            request = walker.submit()
            walker.walk(request, 5 if index == 3 else 60)
        project.rebuild_all()
        yield walker
        transaction.set_rollback(True)


@pytest.fixture
def clinic(_walked, db):
    """Four requests of the clinic, three of them done; what a test does to them is taken back."""
    start = _walked.now
    yield _walked
    _walked.now = start


def grow(copies: int) -> None:
    """Copies of what is there under new numbers: enough for figures to be shown."""
    originals = list(Request.objects.order_by("pk"))
    facts = {fact.pk: fact for fact in FactRequest.objects.all()}
    number = max(row.number for row in originals)
    for _ in range(copies):
        for original in originals:
            number += 1
            row = Request.objects.get(pk=original.pk)
            row.pk, row.number = None, number
            row.save(force_insert=True)
            fact = facts[original.pk]
            parts = [(model, list(model.objects.filter(fact_id=original.pk))) for model in PARTS]
            fact.pk, fact.number = row.pk, number
            fact.save(force_insert=True)
            for model, found in parts:
                for part in found:
                    part.pk, part.fact_id = None, row.pk
                model.objects.bulk_create(found)
            fact.pk = original.pk


PARTS = [FactHandoff, *(r.related_model for r in FactRequest._meta.related_objects)]
PARTS = list(dict.fromkeys(PARTS))


def signed_in(username: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=username))
    return client


def test_under_twenty_finished_the_page_says_so_and_links_the_list(clinic) -> None:
    done = FactRequest.objects.filter(outcome="fulfilled").count()
    page = signed_in("beat").get("/flow/")
    assert page.status_code == 200
    text = page.content.decode()
    assert f'data-figure="finished" data-n="{done}"' in text
    assert "need 20 finished requests" in text
    listed = signed_in("beat").get("/flow/requests/?figure=finished").content.decode()
    assert f'data-total="{done}"' in listed


def test_every_figure_equals_the_list_behind_it(clinic) -> None:
    grow(8)
    user = User.objects.get(username="beat")
    found = scope.parse({})
    summary = flow.summary(found, user)
    names = naming.names(None)

    def total(figure: str, **extra: str) -> int:
        return drill.drill(found, user, names, figure, extra).total

    assert summary.finished == total("finished") >= 20
    assert summary.submitted == total("sent")
    assert summary.flight.n == total("in-flight")
    assert summary.flight.late == total("late")
    assert summary.promise.n == total("promise")
    assert summary.promise.missed + summary.promise.open_late == total("missed")
    for pair in summary.handoffs.pairs:
        sides = {"giver": pair.giver, "receiver": pair.receiver}
        assert pair.n == total("handoffs", **sides)
        assert pair.sent_back == total("handoffs", back="1", **sides)
    for week in summary.weeks:
        assert week.finished == total("finished", week=week.start.isoformat())


def test_the_page_draws_all_figures_and_lists_the_requests(clinic) -> None:
    grow(8)
    client = signed_in("beat")
    text = client.get("/flow/").content.decode()
    for words in ("Promise kept", "Lead time", "In flight", "Time worked on", "Worst handoffs"):
        assert words in text
    assert 'data-chart="sankey"' in text
    assert " style=" not in text
    for address in set(re.findall(r'href="(/flow/requests/\?[^"]*)"', text)):
        assert client.get(address.replace("&amp;", "&")).status_code == 200
    calendar = client.get("/flow/?time=calendar").content.decode()
    assert "calendar days" in calendar
    assert client.get("/flow/?matrix=wait").status_code == 200
    assert client.get("/streams/").status_code == 200
    key = FactRequest.objects.first().stream
    assert client.get(f"/streams/{key}/").status_code == 200
    assert client.get("/streams/nothing/").status_code == 404


def test_the_api_gives_the_numbers_of_the_page(clinic) -> None:
    grow(8)
    client = signed_in("beat")
    answer = client.get("/api/v1/flow/summary").json()
    user = User.objects.get(username="beat")
    summary = flow.summary(scope.parse({}), user)
    assert answer["finished"] == summary.finished
    assert answer["lead_time"]["business"]["p50_s"] == summary.lead.p50.business
    assert answer["lead_time"]["calendar"]["p85_s"] == summary.lead.p85.calendar
    assert answer["flow_efficiency"]["business"] == summary.efficiency.share
    assert answer["promise"]["share"] == summary.promise.share
    matrix = {(p["giver"], p["receiver"]): p["n"] for p in answer["handoffs"]["matrix"]}
    assert matrix == {(p.giver, p.receiver): p.n for p in summary.handoffs.pairs}
    done = FactRequest.objects.filter(outcome="fulfilled")
    lead = sum(fact.lead_bus_s for fact in done)
    assert answer["flow_efficiency"]["business"] == pytest.approx(
        sum(fact.touch_s for fact in done) / lead
    )


def test_the_api_refuses_what_it_does_not_know(clinic) -> None:
    client = signed_in("beat")
    for query in ("?unknown=1", "?from=yesterday", "?source=log", "?period=9w", "?time=night"):
        answer = client.get(f"/api/v1/flow/summary{query}")
        assert answer.status_code == 400, query
        assert answer["Content-Type"] == "application/problem+json"
    assert client.get("/api/v1/flow/summary?source=log-99").status_code == 404
    assert Client().get("/api/v1/flow/summary").status_code in (401, 403)


def test_filters_narrow_every_figure(clinic) -> None:
    user = User.objects.get(username="beat")
    nothing = flow.summary(scope.parse({"stream": "another"}), user)
    assert (nothing.finished, nothing.flight.n, nothing.handoffs.n) == (0, 0, 0)
    fact = FactRequest.objects.filter(outcome="fulfilled").first()
    one = flow.summary(scope.parse({"department": fact.departments[0]}), user)
    assert one.finished >= 1
    day = fact.fulfilled_at
    edge = flow.summary(
        scope.parse({"from": day.isoformat(), "to": (day + timedelta(seconds=1)).isoformat()}), user
    )
    assert edge.finished == 1
    before = flow.summary(scope.parse({"to": day.isoformat()}), user)
    assert (
        before.finished
        == FactRequest.objects.filter(outcome="fulfilled", fulfilled_at__lt=day).count()
    )


def test_confidential_requests_are_in_no_general_figure(clinic) -> None:
    user = User.objects.get(username="beat")
    before = flow.summary(scope.parse({}), user)
    fact = FactRequest.objects.filter(outcome="fulfilled").first()
    FactRequest.objects.filter(pk=fact.pk).update(confidential=True)
    after = flow.summary(scope.parse({}), user)
    assert after.finished == before.finished - 1
    listed = drill.drill(scope.parse({}), user, naming.names(None), "finished", {})
    assert listed.total == after.finished
    assert f"R-{fact.number}" not in {line.ref for line in listed.lines}


def test_small_groups_are_hidden_from_those_who_may_not_list_them(clinic) -> None:
    user = User.objects.create_user("stranger", "x")
    found = scope.parse({})
    summary = flow.summary(found, user)
    small = FactHandoff.objects.filter(attempt=1, fact__outcome="fulfilled").values_list(
        "giver_department", "receiver_department"
    )
    pairs = {pair for pair in small if pair[0] != pair[1]}
    counts = {pair: list(small).count(pair) for pair in pairs}
    few = {pair for pair, n in counts.items() if n < FEW}
    assert few
    # All of these are of three requests, some of which ended in weeks that are not over.
    assert summary.handoffs.pairs == () and few & set(summary.handoffs.hidden)
    assert set(summary.handoffs.hidden) <= pairs
    assert summary.handoffs.note.startswith("Handoffs of ")
    client = Client()
    client.force_login(user)
    giver, receiver = summary.handoffs.hidden[0]
    address = f"/flow/requests/?figure=handoffs&giver={giver}&receiver={receiver}"
    assert client.get(address).status_code == 404
    assert signed_in("livia").get(address).status_code == 200


def test_a_dashboard_costs_few_queries(clinic, django_assert_max_num_queries) -> None:
    grow(8)
    user = User.objects.get(username="beat")
    found = scope.parse({})
    flow.summary(found, user)
    with django_assert_max_num_queries(12):
        flow.summary(found, user)
    client = signed_in("beat")
    client.get("/flow/")
    with django_assert_max_num_queries(31):
        client.get("/flow/")


def test_the_export_is_a_table_of_the_same_numbers(clinic) -> None:
    answer = signed_in("beat").get("/flow/figures.csv")
    rows = dict(line.split(",", 1) for line in answer.content.decode().splitlines())
    done = FactRequest.objects.filter(outcome="fulfilled").count()
    assert rows["finished"] == str(done)


@pytest.mark.claim("C20", "/model/<code>/workflow/<key>/canvas/")
def test_a_workshop_table_stands_beside_what_the_page_of_the_stream_measures(clinic) -> None:
    flow_key = "lens-surgery-path"
    assert measured(None, flow_key) == ({}, "")
    grow(3)
    asked, livia = scope.parse({}), User.objects.get(username="livia")
    found, url = measured(None, flow_key)
    assert url == "/streams/referral-to-theatre/"
    rows = {row.key: row for row in streams.page("referral-to-theatre", asked, livia).stages}
    assert found
    for key, one in found.items():
        assert (one.n, one.stay_s) == (rows[key].n, rows[key].stay.business)
        back = rows[key].returned
        assert one.accurate == (None if back is None else 1 - back)
        visits = FactVisit.objects.filter(
            fact__in=population.finished(asked), stage=key, estimated=False
        )
        requests = {visit.fact_id for visit in visits}
        if len(requests) >= FEW:
            assert one.touch_s == sum(visit.touch_s for visit in visits) / len(requests)
            assert one.wait_s == max(0, one.stay_s - one.touch_s)
        else:
            assert one.touch_s is None and one.wait_s is None
    draft = drafts.begin_draft(title="Mapping", actor=SYSTEM)
    page = signed_in("livia").get(f"/model/{draft.code}/workflow/{flow_key}/canvas/")
    text = page.content.decode()
    assert "Measured values stand beside." in text and url in text
    assert text.count("measured ") >= len(found)
    assert measured(None, "another") == ({}, "")
