"""What is known about the steps of a request, and what helped at them.

How a team works is for those who may read its notes; an article shows itself only to its readers.
"""

from collections.abc import Sequence

from django.db.models import QuerySet

from catalog.models import Article
from catalog.selectors import articles
from governance import policies
from governance.models import Team
from governance.policies import Scope
from governance.selectors import people
from workflows.models import ArticleUse, Request, StageVisit
from workflows.selectors.scopes import scope_of

OPEN = (StageVisit.State.QUEUED, StageVisit.State.ACTIVE, StageVisit.State.BLOCKED)
DONE = (Request.State.FULFILLED, Request.State.CLOSED)


def visible_to(user: people.Account, request: Request) -> QuerySet[ArticleUse]:
    """What helped at the steps of a visible request, as far as this viewer reads it."""
    actor, facts = people.actor_for(user), people.facts_for(user)
    if not policies.judge(actor, "request.note", scope_of(request), facts).ok:
        return ArticleUse.objects.none()
    read = articles.versions_for(user).values("pk")
    rows = request.article_uses.filter(version__in=read)
    return rows.select_related("version__article", "visit", "person").order_by("at", "pk")


def offered(
    user: people.Account, request: Request, visits: Sequence[StageVisit]
) -> dict[int, list[Article]]:
    """Articles about the open steps among these, by number of the step; at most one query."""
    steps = {visit.seq: visit.stage_key for visit in visits if visit.state in OPEN}
    found = articles.of_stages(user, request.workflow_key, set(steps.values()))
    return {seq: found[stage] for seq, stage in steps.items() if found[stage]}


def may_use(user: people.Account, visit: StageVisit) -> policies.Verdict:
    """Whether the viewer may mark what helped at a step."""
    actor, facts = people.actor_for(user), people.facts_for(user)
    return policies.judge(actor, "visit.use", Scope(team_id=visit.team_id), facts)


def team_to_write_up(
    user: people.Account, request: Request, visits: Sequence[StageVisit]
) -> Team | None:
    """For which of their teams the viewer may write up how this was solved; the last that worked.

    None while it is not solved, and for what is confidential.
    """
    if request.confidential or request.state not in DONE:
        return None
    mine = people.facts_for(user).teams
    worked = [v.team for v in visits if v.state == StageVisit.State.DONE and v.team_id in mine]
    return worked[-1] if worked else None
