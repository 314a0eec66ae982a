"""People from CSV: what a file would do, and doing it in one transaction."""

import io
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from esm.common.errors import Conflict, Invalid, NotAllowed
from esm.events.actors import SYSTEM
from esm.events.models import Event
from governance.models import Membership, PeopleImport, Person, RoleAssignment
from governance.selectors.people import actor_for
from governance.services import people, people_csv
from tests.governance.conftest import NOW
from tests.support import client, user

pytestmark = pytest.mark.django_db
FILE = b"""Full name,E-mail,Department,Team,Team lead,Role,Time zone,Manager,Active
Zoe Zander,zoe@bakery.example,House,Counter,no,Buyer,,Olga,yes
Ben Bask,ben@bakery.example,,Bakers; Counter,Counter,,Asia/Tokyo,,yes
"""


@pytest.fixture
def bakery(staff):
    """Everybody has a mail address."""
    for person in staff.values():
        email = f"{person.key}@bakery.example"
        people.update_person(person, email=email, actor=SYSTEM)
        person.refresh_from_db()
    return staff


def counted() -> tuple[int, int, int, int]:
    models = (Person, Membership, RoleAssignment, Event)
    return tuple(model.objects.count() for model in models)  # type: ignore[return-value]


def test_a_dry_run_says_what_each_row_would_do_and_changes_nothing(bakery):
    before = counted()
    plan = people_csv.look(FILE, actor=SYSTEM).plan
    assert plan is not None
    assert [(row.line, row.kind, row.words, row.wrong) for row in plan.rows] == [
        (2, "new", ["New person", "Works in Counter", "Holds Buyer"], []),
        (
            3,
            "changed",
            [
                "Time zone: Europe/Lisbon → Asia/Tokyo",
                "Leads Counter",
                "Leaves Night bakers",
            ],
            [],
        ),
    ]
    assert counted() == before


def test_applying_is_what_was_shown_and_only_once(bakery):
    plan = people_csv.look(FILE, actor=SYSTEM).plan
    assert plan is not None
    people_csv.apply_content(FILE, mark=plan.mark, reason="File x", actor=SYSTEM)
    zoe = Person.objects.get(email="zoe@bakery.example")
    assert (zoe.key, zoe.zone) == ("zoe-zander", "Europe/Lisbon")
    current = Membership.objects.filter(valid__contains=NOW + timedelta(seconds=1))
    found = {(m.person.key, m.team.key, m.is_lead) for m in current.select_related()}
    assert {
        ("zoe-zander", "counter", False),
        ("ben", "counter", True),
        ("ben", "bakers", False),
    } < (found)
    assert ("ben", "night-bakers", False) not in found
    types = Event.objects.filter(chain=zoe.chain).order_by("seq").values_list("type", flat=True)
    assert list(types) == ["person.created", "person.joined", "role.assigned"]
    before = counted()
    assert people_csv.apply_content(FILE, actor=SYSTEM).changes == []
    assert counted() == before
    again = people_csv.look(people_csv.export_people().encode(), actor=SYSTEM).plan
    assert again is not None
    assert [(row.name, row.words, row.wrong) for row in again.changes] == []


def test_more_rows_cost_no_statement_more(bakery):
    def cost(rows: int) -> int:
        lines = [f"P{rows} {n},p{rows}-{n}@x.example,Counter" for n in range(rows)]
        content = "\n".join(["name,mail,team", *lines]).encode()
        with CaptureQueriesContext(connection) as captured:
            people_csv.apply_content(content, actor=SYSTEM)
        return len(captured)

    assert cost(30) == cost(3)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("Zoe,zoe@x.example,Kitchen,,", "There is no team Kitchen."),
        ("Zoe,not a mail,,,", "Write a mail address"),
        ("=cmd(),zoe@x.example,,,", "cannot begin like a formula"),
        ("Zoe,,,,", "neither a mail address nor a key"),
        ("Zoe,zoe@x.example,,King,", "There is no role King."),
        ("Zoe,zoe@x.example,Counter,,31/12/2026", "is no day"),
        ("Zoe,zoe@x.example,Counter,,2020-01-01,extra", "It has 6 cells, the header 5."),
    ],
)
def test_a26_one_wrong_row_says_why_and_nothing_is_applied(bakery, line, said):
    content = f"name,mail,team,role,until\nAda,ada@x.example,Counter,,\n{line}\n".encode()
    before = counted()
    plan = people_csv.look(content, actor=SYSTEM).plan
    assert plan is not None
    assert [row.line for row in plan.rows if row.wrong] == [3]
    assert said in " ".join(plan.rows[1].wrong)
    with pytest.raises(Invalid, match="nothing was changed"):
        people_csv.apply_content(content, actor=SYSTEM)
    assert counted() == before


def test_a_row_that_says_somebody_left_closes_everything(bakery):
    content = b"mail,name,active\nhedda@bakery.example,Hedda Hult,no\n"
    people_csv.apply_content(content, actor=SYSTEM)
    assert not Person.objects.get(key="hedda").active
    assert not user("hedda").is_active


def test_a64_nobody_gives_themselves_anything_by_a_file(bakery):
    steward = actor_for(user("olga"))
    content = b"mail,name,team,role\nolga@bakery.example,Olga Ostro,Counter; Bakers,Buyer\n"
    before = counted()
    with pytest.raises(Invalid) as refused:
        people_csv.apply_content(content, actor=steward)
    assert "somebody else changes your teams" in refused.value.errors["file"][0]
    with pytest.raises(NotAllowed):
        people_csv.look(FILE, actor=actor_for(user("hedda")))
    assert counted() == before


def test_what_changed_since_it_was_looked_at_is_looked_at_again(bakery):
    plan = people_csv.look(FILE, actor=SYSTEM).plan
    assert plan is not None
    people.update_person(bakery["ben"], zone="Asia/Tokyo", actor=SYSTEM)
    before = counted()
    with pytest.raises(Conflict, match="look at the file again"):
        people_csv.apply_content(FILE, mark=plan.mark, actor=SYSTEM)
    assert counted() == before


def test_the_page_shows_then_applies_then_tells(bakery):
    browser = client("olga")
    sent = browser.post("/admin/people-file/", {"file": SimpleUploadedFile("p.csv", FILE)})
    row = PeopleImport.objects.get()
    assert sent["Location"] == f"/admin/people-file/{row.pk}/"
    page = browser.get(sent["Location"])
    assert "1 new, 1 changed. Nothing is changed yet." in " ".join(page.content.decode().split())
    assert "Manager" in page.content.decode().split("Not taken over")[1]
    assert not Person.objects.filter(email="zoe@bakery.example").exists()
    chosen = {**row.columns, "role": ""}
    looked = browser.post(sent["Location"], {**chosen, "look": "1"})
    assert "Holds Buyer" not in looked.content.decode()
    mark = looked.context["plan"].mark
    done = browser.post(sent["Location"], {**chosen, "mark": mark, "apply": "1"})
    assert done.status_code == 302
    assert "2 people were changed" in browser.get(sent["Location"]).content.decode()
    row.refresh_from_db()
    assert row.content is None
    again = browser.post(sent["Location"], {**chosen, "mark": mark, "apply": "1"})
    assert again.status_code == 200
    assert client("hedda").get(sent["Location"]).status_code == 403
    bad = browser.post("/admin/people-file/", {"file": SimpleUploadedFile("p.csv", b"a\x00")})
    assert (bad.status_code, "zero byte" in bad.content.decode()) == (400, True)


def test_the_command_looks_and_applies(bakery, tmp_path: Path):
    file = tmp_path / "people.csv"
    file.write_bytes(FILE)
    out = io.StringIO()
    before = counted()
    call_command("people", "import", str(file), "--dry-run", stdout=out)
    assert "line 2: Zoe Zander: New person; Works in Counter; Holds Buyer" in out.getvalue()
    assert "2 of 2 would change." in out.getvalue()
    assert counted() == before
    call_command("people", "import", str(file), stdout=out)
    assert Person.objects.filter(email="zoe@bakery.example").exists()
    file.write_bytes(b"name,mail\nZoe,\n")
    with pytest.raises(CommandError, match="nothing was changed"):
        call_command("people", "import", str(file), stdout=out, stderr=io.StringIO())
