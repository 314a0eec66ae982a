"""What tests of votes share: who says what, and what was recorded."""

from esm.events.models import Event
from governance.services import deciding
from tests.governance.conftest import actor


def events(kind: str) -> list[dict]:
    return list(Event.objects.filter(type=kind).order_by("seq").values_list("data", flat=True))


def say(decision, who, outcome="approve", **extra):
    if outcome != "approve":
        extra.setdefault("rationale", f"{who} says so")
    return deciding.decide(decision.pk, outcome=outcome, actor=actor(who), **extra)


def refs(staff, *names):
    return [staff[name].ref for name in names]
