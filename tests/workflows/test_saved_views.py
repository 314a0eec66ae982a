"""Saved views: whose they are, which filters they keep, their tabs and their order."""

import pytest
from django.urls import reverse

from esm.common.errors import Invalid, InvalidState, NotAllowed, NotFound
from esm.events.models import Event
from governance.models import Membership, Team
from governance.selectors.people import actor_for
from workflows.models import SavedView
from workflows.selectors import queue_filters, saved_views
from workflows.services import saved_views as keeping
from workflows.services.saved_views import move_view, remove_view, save_view

pytestmark = pytest.mark.django_db
OURS = "commercial-legal"


def user(world, username):
    return world.person(username).users.get(username=username)


def keep(world, username, **changes):
    given = {"name": "Late", "audience": "mine", "filters": {"clock": "late"}} | changes
    given["queue"] = Team.objects.get(key=given.get("queue", OURS))
    return save_view(**given, actor=actor_for(user(world, username)))


def lead(world, username):
    Membership.objects.filter(
        person=world.person(username), valid__contains=world.now, team__key=OURS
    ).update(is_lead=True)


def names(world, username):
    team = Team.objects.get(key=OURS)
    return [view.name for view in saved_views.of_queue(user(world, username), team)]


def test_mine_then_the_teams_then_everyones_in_their_order(desk):
    lead(desk, "yusra")
    keep(desk, "sander", name="All", audience="everyone")
    keep(desk, "yusra", name="Ours", audience=f"team:{OURS}")
    first, second = keep(desk, "yusra", name="One"), keep(desk, "yusra", name="Two")
    assert names(desk, "yusra") == ["One", "Two", "Ours", "All"]
    move_view(second.pk, later=False, actor=desk.actor("yusra"))
    assert names(desk, "yusra") == ["Two", "One", "Ours", "All"]
    move_view(first.pk, later=True, actor=desk.actor("yusra"))
    assert names(desk, "yusra") == ["Two", "One", "Ours", "All"]
    assert names(desk, "helmi") == ["All"]
    with pytest.raises(NotFound):
        saved_views.by_id(user(desk, "helmi"), first.pk)


def test_only_leads_publish_for_the_team_and_stewards_for_everyone(desk):
    before = Event.objects.count(), SavedView.objects.count()
    with pytest.raises(NotAllowed, match="lead of the team"):
        keep(desk, "yusra", audience=f"team:{OURS}")
    with pytest.raises(NotAllowed, match="for everyone"):
        keep(desk, "yusra", audience="everyone")
    with pytest.raises(Invalid, match="cannot be kept yet"):
        keep(desk, "yusra", name=" ")
    with pytest.raises(Invalid) as strange:
        keep(desk, "yusra", filters={"colour": "red", "clock": "never"})
    assert strange.value.errors == {
        "filters": [
            "“colour” is no filter of a queue.",
            "“never” is no value of “clock”.",
        ]
    }
    lead(desk, "yusra")
    with pytest.raises(Invalid, match="that of a team to its own"):
        keep(desk, "yusra", audience=f"team:{OURS}", queue="board-office")
    assert (Event.objects.count(), SavedView.objects.count()) == before


def test_a_change_and_a_removal_are_recorded_and_others_may_do_neither(desk):
    kept = keep(desk, "yusra", filters={"view": "mine", "q": "", "sort": "soonest"})
    assert kept.filters == {"view": "mine"}
    for refused in (
        lambda: remove_view(kept.pk, actor=desk.actor("helmi")),
        lambda: move_view(kept.pk, later=True, actor=desk.actor("helmi")),
        lambda: save_view(
            name="x", audience="mine", queue=kept.queue, filters={}, view_id=kept.pk,
            actor=desk.actor("helmi"),
        ),
    ):  # fmt: skip
        with pytest.raises(NotAllowed, match="somebody else"):
            refused()
    lead(desk, "yusra")
    keep(desk, "yusra", name="Ours now", audience=f"team:{OURS}", view_id=kept.pk)
    remove_view(kept.pk, actor=desk.actor("yusra"))
    events = Event.objects.filter(chain=f"view/{kept.pk}").order_by("seq")
    assert list(events.values_list("type", "data__audience")) == [
        ("view.saved", "mine"), ("view.saved", f"team:{OURS}"), ("view.removed", f"team:{OURS}"),
    ]  # fmt: skip
    assert names(desk, "yusra") == []
    with pytest.raises(NotFound):
        move_view(kept.pk, later=True, actor=desk.actor("yusra"))


def test_so_many_that_tabs_stay_a_line(desk, monkeypatch):
    monkeypatch.setattr(keeping, "MOST", 2)
    keep(desk, "yusra"), keep(desk, "yusra")
    with pytest.raises(InvalidState, match="2 views already"):
        keep(desk, "yusra")
    assert len(names(desk, "yusra")) == 2


def test_a_tab_holds_its_filters_and_save_appears_when_they_differ(client, desk):
    sent = desk.submit()
    desk.play(sent, until=5, minutes=1)
    client.force_login(user(desk, "yusra"))
    new = reverse("view-new", args=[OURS])
    plain = client.get(f"/queue/{OURS}/").content.decode()
    assert new not in plain and "Arrange" not in plain
    filtered = client.get(f"/queue/{OURS}/?state=offered").content.decode()
    assert f"{new}?state=offered" in filtered

    form = client.get(f"{new}?state=offered").content.decode()
    assert "State <b>offered</b>" in form
    refused = client.post(f"{new}?state=offered", {"name": "", "audience": "mine"})
    assert refused.status_code == 400 and not SavedView.objects.exists()
    made = client.post(f"{new}?state=offered", {"name": "To accept", "audience": "mine"})
    view = SavedView.objects.get()
    opened = f"/queue/{OURS}/?saved={view.pk}&state=offered"
    assert made["Location"] == opened

    page = client.get(opened)
    text = page.content.decode()
    assert "To accept <span" in text and "Arrange" in text and new not in text
    assert page.context["choices"].counts[str(view.pk)] == 1
    wider = f"saved={view.pk}&state=offered&clock=late"
    assert (
        f"{new}?{wider}".replace("&", "&amp;")
        in client.get(f"/queue/{OURS}/?{wider}").content.decode()
    )

    client.post(f"{new}?{wider}", {"as": "change"})
    view.refresh_from_db()
    assert (view.name, view.filters) == ("To accept", {"state": "offered", "clock": "late"})
    client.post(f"{new}?{wider}", {"as": "new", "name": "Other", "audience": "mine"})
    assert names(desk, "yusra") == ["To accept", "Other"]
    asked = client.get(reverse("view-remove", args=[view.pk])).content.decode()
    assert "Remove “To accept”?" in asked
    client.post(reverse("view-remove", args=[view.pk]))
    assert names(desk, "yusra") == ["Other"]


def test_the_view_of_somebody_else_is_no_view(client, desk):
    kept = keep(desk, "ines")
    client.force_login(user(desk, "yusra"))
    hidden = client.get(f"/queue/{OURS}/?saved={kept.pk}").content
    missing = client.get(f"/queue/{OURS}/?saved=999999").content
    plain = client.get(f"/queue/{OURS}/").content

    def same(page):
        return [line for line in page.splitlines() if b"csrf" not in line.lower()]

    assert same(hidden) == same(missing) == same(plain)
    wanted = queue_filters.read({"saved": "x; drop"})
    assert dict(wanted.chosen) == {} and wanted.refused == ()


def test_by_api(client, desk):
    client.force_login(user(desk, "yusra"))
    given = {"name": "Late", "audience": "mine", "queue": OURS, "filters": {"clock": "late"}}
    made = client.post("/api/v1/views", given, content_type="application/json")
    assert made.status_code == 201
    address = made["Location"]
    told = client.get(address).json()
    assert (told["filters"], told["queue"]["key"]) == ({"clock": "late"}, OURS)
    wrong = client.put(
        address,
        given | {"filters": {"x": "y"}},
        content_type="application/json",
        headers={"If-Match": made["ETag"]},
    )
    assert wrong.status_code == 400 and client.get(address).json()["filters"] == {"clock": "late"}
    moved = client.post(f"{address}/move", {"to": "later"}, content_type="application/json")
    assert moved.json()["position"] == 1
    assert [row["number"] for row in client.get("/api/v1/views").json()["items"]] == [
        told["number"]
    ]
    assert client.delete(address).status_code == 204
    assert client.get(address).status_code == 404
