"""The codes of all checks on an operating model: how grave, on what, and what to do about it."""

from dataclasses import dataclass, replace
from typing import Literal

from governance.blueprint.findings import Severity
from governance.blueprint.lint.consequences import THEN

# D: on definitions (and who holds what today); R: on what happened.
Class = Literal["D", "R"]


@dataclass(frozen=True, slots=True)
class Code:
    """One check; ``remedy`` is what its button says, ``then`` what follows when it is left."""

    severity: Severity
    cls: Class
    title: str
    remedy: str
    then: str = ""


B: Severity = "blocker"
E: Severity = "error"
W: Severity = "warning"
I: Severity = "info"  # noqa: E741

_CODES: dict[str, Code] = {
    "MOD01": Code(B, "D", "Something that does not exist is named", "Open it"),
    "MOD02": Code(B, "D", "A decision without a type", "Choose the type of decision"),
    "CLK01": Code(W, "D", "Clocks left standing", "Open the clock policy"),
    "CLK02": Code(W, "D", "Clocks that never start", "Open the clock policy"),
    "PRV01": Code(B, "D", "A withheld answer is shown to everybody", "Choose another title"),
    "PEO01": Code(E, "D", "Role held by nobody", "Name a holder"),
    "PEO02": Code(E, "D", "Holder has left", "End it and name another"),
    "PEO03": Code(W, "D", "One holder and no stand-in", "Name a stand-in"),
    "PEO04": Code(W, "D", "One person answers for too much", "Spread the roles"),
    "PEO05": Code(E, "D", "Skill not covered", "See who could learn it"),
    "PEO06": Code(W, "D", "Skill of one person only", "Plan a second one"),
    "PEO07": Code(W, "D", "Proof of a skill has run out", "Confirm it again"),
    "PEO08": Code(W, "R", "New version not acknowledged", "Remind them"),
    "PEO09": Code(E, "D", "Team without lead or members", "Name them"),
    "PEO10": Code(W, "D", "Role without purpose or accountabilities", "Write them"),
    "PEO11": Code(I, "R", "Does other work than the role says", "Review the role"),
    "PRC01": Code(B, "D", "Not exactly one accountable role", "Choose the accountable role"),
    "PRC02": Code(B, "D", "Stage without a team", "Choose the team"),
    "PRC03": Code(B, "D", "Work cannot come to its end", "Open the workflow"),
    "PRC04": Code(E, "D", "Branches overlap or leave a case out", "Add a default branch"),
    "PRC05": Code(E, "D", "Handoff without agreement", "Draft the agreement"),
    "PRC06": Code(W, "D", "Agreement without entry criteria", "Say what has to be ready"),
    "PRC07": Code(E, "D", "Agreement not signed by both", "Ask for the signature"),
    "PRC08": Code(E, "D", "Promise shorter than the agreed targets", "Change promise or targets"),
    "PRC09": Code(W, "R", "Promise not what is measured", "Open the scenario"),
    "PRC10": Code(W, "R", "Agreements kept, promise missed", "Open the whole stream"),
    "PRC11": Code(B, "D", "Nobody owns it from end to end", "Name the owner"),
    "PRC12": Code(E, "D", "The form never asks what is needed", "Add the field"),
    "PRC13": Code(W, "D", "Asked and used by nobody", "Drop the field"),
    "PRC14": Code(W, "D", "Asked twice", "Ask it once"),
    "PRC15": Code(W, "R", "Work comes back too often", "Sharpen what has to be ready"),
    "PRC16": Code(W, "R", "Work goes to and fro", "Bring the two stages together"),
    "PRC17": Code(W, "R", "Approval that changes nothing", "Raise the limit"),
    "PRC18": Code(I, "R", "Stage nearly always skipped", "Take it out"),
    "PRC19": Code(E, "R", "Bottleneck", "Open the scenario"),
    "PRC20": Code(W, "D", "Waiting for the day it is done", "Do it on more days"),
    "PRC21": Code(W, "D", "Not looked at again in time", "Confirm it again"),
    "PRC22": Code(W, "R", "Work does not follow the definition", "Change one of the two"),
    "PRC23": Code(W, "R", "A way of its own", "Declare it or stop it"),
    "PRC24": Code(W, "D", "Hardly open at the same time", "Change the agreement"),
    "PRC25": Code(E, "D", "Wait for nobody, or without end", "Say on whom and how long"),
    "PRC26": Code(W, "D", "Loop without an end", "Say when it escalates"),
    "PRC27": Code(W, "R", "Clocks stand longer than they run", "Look at the reasons"),
    "TEC01": Code(W, "D", "Technology that supports nothing", "Say what it supports"),
    "TEC02": Code(W, "D", "Technology without owner, or not reviewed", "Name the owner"),
    "TEC03": Code(B, "D", "Proposed without a measure", "Name outcome, measure and baseline"),
    "TEC04": Code(I, "R", "Done by hand, and often", "Make it an opportunity"),
    "TEC05": Code(W, "D", "Two systems record the same", "Choose the system of record"),
    "TEC06": Code(E, "D", "About to go and still used", "Plan what follows it"),
    "TEC07": Code(B, "D", "Acts without policy or right", "Attach a policy"),
    "TEC08": Code(W, "D", "Technology for no objective", "Link it to an objective"),
    "TEC09": Code(B, "D", "A program may decide", "Restrict its role"),
    "GOV01": Code(B, "D", "Decision without a decider", "Say who decides"),
    "GOV02": Code(B, "D", "Decision with two deciders", "Narrow one of them"),
    "GOV03": Code(B, "D", "Gap between bands", "Close the gap"),
    "GOV04": Code(B, "D", "Bands overlap", "Draw the limit"),
    "GOV05": Code(B, "D", "Decider vacant", "Name a holder"),
    "GOV06": Code(W, "D", "Too many must agree", "Turn them into input"),
    "GOV07": Code(W, "D", "More is decided lower down", "Look at the bands"),
    "GOV08": Code(B, "D", "Delegations in a circle", "End one of them"),
    "GOV09": Code(E, "D", "Delegated more than one has", "Cut it"),
    "GOV10": Code(E, "D", "Delegated on", "End it"),
    "GOV11": Code(E, "R", "Whoever asked decided", "Look at it, and at the control"),
    "GOV12": Code(E, "D", "What is kept apart is in one hand", "Separate them"),
    "GOV13": Code(W, "D", "Rights in too few hands", "Give some of them away"),
    "GOV14": Code(W, "R", "Slow decision", "Delegate it or raise the limit"),
    "GOV15": Code(W, "R", "Decided too high", "Raise the lower limit"),
    "GOV16": Code(E, "R", "Decided by somebody else", "Align rule and practice"),
    "GOV17": Code(W, "R", "Probably split", "Look at them together"),
    "GOV18": Code(W, "D", "Policy without control", "Add a control"),
    "GOV19": Code(E, "R", "Waiver used after its end", "Change the rule"),
    "GOV20": Code(E, "D", "Domain of two roles", "Leave it to one"),
    "GOV21": Code(B, "D", "Nobody may change the model", "Say who decides it"),
    "GOV22": Code(W, "D", "Body without its rules", "Write them"),
    "VAL01": Code(E, "D", "Service without an outcome", "Link an outcome"),
    "VAL02": Code(E, "D", "Outcome that cannot be seen", "Complete the measure"),
    "VAL03": Code(W, "D", "Objective served by no stream", "Link a stream"),
    "VAL04": Code(W, "D", "Stream for no objective", "Link an outcome"),
    "VAL05": Code(W, "R", "Measure without news", "Record an observation"),
    "VAL06": Code(E, "R", "Benefit past its day", "Extend it or end it"),
    "VAL07": Code(I, "R", "Nobody asks for it", "Think about ending it"),
    "VAL08": Code(W, "D", "Service without promise or needs", "Write them"),
    "VAL09": Code(W, "R", "Kept on paper, not felt", "Ask those who are served"),
    "VAL10": Code(W, "R", "Work outside the model", "Define it"),
    "ADO01": Code(E, "D", "Critical stream without a sponsor", "Name the sponsor"),
    "ADO02": Code(B, "D", "Too many critical streams", "Choose the critical few"),
    "ADO03": Code(I, "D", "Nearly everything is technology", "Start with another department"),
    "ADO04": Code(E, "R", "Objection open too long", "Test it"),
    "ADO05": Code(W, "R", "In force and not acknowledged", "Remind them"),
}
CODES = {code: replace(one, then=THEN[code]) for code, one in _CODES.items()}
