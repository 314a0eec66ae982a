"""Who is told of changes of the model: who is asked, signs, decides, reads, objected."""

from collections.abc import Callable, Iterable

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from esm.common import clock
from esm.events.registry import EventRow
from esm.notices.choices import Group, Why
from esm.notices.registries import Kind
from esm.notices.services import notify, reading
from governance.models import (
    Acknowledgement,
    ChangeProposal,
    ConsentAnswer,
    ConsentRound,
    ModelVersion,
    Objection,
    RoleAssignment,
)
from governance.selectors import hindrances, signatures
from governance.selectors.versions import blueprint, load_blueprint, published

ASKED, SIGN, DECIDE, READ = "consent.asked", "agreement.sign", "model.decide", "model.read"
OBJECTION, RAISED, RETURNED, PROPOSAL = (
    "objection.moved", "objection.raised", "model.returned", "proposal.moved",
)  # fmt: skip
KINDS = (
    Kind(ASKED, _("A change of the model waits for your answer"), Group.NEEDS),
    Kind(SIGN, _("A handoff agreement waits for your signature"), Group.NEEDS),
    Kind(DECIDE, _("A change of the model waits for your decision"), Group.NEEDS),
    Kind(READ, _("A change that concerns you takes effect"), Group.NEEDS),
    Kind(RAISED, _("Somebody objects to a change of the model"), Group.NEEDS),
    Kind(OBJECTION, _("Something came of your objection"), Group.OTHER),
    Kind(RETURNED, _("A change you were asked about was taken back"), Group.OTHER),
    Kind(PROPOSAL, _("Your proposal moved on"), Group.OTHER),
)
EVENTS = (
    "model.submitted",
    "model.round_ended",
    "model.returned",
    "model.scheduled",
    "model.consent_answered",
    "model.agreement_signed",
    "model.acknowledged",
    "model.objection_raised",
    "model.objection_tested",
    "model.objection_settled",
    "model.agreed",
    "proposal.moved",
)
BECAME = {
    "testing": "is being tested",
    "valid": "is valid; the change has to be worked over",
    "not_valid": "is not valid",
    "integrating": "is being worked in",
    "resolved": "was worked in",
    "withdrawn": "was withdrawn",
    "overruled": "was overruled",
}


def tell(event: EventRow) -> None:
    """Tell whoever has to know; what was asked is settled once it is answered or over."""
    _TELL[event.type](event, int(event.chain.partition("/")[2]))


def changes_url(version: ModelVersion) -> str:
    """The page on which somebody reads what a version changes for them."""
    return reverse("change", args=[version.code])


def _version(pk: int) -> ModelVersion:
    return ModelVersion.objects.get(pk=pk)


def _say(
    event: EventRow,
    people: Iterable[int],
    kind: str,
    title: str,
    *,
    url: str,
    body: str = "",
    why: str = Why.CONCERNED,
) -> None:
    notify.notify(
        people,
        kind=kind,
        title=title,
        body=body,
        url=url,
        dedupe_key=f"{event.chain}:{event.seq}:{kind}",
        why=why,
    )


def _title(version: ModelVersion) -> str:
    return f"{version.code} {version.title}".strip()


def _submitted(event: EventRow, pk: int) -> None:
    version = _version(pk)
    consent = ConsentRound.objects.filter(version=version, number=event.data["round"]).first()
    if version.state != ModelVersion.State.IN_REVIEW or consent is None:
        return
    rows = ConsentAnswer.objects.filter(round=consent, answer="")
    url = changes_url(version)
    said = f"{_title(version)}: what changes for you, and do you consent?"
    body = f"Answer until {consent.deadline:%d %b %Y}."
    _say(event, rows.values_list("person_id", flat=True), ASKED, said, url=url, body=body)
    _ask_signatures(event, version)


def _ask_signatures(event: EventRow, version: ModelVersion) -> None:
    former = published()
    if former is None:
        return
    wanted = [
        one
        for one in signatures.sides(blueprint(former), load_blueprint(version.pk))
        if one.signature is None and one.touched.role
    ]
    rows = RoleAssignment.objects.filter(
        role__key__in={one.touched.role for one in wanted},
        person__active=True,
        valid__contains=clock.now(),
    )
    url = reverse("model-sign", args=[version.code])
    said = f"{_title(version)} changes handoff agreements that you sign"
    _say(event, set(rows.values_list("person_id", flat=True)), SIGN, said, url=url)


def _settle(kind: str, event: EventRow) -> None:
    reading.settle(kind, event.chain, event.seq)


def _answered(event: EventRow, pk: int) -> None:
    _done(ASKED, event)


def _signed(event: EventRow, pk: int) -> None:
    version, former = _version(pk), published()
    if former is None:
        return
    sides = signatures.sides(blueprint(former), load_blueprint(version.pk))
    if all(one.signature is not None for one in sides):
        _settle(SIGN, event)


def _done(kind: str, event: EventRow) -> None:
    """Whoever acted has nothing to do any more; the others still have."""
    person = int(event.data["person"].removeprefix("P-"))
    reading.settle(kind, event.chain, event.seq, person)


def _ended(event: EventRow, pk: int) -> None:
    version = _version(pk)
    _settle(ASKED, event)
    consent = ConsentRound.objects.filter(version=version, number=event.data["round"]).first()
    if consent is None or consent.closed_at is not None or consent.decision_id is None:
        return
    people = [int(ref.removeprefix("P-")) for ref in event.data["deciders"]]
    url = f"/decisions/?decision={consent.decision_id}"
    said = f"Is {_title(version)} agreed? Everybody had their say"
    _say(event, people, DECIDE, said, url=url, why=Why.DECIDER)


def _agreed(event: EventRow, pk: int) -> None:
    for kind in (ASKED, SIGN, DECIDE):
        _settle(kind, event)


def _returned(event: EventRow, pk: int) -> None:
    version = _version(pk)
    _agreed(event, pk)
    _settle(READ, event)
    rows = ConsentAnswer.objects.filter(
        round__version=version, round__number=event.data["round"], answered_at__isnull=False
    )
    url = changes_url(version)
    said = f"{_title(version)} was taken back to be worked on"
    people = set(rows.values_list("person_id", flat=True))
    _say(event, people, RETURNED, said, url=url, body=event.private.get("reason", ""))


def _scheduled(event: EventRow, pk: int) -> None:
    version = _version(pk)
    rows = Acknowledgement.objects.filter(version=version, told_at=None, given_at=None)
    people = set(rows.values_list("person_id", flat=True))
    if not people or version.effective_from is None:
        return
    url = changes_url(version)
    said = f"{_title(version)} takes effect on {version.effective_from:%d %b %Y}: read what changes"
    _say(event, people, READ, said, url=url, body=version.release_note)
    rows.update(told_at=clock.now())


def _acknowledged(event: EventRow, pk: int) -> None:
    if event.data["state"] in Acknowledgement.GIVEN:
        _done(READ, event)


def _raised(event: EventRow, pk: int) -> None:
    version = _version(pk)
    url = reverse("objection", args=[version.code, event.data["objection"]])
    people = {person.pk for person in hindrances.stewards()}
    said = f"Somebody objects to {_title(version)}: it is to be tested"
    _say(event, people, RAISED, said, url=url, body=event.private.get("text", ""))
    _done(ASKED, event)


def _moved(event: EventRow, pk: int) -> None:
    version = _version(pk)
    one = Objection.objects.filter(version=version, number=event.data["objection"]).first()
    if one is None:
        return
    if not Objection.objects.filter(version=version, state=Objection.State.RAISED).exists():
        _settle(RAISED, event)
    if event.actor == f"P-{one.person_id}":
        return
    url = reverse("objection", args=[version.code, one.number])
    said = f"Your objection to {_title(version)} {BECAME[event.data['state']]}"
    body = event.private.get("reason", "")
    _say(event, [one.person_id], OBJECTION, said, url=url, body=body)


def _proposal(event: EventRow, pk: int) -> None:
    row = ChangeProposal.objects.select_related("author").get(pk=pk)
    if event.actor == row.author.ref or event.data["former"] == event.data["state"]:
        return
    said = f"Your proposal {row.ref} is {row.get_state_display()}: {row.title}"
    url = reverse("proposal", args=[row.number])
    body = event.private.get("reason", "")
    _say(event, [row.author_id], PROPOSAL, said, url=url, body=body)


_TELL: dict[str, Callable[[EventRow, int], None]] = {
    "model.submitted": _submitted,
    "model.round_ended": _ended,
    "model.returned": _returned,
    "model.scheduled": _scheduled,
    "model.consent_answered": _answered,
    "model.agreement_signed": _signed,
    "model.acknowledged": _acknowledged,
    "model.objection_raised": _raised,
    "model.objection_tested": _moved,
    "model.objection_settled": _moved,
    "model.agreed": _agreed,
    "proposal.moved": _proposal,
}
