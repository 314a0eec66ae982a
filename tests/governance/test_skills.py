"""What people are able to do: confirmed by who leads them, corrected, withdrawn, not by oneself."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.db.utils import InternalError

from esm.common.errors import Invalid, InvalidState, NotAllowed
from esm.events.actors import SYSTEM
from esm.events.models import Event
from governance.models import Person, SkillHolding
from governance.selectors.lint_facts import facts_now
from governance.selectors.people import actor_for, actor_of_person
from governance.selectors.person_history import history_of
from governance.selectors.plans import findings_of
from governance.selectors.versions import load_blueprint
from governance.selectors.versions import published as in_force
from governance.services import leaving, people_csv, skills
from governance.services.drafting import apply_files
from governance.services.people_file import PeopleFileError, apply_people
from tests.governance import small
from tests.governance.conftest import WEEK_ONE

pytestmark = pytest.mark.django_db
DOUGH = "sour-dough"


def with_skill():
    """The bakery with a skill of which it needs two people."""
    content = small.specs()
    content["Skill", DOUGH] = {"name": "Sour dough"}
    content["Role", "head-baker"]["skills"] = [{"skill": DOUGH, "level": 3, "headcount": 2}]
    return small.model(2, content)


@pytest.fixture
def bakery(staff, published):
    apply_files(with_skill(), actor=SYSTEM, publish=True)
    return staff


def acting(person):
    return actor_of_person(person)


def told(person):
    rows = Event.objects.filter(chain=person.chain, type__startswith="skill.").order_by("seq")
    return list(rows.values_list("type", "data"))


def found():
    findings = findings_of(load_blueprint(in_force().pk))
    return [(one.rule, one.sentence) for one in findings if one.rule in ("PEO05", "PEO06", "PEO07")]


def test_a_lead_confirms_corrects_and_withdraws(bakery):
    ben, hedda = bakery["ben"], bakery["hedda"]
    actor = acting(hedda)
    first = skills.confirm_skill(ben, DOUGH, level=2, evidence=" Baked  it ", actor=actor)
    assert (first.level, first.evidence, first.confirmed_by) == (2, "Baked it", hedda)
    again = skills.confirm_skill(ben, DOUGH, level=2, evidence="Baked it", actor=actor)
    assert again == first and len(told(ben)) == 1
    until = date(2027, 1, 31)
    second = skills.confirm_skill(ben, DOUGH, level=4, valid_to=until, reason="Seen", actor=actor)
    first.refresh_from_db()
    assert first.ended_at is not None and second.ended_at is None
    assert SkillHolding.objects.filter(person=ben, ended_at=None).count() == 1
    skills.withdraw_skill(second, actor=actor)
    common = {"person": ben.ref, "skill": DOUGH}
    assert told(ben) == [
        ("skill.confirmed", {**common, "level": 2, "valid_to": None}),
        ("skill.confirmed", {**common, "level": 4, "valid_to": "2027-01-31"}),
        ("skill.withdrawn", common),
    ]
    assert [one.sentence for one in history_of(ben)[:2]] == [
        "Sour dough was withdrawn",
        "Is able to do Sour dough, level 4",
    ]
    for row in (first, second):
        with pytest.raises(InvalidState, match="counts no more"):
            skills.withdraw_skill(row, actor=actor)


@pytest.mark.parametrize(
    ("who", "whom", "why"),
    [
        ("ben", "hedda", "Their leads, administrators and stewards say what they can do."),
        ("olga", "olga", "Nobody confirms what they can do themselves."),
        ("hedda", "hedda", "Nobody confirms what they can do themselves."),
        ("hedda", "bruno", "Their leads, administrators and stewards say what they can do."),
    ],
)
def test_who_may_not(bakery, who, whom, why):
    with pytest.raises(NotAllowed) as refused:
        skills.confirm_skill(bakery[whom], DOUGH, level=3, actor=acting(bakery[who]))
    assert refused.value.sentence == why
    assert not SkillHolding.objects.exists() and told(bakery[whom]) == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"skill": "flying"}, "skill"),
        ({"level": 0}, "level"),
        ({"level": 6}, "level"),
        ({"evidence": "x" * 301}, "evidence"),
        ({"valid_to": date(2026, 3, 1)}, "valid_to"),
    ],
)
def test_what_cannot_be_said(bakery, change, field):
    given = {"skill": DOUGH, "level": 3, **change}
    with pytest.raises(Invalid) as refused:
        skills.confirm_skill(bakery["ben"], given.pop("skill"), **given, actor=SYSTEM)
    assert list(refused.value.errors) == [field]
    assert not SkillHolding.objects.exists()


def test_the_database_keeps_one_that_counts_and_all_that_counted(bakery):
    row = skills.confirm_skill(bakery["ben"], DOUGH, level=3, actor=SYSTEM)
    for wrong in (
        lambda: SkillHolding.objects.create(person=bakery["ben"], skill_key=DOUGH, level=2),
        lambda: SkillHolding.objects.create(person=bakery["olga"], skill_key=DOUGH, level=6),
        lambda: SkillHolding.objects.filter(pk=row.pk).update(level=5),
        lambda: SkillHolding.objects.filter(pk=row.pk).delete(),
    ):
        with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
            wrong()
    skills.withdraw_skill(row, actor=SYSTEM)
    with pytest.raises(InternalError), transaction.atomic():
        SkillHolding.objects.filter(pk=row.pk).update(ended_at=None)


def test_checks_of_the_model_find_who_can(bakery):
    ben, hedda, olga = (bakery[key] for key in ("ben", "hedda", "olga"))
    assert found() == [("PEO05", "Head baker needs “Sour dough” at level 3 from 2; 0 have it.")]
    skills.confirm_skill(ben, DOUGH, level=3, actor=SYSTEM)
    skills.confirm_skill(hedda, DOUGH, level=2, actor=SYSTEM)
    assert found() == [("PEO05", "Head baker needs “Sour dough” at level 3 from 2; 1 has it.")]
    skills.confirm_skill(hedda, DOUGH, level=5, actor=SYSTEM)
    skills.confirm_skill(olga, DOUGH, level=3, actor=SYSTEM)
    assert found() == []
    facts = facts_now(load_blueprint(in_force().pk))
    assert sorted((one.person, one.level) for one in facts.people.skills) == sorted(
        [(ben.ref, 3), (hedda.ref, 5), (olga.ref, 3)]
    )
    leaving.deactivate_person(ben, actor=SYSTEM)
    assert found() == []
    skills.withdraw_skill(SkillHolding.objects.get(person=olga, ended_at=None), actor=SYSTEM)
    assert found() == [("PEO05", "Head baker needs “Sour dough” at level 3 from 2; 1 has it.")]
    with pytest.raises(InvalidState, match="Ben Bask has left"):
        skills.confirm_skill(ben, DOUGH, level=3, actor=SYSTEM)


def test_people_come_with_what_they_can_from_their_file(bakery, tmp_path):
    file = tmp_path / "people.yaml"
    file.write_text(f"skills:\n  - {{person: ben, skill: {DOUGH}, level: 3, to: 2026-12-31}}\n")
    done = apply_people(file, actor=SYSTEM, week_one=WEEK_ONE)
    assert done.changes == ["Ben Bask is able to do sour-dough, level 3."]
    assert SkillHolding.objects.get().valid_to == date(2026, 12, 31)
    assert apply_people(file, actor=SYSTEM, week_one=WEEK_ONE).nothing
    file.write_text("skills:\n  - person: ben\n    skill: flying\n    level: 3\n")
    with pytest.raises(PeopleFileError) as refused:
        apply_people(file, actor=SYSTEM, week_one=WEEK_ONE)
    assert [(one.sentence, one.line) for one in refused.value.problems] == [
        ("there is no skill `flying`", 3)
    ]


HEAD = "key,name,skills\n"


def applied(text, actor=SYSTEM):
    return people_csv.apply_content((HEAD + text).encode(), actor=actor)


def test_a_table_of_people_adds_skills_and_says_which(bakery):
    plan = applied("ben,Ben Bask,Sour dough 3\nhedda,Hedda Hult,sour-dough 2; Sour dough: 2\n")
    assert [(row.name, row.words) for row in plan.changes] == [
        ("Ben Bask", ["Sour dough, level 3"]),
        ("Hedda Hult", ["Sour dough, level 2"]),
    ]
    levels = SkillHolding.objects.filter(ended_at=None).values_list("person__key", "level")
    assert sorted(levels) == [("ben", 3), ("hedda", 2)]
    assert applied("ben,Ben Bask,Sour dough 3\n").changes == []
    written = people_csv.export_people()
    assert "skills" in written.splitlines()[0]
    assert "Sour dough 3" in next(line for line in written.splitlines() if line.startswith("ben,"))
    assert people_csv.look(written.encode(), actor=SYSTEM).plan.changes == []


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ("Flying 3", "There is no skill Flying."),
        ("Sour dough", "Write a skill with its level from 1 to 5, like “Sour dough 3”."),
        ("Sour dough 6", "Write a skill with its level from 1 to 5, like “Sour dough 6”."),
    ],
)
def test_what_a_table_cannot_say_is_told_by_line(bakery, cell, why):
    plan = people_csv.look((HEAD + f"ben,Ben Bask,{cell}\n").encode(), actor=SYSTEM).plan
    assert [row.wrong for row in plan.rows] == [[why]]
    with pytest.raises(Invalid):
        applied(f"ben,Ben Bask,{cell}\n")
    assert not SkillHolding.objects.exists()


def test_nobody_gives_themselves_skills_by_a_table(bakery):
    olga = Person.objects.get(key="olga")
    plan = people_csv.look(
        (HEAD + "olga,Olga Ostro,Sour dough 5\n").encode(), actor=actor_for(olga.users.get())
    ).plan
    assert plan.rows[0].wrong == ["This is you: somebody else changes your teams and roles."]
