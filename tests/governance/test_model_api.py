"""Drafts of the model over the API: the same services, the same refusals, nothing lost."""

from itertools import chain

import pytest

from esm.accounts.models import User
from esm.accounts.services.tokens import create_token
from esm.events.actors import SYSTEM
from esm.events.models import Event
from governance.blueprint.kinds import KINDS, ElementSpec
from governance.blueprint.references import references
from governance.models import ModelVersion
from governance.selectors import versions
from governance.services import drafting, drafts
from tests.api.client import ALL, Caller
from tests.governance import small

pytestmark = pytest.mark.django_db
TEAM = "/model/versions/OM-2/elements/Team/bakers"


def program(name, scopes=ALL):
    return Caller(create_token(User.objects.get(username=name), name="t", scopes=scopes).text)


@pytest.fixture
def olga(staff):
    User.objects.filter(username="olga").update(is_steward=True)
    return program("olga")


@pytest.fixture
def draft(olga):
    made = olga.raw("POST", "/model/versions", {"title": "Shorter ways"})
    assert (made.status_code, made["Location"]) == (201, "/api/v1/model/versions/OM-2")
    return ModelVersion.objects.get(code="OM-2")


def team(draft):
    return versions.load_blueprint(draft.pk).find("Team").get("bakers")


def marked(schema, path=()):
    """Where a schema says of which kind a key is."""
    if isinstance(schema, dict):
        if "x-kind" in schema:
            yield schema["x-kind"]
        yield from chain.from_iterable(marked(part) for part in schema.values())
    elif isinstance(schema, list):
        yield from chain.from_iterable(marked(part) for part in schema)


def test_the_schema_of_every_kind_is_published_with_what_its_references_name(olga):
    listed = {row["kind"]: row["url"] for row in olga.items("/model/kinds")}
    assert set(listed) == set(KINDS)
    named: dict[str, set[str]] = {}
    for kind, url in listed.items():
        schema = olga.get(url)["json_schema"]
        assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
        named[kind] = set(marked(schema))
    # Whatever the small model names is named so in the schema, too.
    for (kind, _), spec in small.model().blueprint.specs().items():
        assert isinstance(spec, ElementSpec)
        assert {one.kind for one in references(spec)} <= named[kind], kind
    assert named["Team"] == {"Department", "Site", "Calendar", "Role"}


def test_an_element_is_read_changed_and_recorded_like_in_the_browser(olga, draft):
    read = olga.raw("GET", TEAM)
    spec = {**read.json()["spec"], "name": "Night bakers", "wip_limit": 7}
    done = olga.raw("PUT", TEAM, {"spec": spec}, HTTP_IF_MATCH=read["ETag"])
    assert done.status_code == 200 and done["ETag"] != read["ETag"]
    assert (team(draft).name, team(draft).wip_limit) == ("Night bakers", 7)
    event = Event.objects.filter(type="model.edited").latest("pk")
    assert event.data["changes"] == [{"kind": "Team", "key": "bakers", "change": "changed"}]
    assert olga.raw("GET", TEAM)["ETag"] == done["ETag"]


def test_who_was_slower_is_told_who_changed_what(olga, draft):
    read = olga.raw("GET", TEAM)
    spec = read.json()["spec"]
    faster = {**spec, "mailbox": "other@b.example"}
    assert olga.raw("PUT", TEAM, {"spec": faster}, HTTP_IF_MATCH=read["ETag"]).status_code == 200
    late = olga.raw("PUT", TEAM, {"spec": {**spec, "name": "Mine"}}, HTTP_IF_MATCH=read["ETag"])
    told = late.json()
    assert (late.status_code, told["code"]) == (412, "stale")
    assert told["current"] == olga.raw("GET", TEAM)["ETag"]
    assert told["spec"]["mailbox"] == "other@b.example"
    assert told["changed_by"] == "Olga Ostro"
    assert team(draft).name != "Mine"
    gone = olga.raw("DELETE", TEAM, HTTP_IF_MATCH=read["ETag"])
    assert (gone.status_code, team(draft) is None) == (412, False)
    blind = olga.client.put(
        f"/api/v1{TEAM}", {"spec": spec}, content_type="application/json", **olga.headers
    )
    assert blind.status_code == 428


def test_what_cannot_be_stored_points_at_its_place(olga, draft):
    before = Event.objects.count()
    spec = olga.get(TEAM)["spec"]
    wrong = olga.raw("PUT", TEAM, {"spec": {**spec, "name": "", "wip_limit": 0, "hue": "red"}})
    found = {one["pointer"] for one in wrong.json()["errors"]}
    assert (wrong.status_code, found) == (400, {"/spec/name", "/spec/wip_limit", "/spec/hue"})
    path = "/model/versions/OM-2/elements/Workflow/feast"
    flow = olga.get(path)["spec"]
    flow["stages"][1]["kind"] = "dance"
    answer = olga.raw("PUT", path, {"spec": flow})
    assert [one["pointer"] for one in answer.json()["errors"]] == ["/spec/stages/1/kind"]
    assert Event.objects.count() == before


def test_an_element_is_added_once_and_taken_out(olga, draft):
    skill = {"kind": "Skill", "key": "weaving", "spec": {"name": "Weaving"}}
    made = olga.raw("POST", "/model/versions/OM-2/elements", skill)
    assert made.status_code == 201
    path = made["Location"]
    assert olga.get(path)["name"] == "Weaving"
    again = olga.raw("POST", "/model/versions/OM-2/elements", skill)
    assert (again.status_code, again.json()["code"]) == (409, "conflict")
    for key in ("New one", "new", "a--b"):
        bad = olga.raw("POST", "/model/versions/OM-2/elements", {**skill, "key": key})
        assert (bad.status_code, bad.json()["errors"][0]["pointer"]) == (400, "/key"), key
    assert olga.raw("DELETE", path).status_code == 428
    tag = olga.raw("GET", path)["ETag"]
    assert olga.raw("DELETE", path, HTTP_IF_MATCH=tag).status_code == 204
    olga.get(path, 404)
    assert ("Skill", "weaving") not in versions.load_blueprint(draft.pk)


def test_the_findings_of_a_draft_follow_each_edit(olga, draft):
    place = "/model/versions/OM-2/findings"
    before = {row["fingerprint"] for row in olga.items(place)}
    read = olga.raw("GET", TEAM)
    spec = {**read.json()["spec"], "lead_role": "nobody-at-all"}
    olga.raw("PUT", TEAM, {"spec": spec}, HTTP_IF_MATCH=read["ETag"])
    new = [row for row in olga.items(place) if row["fingerprint"] not in before]
    assert [(row["rule"], row["kind"], row["key"]) for row in new] == [("MOD01", "Team", "bakers")]
    assert olga.items(f"{place}?severity=blocker&kind=Team") == new
    one_by_one = olga.items(f"{place}?limit=1")
    assert one_by_one == olga.items(place)


def test_what_is_in_force_does_not_change_and_who_may_not_sees_no_draft(olga, draft, published):
    before = versions.load_blueprint(published.pk).content_hash
    path = TEAM.replace("OM-2", "OM-1")
    spec = olga.get(path)["spec"]
    refused = olga.raw("PUT", path, {"spec": {**spec, "name": "Mine"}})
    assert (refused.status_code, refused.json()["code"]) == (409, "wrong-state")
    reader = program("ben")
    assert reader.raw("PUT", TEAM, {"spec": spec}).status_code == 404
    told = reader.raw("PUT", path, {"spec": spec})
    assert (told.status_code, told.json()["code"]) == (403, "model-edit")
    read_only = program("olga", ("model:read",))
    assert read_only.raw("PUT", TEAM, {"spec": spec}).status_code == 403
    assert versions.load_blueprint(published.pk).content_hash == before


def test_a_draft_is_given_up_with_what_was_seen(olga, draft):
    path = "/model/versions/OM-2"
    tag = olga.raw("GET", path)["ETag"]
    drafting.edit_element(
        draft, "Skill", "weaving", {"name": "Weaving"}, expected_hash=None, actor=SYSTEM
    )
    body = {"reason": "Not now."}
    assert olga.raw("POST", f"{path}/discard", body, HTTP_IF_MATCH=tag).status_code == 412
    assert olga.post(f"{path}/discard", body)["state"] == "discarded"
    olga.get(path, 404)
    assert drafts.begin_draft(title="Another", actor=SYSTEM).code == "OM-3"
