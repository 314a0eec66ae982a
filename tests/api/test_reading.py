"""Reading: pages that stay put, parameters taken at their word, services, the model."""

from urllib.parse import parse_qs, urlsplit

import pytest
from jsonschema import Draft202012Validator

from esm.accounts.models import ApiToken
from governance.models import Person
from tests.api.client import ALL, Player, caller, send

ONE = "/requests?scope=visible&limit=2"


def test_pages_stay_put_while_rows_come(clinic):
    refs = [send(clinic)["ref"] for _ in range(5)]
    who = caller(clinic, "beat")
    first = who.raw("GET", ONE)
    page = first.json()
    assert [r["ref"] for r in page["items"]] == refs[::-1][:2]
    assert first["Link"] == f'<{page["next"]}>; rel="next"'
    assert parse_qs(urlsplit(page["next"]).query)["limit"] == ["2"]
    new = send(clinic)["ref"]
    who.post(f"/requests/{refs[3]}/withdraw", {"reason": "not needed"})
    rest = [r["ref"] for r in who.items(page["next"])]
    assert rest == refs[::-1][2:]
    assert [r["ref"] for r in who.items("/requests?limit=3")] == [new, *refs[::-1]]
    assert [r["ref"] for r in who.items("/requests?state=withdrawn")] == [refs[3]]
    assert len(who.items("/requests?state=open&limit=1")) == 5
    assert who.items("/requests?state=done&service=nothing") == []
    last = who.raw("GET", "/requests?limit=200")
    assert last.json()["next"] is None and "Link" not in last
    queue = who.items("/queues/reception?limit=2")
    assert sorted(r["request"] for r in queue) == sorted({*refs, new} - {refs[3]})
    assert who.items("/queues")[0]["counts"]["soonest"] == 5


def test_parameters_nobody_knows_and_values_that_make_no_sense(clinic):
    who = caller(clinic, "beat")
    send(clinic), send(clinic)
    cursor = parse_qs(urlsplit(who.get("/requests?limit=1")["next"]).query)["cursor"][0]
    wrong = {
        "/requests?page=-1": "/page", "/requests?limit=0": "/limit",
        "/requests?limit=201": "/limit",
        "/requests?limit=1e9": "/limit", "/requests?cursor=forged": "/cursor",
        f"/requests?cursor={cursor[:-2]}": "/cursor",
        "/requests?ordering=requester__email": "/ordering",
        f"/requests?scope=visible&cursor={cursor}": "/cursor",
        f"/services?cursor={cursor}": "/cursor",
        "/requests?requester__password__startswith=p": "/requester__password__startswith",
        "/requests?state=lost": "/state", "/requests?service=a%00b": "/service",
        "/requests?limit=1&limit=2": "/limit", "/me?x=1": "/x",
        "/queues/reception?view=all": "/view",
        "/who-decides": "/type", "/who-decides?type=nothing": "/type",
        "/who-decides?type=accept-cost-risk&amount=NaN": "/amount",
        "/who-decides?type=accept-cost-risk&amount=-1": "/amount",
        "/who-decides?type=accept-cost-risk&amount=1e400": "/amount",
        "/who-decides?type=accept-cost-risk&amount=1.234": "/amount",
        "/who-decides?type=accept-cost-risk&department=nothing": "/department",
        "/model/versions/CL-1/elements?kind=Nothing": "/kind",
        "/model/versions/CL-1/diff?against=nothing": "/against",
    }  # fmt: skip
    for path, pointer in wrong.items():
        found = who.get(path, 400)
        assert [e["pointer"] for e in found["errors"]] == [pointer], path


def test_what_can_be_asked_for_and_how(clinic):
    who = caller(clinic, "beat")
    journey = clinic.journey
    assert journey["service"] in [s["key"] for s in who.items("/services?limit=1")]
    service = who.get(f"/services/{journey['service']}")
    assert journey["offering"] in [o["key"] for o in service["offerings"]]
    offering = who.get(f"/offerings/{journey['offering']}")
    assert offering["promise"]["iso8601"].startswith("PT")
    Draft202012Validator.check_schema(offering["data_schema"])
    sent = send(clinic)
    errors = Draft202012Validator(offering["data_schema"]).iter_errors(sent["data"])
    files = set(offering["files"])
    assert [e for e in errors if not files & set(sent["data"])] == []
    assert set(journey["files"]) == {f["field"] for f in who.items(f"{sent['url']}/files")}
    assert sent["amount"]["amount"] == "4200.00"
    assert sent["submitted_at"].endswith("Z")
    assert sent["channel"] == "api"
    found = who.items(f"/services?q={service['name'].split()[0]}")
    assert service["key"] in [s["key"] for s in found]


def test_the_model_as_data(demo):
    who = caller(demo, "mira", ("model:read",))
    later, first = who.items("/model/versions?limit=1")
    assert [later["state"], first["state"]] == ["published", "retired"]
    assert later["based_on"] == first["code"]
    kinds = who.get(f"/model/versions/{later['code']}")["kinds"]
    elements = who.items(f"/model/versions/{later['code']}/elements?limit=200")
    assert sum(kinds.values()) == len(elements)
    teams = who.items(f"/model/versions/{later['code']}/elements?kind=Team&limit=3")
    assert len(teams) == kinds["Team"] and {t["kind"] for t in teams} == {"Team"}
    team = who.get(teams[0]["url"])
    schema = who.get("/model/kinds/Team")["json_schema"]
    Draft202012Validator(schema).validate(team["spec"])
    assert team["content_hash"] == teams[0]["content_hash"]
    changes = who.items(f"/model/versions/{later['code']}/diff?limit=5")
    back = who.items(f"/model/versions/{first['code']}/diff?against={later['code']}")
    assert len(changes) == len(back) > 5
    turned = {"added": "removed", "removed": "added", "changed": "changed"}
    assert [(turned[c["op"]], c["key"]) for c in back] == [(c["op"], c["key"]) for c in changes]


def test_who_decides_by_band_and_version(demo):
    """The rules of the version asked about, with the holders of now; bands are half-open."""
    who = caller(demo, "mira", ("model:read",))
    expect = demo.journey["expect"]["decision"]
    low, high = expect["band"]
    base = f"/who-decides?type={expect['type']}&amount="
    found = who.get(f"{base}{low}")
    assert found["role"] == expect["role"] and found["decider"]["key"] == expect["decider"]
    assert found["band"] == {"min": f"{low}", "max": f"{high}"}
    assert found["trace"][0]["code"] == "version"
    below = who.get(f"{base}{low - 1}.99")
    assert below["role"] != found["role"] and below["band"]["max"] == f"{low}"
    assert who.get(f"{base}{high}")["band"]["min"] == f"{high}"
    former = who.items("/model/versions")[1]["code"]
    before = who.get(f"{base}{2 * low}&version={former}")
    assert before["version"] == former and before["role"] != expect["role"]
    decider = Person.objects.get(key=expect["decider"])
    refused = who.get(f"{base}{low}&requester={decider.key}", 403)
    assert refused["code"] == "who-decides-requester"
    own = caller(demo, "adaora").get(f"{base}{low}&requester={decider.key}")
    assert own["decider"]["key"] != decider.key


def test_events_name_people_by_their_keys(clinic):
    ref = send(clinic)["ref"]
    Player(clinic, ref).play(until=4)
    events = caller(clinic, "beat").items(f"/requests/{ref}/events?limit=3")
    assert events[0]["data"]["requester"] == "beat-aerni"
    assert events[0]["actor"] == "beat-aerni"
    assert not any(str(value).startswith("P-") for e in events for value in e["data"].values())
    assert {"visit.started", "handoff.accepted"} <= {e["type"] for e in events}


def test_tokens_make_none_that_may_do_more(clinic):
    admin = caller(clinic, "beat", ("admin", "work"))
    refused = admin.post("/tokens", {"name": "x", "scopes": ["work", "decide"]}, 403)
    assert refused["code"] == "token-scope"
    assert ApiToken.objects.filter(name="x").count() == 0
    new = admin.post("/tokens", {"name": "sync", "scopes": ["work"]}, 201)
    listed = {t["name"]: t for t in admin.items("/tokens?limit=1")}
    assert listed.keys() == {"sync", "test"}
    assert all("token" not in t for t in listed.values())
    made = type(admin)(new["token"])
    assert made.get("/me")["token_scopes"] == ["work"]
    admin.delete(f"/tokens/{new['prefix']}")
    made.get("/me", 401)
    other = caller(clinic, "sefora", ALL)
    other.get(f"/tokens/{listed['test']['prefix']}", 404)
    other.delete(f"/tokens/{listed['test']['prefix']}", 404)
    assert admin.get(f"/tokens/{new['prefix']}")["revoked_at"] is not None


def test_me_says_who_and_as_what(clinic):
    me = caller(clinic, "livia").get("/me")
    assert me["person"] == {"key": "livia-caduff", "name": "Livia Caduff"}
    assert me["marks"] == ["steward", "admin"]
    assert [team["key"] for team in me["teams"]] == ["practice-management"]
    assert me["acting_as"] in [role["key"] for role in me["roles"]]


@pytest.mark.parametrize("party", ["requester", "third"])
def test_a_step_stands_still_and_goes_on(clinic, party):
    ref = send(clinic)["ref"]
    who = caller(clinic, "beat")
    step = f"/requests/{ref}/visits/1"
    who.post(f"{step}/claim")
    until = "2026-09-03T12:00:00+02:00"
    paused = who.post(f"{step}/pause", {"party": party, "reason": "letter", "until": until})
    assert (paused["state"], paused["waits_for"]) == ("blocked", party)
    assert paused["waits_until"] == "2026-09-03T10:00:00Z"
    clocks = {c["metric"]: c["state"] for c in who.items(f"/requests/{ref}/clocks")}
    assert clocks["promise"] == ("paused" if party == "requester" else "running")
    assert who.post(f"{step}/resume")["state"] == "active"
    assert who.post(f"{step}/release")["state"] == "queued"
