"""What keys of the model are called today, and the colours of departments."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from catalog.models import Service
from esm.common.ui.parts import slot
from esm.common.ui.tags.figures import KIND_LABELS
from governance.blueprint.blueprint import Blueprint
from governance.models import Department, Team
from governance.selectors import versions
from valueflow.engine.records import KINDS
from workflows.models import ValueStream

# Longest code of a group of a log.
CODE = 4


@dataclass(frozen=True, slots=True)
class Side:
    """A department (or a group of a log) as chips show it."""

    key: str
    code: str
    name: str
    slot: str = "n"


@dataclass(frozen=True, slots=True)
class Names:
    """Names by key; a key that nobody knows is its own name."""

    streams: dict[str, str]
    services: dict[str, str]
    sides: dict[str, Side]
    stages: dict[tuple[str, str], str]
    reasons: dict[tuple[str, str], str]
    teams: dict[str, str]

    def stream(self, key: str) -> str:
        """Name of a stream."""
        return self.streams.get(key) or spoken(key)

    def side(self, key: str) -> Side:
        """Department or group."""
        return self.sides.get(key) or Side(key, key[:4].upper(), spoken(key))

    def stage(self, stream: str, key: str) -> str:
        """Name of a stage of a stream."""
        return self.stages.get((stream, key)) or spoken(key)

    def reason(self, agreement: str, key: str) -> str:
        """Words of a return reason."""
        return self.reasons.get((agreement, key)) or spoken(key)


def spoken(key: str) -> str:
    """A key as words, for what has lost its name."""
    return key.replace("-", " ").strip().capitalize()


def kind_words() -> dict[str, str]:
    """Names of the kinds of time."""
    return {kind: str(KIND_LABELS.get(kind, _("Standing still"))) for kind in KINDS}


def names(model_id: int | None, *, with_teams: bool = False) -> Names:
    """Names of everything figures speak of under a version; three or four queries."""
    blueprint = versions.blueprint(model_id) if model_id else None
    return Names(
        streams=dict(ValueStream.objects.order_by("name").values_list("key", "name")),
        services=dict(Service.objects.order_by("name").values_list("key", "name")),
        sides=departments(),
        stages=_stages(blueprint) if blueprint else {},
        reasons=_reasons(blueprint) if blueprint else {},
        teams=dict(Team.objects.order_by().values_list("key", "name")) if with_teams else {},
    )


def departments() -> dict[str, Side]:
    """Departments by key, in the order in which they are shown."""
    return {
        row.key: Side(row.key, row.code, row.name, slot(row.slot - 1 if row.slot else None))
        for row in Department.objects.order_by("slot", "name")
    }


def groups(labels: Iterable[str], log: str) -> Names:
    """The groups of a log as sides; the ten first have colours, in the order given."""
    sides: dict[str, Side] = {}
    used: set[str] = set()
    for place, label in enumerate(labels):
        code = _code(label, used)
        used.add(code)
        sides[label] = Side(label, code, label, slot(place))
    return Names(streams={log: log}, services={}, sides=sides, stages={}, reasons={}, teams={})


def _code(label: str, used: set[str]) -> str:
    """A few characters for a group: ``Group 70`` becomes ``G70``; never twice the same."""
    words = re.findall(r"[^\W\d_]+|\d+", label)
    code = "".join(word if word.isdigit() else word[0].upper() for word in words)[:CODE]
    if len(words) == 1 and not words[0].isdigit():
        code = words[0][:CODE].upper()
    code, base, place = code or "?", code or "?", 1
    while code in used:
        place += 1
        code = f"{base[: CODE - len(str(place))]}{place}"
    return code


def _stages(blueprint: Blueprint) -> dict[tuple[str, str], str]:
    return {
        (str(workflow.value_stream), stage.key): stage.name
        for workflow in blueprint.find("Workflow").values()
        for stage in workflow.stages
    }


def _reasons(blueprint: Blueprint) -> dict[tuple[str, str], str]:
    return {
        (key, reason.key): reason.text
        for key, agreement in blueprint.find("HandoffAgreement").items()
        for reason in agreement.return_reasons
    }
