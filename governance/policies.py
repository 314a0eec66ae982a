"""May this actor do this, and if not: which right is missing.

``judge`` is pure over the actor, the scope and facts about roles; ``may`` and ``require`` read the
facts first. They are asked inside the transaction, under the lock. Seeing is another question:
``request.see`` is answered from the same codes as ``visible_to``.
"""

from collections.abc import Callable

from esm.common.errors import NotAllowed
from esm.events.actors import Actor
from governance import policies_change
from governance.facts import (
    DEPARTMENT,
    GROUP,
    PERSON,
    TEAM,
    FactsOf,
    RoleFacts,
    Scope,
    Verdict,
    below,
    code,
    with_parts,
)

__all__ = [
    "DEPARTMENT", "GROUP", "PERSON", "PERSONAL", "RULES", "TEAM", "FactsOf", "RoleFacts",
    "Scope", "Verdict", "below", "code", "codes_of", "facts_of", "judge", "may", "require",
    "with_parts",
]  # fmt: skip

Rule = Callable[[Actor, Scope, RoleFacts], Verdict]
YES = Verdict(True)


def _no(reason: str) -> Verdict:
    return Verdict(False, reason)


def _person(actor: Actor) -> int:
    return actor.person_id or 0


def _is_requester(actor: Actor, scope: Scope) -> bool:
    """Who asked, or whom it was asked for."""
    return bool(_person(actor)) and _person(actor) in (scope.requester_id, scope.beneficiary_id)


def _is_holder(actor: Actor, scope: Scope) -> bool:
    return bool(scope.holder_id) and _person(actor) == scope.holder_id


def _on_path(actor: Actor, scope: Scope, facts: RoleFacts) -> bool:
    """In a team the request has come to, or named on it."""
    codes = {code(TEAM, team) for team in facts.teams} | {code(PERSON, _person(actor))}
    return not codes.isdisjoint(scope.principals) or scope.team_id in facts.teams


def codes_of(actor: Actor, facts: RoleFacts) -> set[int]:
    """Codes under which the actor sees rows, but for «every department»."""
    codes = {code(DEPARTMENT, pk) for pk in facts.departments}
    codes |= {code(TEAM, pk) for pk in facts.teams}
    if actor.person_id:
        codes.add(code(PERSON, actor.person_id))
    return codes


def _see(actor: Actor, scope: Scope, facts: RoleFacts) -> Verdict:
    if _is_requester(actor, scope) or not codes_of(actor, facts).isdisjoint(scope.principals):
        return YES
    if facts.sees_all_departments and any(c % 4 == DEPARTMENT for c in scope.principals):
        return YES
    return _no("This request belongs to departments and teams you are not in.")


def _comment(actor: Actor, scope: Scope, facts: RoleFacts) -> Verdict:
    if _is_requester(actor, scope) or _on_path(actor, scope, facts):
        return YES
    return _no("Only the requester and the teams on its path write on this request.")


def _note(actor: Actor, scope: Scope, facts: RoleFacts) -> Verdict:
    teams = {code(TEAM, team) for team in facts.teams}
    if not teams.isdisjoint(scope.principals) or scope.team_id in facts.teams:
        return YES
    named = code(PERSON, _person(actor)) in scope.principals
    if named and not _is_requester(actor, scope) and not facts.teams.isdisjoint(scope.came_to):
        return YES
    return _no("Internal notes are for the teams that work on this request.")


def _share(actor: Actor, scope: Scope, facts: RoleFacts) -> Verdict:
    if _is_requester(actor, scope) or _is_holder(actor, scope) or scope.team_id in facts.teams:
        return YES
    return _no("Only the requester and the team that has it now may share this request.")


def _asked(sentence: str, *, team: bool = False) -> Rule:
    def rule(actor: Actor, scope: Scope, facts: RoleFacts) -> Verdict:
        ok = _is_requester(actor, scope) or (team and scope.team_id in facts.teams)
        return YES if ok else _no(sentence)

    return rule


def _team_member(sentence: str) -> Rule:
    def rule(actor: Actor, scope: Scope, facts: RoleFacts) -> Verdict:
        return YES if scope.team_id in facts.teams else _no(sentence)

    return rule


def _holder(sentence: str, *, lead: bool = False) -> Rule:
    def rule(actor: Actor, scope: Scope, facts: RoleFacts) -> Verdict:
        if _is_holder(actor, scope) or (lead and scope.team_id in facts.led_teams):
            return YES
        if not scope.holder_id:
            return _no("Nobody has taken this yet; a member of its team takes it first.")
        return _no(sentence)

    return rule


def _planner(sentence: str) -> Rule:
    """Whoever holds it or leads the team; any member while nobody has taken it."""

    def rule(actor: Actor, scope: Scope, facts: RoleFacts) -> Verdict:
        if _is_holder(actor, scope) or scope.team_id in facts.led_teams:
            return YES
        if scope.team_id not in facts.teams:
            return _no("Only a member of this team plans its work.")
        return _no(sentence) if scope.holder_id else YES

    return rule


def _lead(sentence: str) -> Rule:
    def rule(actor: Actor, scope: Scope, facts: RoleFacts) -> Verdict:
        return YES if scope.team_id in facts.led_teams else _no(sentence)

    return rule


def _holder_only(sentence: str) -> Rule:
    def rule(actor: Actor, scope: Scope, facts: RoleFacts) -> Verdict:
        return YES if _is_holder(actor, scope) else _no(sentence)

    return rule


def _answer(actor: Actor, scope: Scope, facts: RoleFacts) -> Verdict:
    if scope.team_id in facts.teams or _is_holder(actor, scope):
        return YES
    return _no("Only a member of the team that handed it over may answer.")


def _decide(actor: Actor, scope: Scope, facts: RoleFacts) -> Verdict:
    if actor.kind != "person":
        return _no("Only a person decides.")
    if _is_requester(actor, scope):
        if _person(actor) == scope.requester_id:
            return _no("You asked for this yourself, so somebody else decides.")
        return _no("This is for you, so somebody else decides.")
    if not _is_holder(actor, scope):
        return _no("This decision is not yours: another role holds the right to decide it.")
    return YES


def _reverse(actor: Actor, scope: Scope, facts: RoleFacts) -> Verdict:
    themselves = actor.kind == "person" and not actor.on_behalf_of
    if themselves and (_is_holder(actor, scope) or facts.steward):
        return YES
    return _no("Only who decided it, who would decide it now, and stewards ask to take it back.")


def _give(actor: Actor, scope: Scope, facts: RoleFacts) -> Verdict:
    if actor.kind == "person" and _is_holder(actor, scope) and not actor.on_behalf_of:
        return YES
    return _no("Only whoever holds a right gives it to somebody, in their own name.")


def _answer_delegation(actor: Actor, scope: Scope, facts: RoleFacts) -> Verdict:
    if actor.kind == "person" and _is_holder(actor, scope) and not actor.on_behalf_of:
        return YES
    return _no("Only the person it is offered to takes it on or declines it.")


def _revoke(actor: Actor, scope: Scope, facts: RoleFacts) -> Verdict:
    person = actor.kind == "person" and _person(actor) in (scope.holder_id, scope.beneficiary_id)
    if facts.admin or (person and _person(actor)):
        return YES
    return _no("Only whoever gave it, whoever has it, and administrators take it back.")


def _people(actor: Actor, scope: Scope, facts: RoleFacts) -> Verdict:
    if facts.admin or facts.steward:
        return YES
    return _no("Only administrators and stewards keep people, teams and roles.")


def _not_oneself(rule: Rule, sentence: str) -> Rule:
    """What is given goes to somebody else: nobody makes themselves more than they are."""

    def guarded(actor: Actor, scope: Scope, facts: RoleFacts) -> Verdict:
        return _no(sentence) if _is_holder(actor, scope) else rule(actor, scope, facts)

    return guarded


def _keep_team(actor: Actor, scope: Scope, facts: RoleFacts) -> Verdict:
    if facts.admin or facts.steward or scope.team_id in facts.led_teams:
        return YES
    return _no("Only administrators, stewards and leads of the team say who works in it.")


def _confirm_skill(actor: Actor, scope: Scope, facts: RoleFacts) -> Verdict:
    keeps = _keep_team(actor, scope, facts).ok
    return YES if keeps else _no("Their leads, administrators and stewards say what they can do.")


def _import(actor: Actor, scope: Scope, facts: RoleFacts) -> Verdict:
    if facts.admin or facts.steward or facts.executive:
        return YES
    return _no("Only stewards, administrators and executives import logs.")


def _keep_shared(actor: Actor, scope: Scope, facts: RoleFacts) -> Verdict:
    if scope.holder_id:
        return YES if _is_holder(actor, scope) else _no("This belongs to somebody else.")
    if scope.team_id:
        if scope.team_id in facts.led_teams:
            return YES
        return _no("Only a lead of the team keeps what the team shares.")
    if facts.steward or facts.admin:
        return YES
    return _no("Only stewards and administrators keep what is for everyone.")


def _keep_article(actor: Actor, scope: Scope, facts: RoleFacts) -> Verdict:
    if facts.steward or scope.team_id in facts.teams:
        return YES
    return _no("Only the team that answers for an article, and stewards, write it.")


def _publish_article(actor: Actor, scope: Scope, facts: RoleFacts) -> Verdict:
    if facts.steward or scope.team_id in facts.led_teams:
        return YES
    return _no("Only a lead of the team, or a steward, publishes for readers outside the team.")


def _keep_programs(actor: Actor, scope: Scope, facts: RoleFacts) -> Verdict:
    if actor.kind == "person" and facts.admin:
        return YES
    return _no("Only administrators keep programs and their tokens.")


def _admin(sentence: str) -> Rule:
    return lambda actor, scope, facts: YES if facts.admin else _no(sentence)


def _audit(actor: Actor, scope: Scope, facts: RoleFacts) -> Verdict:
    if facts.auditor or facts.steward:
        return YES
    return _no("Only auditors and stewards see this and take evidence; ask one of them.")


RULES: dict[str, Rule] = {
    "request.see": _see,
    "request.comment": _comment,
    "request.note": _note,
    "request.withdraw": _asked(
        "Only the person who asked, or for whom it is, may withdraw the request."
    ),
    "request.share": _share,
    "file.remove": _holder_only("Only the person who added a file may take it out."),
    "request.link": _comment,
    "request.nudge": _asked("Only who asked, and the team that waits, remind others.", team=True),
    "request.answer": _asked("Only who asked, or for whom it is, answers this question."),
    "request.reopen": _asked("Only who asked, or for whom it is, may reopen the request."),
    "pulse.answer": _asked("Only who asked, or for whom it is, says how it went."),
    "visit.claim": _team_member("Only a member of this team may take its work."),
    "visit.complete": _holder("Somebody else has taken this; only they complete it."),
    "visit.release": _holder(
        "Only who took it, or a lead of the team, may give it back.", lead=True
    ),
    "visit.pause": _holder("Somebody else has taken this; only they pause it.", lead=True),
    "visit.follow-up": _planner("Somebody else has taken this; they or a lead plan it."),
    "visit.assign": _lead("Only a lead of the team gives its work to somebody."),
    "visit.prioritise": _team_member("Only the team that has it now changes its priority."),
    "visit.use": _team_member("Only a member of this team marks what helped at its step."),
    "visit.tick": _holder("Somebody else has taken this; only they tick its checklist."),
    "visit.reassign": _lead("Only a lead of the team gives its work to somebody else."),
    "visit.measure": _holder("Somebody else has taken this; only they measure their work on it."),
    "off-model.log": _team_member("Only a member of this team logs its work."),
    "off-model.change": _holder(
        "Whoever logged this, or a lead of the team, changes it.", lead=True
    ),
    "handoff.offer": _holder("Somebody else has taken this; only they hand it over."),
    "handoff.accept": _team_member("Only a member of the receiving team may accept."),
    "handoff.return": _team_member("Only a member of the receiving team may send it back."),
    "handoff.ask": _team_member("Only a member of the receiving team may ask back."),
    "handoff.answer": _answer,
    "decision.decide": _decide,
    "decision.reverse": _reverse,
    "delegation.give": _give,
    "delegation.answer": _answer_delegation,
    "delegation.revoke": _revoke,
    "waiver.ask": _holder_only("Only a person asks for a waiver, in their own name."),
    "waiver.revoke": _revoke,
    **policies_change.RULES,
    "shared.keep": _keep_shared,
    "article.keep": _keep_article,
    "article.publish": _publish_article,
    "people.edit": _people,
    "person.close": _not_oneself(_people, "Somebody else has to say that you left."),
    "role.give": _not_oneself(_people, "Nobody gives a role to themselves; somebody else does."),
    "absence.keep": _not_oneself(_people, "Nobody names themselves to stand in for others."),
    "team.join": _not_oneself(_keep_team, "Nobody puts themselves in a team; somebody else does."),
    "team.leave": _keep_team,
    "skill.confirm": _not_oneself(_confirm_skill, "Nobody confirms what they can do themselves."),
    "account.keep": _not_oneself(
        _admin("Only administrators keep accounts."), "Nobody changes their own accounts and marks."
    ),
    "program.keep": _keep_programs,
    "rate.keep": _admin("Only administrators keep exchange rates."),
    "effects.keep": _admin("Only administrators look after effects that got stuck."),
    "log.import": _import,
    "audit.see": _audit,
}
# What the system itself may never do: these need a natural person.
_ASKED = frozenset({"request.withdraw", "request.answer", "request.reopen", "pulse.answer"})
PERSONAL = _ASKED | {
    "decision.decide", "decision.reverse", "delegation.give", "delegation.answer", "waiver.ask",
    "request.comment", "request.note", "request.nudge", *policies_change.PERSONAL,
}  # fmt: skip


def judge(actor: Actor, action: str, scope: Scope, facts: RoleFacts) -> Verdict:
    """Pure. Raises KeyError for an action nobody declared."""
    rule = RULES[action]
    if actor.kind == "system" and action not in PERSONAL:
        return YES
    return rule(actor, scope, facts)


def facts_of(actor: Actor, marks: tuple[bool, bool, bool] | None = None) -> RoleFacts:
    """Facts about an actor at this moment; at most four queries.

    ``marks`` (steward, auditor, admin) spares one when the account is at hand.
    """
    return FactsOf(actor, marks).all()


# Actions that a rule can judge from memberships alone, or from the actor and the scope alone.
_MEMBERSHIP_ONLY = frozenset(
    action for action in RULES if action.partition(".")[0] in {"visit", "handoff", "off-model"}
) | {"request.comment", "request.note", "request.share", "request.link", "request.nudge"}
_NO_FACTS = _ASKED | policies_change.NO_FACTS | {
    "file.remove", "decision.decide", "delegation.give", "delegation.answer", "waiver.ask",
}  # fmt: skip


def _facts_for(actor: Actor, action: str) -> RoleFacts:
    if actor.kind == "system" or action in _NO_FACTS:
        return RoleFacts()
    facts = FactsOf(actor)
    if action not in _MEMBERSHIP_ONLY:
        return facts.all()
    return RoleFacts(
        teams=frozenset(team for team, _, _ in facts.memberships),
        led_teams=frozenset(team for team, _, lead in facts.memberships if lead),
    )


def may(actor: Actor, action: str, scope: Scope, facts: RoleFacts | None = None) -> Verdict:
    """Judge with the facts of this moment; one query for work, up to four for the rest."""
    return judge(actor, action, scope, facts if facts is not None else _facts_for(actor, action))


def require(actor: Actor, action: str, scope: Scope, facts: RoleFacts | None = None) -> None:
    """Raise NotAllowed with the reason unless the actor may."""
    verdict = may(actor, action, scope, facts)
    if not verdict.ok:
        raise NotAllowed(verdict.reason, code=action.replace(".", "-"))
