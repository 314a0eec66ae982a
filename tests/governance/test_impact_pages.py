"""What changes for me, and who is affected: pages and API of one changed bakery."""

import re

import pytest

from esm.events.actors import SYSTEM
from governance.models import (
    ConsentAnswer,
    ConsentRound,
    Membership,
    ModelVersion,
    Person,
    Team,
)
from governance.selectors.impact import changed_for, impact_of
from governance.services.drafting import apply_files
from governance.services.people_file import apply_people
from tests.governance import small
from tests.governance.conftest import DAY, NOW, PEOPLE, WEEK_ONE
from tests.snapshots import once
from tests.support import client, forget

pytestmark = pytest.mark.django_db


def second():
    """A version in which Bruno decides less, and the bakers are to be quicker."""
    specs = small.specs()
    specs["DecisionRight", "accept-small"]["max"] = "60"
    specs["DecisionRight", "accept-middle"]["min"] = "60"
    for stage in specs["Workflow", "feast"]["stages"]:
        if stage["key"] == "bake":
            stage["complete_s"] = "4 h"
    return small.model(2, specs, kind="to_be")


@pytest.fixture
def review(db, now):
    """The second version, in review; the first in force."""

    def build():
        apply_files(small.model(), actor=SYSTEM, publish=True)
        apply_people(PEOPLE, actor=SYSTEM, week_one=WEEK_ONE)
        pk = apply_files(second(), actor=SYSTEM).version.pk
        ModelVersion.objects.filter(pk=pk).update(state="in_review")

    once("impact-in-review", build)
    forget()
    return ModelVersion.objects.get(number=2)


def page(name, address, status=200):
    answer = client(name).get(address)
    assert answer.status_code == status
    text = re.sub(r"<[^>]*>", " ", answer.content.decode().partition("<main")[2])
    return " ".join(text.split())


def test_who_decides_less_reads_it_with_who_does_from_then_on(review):
    shown = page("bruno", f"/changes/{review.code}/")
    assert "It reaches you as Buyer , compared with OM-1." in shown
    assert (
        "You no longer decide “Accept this order?” from €60 to below €100; "
        "from then on Head baker does."
    ) in shown
    # Word by word stands what touches him alone: two rights, and not the step of the bakers.
    assert "2 of 3 changes touch you" in shown
    words = shown.partition("Word by word")[2].partition("How much it is")[0]
    assert "Below: 100 60" in words
    assert "From: 100 60" in words
    assert "Feast order" not in words


def test_a_team_reads_what_changes_for_it_and_others_that_nothing_does(review):
    assert "“Bake” is now to be finished within: 4 h instead of 8 h." in page(
        "ben", f"/changes/{review.code}/"
    )
    shown = page("olga", f"/changes/{review.code}/")
    assert f"Nothing in {review.code} changes your work." in shown
    assert "All 3 changes" in shown


def test_the_list_has_what_touches_me_first_and_then_what_does_not(review):
    shown = page("bruno", "/changes/")
    assert "1 version of the operating model changes your work." in shown
    assert shown.index(review.code) < shown.index("Nothing changes for you") < shown.index("OM-1")
    assert "Nothing changes for you." in page("olga", "/changes/")


def test_a_draft_is_told_to_stewards_alone(review):
    ModelVersion.objects.filter(pk=review.pk).update(state="draft")
    assert client("bruno").get(f"/changes/{review.code}/").status_code == 404
    assert client("bruno").get(f"/model/{review.code}/impact/").status_code == 404
    assert review.code not in page("bruno", "/changes/")
    assert "OM-1" in page("olga", f"/changes/{review.code}/")


def test_the_matrix_leads_to_the_sentences_behind_a_cell(review):
    shown = page("bruno", f"/model/{review.code}/impact/?receiver=role:buyer&aspect=job_roles")
    assert "4 1 effect Buyer, Job roles" in shown
    assert "You no longer decide “Accept this order?”" in shown.partition("What they are told")[2]
    assert "not computed" in shown
    other = page("bruno", f"/model/{review.code}/impact/?receiver=role:nobody")
    assert "Nothing is different here." in other


def test_names_are_for_stewards_auditors_and_leads_and_few_are_not_counted(review):
    address = f"/model/{review.code}/impact/?department=oven"
    everything = page("olga", address)
    assert "it changes something for 3 people." in everything
    assert "Ben Bask" in everything
    assert "Hedda Hult" in page("hedda", address)
    shown = page("bruno", address)
    assert "too small to be counted" in shown
    assert "Ben Bask" not in shown
    assert "Hedda Hult" not in shown
    assert "A few more whose names are for stewards" in shown
    assert not re.search(r"Ovens \d", shown)


def test_as_they_say_stands_beside_as_computed(review):
    ben = Person.objects.get(key="ben")
    asked = ConsentRound.objects.create(
        version=review, opened_by=ben, deadline=NOW + DAY, opened_at=NOW, content_hash=b"\0" * 32
    )
    ConsentAnswer.objects.create(
        round=asked, person=ben, part="affected", answer="concern", answered_at=NOW, degree=5
    )
    shown = page("olga", f"/model/{review.code}/impact/?department=oven")
    assert "Ben Bask 1 3 5 differs" in shown


def test_a_mark_of_each_person_and_who_is_reached(review):
    found = changed_for(impact_of(review))
    keys = {Person.objects.get(pk=pk).key: mine for pk, mine in found.items()}
    assert sorted(keys) == ["ben", "bruno", "hedda"]
    assert keys["ben"].mark != keys["hedda"].mark
    # Whoever leaves the team is no longer reached.
    Membership.objects.filter(team=Team.objects.get(key="bakers"), person__key="ben").delete()
    assert len(changed_for(impact_of(review))) == 2


def test_over_the_api_the_same_sentences(review):
    bruno = client("bruno")
    (told, first) = bruno.get("/api/v1/changes").json()["items"]
    assert (told["version"], told["no_longer"], told["degree"], first["degree"]) == (
        review.code, 1, 4, 0,
    )  # fmt: skip
    mine = bruno.get(f"/api/v1/changes/{review.code}").json()["items"]
    assert [one["sort"] for one in mine] == ["lost"]
    whole = bruno.get(f"/api/v1/model/versions/{review.code}/impact").json()["items"]
    assert {one["receiver_key"] for one in whole} == {"buyer", "head-baker", "bakers"}
    teams = bruno.get(f"/api/v1/model/versions/{review.code}/impact?receiver=team").json()["items"]
    assert [one["sentence"] for one in teams] == [
        "“Bake” is now to be finished within: 4 h instead of 8 h."
    ]
    back = bruno.get(f"/api/v1/model/versions/OM-1/impact?against={review.code}").json()["items"]
    assert sorted(one["sort"] for one in back) == sorted(
        {"lost": "gained", "gained": "lost", "changed": "changed"}[one["sort"]] for one in whole
    )


def test_the_first_version_changes_nothing_for_anybody(review):
    assert "Nothing was in force before" in page("bruno", "/changes/OM-1/")
    assert "Nothing was in force before it" in page("bruno", "/model/OM-1/impact/")
