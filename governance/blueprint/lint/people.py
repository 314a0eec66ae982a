"""Checks on roles, teams and skills: who there is today, and whether that is enough."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from governance.blueprint.blueprint import Blueprint
from governance.blueprint.coverage import SkillHeld, coverage, levels_of, needs_of
from governance.blueprint.findings import Finding, Severity
from governance.blueprint.kinds import (
    DecisionRight,
    DecisionType,
    GovernanceBody,
    Organisation,
    Role,
    Service,
    Skill,
    Team,
    Technology,
    ValueStream,
    Workflow,
)
from governance.blueprint.lint.facts import Facts, People
from governance.blueprint.lint.rules import found, rule

MAX_ROLES = 6


def holders_by_role(people: People) -> dict[str, list[str]]:
    """Active people who hold each role now, each once."""
    held: dict[str, dict[str, None]] = defaultdict(dict)
    for one in people.standing.now():
        held[one.role][one.person] = None
    return {role: list(names) for role, names in held.items()}


@rule("PEO01", Role, Workflow, DecisionRight, DecisionType, GovernanceBody, people=True)
def roles_held_by_nobody(bp: Blueprint, facts: Facts) -> Iterator[Finding]:
    """Each role has the holders it needs; a program that acts in a role holds it, too.

    It is a blocker where nobody is left for what this role alone answers for or decides.
    """
    assert facts.people is not None
    held = holders_by_role(facts.people)
    programs = Counter(one.role for one in facts.people.programs)
    alone = _alone(bp)
    for key, role in bp.find(Role).items():
        count = len(held.get(key, ())) + programs[key]
        if count >= role.min_holders:
            continue
        severity: Severity = "error"
        if count:
            sentence = f"{count} of the {role.min_holders} people that {role.name} needs hold it."
        else:
            sentence = f"Nobody holds {role.name}; it needs {role.min_holders} at least."
            if alone[key]:
                severity = "blocker"
                more = f" and {len(alone[key]) - 1} more" if len(alone[key]) > 1 else ""
                sentence += f" It alone {alone[key][0]}{more}."
        yield Finding("PEO01", severity, Role.__name__, key, sentence)


def _alone(bp: Blueprint) -> dict[str, list[str]]:
    """What one role and no other answers for or decides, by role."""
    alone: dict[str, list[str]] = defaultdict(list)
    for workflow in bp.find(Workflow).values():
        for stage in workflow.stages:
            if stage.accountable_role is not None and not stage.also_accountable_roles:
                alone[stage.accountable_role].append(f"answers for “{stage.name}”")
    deciders: dict[str, set[str]] = defaultdict(set)
    for right in bp.find(DecisionRight).values():
        if right.part != "decide" or right.pre_authorised:
            continue
        if right.body is not None:
            deciders[right.decision_type].update(bp.get(GovernanceBody, right.body).members)
        elif right.role is not None:
            deciders[right.decision_type].add(right.role)
    for key, roles in sorted(deciders.items()):
        if len(roles) == 1:
            alone[roles.pop()].append(f"decides “{bp.get(DecisionType, key).question}”")
    return alone


@rule("PEO02", Role, people=True)
def holders_who_left(bp: Blueprint, facts: Facts) -> Iterator[Finding]:
    """Whoever left holds no role any more."""
    assert facts.people is not None
    standing = facts.people.standing
    told: set[tuple[str, str]] = set()
    for one in standing.holdings:
        role = bp.peek(Role, one.role)
        over = one.end is not None and one.end <= standing.at
        if role is None or over or standing.active(one.person) or (one.role, one.person) in told:
            continue
        told.add((one.role, one.person))
        sentence = f"{standing.name(one.person)} has left and still holds {role.name}."
        yield found("PEO02", Role, one.role, sentence, one.person)


@rule("PEO03", Workflow, ValueStream, Role, people=True)
def no_stand_in(bp: Blueprint, facts: Facts) -> Iterator[Finding]:
    """Where a critical stream depends on one person somebody stands in for them."""
    assert facts.people is not None
    held = holders_by_role(facts.people)
    told: set[str] = set()
    for workflow in bp.find(Workflow).values():
        stream = bp.get(ValueStream, workflow.value_stream)
        if stream.criticality != "critical":
            continue
        for stage in workflow.stages:
            key = stage.accountable_role
            holders = held.get(key or "", [])
            if key is None or key in told or len(holders) != 1:
                continue
            told.add(key)
            if not facts.people.covered.isdisjoint({key, *holders}):
                continue
            sentence = (
                f"{facts.people.standing.name(holders[0])} alone holds {bp.get(Role, key).name},"
                f" who answers for “{stage.name}” in “{stream.name}”; nobody stands in."
            )
            yield found("PEO03", Role, key, sentence)


@rule("PEO04", Role, Workflow, Service, ValueStream, Technology, Organisation, people=True)
def too_many_roles(bp: Blueprint, facts: Facts) -> Iterator[Finding]:
    """Nobody holds more than six roles that answer for something."""
    assert facts.people is not None
    accountable = _accountable(bp)
    roles: dict[str, set[str]] = defaultdict(set)
    for role, holders in holders_by_role(facts.people).items():
        for person in holders if role in accountable else ():
            roles[person].add(role)
    subject = next(iter(bp.keys(Organisation.__name__)), "")
    for person in sorted(roles):
        if len(roles[person]) > MAX_ROLES:
            sentence = (
                f"{facts.people.standing.name(person)} holds {len(roles[person])} roles that"
                f" answer for something; {MAX_ROLES} are the most."
            )
            yield found("PEO04", Organisation, subject, sentence, person)


def _accountable(bp: Blueprint) -> set[str]:
    """Roles with accountabilities of their own, or that answer for a stage or own something."""
    roles = {key for key, role in bp.find(Role).items() if role.accountabilities}
    for workflow in bp.find(Workflow).values():
        roles.update(one.accountable_role for one in workflow.stages if one.accountable_role)
    roles.update(one.owner_role for one in bp.find(Service).values())
    roles.update(one.owner_role for one in bp.find(ValueStream).values() if one.owner_role)
    roles.update(one.owner_role for one in bp.find(Technology).values() if one.owner_role)
    return roles


def _active(people: People) -> list[SkillHeld]:
    return [held for held in people.skills if people.standing.active(held.person)]


@rule("PEO05 PEO06", Role, Workflow, Skill, people=True)
def skills_not_covered(bp: Blueprint, facts: Facts) -> Iterator[Finding]:
    """Enough people can do what a role or a stage needs, and more than one of them."""
    assert facts.people is not None
    told: set[tuple[str, str, str, str]] = set()
    for row in coverage(bp, levels_of(_active(facts.people))):
        one, need, able = row.need, row.need.need, row.able
        place = f"“{one.place}”" if one.stage else one.place
        what = f"“{bp.get(Skill, need.skill).name}” at level {need.level}"
        if row.gap:
            code, have = "PEO05", f"{len(able)} {'has' if len(able) == 1 else 'have'} it"
            sentence = f"{place} needs {what} from {need.headcount}; {have}."
        elif row.single:
            code, name = "PEO06", facts.people.standing.name(able[0])
            sentence = f"{place} needs {what}, and only {name} has it."
        else:
            continue
        if (code, one.kind, one.key, one.part) not in told:
            told.add((code, one.kind, one.key, one.part))
            yield found(code, one.kind, one.key, sentence, one.part)


@rule("PEO07", Skill, Role, Workflow, people=True, today=True)
def proof_run_out(bp: Blueprint, facts: Facts) -> Iterator[Finding]:
    """What counts as covered rests on proof that has not run out."""
    assert facts.people is not None and facts.today is not None
    counted: dict[str, int] = {}
    for one in needs_of(bp):
        known = counted.get(one.need.skill, one.need.level)
        counted[one.need.skill] = min(known, one.need.level)
    fresh = {
        (held.person, held.skill)
        for held in facts.people.skills
        if held.until is None or held.until >= facts.today
    }
    standing = facts.people.standing
    last = {
        (held.person, held.skill): held.until
        for held in sorted(facts.people.skills, key=lambda one: str(one.until))
        if held.level >= counted.get(held.skill, 6) and standing.active(held.person)
    }
    for (person, key), until in sorted(last.items(), key=lambda item: item[0]):
        if (person, key) not in fresh and until is not None:
            sentence = (
                f"The proof that {standing.name(person)} has “{bp.get(Skill, key).name}” ran out"
                f" on {until:%-d %B %Y} and still counts."
            )
            yield found("PEO07", Skill, key, sentence, person)


@rule("PEO09", Workflow, Team, people=True)
def teams_without_people(bp: Blueprint, facts: Facts) -> Iterator[Finding]:
    """A team that a stage names has members and a lead: one of them, or who holds its role."""
    assert facts.people is not None
    stages = Counter(
        stage.team
        for workflow in bp.find(Workflow).values()
        for stage in workflow.stages
        if stage.team is not None
    )
    for key in sorted(stages):
        team, known = bp.get(Team, key), facts.people.teams.get(key)
        led = known is not None and bool(known.leads)
        if team.lead_role is not None and not led:
            led = bool(facts.people.holders(team.lead_role))
        missing = [] if led else ["no lead"]
        if known is None or not known.members:
            missing.append("no members")
        if missing:
            count = f"{stages[key]} stage{'' if stages[key] == 1 else 's'}"
            sentence = f"{team.name} works on {count} and has {' and '.join(missing)}."
            yield found("PEO09", Team, key, sentence)


@rule("PEO10", Role)
def roles_without_words(bp: Blueprint, _: Facts) -> Iterator[Finding]:
    """A role says what it is for and what its holders answer for."""
    for key, role in bp.find(Role).items():
        missing = [
            word
            for word, value in (
                ("purpose", role.purpose.strip()),
                ("accountabilities", [text for text in role.accountabilities if text.strip()]),
            )
            if not value
        ]
        if missing:
            sentence = f"{role.name} has no {' and no '.join(missing)}."
            yield found("PEO10", Role, key, sentence)


RULES = (
    roles_held_by_nobody,
    holders_who_left,
    no_stand_in,
    too_many_roles,
    skills_not_covered,
    proof_run_out,
    teams_without_people,
    roles_without_words,
)
