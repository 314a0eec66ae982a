"""What must always hold of running work; each checker yields a sentence per violation."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Count, Exists, F, Max, OuterRef, Prefetch, Q
from django.db.models.functions import Coalesce

from esm.common import clock
from esm.events.models import Event
from governance.models import Decision, ModelVersion
from governance.selectors import versions
from workflows.engine import soundness
from workflows.models import Clock, Handoff, Request, RequestText, StageVisit, WorkSession
from workflows.models.requests import FAR
from workflows.selectors import (
    clock_invariants,
    clock_policies,
    clock_views,
    pinned_invariants,
)

LATE = timedelta(seconds=15)


def one_owner_per_branch() -> Iterator[str]:
    """I1: an open request has live visits, each answered for; a closed one has none."""
    live = StageVisit.objects.filter(request=OuterRef("pk"), state__in=StageVisit.LIVE)
    for row in Request.objects.filter(is_open=True).exclude(Exists(live)):
        yield f"{row.ref} is open, but no step of it is."
    for row in Request.objects.filter(is_open=False).filter(Exists(live)):
        yield f"{row.ref} is {row.state}, but a step of it is open."
    nobody = StageVisit.objects.filter(state="active", holder=None).select_related("request")
    for visit in nobody:
        yield f"{visit.request.ref}, visit {visit.seq} is in work with nobody."
    held = Q(visit__state="active", visit__holder=F("person"))
    for session in WorkSession.objects.filter(~held, stopped_at=None).select_related(
        "visit__request"
    ):
        where = f"{session.visit.request.ref}, visit {session.visit.seq}"
        yield f"{where}: a work session runs of somebody who does not hold it."


def handoffs_move_at_once() -> Iterator[str]:
    """I2: an offer and its visit agree, and handoffs of a request are numbered without a gap."""
    rows = Handoff.objects.select_related("request", "to_visit", "from_visit")
    waiting = rows.filter(state__in=["offered", "clarifying"]).exclude(to_visit__state="offered")
    for row in waiting:
        yield f"{row.request.ref}, handoff {row.seq} waits, but its step is {row.to_visit.state}."
    settled = rows.filter(to_visit__state="offered").exclude(state__in=["offered", "clarifying"])
    for row in settled:
        yield f"{row.request.ref}, handoff {row.seq} is {row.state}, but its step is offered."
    for row in rows.exclude(from_visit__state__in=["done"]):
        yield f"{row.request.ref}, handoff {row.seq} comes from a step that is not done."
    counted = Request.objects.annotate(n=Count("handoffs"), top=Max("handoffs__seq"))
    for request in counted.filter(n__gt=0).exclude(n=F("top")):
        yield f"{request.ref}: handoffs are numbered to {request.top}, there are {request.n}."


def stages_of_the_pinned_version() -> Iterator[str]:
    """I3: every step taken exists in the version it was taken under."""
    rows = StageVisit.objects.values_list(
        Coalesce("version_id", "request__version_id"), "request__workflow_key", "stage_key"
    ).distinct()
    for version_id, workflow, stage in rows:
        keys = {s.key for s in versions.blueprint(version_id).get("Workflow", workflow).stages}
        if stage not in keys:
            yield f"Version {version_id} has no step “{stage}” in {workflow}."


def sound_workflows() -> Iterator[str]:
    """I4: no published workflow has a dead end, and no token is lost or left over."""
    final = (ModelVersion.State.PUBLISHED, ModelVersion.State.RETIRED)
    for version in ModelVersion.objects.filter(state__in=final):
        bp = versions.blueprint(version)
        for key in bp.find("Workflow"):
            for fault in soundness.check(bp.workflow_graph(key)):
                yield f"{version.code}, {key}: {fault}"
    for request in Request.objects.filter(is_open=False).only("number", "marking"):
        if request.marking.get("tokens") or request.marking.get("parked"):
            yield f"{request.ref} ended, but tokens are left."


def pinned_and_unchanged() -> Iterator[str]:
    """I6: requests run on published versions whose bytes never changed."""
    drafts = Request.objects.exclude(version__state__in=["published", "retired"])
    for request in drafts.select_related("version"):
        yield f"{request.ref} runs on {request.version.code}, which is {request.version.state}."
    for version in ModelVersion.objects.filter(state__in=["published", "retired"]):
        checked = versions.verify_version(version)
        if not checked.ok:
            yield checked.sentence


def nobody_waits_on_nobody() -> Iterator[str]:
    """I7: each open step has a clock, a decider, or names whom it waits for."""
    clocks = Clock.objects.filter(visit=OuterRef("pk"), state__in=["running", "paused"])
    rows = StageVisit.objects.filter(state__in=StageVisit.LIVE).select_related("request", "team")
    for visit in rows.exclude(Exists(clocks)).filter(holder=None):
        if not visit.team.memberships.filter(valid__contains=clock.now()).exists():
            yield f"{visit.request.ref}, visit {visit.seq} waits on a team without people."
    for visit in rows.filter(state="blocked", blocked_party=""):
        yield f"{visit.request.ref}, visit {visit.seq} stands still for nobody."
    asked = Clock.objects.filter(visit=OuterRef(OuterRef("pk"))).values("decision_seq")
    open_decisions = Decision.objects.filter(
        subject_kind="request", subject_id=OuterRef("request_id"), state="open", seq__in=asked
    )
    for visit in rows.filter(state="deciding").exclude(Exists(open_decisions)):
        yield f"{visit.request.ref}, visit {visit.seq} waits for a decision that is not open."


def timers_fire_once() -> Iterator[str]:
    """I10: nothing armed is overdue by more than 15 s, nothing fired before its moment."""
    now = clock.now()
    rows = Clock.objects.select_related("request")
    for row in rows.filter(state="running", next_due__lt=now - LATE):
        yield f"{row.request.ref}, clock {row.seq} should have fired at {row.next_due}."
    for row in rows.exclude(state="running").exclude(next_due=None):
        yield f"{row.request.ref}, clock {row.seq} is {row.state} and still armed."
    early = rows.filter(breached_at__isnull=False).exclude(detected_at__gte=F("breached_at"))
    for row in early:
        yield f"{row.request.ref}, clock {row.seq} was breached before it was due."
    for row in rows.filter(state="stopped", met=True, elapsed_s__gt=F("target_s")):
        yield f"{row.request.ref}, clock {row.seq} is met over its target."
    yield from _fired_twice()


def _fired_twice() -> Iterator[str]:
    """Thresholds that the ledger tells of more than once."""
    kinds = ["clock.warned", "clock.breached", "clock.escalated"]
    by_threshold = Event.objects.filter(type__in=kinds).values(
        "chain", "subject", "type", "data__clock", "data__percent", "data__generation",
        "data__rung",
    )  # fmt: skip
    for row in by_threshold.order_by().annotate(n=Count("id")).filter(n__gt=1):
        if row["n"] <= _generations(row["chain"], row["data__clock"]):
            continue
        what = f"clock {row['data__clock']} fired {row['n']} times"
        yield f"{row['subject'] or row['chain']}, {what}: {row['type']}."


def _generations(chain: str, number: int) -> int:
    """How often a clock was started: each of its thresholds fires once in each."""
    rows = Clock.objects.filter(request_id=int(chain.partition("/")[2]), seq=number)
    return rows.values_list("generation", flat=True).first() or 1


def crossings_have_handoffs() -> Iterator[str]:
    """M7: every boundary crossing has a handoff, accepted before work starts."""
    teams: dict[int, dict[int, int]] = defaultdict(dict)
    rows = StageVisit.objects.select_related("request").order_by("request_id", "seq")
    with_handoff = set(Handoff.objects.values_list("to_visit_id", flat=True))
    for visit in rows.iterator(chunk_size=2000):
        teams[visit.request_id][visit.seq] = visit.team_id
        if visit.pk in with_handoff or visit.is_rework:
            continue
        crossed = [s for s in visit.sources if teams[visit.request_id].get(s) != visit.team_id]
        if crossed:
            yield f"{visit.request.ref}, visit {visit.seq} came from another team unannounced."
    early = Handoff.objects.filter(to_visit__started_at__isnull=False).filter(
        ~Q(state="accepted") | Q(responded_at__gt=F("to_visit__started_at"))
    )
    for row in early.exclude(state="returned").select_related("request"):
        yield f"{row.request.ref}, handoff {row.seq}: work started before it was accepted."


def visits_are_tokens() -> Iterator[str]:
    """M9: live visits are the tokens of the marking, one each."""
    live: dict[int, dict[str, str]] = defaultdict(dict)
    for request_id, token, stage in StageVisit.objects.filter(
        state__in=StageVisit.LIVE
    ).values_list("request_id", "token", "stage_key"):
        live[request_id][token] = stage
    for request in Request.objects.only("pk", "number", "marking").iterator(chunk_size=2000):
        if request.marking.get("tokens", {}) != live.get(request.pk, {}):
            yield f"{request.ref}: tokens and open steps differ."


def queues_agree_with_clocks() -> Iterator[str]:
    """Q1: where open work stands in its queue is when our running clock of it ends."""
    live = StageVisit.objects.filter(state__in=StageVisit.LIVE).select_related("request")
    open_clocks = Clock.objects.filter(state__in=["running", "paused"])
    rows = live.prefetch_related(Prefetch("clocks", queryset=open_clocks, to_attr="open_clocks"))
    for visit in rows.iterator(chunk_size=2000):
        ours = clock_views.ours(visit.open_clocks)
        runs = ours is not None and ours.state == Clock.State.RUNNING
        due = (ours.due_at if ours and runs else None) or FAR
        risk = (ours.risk_at if ours and runs else None) or FAR
        if (visit.queue_due, visit.queue_risk) != (due, risk):
            yield f"{visit.request.ref}, visit {visit.seq} stands elsewhere than its clock says."
        bp = versions.blueprint(visit.request.version_id)
        if visit.queue_rank != clock_policies.rank(bp, visit.request.priority):
            yield f"{visit.request.ref}, visit {visit.seq} stands elsewhere than its priority says."
    for row in live.filter(asleep=True, follow_up_at=None):
        yield f"{row.request.ref}, visit {row.seq} sleeps without a day to wake."
    for row in live.filter(asleep=True, follow_up_at__lt=clock.now() - LATE):
        yield f"{row.request.ref}, visit {row.seq} should have come back by now."


def words_know_who_sees() -> Iterator[str]:
    """Q2: the words of a request are found by exactly who sees it."""
    texts = RequestText.objects.exclude(principals=F("request__principals"))
    for text in texts.select_related("request"):
        yield f"{text.request.ref} is found by others than see it."


ALL = (
    (
        "I1",
        "Every open branch has one owner; closed has none.",
        one_owner_per_branch,
    ),
    ("I2", "A handoff moves accountability at once.", handoffs_move_at_once),
    ("I3", "Every step exists in its version.", stages_of_the_pinned_version),
    ("I4", "Workflows are sound; no token is lost.", sound_workflows),
    ("I6", "Pinned versions are published and unchanged.", pinned_and_unchanged),
    ("I7", "No request waits on nobody.", nobody_waits_on_nobody),
    ("I10", "Timers fire once, not early, not late.", timers_fire_once),
    ("M7", "Every crossing has its handoff.", crossings_have_handoffs),
    ("M9", "Open steps are the tokens.", visits_are_tokens),
    ("Q1", "Queues agree with the clocks.", queues_agree_with_clocks),
    ("Q2", "Words are found by who sees the request.", words_know_who_sees),
)

EVERY = (*ALL, *clock_invariants.ALL, *pinned_invariants.ALL)
