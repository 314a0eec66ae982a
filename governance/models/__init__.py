from governance.models.assessments import Assessment, AssessmentAnswer
from governance.models.change import ChangeProposal, ConsentAnswer, ConsentRound, Objection
from governance.models.closing import FindingClosing
from governance.models.comments import ElementComment
from governance.models.commitments import Commitment, SponsorSign
from governance.models.consenting import Acknowledgement, AgreementSignature, TrainingTask
from governance.models.controls import ControlResult, RunFinding
from governance.models.critical import CoverageReason, FeasibilityRating
from governance.models.decisions import Decision
from governance.models.delegations import Delegation
from governance.models.findings import FindingSpell, KeptFinding
from governance.models.imports import CalendarImport, PeopleImport
from governance.models.in_flight import InFlightPolicy
from governance.models.links import DecisionLink
from governance.models.lookups import Lookup
from governance.models.opinions import AskedOpinion, Opinion
from governance.models.people import (
    Absence,
    CalendarException,
    Department,
    Membership,
    Person,
    Team,
)
from governance.models.programs import Program
from governance.models.rates import ExchangeRate
from governance.models.reviews import AgendaNote, Review
from governance.models.roles import Role, RoleAssignment
from governance.models.skills import SkillHolding
from governance.models.versions import ModelElement, ModelVersion
from governance.models.votes import Seat, Vote
from governance.models.waivers import Waiver

__all__ = [
    "Absence",
    "Acknowledgement",
    "AgendaNote",
    "AgreementSignature",
    "AskedOpinion",
    "Assessment",
    "AssessmentAnswer",
    "CalendarException",
    "CalendarImport",
    "ChangeProposal",
    "Commitment",
    "ConsentAnswer",
    "ConsentRound",
    "ControlResult",
    "CoverageReason",
    "Decision",
    "DecisionLink",
    "Delegation",
    "Department",
    "ElementComment",
    "ExchangeRate",
    "FeasibilityRating",
    "FindingClosing",
    "FindingSpell",
    "InFlightPolicy",
    "KeptFinding",
    "Lookup",
    "Membership",
    "ModelElement",
    "ModelVersion",
    "Objection",
    "Opinion",
    "PeopleImport",
    "Person",
    "Program",
    "Review",
    "Role",
    "RoleAssignment",
    "RunFinding",
    "Seat",
    "SkillHolding",
    "SponsorSign",
    "Team",
    "TrainingTask",
    "Vote",
    "Waiver",
]
