"""What happened to a proposal, an objection or a version on its way, in words, the latest first."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from esm.events.chains import ChainParent
from esm.events.registry import EventRow
from esm.events.selectors.chains import events_of
from governance.models import ChangeProposal, Objection, Person

SHOWN = 60
# Answers of single people are told by department on the page, never here.
UNTOLD = frozenset({"model.consent_answered", "model.acknowledged", "model.training_ended"})
OBJECTIONS = frozenset(
    {"model.objection_raised", "model.objection_tested", "model.objection_settled"}
)
WAY = OBJECTIONS | {
    "model.submitted", "model.round_extended", "model.agreement_signed", "model.round_ended",
    "model.returned", "model.agreed", "model.scheduled", "model.published", "model.retired",
    "model.rebased",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened: the sentence, who did it, when, and why."""

    sentence: str
    by: str
    at: datetime
    reason: str = ""


def of_proposal(row: ChangeProposal) -> list[Step]:
    """All of a proposal's chain, 60 at most."""
    return _steps(events_of(row), lambda event: True)


def of_version(version: ChainParent) -> list[Step]:
    """How a version was agreed, without who answered what."""
    return _steps(events_of(version), lambda event: event.type in WAY)


def of_objection(one: Objection) -> list[Step]:
    """What came of one objection."""
    return _steps(
        events_of(one.version),
        lambda event: event.type in OBJECTIONS and event.data["objection"] == one.number,
    )


def _steps(events: Iterable[EventRow], wanted: object) -> list[Step]:
    assert callable(wanted)
    rows = [event for event in events if wanted(event)][::-1][:SHOWN]
    names = _names(rows)
    return [
        Step(
            _sentence(event),
            names.get(event.actor, _("The system")),
            event.occurred_at,
            event.private.get("reason", ""),
        )
        for event in rows
    ]


def _names(rows: Iterable[EventRow]) -> Mapping[str, str]:
    refs = {row.actor for row in rows}
    ids = [int(ref[2:]) for ref in refs if ref.startswith("P-") and ref[2:].isdigit()]
    return {
        f"P-{pk}": name for pk, name in Person.objects.filter(pk__in=ids).values_list("pk", "name")
    }


def _sentence(event: EventRow) -> str:
    said = _Values(event.data)
    if event.type in OBJECTIONS:
        said["state"] = _state(Objection.State, str(event.data.get("state", "")))
    sentences = {
        "proposal.written": _("wrote it"),
        "proposal.changed": _("said it otherwise"),
        "proposal.moved": _moved(event.data),
        "model.submitted": _("put it to %(asked)s people, round %(round)s"),
        "model.round_extended": _("gave more time for answers"),
        "model.agreement_signed": _("signed the agreement %(agreement)s"),
        "model.round_ended": _("ended round %(round)s and asked for the decision"),
        "model.returned": _("made it a draft again"),
        "model.agreed": _("agreed to it"),
        "model.scheduled": _("gave it its day and asked %(acknowledgements)s people to read it"),
        "model.published": _("put it in force"),
        "model.retired": _("ended it"),
        "model.rebased": _("brought it up to %(based_on)s"),
        "model.objection_raised": _("objected, number %(objection)s"),
        "model.objection_tested": _("tested objection %(objection)s: %(state)s"),
        "model.objection_settled": _("objection %(objection)s: %(state)s"),
    }
    return sentences.get(event.type, event.type) % said


class _Values(dict[str, object]):
    """Values of an event by name; what it does not have reads as nothing."""

    def __missing__(self, key: str) -> str:
        return ""


def _state(states: type[Objection.State] | type[ChangeProposal.State], value: str) -> str:
    return str(states(value).label) if value in states.values else value


def _moved(data: Mapping[str, object]) -> str:
    state = str(data.get("state", ""))
    if data.get("former") == state:
        version = str(data.get("version", ""))
        return _("had %(version)s carry it") % {"version": version} if version else _("took it out")
    return _("moved it: %(state)s") % {"state": _state(ChangeProposal.State, state)}
