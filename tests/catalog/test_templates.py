"""Templates of requests: who starts from which, and what one for others does not hold."""

import pytest

from catalog.models import Draft, Offering, RequestTemplate
from catalog.selectors import templates
from catalog.services.templates import remove_template, save_template, start_from
from esm.common.errors import Invalid, NotAllowed
from esm.events.selectors import chains
from governance.blueprint.weeks import resolve_weeks
from governance.selectors import versions
from governance.selectors.people import actor_for
from tests.support import WEEK_ONE, client, user

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(desk):
    return desk


def keep(world, by="mira", audience="mine", name="Service contract", **changes):
    answers = {**resolve_weeks(world.journey["values"], WEEK_ONE), **changes}
    who = user(by)
    return save_template(
        Offering.objects.get(key=world.journey["offering"]),
        name=name, audience=audience, answers=answers, user=who, actor=actor_for(who),
    )  # fmt: skip


def limited(world):
    bp = versions.blueprint(versions.published())
    fields = bp.get("Offering", world.journey["offering"]).form.all_fields()
    return {item.key for item in fields if item.limited}


def test_a_draft_starts_with_the_answers_that_are_still_taken(world):
    kept = keep(world, contract_value="not a number").template
    assert "contract_value" not in kept.data
    draft = start_from(kept, user=user("mira"))
    assert (draft.person, draft.offering) == (world.person("mira"), kept.offering)
    assert draft.data["counter_party"] == "Norrvik Analytical, Turku"
    (event,) = chains.events_of(kept)
    assert (event.type, event.data["audience"]) == ("template.saved", "mine")
    assert event.private["name"] == "Service contract"


def test_for_others_it_holds_nothing_that_not_all_may_read(world):
    personal = limited(world) & set(world.journey["values"])
    assert personal
    assert personal <= set(keep(world, by="ines").template.data)
    shared = keep(world, by="ines", audience="team:commercial-legal")
    assert personal.isdisjoint(shared.template.data)
    assert shared.left_out == len(personal)


def test_who_keeps_and_who_starts(world):
    with pytest.raises(NotAllowed, match="lead of the team"):
        keep(world, audience="team:commercial-legal")
    with pytest.raises(Invalid, match="name"):
        keep(world, name=" ")
    assert not RequestTemplate.objects.exists()
    mine = keep(world).template
    team = keep(world, by="ines", audience="team:commercial-legal", name="Ours").template
    everyone = keep(world, by="sander", audience="everyone", name="All").template
    key = world.journey["service"]
    assert templates.of_service(user("mira"), key) == [everyone, mine]
    assert templates.of_service(user("yusra"), key) == [everyone, team]
    assert client("yusra").post(f"/templates/{mine.pk}/start/").status_code == 404
    with pytest.raises(NotAllowed):
        remove_template(team.pk, actor=actor_for(user("yusra")))
    remove_template(team.pk, actor=actor_for(user("ines")))
    assert templates.of_service(user("yusra"), key) == [everyone]


def test_by_page_and_by_api(world):
    mira = client("mira")
    draft = start_from(keep(world).template, user=user("mira"))
    form = f"/drafts/{draft.pk}/templates/"
    answer = mira.post(form, {"name": " ", "audience": "mine"})
    assert answer.status_code == 400
    assert mira.post(form, {"name": "Second", "audience": "mine"}).status_code == 302
    second = RequestTemplate.objects.get(name="Second")
    assert "Second" in mira.get(f"/services/{world.journey['service']}/").content.decode()
    answer = mira.post(f"/templates/{second.pk}/start/")
    begun = Draft.objects.exclude(pk=draft.pk).get()
    assert answer.url == f"/drafts/{begun.pk}/1/" and begun.data == draft.data
    assert mira.post(f"/templates/{second.pk}/remove/").status_code == 302
    text = mira.get("/templates/").content.decode()
    assert f"/templates/{second.pk}/start/" not in text

    send = {"content_type": "application/json"}
    body = {
        "name": "By program", "audience": "mine", "offering": world.journey["offering"],
        "data": {"counter_party": "Norrvik", "unknown": "x"},
    }  # fmt: skip
    made = mira.post("/api/v1/templates", body, **send)
    assert (made.status_code, made.json()["data"]) == (201, {"counter_party": "Norrvik"})
    assert mira.post("/api/v1/templates", {**body, "offering": "none"}, **send).status_code == 400
    assert client("yusra").get(made["Location"]).status_code == 404
    assert mira.delete(made["Location"]).status_code == 204
    names = [row["name"] for row in mira.get("/api/v1/templates").json()["items"]]
    assert names == ["Service contract"]
