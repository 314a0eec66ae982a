"""What one request page shows, read once: path, clocks, what the viewer may do, what it serves."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, prefetch_related_objects

from catalog.models import Article
from esm.common import clock
from governance import policies
from governance.blueprint.blueprint import Blueprint
from governance.models import Decision, Person, Seat
from governance.policies import Scope
from governance.selectors import people, versions
from workflows.models import ArticleUse, Clock, Comment, Handoff, Request, StageVisit
from workflows.selectors import (
    answering,
    answers,
    arrivals,
    checklists,
    clock_views,
    identities,
    knowledge,
    measured,
    path,
    priorities,
    scopes,
)
from workflows.selectors.answering import Answering
from workflows.selectors.arrivals import Arrival
from workflows.selectors.checklists import Checklist
from workflows.selectors.clock_views import ClockView
from workflows.selectors.measured import Worked
from workflows.selectors.scopes import scope_of
from workflows.selectors.serving import Sight, line_of_sight

NO_CHECKLIST = Checklist()
NOBODY = Answering()


@dataclass(frozen=True)
class LiveVisit:
    """One open branch and what the viewer may do there; ``refusals`` say why not.

    ``why_not`` is the sentence for a member of its team who can do nothing; others ask no question.
    ``notes`` are the internal notes that a team reads from the moment the viewer hands over to it.
    """

    visit: StageVisit
    stage_name: str
    instructions: str
    handoff: Handoff | None
    decision: Decision | None
    deciders: tuple[Person, ...]
    clock: ClockView | None
    role_name: str
    decides_here: bool
    may: dict[str, bool]
    refusals: dict[str, str]
    why_not: str = ""
    answering: Answering = NOBODY
    following: list[Arrival] = field(default_factory=list)
    reasons: list[tuple[str, str]] = field(default_factory=list)
    checklist: Checklist = NO_CHECKLIST
    worked: Worked | None = None
    wait: ClockView | None = None
    whole: ClockView | None = None
    sight: list[Sight] = field(default_factory=list)
    notes: list[Comment] = field(default_factory=list)
    articles: list[Article] = field(default_factory=list)

    @property
    def hands_over(self) -> list[Arrival]:
        """The next stages that belong to another team: completing is the offer."""
        return [a for a in self.following if a.crosses]

    @property
    def opens(self) -> list[Arrival]:
        """The teams among them that have not had this request yet."""
        return [a for a in self.hands_over if a.opens]

    @property
    def missing(self) -> list[Any]:
        """Criteria that keep the work from leaving."""
        return [c for a in self.following for c in a.missing]

    @property
    def acts(self) -> bool:
        """Whether the viewer can do anything here."""
        return any(self.may.values())

    @property
    def works(self) -> bool:
        """Whether the viewer works here: how to do the step is no news to anybody else."""
        return self.acts or bool(self.why_not)

    @property
    def knows(self) -> bool:
        """Whether articles are offered here: to who works on it."""
        return self.acts and self.visit.state in knowledge.OPEN

    @property
    def card_id(self) -> str:
        """Anchor of its card on the page."""
        return f"visit-{self.visit.seq}"


@dataclass(frozen=True)
class RequestPage:
    """What the page shows."""

    request: Request
    blueprint: Blueprint
    visits: list[StageVisit]
    steps: list[path.PathStep]
    live: list[LiveVisit]
    promise: ClockView | None
    sight: list[Sight]
    may: dict[str, bool]
    facts: policies.RoleFacts
    is_requester: bool
    uses_knowledge: bool
    priority: str = ""
    priority_at: int = 0


VISIT_ACTIONS = {
    StageVisit.State.OFFERED: ("handoff.accept", "handoff.return", "handoff.ask"),
    StageVisit.State.QUEUED: ("visit.claim", "visit.follow-up"),
    StageVisit.State.ACTIVE: (
        "visit.complete",
        "visit.release",
        "visit.pause",
        "visit.tick",
        "visit.measure",
        "visit.follow-up",
    ),
    StageVisit.State.BLOCKED: ("visit.pause", "visit.tick", "visit.follow-up"),
}
REQUEST_ACTIONS = ("request.comment", "request.note", "request.withdraw", "request.share")


def page(user: Any, request: Request, beside: Sequence[Request] = ()) -> RequestPage:
    """Read the page of a visible request for this viewer; a bounded number of queries.

    The visits of those ``beside`` it are read with its own.
    """
    now = clock.now()
    bp = versions.blueprint(request.version_id)
    identities.attach(request, "offering", "service", "value_stream")
    actor, facts = people.actor_for(user), people.facts_for(user)
    person = people.person_for(user)
    visits = _visits(user, request, beside)
    for visit in visits:
        identities.attach(visit, "team", "department")
    clocks = list(request.clocks.order_by("seq"))
    handoffs = _handoffs(visits)
    scope = scopes.scope_of(request)
    live = [v for v in visits if v.state in StageVisit.LIVE]
    worked = measured.of_visits(bp, live, facts, person.pk if person else 0, now)
    asked = checklists.shown(bp, request, live, facts)
    answer = answering.of_visits(request, bp, live)
    decisions = _decisions(request) if any(v.state == "deciding" for v in live) else []
    promise = clock_views.promise(clocks)
    sight = line_of_sight(request, bp)
    cards = [
        replace(
            _live(request, bp, v, handoffs.get(v.pk), clocks, decisions, actor, facts, now),
            answering=answer[v.pk],
            checklist=checklist,
            worked=worked.get(v.pk),
            sight=sight,
        )
        for v, checklist in zip(live, asked, strict=True)
    ]
    return RequestPage(
        request=request,
        blueprint=bp,
        visits=visits,
        steps=path.steps_of(request, bp, visits, now),
        live=_with_articles(user, request, _with_notes(request, cards)),
        promise=clock_views.view(promise, bp, now) if promise else None,
        sight=sight,
        may={a: policies.judge(actor, a, scope, facts).ok for a in REQUEST_ACTIONS},
        facts=facts,
        is_requester=person is not None and person.pk in request.askers,
        uses_knowledge=any(visit.__dict__.get("used", True) for visit in visits),
        priority=priorities.name_of(request),
        priority_at=priorities.changed_at(request, live, facts),
    )


def _with_notes(request: Request, live: list[LiveVisit]) -> list[LiveVisit]:
    """Tell whoever may hand over which notes become visible by it; one query where some may."""
    if not any(one.opens for one in live):
        return live
    rows = request.comments.filter(internal=True, removed_at=None).select_related("author")
    notes = list(rows.order_by("seq"))
    return [replace(one, notes=notes) if one.opens else one for one in live]


def _with_articles(user: Any, request: Request, live: list[LiveVisit]) -> list[LiveVisit]:
    """Offer what is known to who works on it; one query where somebody does."""
    found = knowledge.offered(user, request, [one.visit for one in live if one.knows])
    return [replace(one, articles=found.get(one.visit.seq, [])) for one in live]


def may(user: Any, request: Request) -> dict[str, bool]:
    """What the viewer may do to the request as a whole."""
    actor, facts = people.actor_for(user), people.facts_for(user)
    scope = scope_of(request)
    return {a: policies.judge(actor, a, scope, facts).ok for a in REQUEST_ACTIONS}


def _visits(user: Any, request: Request, beside: Sequence[Request]) -> list[StageVisit]:
    """The visits with holder and handoff, kept on the request with what the viewer reads of it."""
    person = people.person_for(user)
    rows = answers.with_part(person.pk if person else 0).select_related("holder", "handoff")
    rows = rows.annotate(used=Exists(ArticleUse.objects.filter(visit=OuterRef("pk"))))
    prefetch_related_objects([request, *beside], Prefetch("visits", queryset=rows.order_by("seq")))
    visits = list(request.visits.all())
    answers.reader_of(user, request, visits)
    return visits


def _handoffs(visits: Sequence[StageVisit]) -> dict[int, Handoff]:
    """Handoffs by the visit they offer, with the visits and teams at both ends; no query."""
    by_id = {visit.pk: visit for visit in visits}
    found = {}
    for visit in visits:
        row: Handoff | None = getattr(visit, "handoff", None)
        if row is not None:
            identities.attach(row, "giver_team", "receiver_team")
            row.from_visit, row.to_visit = by_id[row.from_visit_id], visit
            found[visit.pk] = row
    return found


def _decisions(request: Request) -> list[Decision]:
    rows = Decision.objects.filter(subject_kind="request", subject_id=request.pk, state="open")
    seats = Seat.objects.select_related("person").order_by("pk")
    return list(rows.select_related("decider").prefetch_related(Prefetch("seats", seats)))


def _deciders(decision: Decision | None) -> tuple[Person, ...]:
    if decision is None:
        return ()
    if decision.decider is not None:
        return (decision.decider,)
    return tuple(seat.person for seat in decision.seats.all())


def _live(
    request: Request,
    bp: Blueprint,
    visit: StageVisit,
    handoff: Handoff | None,
    clocks: Sequence[Clock],
    decisions: Sequence[Decision],
    actor: Any,
    facts: policies.RoleFacts,
    now: datetime,
) -> LiveVisit:
    scope = Scope(
        team_id=visit.team_id,
        department_id=visit.department_id,
        requester_id=request.requester_id,
        beneficiary_id=request.beneficiary_id or 0,
        holder_id=visit.holder_id or 0,
    )
    actions = VISIT_ACTIONS.get(StageVisit.State(visit.state), ())
    verdicts = {a: policies.judge(actor, a, scope, facts) for a in actions}
    if handoff is not None and handoff.state == Handoff.State.CLARIFYING:
        giving = Scope(team_id=handoff.giver_team_id, holder_id=handoff.from_visit.holder_id or 0)
        verdicts["handoff.answer"] = policies.judge(actor, "handoff.answer", giving, facts)
        verdicts.pop("handoff.ask", None)
    stage = bp.stage(request.workflow_key, visit.stage_key)
    mine = [c for c in clocks if c.visit_id == visit.pk]
    own, waits = clock_views.ours(mine), clock_views.wait(mine)
    whole = clock_views.whole(mine)
    seqs = {c.decision_seq for c in mine if c.decision_seq is not None}
    can_complete = verdicts.get("visit.complete", policies.Verdict(False)).ok
    decision = next((d for d in decisions if d.seq in seqs), None)
    deciders = _deciders(decision)
    refusals = {a: v.reason for a, v in verdicts.items() if not v.ok}
    idle = visit.team_id in facts.teams and len(refusals) == len(verdicts)
    return LiveVisit(
        visit=visit,
        stage_name=stage.name,
        instructions=stage.instructions,
        handoff=handoff,
        decision=decision,
        role_name=bp.get("Role", visit.role_key).name if visit.role_key else "",
        deciders=deciders,
        decides_here=any(person.pk == actor.person_id for person in deciders),
        clock=clock_views.view(own, bp, now) if own else None,
        wait=clock_views.view(waits, bp, now) if waits else None,
        whole=clock_views.view(whole, bp, now) if whole is not None and whole is not own else None,
        may={a: v.ok for a, v in verdicts.items()},
        refusals=refusals,
        why_not=next(iter(refusals.values()), "") if idle else "",
        following=arrivals.after(bp, request, visit) if can_complete else [],
        reasons=return_reasons(bp, handoff),
    )


def return_reasons(bp: Blueprint, handoff: Handoff | None) -> list[tuple[str, str]]:
    """(key, words) of the reasons both teams agreed on."""
    if handoff is None or not handoff.agreement_key:
        return []
    agreement = bp.get("HandoffAgreement", handoff.agreement_key)
    return [(r.key, r.text) for r in agreement.return_reasons]


def readers(request: Request) -> list[str]:
    """Who can see it and why, in words: teams on its path, named persons."""
    kinds: dict[int, list[int]] = {0: [], 1: [], 2: [], 3: []}
    for code in request.principals:
        kinds[code % 4].append(code // 4)
    names = [f"{v} on its path" for v in _team_names(kinds[1])]
    people_named = Person.objects.filter(pk__in=kinds[2]).order_by("name")
    names += [_reader(request, person) for person in people_named]
    return names


def _reader(request: Request, person: Person) -> str:
    if person.pk == request.requester_id:
        return f"{person.name}, who asked"
    if person.pk == request.beneficiary_id:
        return f"{person.name}, for whom it is"
    return f"{person.name}, named on it"


def _team_names(pks: Sequence[int]) -> list[str]:
    from_teams = StageVisit.objects.filter(team_id__in=pks).values_list(
        "team__department__name", "team__name"
    )
    return sorted({f"{department} · {team}" for department, team in from_teams})
