"""The rules of policies one by one: who is let through, which sentence the others read; no rows."""

import pytest

from esm.common.errors import NotAllowed
from esm.events.actors import SYSTEM, Actor
from governance import policies
from governance.facts import FactsOf, below, with_parts
from governance.policies import (
    DEPARTMENT,
    GROUP,
    PERSON,
    RULES,
    TEAM,
    RoleFacts,
    Scope,
    Verdict,
    code,
    codes_of,
    facts_of,
    judge,
    may,
    require,
)

ME = Actor(kind="person", ref="P-7", person_id=7)
PROGRAM = Actor(kind="service", ref="svc:robot", user_id=5, role="clerk")
DEPUTY = Actor(kind="person", ref="P-7", person_id=7, on_behalf_of="P-8")
NOBODY = Actor(kind="person", ref="P-0")
NONE = RoleFacts()
MEMBER = RoleFacts(teams=frozenset({3}))
LEAD = RoleFacts(teams=frozenset({3}), led_teams=frozenset({3}))
LEADS_ONLY = RoleFacts(led_teams=frozenset({3}))
STEWARD, ADMIN = RoleFacts(steward=True), RoleFacts(admin=True)
AUDITOR, EXECUTIVE = RoleFacts(auditor=True), RoleFacts(executive=True)
EVERYBODY = RoleFacts(
    teams=frozenset({3}),
    led_teams=frozenset({3}),
    departments=frozenset({2}),
    steward=True,
    auditor=True,
    admin=True,
    executive=True,
)
TEAM_3, HELD, MINE = Scope(team_id=3), Scope(team_id=3, holder_id=8), Scope(team_id=4, holder_id=7)
NOT_TAKEN = "Nobody has taken this yet; a member of its team takes it first."
PATH = "Only the requester and the teams on its path write on this request."
NOTES = "Internal notes are for the teams that work on this request."
REVERSE = "Only who decided it, who would decide it now, and stewards ask to take it back."
AUDIT = "Only auditors and stewards see this and take evidence; ask one of them."
PLAN = "Somebody else has taken this; they or a lead plan it."

# What the code of a row may be: kind and number never mix.


def test_codes_of_rows_never_meet():
    assert (DEPARTMENT, TEAM, PERSON, GROUP) == (0, 1, 2, 3)
    assert [code(kind, 5) for kind in (DEPARTMENT, TEAM, PERSON, GROUP)] == [20, 21, 22, 23]
    facts = RoleFacts(teams=frozenset({3}), departments=frozenset({2}))
    assert codes_of(ME, facts) == {8, 13, 30}
    assert codes_of(NOBODY, facts) == {8, 13}


@pytest.mark.parametrize(
    ("actor", "scope", "facts", "ok"),
    [
        (ME, Scope(requester_id=7), NONE, True),
        (ME, Scope(beneficiary_id=7), NONE, True),
        (NOBODY, Scope(), NONE, False),
        (ME, Scope(principals=(13,)), MEMBER, True),
        (ME, Scope(principals=(14,)), MEMBER, False),
        (ME, Scope(principals=(30,)), NONE, True),
        (ME, Scope(principals=(8,)), RoleFacts(departments=frozenset({2})), True),
        (ME, Scope(principals=(9, 8)), AUDITOR, True),
        (ME, Scope(principals=(9, 10)), AUDITOR, False),
        (ME, Scope(), EXECUTIVE, False),
        (ME, Scope(principals=(8,)), ADMIN, False),
    ],
)
def test_who_sees_a_request(actor, scope, facts, ok):
    refused = "This request belongs to departments and teams you are not in."
    assert judge(actor, "request.see", scope, facts) == Verdict(ok, "" if ok else refused)


# action, actor, scope, facts, the sentence; none where it is allowed
JUDGED = [
    ("request.comment", ME, Scope(beneficiary_id=7), NONE, ""),
    ("request.comment", ME, TEAM_3, MEMBER, ""),
    ("request.comment", ME, Scope(principals=(30,)), NONE, ""),
    ("request.comment", ME, Scope(principals=(13,)), MEMBER, ""),
    ("request.comment", ME, Scope(team_id=4, principals=(17, 2)), MEMBER, PATH),
    ("request.comment", NOBODY, Scope(), NONE, PATH),
    ("request.link", ME, Scope(), NONE, PATH),
    ("request.note", ME, TEAM_3, MEMBER, ""),
    ("request.note", ME, Scope(principals=(13,)), MEMBER, ""),
    ("request.note", ME, Scope(principals=(30,), came_to=(3,)), MEMBER, ""),
    ("request.note", ME, Scope(principals=(30,), came_to=(4,)), MEMBER, NOTES),
    ("request.note", ME, Scope(principals=(31,), came_to=(3,)), MEMBER, NOTES),
    ("request.note", ME, Scope(principals=(30,), came_to=(3,), requester_id=7), MEMBER, NOTES),
    ("request.note", ME, Scope(principals=(30,)), NONE, NOTES),
    ("request.share", ME, MINE, NONE, ""),
    ("request.share", ME, Scope(beneficiary_id=7), NONE, ""),
    ("request.share", ME, TEAM_3, MEMBER, ""),
    (
        "request.share",
        ME,
        Scope(),
        EVERYBODY,
        "Only the requester and the team that has it now may share this request.",
    ),
    ("request.nudge", ME, TEAM_3, MEMBER, ""),
    ("request.withdraw", ME, TEAM_3, EVERYBODY,
     "Only the person who asked, or for whom it is, may withdraw the request."),
    ("visit.complete", ME, HELD, LEAD, "Somebody else has taken this; only they complete it."),
    ("visit.complete", ME, TEAM_3, LEAD, NOT_TAKEN),
    ("visit.complete", ME, MINE, NONE, ""),
    ("visit.complete", NOBODY, Scope(), NONE, NOT_TAKEN),
    ("visit.release", ME, TEAM_3, LEADS_ONLY, ""),
    ("visit.release", ME, TEAM_3, MEMBER, NOT_TAKEN),
    ("visit.release", ME, HELD, MEMBER,
     "Only who took it, or a lead of the team, may give it back."),
    ("visit.follow-up", ME, MINE, NONE, ""),
    ("visit.follow-up", ME, HELD, LEADS_ONLY, ""),
    ("visit.follow-up", ME, TEAM_3, MEMBER, ""),
    ("visit.follow-up", ME, HELD, MEMBER, PLAN),
    ("visit.follow-up", ME, TEAM_3, NONE, "Only a member of this team plans its work."),
    ("visit.assign", ME, TEAM_3, MEMBER, "Only a lead of the team gives its work to somebody."),
    ("visit.claim", ME, TEAM_3, LEADS_ONLY, "Only a member of this team may take its work."),
    ("file.remove", NOBODY, Scope(), NONE, "Only the person who added a file may take it out."),
    ("handoff.answer", ME, MINE, NONE, ""),
    ("handoff.answer", ME, HELD, MEMBER, ""),
    ("handoff.answer", ME, HELD, NONE,
     "Only a member of the team that handed it over may answer."),
    ("decision.decide", ME, Scope(holder_id=7), NONE, ""),
    ("decision.decide", PROGRAM, Scope(holder_id=7), NONE, "Only a person decides."),
    ("decision.decide", ME, Scope(holder_id=7, requester_id=7), NONE,
     "You asked for this yourself, so somebody else decides."),
    ("decision.decide", ME, Scope(holder_id=7, requester_id=8, beneficiary_id=7), NONE,
     "This is for you, so somebody else decides."),
    ("decision.decide", ME, HELD, EVERYBODY,
     "This decision is not yours: another role holds the right to decide it."),
    ("decision.reverse", ME, Scope(holder_id=7), NONE, ""),
    ("decision.reverse", ME, Scope(holder_id=8), STEWARD, ""),
    ("decision.reverse", DEPUTY, Scope(holder_id=7), STEWARD, REVERSE),
    ("decision.reverse", PROGRAM, Scope(), STEWARD, REVERSE),
    ("decision.reverse", ME, Scope(holder_id=8), ADMIN, REVERSE),
    ("audit.see", ME, Scope(), AUDITOR, ""),
    ("audit.see", ME, Scope(), STEWARD, ""),
    ("audit.see", ME, Scope(), ADMIN, AUDIT),
    ("delegation.give", DEPUTY, Scope(holder_id=7), NONE,
     "Only whoever holds a right gives it to somebody, in their own name."),
    ("delegation.give", PROGRAM, Scope(holder_id=7), EVERYBODY,
     "Only whoever holds a right gives it to somebody, in their own name."),
    ("delegation.answer", DEPUTY, Scope(holder_id=7), NONE,
     "Only the person it is offered to takes it on or declines it."),
    ("delegation.answer", ME, HELD, EVERYBODY,
     "Only the person it is offered to takes it on or declines it."),
    ("delegation.revoke", ME, Scope(holder_id=7), NONE, ""),
    ("delegation.revoke", PROGRAM, Scope(holder_id=7), ADMIN, ""),
    ("delegation.revoke", NOBODY, Scope(), NONE,
     "Only whoever gave it, whoever has it, and administrators take it back."),
    ("people.edit", ME, Scope(), STEWARD, ""),
    ("people.edit", ME, Scope(), EXECUTIVE,
     "Only administrators and stewards keep people, teams and roles."),
    ("team.leave", ME, Scope(team_id=4), STEWARD, ""),
    ("team.leave", ME, Scope(team_id=4), ADMIN, ""),
    ("team.leave", ME, Scope(team_id=3), MEMBER,
     "Only administrators, stewards and leads of the team say who works in it."),
    ("team.join", ME, MINE, EVERYBODY, "Nobody puts themselves in a team; somebody else does."),
    ("account.keep", ME, Scope(), STEWARD, "Only administrators keep accounts."),
    ("log.import", ME, Scope(), STEWARD, ""),
    ("log.import", ME, Scope(), ADMIN, ""),
    ("log.import", ME, Scope(), AUDITOR,
     "Only stewards, administrators and executives import logs."),
    ("shared.keep", ME, HELD, EVERYBODY, "This belongs to somebody else."),
    ("shared.keep", ME, Scope(team_id=4), EVERYBODY,
     "Only a lead of the team keeps what the team shares."),
    ("shared.keep", ME, Scope(), ADMIN, ""),
    ("shared.keep", ME, Scope(), AUDITOR,
     "Only stewards and administrators keep what is for everyone."),
    ("article.keep", ME, Scope(team_id=4), STEWARD, ""),
    ("article.keep", ME, Scope(team_id=4), LEAD,
     "Only the team that answers for an article, and stewards, write it."),
    ("article.publish", ME, Scope(team_id=4), STEWARD, ""),
    ("article.publish", ME, Scope(team_id=3), MEMBER,
     "Only a lead of the team, or a steward, publishes for readers outside the team."),
    ("program.keep", PROGRAM, Scope(), ADMIN,
     "Only administrators keep programs and their tokens."),
    ("program.keep", ME, Scope(), STEWARD,
     "Only administrators keep programs and their tokens."),
    ("rate.keep", ME, Scope(), STEWARD, "Only administrators keep exchange rates."),
    ("effects.keep", ME, Scope(), STEWARD,
     "Only administrators look after effects that got stuck."),
    ("model.edit", ME, Scope(), ADMIN, "Only a steward changes the operating model."),
]  # fmt: skip


@pytest.mark.parametrize(("action", "actor", "scope", "facts", "sentence"), JUDGED)
def test_the_verdict_and_its_sentence(action, actor, scope, facts, sentence):
    assert judge(actor, action, scope, facts) == Verdict(not sentence, sentence)


def test_the_system_drives_all_but_what_a_person_says():
    personal = {
        "request.withdraw", "request.answer", "request.reopen", "pulse.answer", "decision.decide",
        "decision.reverse", "waiver.ask", "model.comment", "finding.acknowledge",
        "delegation.give", "delegation.answer", "request.comment", "request.note", "request.nudge",
        "finding.close", "proposal.write", "consent.answer", "objection.test", "commitment.give",
        "objection.withdraw", "agreement.sign", "acknowledgement.give",
        "stream.rate", "assessment.answer", "review.confirm", "agenda.note", "baseline.freeze",
        "improvement.raise", "improvement.settle", "improvement.work", "problem.answer",
        "problem.settle",
    }  # fmt: skip
    allowed = {action for action in RULES if judge(SYSTEM, action, Scope(), NONE).ok}
    assert allowed == set(RULES) - personal


# --- facts, read as little as the action needs ---

HERE = [(3, 2, True), (4, 2, False), (5, 6, False)]


@pytest.fixture
def known(monkeypatch):
    """Gives facts to whoever is asked about; nothing else can be read."""

    def give(**facts):
        def made(actor, marks=None):
            found = FactsOf(actor, marks)
            vars(found).update(facts)
            return found

        monkeypatch.setattr(policies, "FactsOf", made)
        monkeypatch.setattr("governance.facts.with_parts", lambda pks: frozenset({*pks, 9}))

    return give


FULL = {"memberships": HERE, "flags": (True, False, True), "executive": True, "acting": (0, "")}


def test_all_that_an_actor_is(known):
    known(**FULL)
    assert facts_of(ME) == RoleFacts(
        teams=frozenset({3, 4, 5}),
        led_teams=frozenset({3}),
        departments=frozenset({2, 6, 9}),
        steward=True,
        auditor=False,
        admin=True,
        executive=True,
    )
    known(**{**FULL, "memberships": [], "flags": (False, True, False), "acting": (7, "line")})
    assert facts_of(PROGRAM) == RoleFacts(
        departments=frozenset({7, 9}), auditor=True, executive=True
    )


def test_marks_at_hand_are_taken(known):
    known(memberships=[], executive=False, acting=(0, ""))
    assert facts_of(ME, (False, True, False)) == RoleFacts(auditor=True, departments=frozenset({9}))


@pytest.mark.parametrize(
    "action", ["visit.claim", "handoff.accept", "off-model.log", "request.share", "request.note"]
)
def test_work_is_judged_by_memberships_alone(action, known):
    known(memberships=HERE)  # Anything else would be asked of the database.
    assert may(ME, action, Scope(team_id=4)) == Verdict(True)
    assert not may(ME, action, Scope(team_id=8)).ok


def test_leads_are_known_to_work(known):
    known(memberships=HERE)
    assert may(ME, "visit.assign", Scope(team_id=3)).ok
    assert not may(ME, "visit.assign", Scope(team_id=4)).ok
    for action in ("request.comment", "request.link", "request.nudge"):
        assert may(ME, action, Scope(team_id=5)).ok


def test_what_is_personal_needs_no_facts(known):
    known()
    assert may(ME, "decision.decide", Scope(holder_id=7)).ok
    for action in ("delegation.give", "delegation.answer", "file.remove"):
        assert may(ME, action, Scope(holder_id=7)).ok
    for action in ("request.withdraw", "request.answer", "request.reopen", "pulse.answer"):
        assert may(ME, action, Scope(requester_id=7)).ok
    assert may(SYSTEM, "model.edit", Scope()).ok


def test_everything_else_asks_for_all_of_them(known):
    known(**FULL)
    assert may(ME, "model.edit", Scope()).ok
    assert may(ME, "request.see", Scope(principals=(code(DEPARTMENT, 9),))).ok
    assert may(ME, "article.publish", Scope(team_id=3)).ok


def test_facts_at_hand_are_not_read_again(known):
    known()
    assert may(ME, "model.edit", Scope(), STEWARD).ok
    assert not may(ME, "model.edit", Scope(), NONE).ok
    assert require(ME, "model.edit", Scope(), STEWARD) is None
    with pytest.raises(NotAllowed) as refused:
        require(ME, "off-model.log", Scope(team_id=3), NONE)
    assert str(refused.value) == "Only a member of this team logs its work."
    assert refused.value.code == "off-model-log"


def test_who_is_nobody_has_no_facts():
    assert facts_of(Actor(kind="system", ref="system:sweep")) == NONE
    idle = FactsOf(Actor(kind="service", ref="svc:robot"))
    assert (idle.memberships, idle.flags, idle.acting) == ([], (False, False, False), (0, ""))
    assert (idle.executive, FactsOf(ME, (True, False, True)).flags) == (False, (True, False, True))
    chief = FactsOf(PROGRAM)
    vars(chief)["acting"] = (1, "executive")
    assert chief.executive


def test_who_answers_for_the_whole_sees_all_departments():
    assert [facts.sees_all_departments for facts in (STEWARD, AUDITOR, EXECUTIVE, ADMIN, NONE)] == [
        True,
        True,
        True,
        False,
        False,
    ]


def test_departments_with_all_below_them():
    above = {1: None, 2: 1, 3: 2, 4: 3, 5: 1, 6: None, 7: 6}
    assert below({2}, above) == {2, 3, 4}
    assert below({1, 7}, above) == {1, 2, 3, 4, 5, 7}
    assert below({8}, above) == {8}
    assert below(set(), above) == set()
    assert below({1}, {1: 2, 2: 1}) == {1, 2}
    assert with_parts(set()) == frozenset()
