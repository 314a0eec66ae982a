"""Problem codes that rights add: one for each action of the policies."""

from esm.common.api.explained import Explained
from governance.policies import RULES

WHO: dict[str, str] = {
    "request.see": "see a request",
    "request.comment": "write on a request",
    "request.note": "read or write internal notes",
    "request.withdraw": "withdraw or confirm a request",
    "request.share": "share a request",
    "file.remove": "take out a file that somebody else added",
    "visit.claim": "take a step",
    "visit.complete": "finish a step",
    "visit.release": "put a step back",
    "visit.follow-up": "choose the day to follow up on a step",
    "visit.assign": "give work to somebody of the team",
    "visit.use": "mark what helped at a step of another team",
    "visit.pause": "let a step stand still or go on",
    "handoff.offer": "hand work over",
    "handoff.accept": "accept an offer",
    "handoff.return": "return an offer",
    "handoff.ask": "ask before accepting",
    "handoff.answer": "answer a question about an offer",
    "decision.decide": "take this decision",
    "decision.reverse": "ask to take this decision back",
    "delegation.give": "give a right that this person holds",
    "delegation.answer": "take on or decline what is offered to somebody else",
    "delegation.revoke": "take this delegation back",
    "waiver.ask": "ask for a waiver",
    "waiver.revoke": "take this waiver back",
    "model.comment": "comment on the model as this account",
    "model.edit": "change the operating model",
    "model.publish": "publish the operating model",
    "model.submit": "put a draft to those whom it changes",
    "proposal.write": "propose a change in somebody else's name",
    "proposal.change": "change a proposal that somebody else wrote",
    "proposal.settle": "take a proposal on or turn it down",
    "consent.answer": "answer for somebody else",
    "objection.test": "test an objection",
    "objection.withdraw": "withdraw an objection that somebody else raised",
    "agreement.sign": "sign for this side of an agreement",
    "acknowledgement.give": "say that somebody else read it",
    "training.done": "say that somebody else's training is done",
    "model.move": "move running requests to another version",
    "finding.close": "close a finding that somebody else answers for",
    "review.confirm": "confirm what somebody else answers for",
    "agenda.note": "keep the minutes of this body",
    "finding.acknowledge": "take note of a finding that somebody else answers for",
    "assessment.run": "run assessments",
    "assessment.answer": "answer for somebody else",
    "stream.rate": "say how feasible it is to change this stream",
    "baseline.freeze": "freeze a baseline of this stream",
    "commitment.give": "commit to something for this stream",
    "commitment.settle": "say what came of somebody else's commitment",
    "skill.confirm": "say what somebody is able to do",
    "article.keep": "write this article",
    "article.publish": "publish this article for readers outside its team",
    "people.edit": "keep people, teams and roles",
    "person.close": "say that this person left",
    "role.give": "give this role to this person",
    "absence.keep": "keep the absence of this person",
    "team.join": "put this person in a team",
    "team.leave": "take this person out of a team",
    "account.keep": "keep this person's accounts",
    "program.keep": "keep programs and their tokens",
    "audit.see": "see what auditors see, or take evidence",
    "effects.keep": "look after effects that got stuck",
    "rate.keep": "keep exchange rates",
    "log.import": "import logs",
}
MEND = "The sentence says who may; a token can never do more than its owner."

PROBLEMS = (
    *(
        Explained(action.replace(".", "-"), 403, f"You may not {WHO.get(action, action)}.", MEND)
        for action in RULES
    ),
    Explained(
        "decision-opinion",
        403,
        "You have no part in this decision beside deciding it.",
        "Who recommends, must agree or gives input follows from the rights of the model.",
    ),
    Explained(
        "objection-overrule",
        403,
        "You do not decide on this change of the model, so you overrule no objection to it.",
        "Who decides follows from the rights of the model in force; the sentence names them.",
    ),
    Explained(
        "adoption-see",
        403,
        "You may not see how a change is taken up.",
        "Stewards, auditors and executives see it, counted by department.",
    ),
    Explained(
        "hindered",
        409,
        "Something keeps a version from this step; `hindrances` lists all of it, with the kind, the"
        " sentence, who can clear it, and the page where.",
        "Have each cleared by who can, then try again.",
    ),
    Explained(
        "proposal-incomplete",
        400,
        "The proposal leaves questions open that its kind has to answer; `errors` names them.",
        "Answer them; a technology needs all four parts, a measure with a baseline, and what it"
        " touches.",
    ),
    Explained(
        "separation-see",
        403,
        "You may not see what is kept apart.",
        "Stewards, auditors, administrators and executives see it.",
    ),
    Explained(
        "control-violated",
        403,
        "A control of the operating model is not kept, so nothing was changed; `control`, `policy`"
        " and `clause` say which. The attempt is on record.",
        "Change what is not right, have somebody else do it, or ask for a waiver (`ask`).",
    ),
    Explained(
        "token-nobody",
        403,
        "An account that belongs to no person can have no token: it would act for nobody.",
        "An administrator links the account to its person.",
    ),
    Explained(
        "webhook-owner",
        403,
        "Only the owner of a webhook does this; administrators do it for programs.",
        "Ask its owner, or make one of your own.",
    ),
    Explained(
        "who-decides-requester",
        403,
        "Who would decide can depend on what the requester asked for lately, so it is only told"
        " about yourself.",
        "Leave `requester` out, or name yourself.",
    ),
)
