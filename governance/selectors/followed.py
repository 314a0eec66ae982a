"""Who hears of people and the model in the change feed, and the stable names of persons."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from esm.events.registries import Sight
from esm.events.registry import EventRow
from governance.models import Person
from governance.selectors import assessments, commitments, people, proposals, waivers


def names(refs: Collection[str]) -> Mapping[str, str]:
    """The key of each person by reference (``P-17``)."""
    ids = [int(ref.removeprefix("P-")) for ref in refs]
    rows = Person.objects.filter(pk__in=ids).values_list("pk", "key")
    return {f"P-{pk}": key for pk, key in rows}


def _all(_user: Any, rows: Sequence[EventRow]) -> list[EventRow]:
    return list(rows)


def _of_people(user: Any, ids: Collection[int]) -> Collection[int]:
    facts = people.facts_for(user)
    return ids if facts.steward or facts.auditor or facts.admin else ()


def _of_model(user: Any, ids: Collection[int]) -> Collection[int]:
    facts = people.facts_for(user)
    return ids if facts.steward else ()


def _of_waivers(user: Any, ids: Collection[int]) -> Collection[int]:
    return set(waivers.visible_to(user).filter(pk__in=ids).values_list("pk", flat=True))


def _of_proposals(user: Any, ids: Collection[int]) -> Collection[int]:
    return set(proposals.visible_to(user).filter(pk__in=ids).values_list("pk", flat=True))


def _of_commitments(user: Any, ids: Collection[int]) -> Collection[int]:
    rows = commitments.visible_to(user).filter(pk__in=ids)
    return set(rows.values_list("pk", flat=True))


def _of_assessments(user: Any, ids: Collection[int]) -> Collection[int]:
    rows = assessments.visible_to(user).filter(pk__in=ids)
    return set(rows.values_list("pk", flat=True))


# Who keeps or audits people reads their history whole; drafts of the model are for stewards.
PEOPLE = Sight(seen=_of_people, heard=_all)
ASSESSMENTS = Sight(seen=_of_assessments, heard=_all)
COMMITMENTS = Sight(seen=_of_commitments, heard=_all)
WAIVERS = Sight(seen=_of_waivers, heard=_all)
MODEL = Sight(seen=_of_model, heard=_all)
PROPOSALS = Sight(seen=_of_proposals, heard=_all)
