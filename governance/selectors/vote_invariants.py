"""I15, I16, I18, I19, read from rows: whose votes count, what they came to, who gave what to whom.

Rows that are corrected afterwards, such as a role whose end is put before a vote, are named, too:
what was decided then no longer follows from what is on record.
"""

from collections.abc import Iterable

from django.db.models import (
    BooleanField,
    CharField,
    Count,
    Exists,
    ExpressionWrapper,
    F,
    Func,
    IntegerField,
    JSONField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Coalesce, Concat, JSONObject

from esm.events.models import Event
from governance import registries
from governance.models import Absence, Decision, Delegation, ModelElement, RoleAssignment, Vote

CAP = 50
APPROVE = Vote.Choice.APPROVE
THEIRS = "Whoever voted, or whom they acted for, held the role that the vote names, at that moment."
ENOUGH = (
    "What was approved has the votes it needs: of so many persons who may, in the last round, on"
    " what was decided."
)
GIVEN = "Nobody has a role, a mark, a team, an account or a delegation from themselves."
FOLLOWS = "Nothing is told or done as approved without an approval that is on record before it."
# What is given to whom: the type of the event, and where it names who is the better for it.
GRANTS = {
    "role.assigned": "person",
    "person.joined": "person",
    "person.linked": "person",
    "account.changed": "person",
    "person.absent": "stand_in",
    "delegation.proposed": "delegate",
    "delegation.accepted": "giver",
}


def votes_were_theirs() -> Iterable[str]:
    """A sentence for each counted vote under a role that was not held then; at most 50 a kind."""
    rows = Vote.objects.filter(counted=True)
    held = RoleAssignment.objects.filter(
        role__key=OuterRef("role_key"),
        person_id=Coalesce(OuterRef("stands_in_for_id"), OuterRef("person_id")),
        valid__contains=OuterRef("cast_at"),
    )
    for row in rows.exclude(Exists(held)).order_by("pk")[:CAP]:
        who = row.stands_in_for_id or row.person_id
        yield f"Vote {row.pk} counted, but P-{who} did not hold {row.role_key} when it was cast."
    away = Absence.objects.filter(
        person_id=OuterRef("stands_in_for_id"), valid__contains=OuterRef("cast_at")
    )
    instead = rows.filter(stands_in_for__isnull=False).exclude(Exists(away))
    for row in instead.order_by("pk")[:CAP]:
        yield f"Vote {row.pk} was cast for P-{row.stands_in_for_id}, who was not away then."
    for row in rows.exclude(_named()).order_by("pk")[:CAP]:
        yield f"Vote {row.pk} counted, but its trace does not name P-{row.person_id}."


def votes_still_counted() -> Iterable[str]:
    """A sentence for each counted vote of whoever had no say any more when it was decided.

    They may have one then in another role, or for somebody else, than when they voted.
    """
    at = OuterRef("decision__decided_at")
    whose = Q(person=OuterRef("person")) | Q(person=OuterRef("stands_in_for"))
    role = _step("deciders", JSONObject(roles=_array(F("role__key"))))
    held = RoleAssignment.objects.filter(
        whose, _within(role, OuterRef("decision__trace")), valid__contains=at
    )
    instead = Absence.objects.filter(stand_in=OuterRef("person"), valid__contains=at)
    given = Delegation.objects.filter(
        delegate=OuterRef("person"), accepted_at__lte=at, valid__contains=at
    )
    several = Vote.objects.filter(counted=True).exclude(decision__rule="single")
    rows = several.exclude(Exists(held) | Exists(instead) | Exists(given))
    for row in rows.order_by("pk")[:CAP]:
        yield f"Vote {row.pk} counted, but P-{row.person_id} had no say any more in the end."


def _named() -> Q:
    """Of votes: the stored evidence names who cast it, and of several that of the outcome, too."""
    ref = Concat(Value("P-"), Cast("person_id", CharField()), output_field=CharField())
    alone = _step("decider", JSONObject(person=ref))
    seated = _step("deciders", JSONObject(people=_array(ref)))
    together = _within(seated, "trace") & _within(seated, "decision__trace")
    return Q(_within(alone, "trace")) | Q(together)


def _array(of: object) -> Func:
    return Func(of, function="jsonb_build_array", output_field=JSONField())


def _step(code: str, data: object) -> Func:
    return _array(JSONObject(code=Value(code), data=data))


def _within(steps: Func, trace: str | OuterRef) -> Q:
    found = Func(
        F(trace) if isinstance(trace, str) else trace,
        steps,
        template="(%(expressions)s)",
        arg_joiner=" @> ",
    )
    return Q(ExpressionWrapper(found, output_field=BooleanField()))


def approved_with_votes() -> Iterable[str]:
    """A sentence for each approval that nothing allowed beforehand and too few said yes to."""
    rows = _approved().exclude(trace__contains=[{"code": "pre_authorised"}])
    votes = _deciding_votes().filter(decision=OuterRef("pk"), choice=APPROVE)
    number = votes.order_by().values("decision").annotate(n=Count("person", distinct=True))
    yes = Coalesce(Subquery(number.values("n"), output_field=IntegerField()), 0)
    for row in rows.annotate(yes=yes).filter(yes__lt=F("needed")).order_by("pk")[:CAP]:
        yield f"Decision {row.pk} was approved by {row.yes} of {row.needed} persons."
    others = Vote.objects.filter(counted=True).exclude(pk__in=_deciding_votes().values("pk"))
    for vote in others.order_by("pk")[:CAP]:
        yield f"Vote {vote.pk} counted for another round or another content."
    own = Q(person=F("decision__requester")) | Q(person=F("decision__beneficiary"))
    own |= Q(stands_in_for=F("decision__requester"))
    own |= Q(stands_in_for=F("decision__beneficiary"))
    kept = ModelElement.objects.filter(
        version=OuterRef("decision__version"),
        kind="DecisionType",
        key=OuterRef("decision__type_key"),
        content__requester_excluded=True,
    )
    for vote in Vote.objects.filter(own, Exists(kept), counted=True).order_by("pk")[:CAP]:
        yield f"Vote {vote.pk} counted on what its voter asked for or gains by."


def _approved() -> QuerySet[Decision]:
    return Decision.objects.filter(state=Decision.State.DECIDED, outcome=Decision.Outcome.APPROVE)


def _deciding_votes() -> QuerySet[Vote]:
    """Counted ones of the last round, on the content that was decided on."""
    return Vote.objects.filter(
        counted=True,
        withdrawn_at=None,
        round=F("decision__round"),
        content_hash=F("decision__content_hash"),
    )


def nobody_gave_to_themselves() -> Iterable[str]:
    """A sentence for each grant that its own receiver is on record for."""
    for kind, name in GRANTS.items():
        rows = Event.objects.filter(type=kind).annotate(to=KT(f"data__{name}"))
        for row in rows.filter(to=F("actor")).exclude(to="").order_by("pk")[:CAP]:
            yield f"{row.chain}#{row.seq}: {row.actor} is on record for their own {kind}."


def approvals_are_on_record() -> Iterable[str]:
    """A sentence for each event of an approval without its row, or before its votes."""
    number = Cast(Func(F("chain"), Value("/"), Value(2), function="split_part"), IntegerField())
    kind = Func(F("chain"), Value("/"), Value(1), function="split_part", output_field=CharField())
    told = Event.objects.filter(type="decision.decided", data__outcome=APPROVE)
    told = told.annotate(kind=kind).filter(kind__in=list(registries.subjects()))
    told = told.annotate(number=number, n=Cast(KT("data__decision"), IntegerField()))
    allowed = Q(trace__contains=[{"code": "pre_authorised"}])
    votes = _deciding_votes().filter(
        decision=OuterRef("pk"), choice=APPROVE, cast_at__lte=OuterRef("decided_at")
    )
    rows = _approved().filter(
        allowed | Exists(votes),
        subject_kind=OuterRef("kind"),
        subject_id=OuterRef("number"),
        seq=OuterRef("n"),
        decided_at__lte=OuterRef("occurred_at"),
    )
    for row in told.exclude(Exists(rows)).order_by("pk")[:CAP]:
        yield f"{row.chain}#{row.seq} tells of an approval that no vote on record made."


ALL = (
    ("I15", THEIRS, votes_were_theirs),
    ("I15", THEIRS, votes_still_counted),
    ("I16", ENOUGH, approved_with_votes),
    ("I18", GIVEN, nobody_gave_to_themselves),
    ("I19", FOLLOWS, approvals_are_on_record),
)
