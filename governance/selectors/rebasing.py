"""A draft beside what came into force since it began, as people look at it and choose."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from governance.blueprint.blueprint import Blueprint
from governance.blueprint.editing.merging import ABSENT
from governance.blueprint.editing.rebasing import Clash, Rebased, rebase
from governance.blueprint.elements import ElementId
from governance.blueprint.kinds import folder_of
from governance.models import ModelVersion
from governance.selectors.drafts import draft_blueprint
from governance.selectors.editing import Choice, choices
from governance.selectors.versions import blueprint, published
from governance.selectors.wording import element_name, noun


@dataclass(frozen=True, slots=True)
class Coming:
    """An element that is taken or put together without asking; ``how`` in a word."""

    noun: str
    folder: str
    key: str
    name: str
    how: str


@dataclass(frozen=True, slots=True)
class ClashShown:
    """An element to choose on, with its fields in words."""

    item: ElementId
    noun: str
    name: str
    rows: tuple[Choice, ...]

    @property
    def open(self) -> int:
        """How many of its fields have to be chosen."""
        return sum(row.settled is None for row in self.rows)

    @property
    def settled(self) -> int:
        """How many one side alone changed."""
        return len(self.rows) - self.open


@dataclass(frozen=True, slots=True)
class RebasePage:
    """All of it; ``mark`` says on what somebody chooses."""

    version: ModelVersion
    former: ModelVersion
    onto: ModelVersion
    taken: tuple[Coming, ...]
    merged: tuple[Coming, ...]
    clashes: tuple[ClashShown, ...]
    mark: bytes

    @property
    def open(self) -> int:
        """How many choices there are to make."""
        return sum(clash.open for clash in self.clashes)


def newer_than(
    version: ModelVersion, known: Iterable[ModelVersion] | None = None
) -> ModelVersion | None:
    """What is in force, where a draft began from something else; among ``known`` if given."""
    state = ModelVersion.State
    if version.state != state.DRAFT or version.based_on_id is None:
        return None
    if known is None:
        onto = published()
    else:
        onto = next((one for one in known if one.state == state.PUBLISHED), None)
    return onto if onto is not None and onto.pk != version.based_on_id else None


def rebase_page(version: ModelVersion, onto: ModelVersion) -> RebasePage:
    """What bringing a draft up to ``onto`` does; changes nothing."""
    assert version.based_on is not None
    before, mine, theirs = blueprint(version.based_on), draft_blueprint(version), blueprint(onto)
    found = rebase(before, mine, theirs)
    return RebasePage(
        version=version,
        former=version.based_on,
        onto=onto,
        taken=tuple(_coming(found, mine, theirs)),
        merged=tuple(_one(mine, item, _("put together")) for item in found.merged),
        clashes=tuple(_clash(mine, theirs, one) for one in found.clashes),
        mark=mine.content_hash,
    )


def _coming(found: Rebased, mine: Blueprint, theirs: Blueprint) -> list[Coming]:
    rows = []
    for item, content in found.taken.items():
        if content is None:
            rows.append(_one(mine, item, _("taken out")))
        else:
            rows.append(_one(theirs, item, _("changed") if item in mine else _("new")))
    return rows


def _one(bp: Blueprint, item: ElementId, how: str) -> Coming:
    kind, key = item
    return Coming(noun(kind), folder_of(kind), key, element_name(bp, kind, key), how)


def _clash(mine: Blueprint, theirs: Blueprint, clash: Clash) -> ClashShown:
    kind, key = clash.id
    bp = mine if clash.mine is not ABSENT else theirs
    return ClashShown(clash.id, noun(kind), element_name(bp, kind, key), _rows(bp, clash))


def _rows(bp: Blueprint, clash: Clash) -> tuple[Choice, ...]:
    if clash.whole:
        mine, theirs, before = (_whole(one) for one in (clash.mine, clash.theirs, clash.before))
        return (Choice("", _("all of it"), mine, theirs, before, settled=None),)
    before = {} if clash.before is ABSENT else clash.before
    return tuple(choices(bp, clash.kind, before, clash.mine, clash.theirs))


def _whole(side: object) -> str:
    return _("not there") if side is ABSENT else _("as it stands there")
