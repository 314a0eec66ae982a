"""The questions of an assessment of maturity: five for each of the four parts.

Each names what the model is expected to say about it (codes of expectations), and which figure says
whether it is followed. What has nothing to say in a scope is left out there where ``optional``.
"""

from dataclasses import dataclass

from governance.blueprint.expectations import PARTS, Part

# What each level means, by what shows it.
ANCHORS: tuple[str, ...] = (
    "Absent: nothing is said, and nothing of it is seen.",
    "Ad hoc: it is done somehow; the model says little about it.",
    "Defined: the model says at least 80 % of what is expected.",
    "Followed: it is defined, and at least 80 % of what happened went that way.",
    "Measured: it is followed, and a measure has its baseline and its target.",
    "Improving: it is measured, and was verified to have become better within twelve months.",
)


@dataclass(frozen=True, slots=True)
class Question:
    """One statement that people rate from 0 to 5, with what its computed level rests on."""

    code: str
    part: Part
    says: str
    expected: tuple[str, ...]
    followed: str
    optional: bool = False


def _q(
    code: str, part: Part, says: str, expected: str, followed: str, optional: bool = False
) -> Question:
    return Question(code, part, says, tuple(expected.split()), followed, optional)


# What each figure of how it is followed says, as a share of 1.
FOLLOWED: dict[str, str] = {
    "held": "roles that somebody holds",
    "skills": "skills that are there",
    "on_model": "work inside the model",
    "promise": "promises kept",
    "first_time": "handoffs taken at first",
    "reviews": "reviews not overdue",
    "benefits": "promised benefits that came or are on their way",
    "decided": "decisions in time",
}

QUESTIONS: tuple[Question, ...] = (
    _q("people-answer", "people", "Everybody who works on it knows what they answer for.",
       "role-purpose role-accountable stage-accountable", "held"),
    _q("people-owner", "people",
       "Each way of work has one owner from start to finish, and a sponsor where it matters.",
       "stream-owner stream-sponsor", "held"),
    _q("people-skills", "people", "It is known which skills the work needs, and they are there.",
       "role-skills skill-words", "skills"),
    _q("people-teams", "people",
       "Teams have somebody who leads them and know what they are there for.",
       "department-head team-lead team-type interaction-purpose", "held"),
    _q("people-work", "people", "Work is done by the team that is meant to do it.",
       "stage-team", "on_model"),
    _q("process-ask", "process",
       "What one can ask for is described: what one gets, and what is needed for it.",
       "service-offered service-summary offering-gives offering-needs", "on_model"),
    _q("process-way", "process",
       "The way of the work is drawn, from what sets it off to what it is worth.",
       "stream-trigger stream-workflow service-stream stage-output", "on_model"),
    _q("process-promise", "process", "There is a promise how long it takes, and it is kept.",
       "stream-promise stage-target", "promise"),
    _q("process-handoff", "process",
       "Handoffs are agreed, and work is complete when it is handed over.",
       "agreement-criteria agreement-reasons", "first_time", True),
    _q("process-wait", "process", "It is known where work waits, for what and on whom.",
       "stage-wait stage-estimate", "promise"),
    _q("technology-support", "technology",
       "Steps that a system should support are supported, and it fits.",
       "stage-system technology-supports technology-fit", "on_model"),
    _q("technology-kept", "technology",
       "Each system has an owner, a cost and a day on which it is looked at again.",
       "technology-owner technology-cost technology-review", "reviews", True),
    _q("technology-strategy", "technology",
       "It is said which objective each system serves, and which objective needs none.",
       "technology-strategy objective-technology", "benefits"),
    _q("technology-benefit", "technology",
       "What a system promises is measured, and somebody answers for it.",
       "technology-benefit benefit-measure benefit-owner benefit-due", "benefits"),
    _q("technology-limits", "technology", "What acts by itself has limits that somebody set.",
       "technology-limits", "decided", True),
    _q("governance-decides", "governance",
       "It is clear who decides what, also where nobody is there to do it.",
       "type-decided type-fallback stage-decision", "decided"),
    _q("governance-agreed", "governance",
       "Agreements are signed by both sides and looked at again.",
       "agreement-signed agreement-escalation agreement-review workflow-review", "reviews"),
    _q("governance-rules", "governance",
       "Rules say where they come from, and something checks that they are kept.",
       "policy-source policy-review policy-checked control-evidence", "reviews", True),
    _q("governance-bodies", "governance",
       "Those who decide together have a purpose, a chair and a rhythm.",
       "body-purpose body-chair body-rhythm", "decided", True),
    _q("governance-worth", "governance",
       "It is known what the work is for, with measures that lead from a baseline to a target.",
       "stream-outcome service-outcome objective-outcome outcome-measure measure-owner"
       " measure-baseline measure-target", "benefits"),
)  # fmt: skip
BY_CODE = {one.code: one for one in QUESTIONS}


def of_part(part: Part) -> tuple[Question, ...]:
    """The questions of one of the four parts."""
    return tuple(one for one in QUESTIONS if one.part == part)


assert {one.part for one in QUESTIONS} == set(PARTS)
