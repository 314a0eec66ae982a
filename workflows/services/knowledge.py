"""Knowledge in work: what helped at a step stays with it; what was solved becomes an article."""

from django.db import transaction

from catalog.event_types import ArticleUsed
from catalog.locks import article_for_update
from catalog.models import Article, ArticleVersion
from catalog.services.articles import MAX_BODY, MAX_TITLE, Written, start_article
from esm.common.errors import InvalidState, NotAllowed
from esm.events.actors import Actor
from esm.events.services import ledger
from governance import policies
from governance.blueprint.blueprint import Blueprint
from governance.models import Membership, Team
from governance.policies import Scope
from governance.selectors import versions
from workflows.models import ArticleUse, Request, StageVisit
from workflows.privacy import Reader, reads
from workflows.selectors.answers import Answers
from workflows.selectors.knowledge import DONE, OPEN
from workflows.selectors.scopes import scope_of
from workflows.services.case import Case

MESSAGES = 5


@transaction.atomic
def use_article(request_id: int, seq: int, *, version: ArticleVersion, actor: Actor) -> ArticleUse:
    """Mark that a published version helped at an open step; the step keeps that version.

    Whether the actor reads the version was asked by who found it. Nothing where it is marked
    already. Raises NotFound, NotAllowed outside the team of the step, InvalidState once the step
    has ended and for a version that is not published.
    """
    case = Case.open(request_id, actor)
    visit = case.visit(seq)
    policies.require(actor, "visit.use", Scope(team_id=visit.team_id))
    if visit.state not in OPEN:
        raise InvalidState(f"This step is {visit.get_state_display()}; it is not worked on.")
    if version.published_at is None:
        raise InvalidState("This version is not published yet.")
    article = article_for_update(version.article_id)
    used, new = ArticleUse.objects.get_or_create(
        visit=visit,
        version=version,
        defaults={"request": case.request, "person_id": actor.person_id, "at": case.now},
    )
    if new:
        event = ArticleUsed(
            version=version.number,
            request=case.request.ref,
            visit=visit.seq,
            stage=visit.stage_key,
        )
        ledger.record(article, [event], actor=actor, at=case.now)
    return used


@transaction.atomic
def write_up(request: Request, *, team: Team, actor: Actor) -> Article:
    """Begin an article from a solved request, for a team that worked on it.

    Taken over are the answers that are open to everybody and what the teams wrote to whoever
    asked; no names, files or notes. Only the team reads it until somebody edited and published it.
    Raises NotAllowed for all but that team and for what is confidential, InvalidState before it
    is solved.
    """
    policies.require(actor, "request.note", scope_of(request))
    if request.confidential:
        raise NotAllowed("What is confidential is not written up.")
    if request.state not in DONE:
        raise InvalidState("It can be written up once it is solved.", allowed=[])
    visits = request.visits.filter(state=StageVisit.State.DONE)
    mine = list(visits.filter(team=team).order_by("seq").values_list("stage_key", flat=True))
    if not mine:
        raise NotAllowed("Only a team that worked on it writes it up.")
    bp = versions.blueprint(request.version_id)
    written = Written(
        title=request.offering.name[:MAX_TITLE],
        body=_text(request, bp)[:MAX_BODY],
        services=[request.service.key],
        stages=[f"{request.workflow_key}/{key}" for key in mine],
    )
    return start_article(written, team=team, actor=actor)


def _text(request: Request, bp: Blueprint) -> str:
    lines = ["## What was asked", "", request.offering.name, ""]
    lines += [f"- {label}: {value}" for label, value in _open_answers(request, bp)]
    said = _messages(request)
    lines += ["", "## What helped", "", *(said or ["Describe it in steps."])]
    return "\n".join(lines)


def _open_answers(request: Request, bp: Blueprint) -> list[tuple[str, str]]:
    """Label and answer of the fields that are open and limited to no step."""
    form = bp.get("Offering", request.offering.key).form.all_fields()
    fields = [f for f in form if f.sight == "open" and reads(f, Reader()) and f.type != "file"]
    found = Answers(tuple(fields), request.data, frozenset(), request.currency).in_words()
    return [(row["label"], _quiet(row["value"])) for row in found]


def _messages(request: Request) -> list[str]:
    """The last messages to everyone that somebody of the teams wrote, without names."""
    teams = request.visits.values("team_id")
    worked = Membership.objects.filter(team_id__in=teams).values("person_id")
    rows = request.comments.filter(internal=False, removed_at=None, author__in=worked)
    rows = rows.exclude(author__in=request.askers).order_by("-pk")
    found = [row.body.strip() for row in rows[:MESSAGES]][::-1]
    return [line for body in found for line in (body, "")][:-1]


def _quiet(text: str) -> str:
    """In one line, so that an answer begins no heading."""
    return " ".join(text.split())
