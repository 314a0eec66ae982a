"""Pages of skills: coverage for everybody, names for who leads, the test of an absence."""

import re
from datetime import timedelta

import pytest

from esm.events.actors import SYSTEM
from governance.models import SkillHolding
from governance.services import people, skills
from governance.services.drafting import apply_files
from tests.governance.conftest import NOW
from tests.governance.test_skills import DOUGH, with_skill
from tests.support import client

pytestmark = pytest.mark.django_db
BEN = "/admin/people/ben/"


@pytest.fixture
def bakery(staff, published):
    apply_files(with_skill(), actor=SYSTEM, publish=True)
    return staff


@pytest.fixture
def able(bakery):
    """Ben does it alone, Hedda with help."""
    skills.confirm_skill(bakery["ben"], DOUGH, level=3, evidence="Baked it", actor=SYSTEM)
    skills.confirm_skill(bakery["hedda"], DOUGH, level=2, actor=SYSTEM)
    return bakery


def text(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def test_coverage_counts_for_everybody_and_names_for_who_leads(able):
    for username, names in (("olga", True), ("hedda", True), ("bruno", False)):
        page = text(client(username).get("/skills/"))
        assert "50 % of what the model needs is there: 1 need is short, 1 rests on one" in page
        assert "Sour dough Head baker 3 2 1 1 1 short" in page
        assert ("Ben Bask" in page) is names, username
        one = text(client(username).get(f"/skills/{DOUGH}/"))
        assert ("Ben Bask 3 Baked it without an end" in one) is names, username
    assert "Ben Bask 3" in text(client("ben").get(f"/skills/{DOUGH}/"))
    assert client("olga").get("/skills/flying/").status_code == 404


def test_cards_of_roles_say_what_is_needed_and_what_one_has(able):
    card = text(client("bruno").get("/roles/head-baker/"))
    assert "Needs to be able to Sour dough level 3, from 2 · 1 can" in card
    assert "you:" not in card
    own = text(client("hedda").get("/roles/me/"))
    assert "Sour dough level 3, from 2 · 1 can · you: level 2" in own


def test_who_is_away_is_not_here_today(able):
    day = timedelta(days=1)
    people.record_absence(able["ben"], since=NOW - day, until=NOW + day, actor=SYSTEM)
    page = text(client("olga").get("/skills/"))
    assert "Sour dough Head baker 3 2 1 0 1 short" in page


@pytest.mark.claim("C41", "/skills/")
def test_without_somebody_skills_roles_stages_and_decisions_are_uncovered(able):
    asked = "/skills/?person=hedda&since=2026-03-16&until=2026-03-29"
    page = text(client("olga").get(asked))
    assert "Without Hedda Hult" in page
    assert "Nobody acts Head baker" in page
    assert "Stages that wait:" in page and "Decisions that go elsewhere or wait:" in page
    own = text(client("hedda").get(asked))
    assert "Without Hedda Hult" in own
    ben = text(client("olga").get("/skills/?person=ben"))
    assert "Skill short Sour dough Head baker: 0 of 2 here" in ben


@pytest.mark.parametrize("person", ["hedda", "nobody", "\x00"])
def test_one_asks_only_about_people_one_leads(able, person):
    answer = client("bruno").get("/skills/", {"person": person})
    assert answer.status_code == 400
    assert "There is nobody of this name, mail address or key whom you lead" in text(answer)
    assert "Without" not in text(answer)


def test_days_that_make_no_sense_are_told(able):
    olga = client("olga")
    answer = olga.get("/skills/?person=ben&since=2026-03-20&until=2026-03-10")
    assert answer.status_code == 400 and "The last day lies before the first." in text(answer)
    answer = olga.get("/skills/?person=ben&since=soon")
    assert answer.status_code == 400 and "Write a day such as 2026-03-31." in text(answer)
    assert 'value="soon"' in answer.content.decode()


def test_a_lead_confirms_corrects_and_withdraws_on_pages(bakery):
    hedda = client("hedda")
    assert "Nothing was confirmed yet." in text(hedda.get(BEN))
    sent = {"skill": DOUGH, "level": "3", "evidence": "Baked it", "valid_to": "soon"}
    refused = hedda.post(f"{BEN}skills/", sent)
    assert refused.status_code == 400 and "Write a day such as" in text(refused)
    assert 'value="Baked it"' in refused.content.decode()
    assert not SkillHolding.objects.exists()
    done = hedda.post(f"{BEN}skills/", {**sent, "valid_to": "2027-01-31"})
    assert done["Location"] == BEN
    assert "Sour dough · level 3 Baked it · Hedda Hult" in text(hedda.get(BEN))
    assert "Sour dough · level 3" in text(client("ben").get("/profile/"))
    assert "Sour dough 3" in text(hedda.get("/admin/teams/bakers/"))
    hedda.post(f"{BEN}skills/{DOUGH}/", {"level": "4", "evidence": "Baked it"})
    assert "Sour dough · level 4" in text(hedda.get(BEN))
    hedda.post(f"{BEN}skills/{DOUGH}/", {"level": "4", "withdraw": "on"})
    assert "Nothing was confirmed yet." in text(hedda.get(BEN))
    assert hedda.get(f"{BEN}skills/{DOUGH}/").status_code == 404


def test_nobody_else_does(able):
    for username, status in (("ben", 403), ("bruno", 403)):
        answer = client(username).post(f"{BEN}skills/", {"skill": DOUGH, "level": "5"})
        assert answer.status_code == status
    assert client("hedda").get("/admin/people/bruno/skills/").status_code == 404
    own = client("hedda").get("/admin/people/hedda/skills/")
    assert own.status_code == 403 and "Nobody confirms what they can do themselves." in text(own)
    assert SkillHolding.objects.count() == 2


def test_a_model_without_skills_says_what_to_do(staff, published):
    assert "No role and no stage asks for a skill" in text(client("olga").get("/skills/"))
