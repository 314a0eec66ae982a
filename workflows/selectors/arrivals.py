"""Stages about to be entered: which team, what both sides agreed, and whether it is ready."""

from esm.common.errors import InvalidState
from governance.blueprint.blueprint import Blueprint
from governance.blueprint.kinds.workflows import HandoffAgreement, Stage
from governance.models import Team
from governance.policies import TEAM, code
from workflows.engine import tokens
from workflows.engine.tokens import Entry
from workflows.models import Request, StageVisit
from workflows.selectors import criteria, identities
from workflows.selectors.variables import values_of


class Arrival:
    """One stage about to be entered: its stage, its teams and what they agreed."""

    def __init__(
        self, blueprint: Blueprint, request: Request, entry: Entry, giver: StageVisit | None
    ) -> None:
        self.entry = entry
        self.giver = giver
        self.stage: Stage = blueprint.stage(request.workflow_key, entry.stage)
        if self.stage.team is None:
            raise InvalidState(f"The step “{self.stage.name}” has no team in this version.")
        self.team: Team = identities.team(str(self.stage.team))
        self.crosses = giver is not None and giver.team_id != self.team.pk
        self.agreement_key, self.agreement = "", None
        if self.crosses and giver is not None:
            found = blueprint.agreement(
                giver.team.key, self.team.key, request.workflow_key, self.stage.key
            )
            if found is not None:
                self.agreement_key, self.agreement = found
        self.checks = criteria.check(self.agreement, request) if self.crosses else []
        # A team that has not had the request yet will read its internal notes from then on.
        self.opens = self.crosses and not _had(request, self.team)

    @property
    def decides(self) -> bool:
        """A decision stage: nobody accepts it, it waits for the decider."""
        return self.stage.kind == "decision"

    @property
    def missing(self) -> list[criteria.Check]:
        """What keeps the work from leaving."""
        return criteria.missing(self.checks)

    def complete_s(self) -> int | None:
        """Target to finish: of the agreement, else of the stage."""
        agreed: HandoffAgreement | None = self.agreement
        if agreed is not None and agreed.complete_s is not None:
            return agreed.complete_s
        return self.stage.complete_s


def _had(request: Request, team: Team) -> bool:
    """Whether a team had the request already; a query where persons alone see it and its visits
    were not read yet."""
    if request.confidential:
        return any(visit.team_id == team.pk for visit in request.visits.all())
    return code(TEAM, team.pk) in request.principals


def after(blueprint: Blueprint, request: Request, visit: StageVisit) -> list[Arrival]:
    """What completing a visit now would enter; changes nothing."""
    graph = blueprint.workflow_graph(request.workflow_key)
    step = tokens.complete(graph, request.marking, visit.token, values_of(request))
    return [Arrival(blueprint, request, entry, visit) for entry in step.entered]
