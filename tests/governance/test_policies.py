import pytest

from esm.accounts.models import User
from esm.common.errors import NotAllowed
from esm.events.actors import SYSTEM, Actor
from governance.models import Team
from governance.policies import (
    DEPARTMENT,
    PERSON,
    PERSONAL,
    RULES,
    TEAM,
    RoleFacts,
    Scope,
    code,
    facts_of,
    judge,
    may,
    require,
)
from governance.selectors.people import actor_for

ME = Actor(kind="person", ref="P-7", person_id=7)
NONE = RoleFacts()
IN_TEAM = RoleFacts(teams=frozenset({3}), departments=frozenset({2}))
LEAD = RoleFacts(teams=frozenset({3}), led_teams=frozenset({3}))
STEWARD = RoleFacts(steward=True)
AUDITOR = RoleFacts(auditor=True)
ADMIN = RoleFacts(admin=True)
EXECUTIVE = RoleFacts(executive=True)
PATH = Scope(principals=(code(DEPARTMENT, 2), code(TEAM, 3)))
CONFIDENTIAL = Scope(principals=(code(PERSON, 8),))
MINE = Scope(requester_id=7)
THEIRS = Scope(requester_id=8, team_id=4, holder_id=8, principals=(code(DEPARTMENT, 9),))

CASES = [
    ("request.see", MINE, NONE, True),
    ("request.see", PATH, IN_TEAM, True),
    ("request.see", PATH, NONE, False),
    ("request.see", THEIRS, STEWARD, True),
    ("request.see", THEIRS, AUDITOR, True),
    ("request.see", THEIRS, EXECUTIVE, True),
    ("request.see", THEIRS, ADMIN, False),
    ("request.see", CONFIDENTIAL, STEWARD, False),
    ("request.see", Scope(principals=(code(PERSON, 7),)), NONE, True),
    ("request.comment", MINE, NONE, True),
    ("request.comment", PATH, IN_TEAM, True),
    ("request.comment", PATH, RoleFacts(departments=frozenset({2})), False),
    ("request.comment", THEIRS, AUDITOR, False),
    ("request.note", PATH, IN_TEAM, True),
    ("request.note", MINE, NONE, False),
    ("request.withdraw", MINE, NONE, True),
    ("request.withdraw", THEIRS, STEWARD, False),
    ("request.share", MINE, NONE, True),
    ("request.share", Scope(team_id=3), IN_TEAM, True),
    ("request.share", THEIRS, IN_TEAM, False),
    ("request.link", PATH, IN_TEAM, True),
    ("request.link", THEIRS, STEWARD, False),
    ("request.nudge", MINE, NONE, True),
    ("request.nudge", Scope(team_id=3), IN_TEAM, True),
    ("request.nudge", THEIRS, IN_TEAM, False),
    ("request.answer", MINE, NONE, True),
    ("request.answer", THEIRS, LEAD, False),
    ("request.reopen", MINE, NONE, True),
    ("request.reopen", THEIRS, STEWARD, False),
    ("pulse.answer", MINE, NONE, True),
    ("pulse.answer", PATH, IN_TEAM, False),
    ("visit.follow-up", Scope(team_id=3), IN_TEAM, True),
    ("visit.follow-up", Scope(team_id=3, holder_id=8), LEAD, True),
    ("visit.follow-up", Scope(team_id=3, holder_id=8), IN_TEAM, False),
    ("visit.follow-up", Scope(team_id=4), IN_TEAM, False),
    ("visit.assign", Scope(team_id=3), LEAD, True),
    ("visit.assign", Scope(team_id=3), IN_TEAM, False),
    ("visit.claim", Scope(team_id=3), IN_TEAM, True),
    ("visit.claim", Scope(team_id=4), IN_TEAM, False),
    ("visit.complete", Scope(team_id=3, holder_id=7), IN_TEAM, True),
    ("visit.complete", Scope(team_id=3, holder_id=8), LEAD, False),
    ("visit.complete", Scope(team_id=3), IN_TEAM, False),
    ("visit.release", Scope(team_id=3, holder_id=8), LEAD, True),
    ("visit.release", Scope(team_id=3, holder_id=8), IN_TEAM, False),
    ("visit.pause", Scope(team_id=3, holder_id=7), IN_TEAM, True),
    ("visit.tick", Scope(team_id=3, holder_id=7), IN_TEAM, True),
    ("visit.tick", Scope(team_id=3, holder_id=8), LEAD, False),
    ("visit.use", Scope(team_id=3), IN_TEAM, True),
    ("visit.use", Scope(team_id=4), IN_TEAM, False),
    ("visit.measure", Scope(team_id=3, holder_id=7), IN_TEAM, True),
    ("visit.measure", Scope(team_id=3, holder_id=8), LEAD, False),
    ("visit.prioritise", Scope(team_id=3), IN_TEAM, True),
    ("visit.prioritise", Scope(team_id=4), IN_TEAM, False),
    ("visit.reassign", Scope(team_id=3, holder_id=8), LEAD, True),
    ("visit.reassign", Scope(team_id=3, holder_id=8), IN_TEAM, False),
    ("article.keep", Scope(team_id=3), IN_TEAM, True),
    ("article.keep", Scope(team_id=4), IN_TEAM, False),
    ("article.publish", Scope(team_id=3), LEAD, True),
    ("article.publish", Scope(team_id=3), IN_TEAM, False),
    ("off-model.log", Scope(team_id=3), IN_TEAM, True),
    ("off-model.log", Scope(team_id=4), IN_TEAM, False),
    ("off-model.change", Scope(team_id=3, holder_id=8), LEAD, True),
    ("off-model.change", Scope(team_id=3, holder_id=8), IN_TEAM, False),
    ("file.remove", Scope(holder_id=7), NONE, True),
    ("file.remove", Scope(holder_id=8), STEWARD, False),
    ("shared.keep", Scope(holder_id=7), NONE, True),
    ("shared.keep", Scope(holder_id=8), STEWARD, False),
    ("shared.keep", Scope(team_id=3), LEAD, True),
    ("shared.keep", Scope(team_id=3), IN_TEAM, False),
    ("shared.keep", Scope(), STEWARD, True),
    ("shared.keep", Scope(), LEAD, False),
    ("handoff.offer", Scope(team_id=3, holder_id=7), IN_TEAM, True),
    ("handoff.offer", Scope(team_id=3, holder_id=8), IN_TEAM, False),
    ("handoff.accept", Scope(team_id=3), IN_TEAM, True),
    ("handoff.accept", Scope(team_id=4), IN_TEAM, False),
    ("handoff.return", Scope(team_id=4), IN_TEAM, False),
    ("handoff.ask", Scope(team_id=3), IN_TEAM, True),
    ("handoff.answer", Scope(team_id=4, holder_id=7), NONE, True),
    ("handoff.answer", Scope(team_id=4), IN_TEAM, False),
    ("decision.decide", Scope(holder_id=7), NONE, True),
    ("decision.decide", Scope(holder_id=7, requester_id=7), NONE, False),
    ("decision.decide", Scope(holder_id=8), EXECUTIVE, False),
    ("decision.reverse", Scope(holder_id=7), NONE, True),
    ("decision.reverse", Scope(holder_id=8), ADMIN, False),
    ("model.edit", Scope(), STEWARD, True),
    ("model.edit", Scope(), ADMIN, False),
    ("model.publish", Scope(), STEWARD, True),
    ("model.publish", Scope(), EXECUTIVE, False),
    ("people.edit", Scope(), ADMIN, True),
    ("people.edit", Scope(), AUDITOR, False),
    ("person.close", Scope(holder_id=8), ADMIN, True),
    ("person.close", Scope(holder_id=7), ADMIN, False),
    ("delegation.give", Scope(holder_id=7), NONE, True),
    ("delegation.give", Scope(holder_id=8), ADMIN, False),
    ("delegation.answer", Scope(holder_id=7), NONE, True),
    ("delegation.answer", Scope(holder_id=8), ADMIN, False),
    ("delegation.revoke", Scope(holder_id=7, beneficiary_id=8), NONE, True),
    ("delegation.revoke", Scope(holder_id=8, beneficiary_id=7), NONE, True),
    ("delegation.revoke", Scope(holder_id=8, beneficiary_id=9), ADMIN, True),
    ("delegation.revoke", Scope(holder_id=8, beneficiary_id=9), STEWARD, False),
    ("finding.acknowledge", Scope(holder_id=7), NONE, True),
    ("finding.acknowledge", THEIRS, STEWARD, True),
    ("finding.acknowledge", THEIRS, EXECUTIVE, False),
    ("waiver.ask", Scope(holder_id=7), NONE, True),
    ("waiver.ask", Scope(holder_id=8), ADMIN, False),
    ("model.comment", Scope(holder_id=7), NONE, True),
    ("model.comment", Scope(holder_id=8), ADMIN, False),
    ("waiver.revoke", Scope(holder_id=7, beneficiary_id=8), NONE, True),
    ("waiver.revoke", Scope(holder_id=8, beneficiary_id=9), STEWARD, False),
    ("skill.confirm", Scope(holder_id=8), STEWARD, True),
    ("skill.confirm", Scope(holder_id=8), ADMIN, True),
    ("skill.confirm", Scope(holder_id=8), NONE, False),
    ("skill.confirm", Scope(holder_id=7), ADMIN, False),
    ("role.give", Scope(holder_id=8), STEWARD, True),
    ("role.give", Scope(holder_id=7), STEWARD, False),
    ("absence.keep", Scope(holder_id=8), ADMIN, True),
    ("absence.keep", Scope(holder_id=7), ADMIN, False),
    ("team.join", Scope(team_id=3, holder_id=8), LEAD, True),
    ("team.join", Scope(team_id=4, holder_id=8), LEAD, False),
    ("team.join", Scope(team_id=3, holder_id=7), LEAD, False),
    ("team.leave", Scope(team_id=3, holder_id=7), LEAD, True),
    ("team.leave", Scope(team_id=3, holder_id=8), IN_TEAM, False),
    ("account.keep", Scope(holder_id=8), ADMIN, True),
    ("account.keep", Scope(holder_id=7), ADMIN, False),
    ("account.keep", Scope(holder_id=8), STEWARD, False),
    ("program.keep", Scope(), ADMIN, True),
    ("program.keep", Scope(), STEWARD, False),
    ("rate.keep", Scope(), ADMIN, True),
    ("rate.keep", Scope(), STEWARD, False),
    ("effects.keep", Scope(), ADMIN, True),
    ("effects.keep", Scope(), STEWARD, False),
    ("audit.see", Scope(), AUDITOR, True),
    ("audit.see", Scope(), EXECUTIVE, False),
    ("log.import", Scope(), EXECUTIVE, True),
    ("log.import", Scope(), IN_TEAM, False),
    ("model.submit", Scope(), STEWARD, True),
    ("model.submit", Scope(), EXECUTIVE, False),
    ("model.move", Scope(), STEWARD, True),
    ("model.move", Scope(), LEAD, False),
    ("finding.close", Scope(holder_id=7), NONE, True),
    ("finding.close", Scope(holder_id=8), AUDITOR, False),
    ("proposal.write", Scope(holder_id=7), NONE, True),
    ("proposal.write", Scope(holder_id=8), STEWARD, False),
    ("proposal.change", Scope(holder_id=8), STEWARD, True),
    ("proposal.change", Scope(holder_id=8), EXECUTIVE, False),
    ("proposal.settle", Scope(), STEWARD, True),
    ("proposal.settle", Scope(holder_id=7), NONE, False),
    ("consent.answer", Scope(holder_id=7), NONE, True),
    ("consent.answer", Scope(holder_id=8), STEWARD, False),
    ("objection.test", Scope(), STEWARD, True),
    ("objection.test", Scope(holder_id=7), NONE, False),
    ("objection.withdraw", Scope(holder_id=7), NONE, True),
    ("objection.withdraw", Scope(holder_id=8), STEWARD, False),
    ("agreement.sign", Scope(holder_id=7), NONE, True),
    ("agreement.sign", Scope(), STEWARD, False),
    ("acknowledgement.give", Scope(holder_id=7), NONE, True),
    ("acknowledgement.give", Scope(holder_id=8), STEWARD, False),
    ("training.done", Scope(holder_id=7), NONE, True),
    ("training.done", Scope(holder_id=8), LEAD, False),
    ("review.confirm", Scope(holder_id=8), STEWARD, True),
    ("review.confirm", Scope(holder_id=8), NONE, False),
    ("commitment.give", Scope(holder_id=7), NONE, True),
    ("commitment.give", Scope(holder_id=8), STEWARD, False),
    ("commitment.settle", Scope(holder_id=8), STEWARD, True),
    ("commitment.settle", Scope(holder_id=8), EXECUTIVE, False),
    ("stream.rate", Scope(holder_id=7), NONE, True),
    ("stream.rate", Scope(), EXECUTIVE, False),
    ("baseline.freeze", Scope(holder_id=7), NONE, True),
    ("baseline.freeze", Scope(), EXECUTIVE, False),
    ("assessment.run", Scope(), STEWARD, True),
    ("assessment.run", Scope(), EXECUTIVE, False),
    ("assessment.answer", Scope(holder_id=7), NONE, True),
    ("assessment.answer", Scope(holder_id=8), STEWARD, False),
    ("agenda.note", Scope(holder_id=7), NONE, True),
    ("agenda.note", Scope(holder_id=8), EXECUTIVE, False),
    ("improvement.raise", Scope(holder_id=7), NONE, True),
    ("improvement.raise", Scope(holder_id=8), STEWARD, False),
    ("improvement.settle", Scope(holder_id=7), NONE, True),
    ("improvement.settle", Scope(holder_id=8), EXECUTIVE, False),
    ("improvement.work", Scope(holder_id=8), STEWARD, True),
    ("improvement.work", Scope(holder_id=8), NONE, False),
    ("problem.answer", Scope(holder_id=7), NONE, True),
    ("problem.answer", Scope(holder_id=8), STEWARD, False),
    ("problem.settle", Scope(), STEWARD, True),
    ("problem.settle", Scope(holder_id=7), EXECUTIVE, False),
]


@pytest.mark.parametrize(("action", "scope", "facts", "ok"), CASES)
def test_who_may_do_what(action, scope, facts, ok):
    verdict = judge(ME, action, scope, facts)
    assert verdict.ok is ok
    # A refusal is a sentence that names what is missing.
    assert (verdict.reason == "") is ok
    assert ok or verdict.reason.endswith(".")


def test_every_action_is_tried_both_ways():
    tried = {(action, ok) for action, _, _, ok in CASES}
    assert {action for action, _ in tried} == set(RULES)
    single = {action for action in RULES if len({ok for a, ok in tried if a == action}) == 1}
    assert single == {"handoff.return", "handoff.ask", "visit.pause"}


def test_the_system_drives_work_but_never_speaks_for_a_person():
    for action in RULES:
        assert judge(SYSTEM, action, THEIRS, NONE).ok is (action not in PERSONAL)


def test_an_unknown_action_is_a_mistake():
    with pytest.raises(KeyError):
        judge(ME, "request.eat", MINE, NONE)


@pytest.mark.django_db
def test_facts_are_those_of_this_moment(staff, django_assert_num_queries):
    hedda = actor_for(User.objects.get(username="hedda"))
    bakers = Team.objects.get(key="bakers")
    with django_assert_num_queries(1):
        require(hedda, "visit.claim", Scope(team_id=bakers.pk))
    with django_assert_num_queries(0):
        require(hedda, "request.withdraw", Scope(requester_id=staff["hedda"].pk))
    facts = facts_of(hedda)
    assert facts.led_teams == {bakers.pk}
    below = Team.objects.get(key="night-bakers").department_id
    assert facts.departments == {bakers.department_id, below}
    assert facts_of(actor_for(User.objects.get(username="olga"))).executive
    with pytest.raises(NotAllowed, match="Only a member of this team") as refused:
        require(hedda, "visit.claim", Scope(team_id=bakers.pk + 1000))
    assert refused.value.code == "visit-claim"
    assert not may(actor_for(User.objects.get(username="till")), "model.edit", Scope()).ok
