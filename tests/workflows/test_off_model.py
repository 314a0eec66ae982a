"""Work outside the model: logged by the team, read by the team, counted for others."""

from datetime import timedelta

import pytest
from django.urls import reverse

from esm.common.errors import Invalid, NotAllowed
from esm.events.selectors import chains
from governance.models import Team
from workflows.models import OffModelWork
from workflows.selectors import off_model as logged
from workflows.services import off_model
from workflows.services.off_model import Entry, log_work

pytestmark = pytest.mark.django_db
OURS = "commercial-legal"
LIST = reverse("off-model", args=[OURS])


def user(world, username):
    return world.person(username).users.get(username=username)


def favour(world, by="yusra", days=0, **more):
    team = Team.objects.get(key=OURS)
    wanted = {"title": "A first opinion", "minutes": 30, "department": "commercial-care"}
    entry = Entry(**{**wanted, "day": off_model.today_of(team) - timedelta(days=days), **more})
    return log_work(team, entry=entry, actor=world.actor(by))


def test_it_is_logged_with_its_words_private_and_counted_by_department(desk):
    work = favour(desk)
    favour(desk, by="nuala", department="", minutes=90, days=3)
    favour(desk, days=200)
    (event,) = chains.events_of(work)
    assert (event.type, event.actor) == ("off_model.logged", desk.person("yusra").ref)
    assert event.data == {
        "team": OURS, "department": "commercial-care",
        "day": work.day.isoformat(), "seconds": 1_800,
    }  # fmt: skip
    assert event.private["title"] == "A first opinion"
    told = logged.summary(user(desk, "ines"), OURS, until=work.day)
    assert (told.n, told.seconds) == (2, 7_200)
    assert [(s.department and s.department.key, s.seconds) for s in told.shares] == [
        (None, 5_400), ("commercial-care", 1_800),
    ]  # fmt: skip


def test_others_learn_the_sum_from_five_on_and_no_entry(desk, client):
    for _ in range(4):
        work = favour(desk)
    wide = user(desk, "adaora")
    assert logged.summary(wide, OURS, until=work.day).told is False
    client.force_login(wide)
    assert "too few to show" in client.get(LIST).content.decode()
    favour(desk)
    told = logged.summary(wide, OURS, until=work.day)
    assert (told.n, told.seconds, told.shares) == (5, 9_000, [])
    text = client.get(LIST).content.decode()
    assert "5 pieces of work outside the model in 90 days: 2 h 30." in text
    assert "A first opinion" not in text
    assert client.get(f"/api/v1/teams/{OURS}/off-model").json()["items"] == []
    assert client.get(reverse("off-model-entry", args=[work.pk])).status_code == 404


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"title": " "}, "title"),
        ({"minutes": 0}, "minutes"),
        ({"minutes": 1_441}, "minutes"),
        ({"days": -1}, "day"),
        ({"days": 400}, "day"),
        ({"department": "nowhere"}, "department"),
    ],
)
def test_what_cannot_be_logged(desk, wrong, field):
    with pytest.raises(Invalid) as refused:
        favour(desk, **wrong)
    assert list(refused.value.errors) == [field]
    assert not OffModelWork.objects.exists()


def test_who_logs_and_who_changes(desk):
    with pytest.raises(NotAllowed, match="Only a member of this team"):
        favour(desk, by="helmi")
    work = favour(desk)
    entry = Entry(title="Longer", minutes=60, day=work.day)
    with pytest.raises(NotAllowed, match="or a lead of the team"):
        log_work(work.team, entry=entry, work_id=work.pk, actor=desk.actor("nuala"))
    with pytest.raises(NotAllowed):
        off_model.remove_work(work.pk, actor=desk.actor("nuala"))
    work.refresh_from_db()
    assert (work.title, work.removed_at) == ("A first opinion", None)
    log_work(work.team, entry=entry, work_id=work.pk, actor=desk.actor("ines"))
    off_model.remove_work(work.pk, actor=desk.actor("ines"))
    assert not logged.visible_to(user(desk, "yusra")).exists()
    types = [row.type for row in chains.events_of(work)]
    assert types == ["off_model.logged", "off_model.logged", "off_model.removed"]


def test_by_page_and_by_api(desk, client):
    client.force_login(user(desk, "yusra"))
    form = reverse("off-model-new", args=[OURS])
    day = off_model.today_of(Team.objects.get(key=OURS)).isoformat()
    typed = {"title": "A favour", "minutes": "many", "day": day, "department": ""}
    answer = client.post(form, typed)
    assert answer.status_code == 400 and 'value="A favour"' in answer.content.decode()
    assert client.post(form, {**typed, "minutes": "25"}).status_code == 302
    assert "A favour" in client.get(LIST).content.decode()

    body = {"title": "Another", "minutes": 15, "day": day, "department": "executive-office"}
    send = {"content_type": "application/json"}
    made = client.post(f"/api/v1/teams/{OURS}/off-model", body, **send)
    assert (made.status_code, made.json()["took"]["seconds"]) == (201, 900)
    assert client.get(made["Location"]).json()["department"]["key"] == "executive-office"
    assert client.delete(made["Location"]).status_code == 204
    assert client.get(made["Location"]).status_code == 404
    told = client.get(f"/api/v1/teams/{OURS}/off-model/summary").json()
    assert (told["entries"], told["took"]["seconds"]) == (1, 1_500)
