"""The brief of a stream for its sponsor: why it matters, how it stands, what is asked of them."""

from dataclasses import dataclass

from esm.common.errors import NotFound
from governance.blueprint import kinds
from governance.blueprint.completeness import Score, checks, score
from governance.models import SponsorSign
from governance.selectors import commitments
from governance.selectors.administration import check
from governance.selectors.commitments import Pledge
from governance.selectors.people import Account, person_for
from governance.selectors.roles import holders


@dataclass(frozen=True, slots=True)
class Brief:
    """What a sponsor has to know of a stream; ``objectives`` are (key, code, title)."""

    key: str
    name: str
    code: str
    trigger: str
    value: str
    critical: bool
    owner_key: str
    owner: str
    owners: tuple[str, ...]
    sponsor_key: str
    sponsor: str
    sponsors: tuple[str, ...]
    objectives: tuple[tuple[str, str, str], ...]
    complete: Score
    mine: bool
    opened: bool
    supported: bool


def brief(user: Account, key: str) -> Brief:
    """Raises NotFound for what is no stream of the model in force."""
    bp = commitments.in_force()
    spec = bp.peek(kinds.ValueStream, key) if bp is not None else None
    if bp is None or spec is None:
        raise NotFound("There is no such stream.")
    person = person_for(user)
    owner = bp.peek(kinds.Role, spec.owner_role) if spec.owner_role else None
    sponsor = bp.peek(kinds.Role, spec.sponsor_role) if spec.sponsor_role else None
    served = [
        str(ref)
        for name in spec.outcomes
        if (outcome := bp.peek(kinds.Outcome, str(name))) is not None
        for ref in outcome.objectives
    ]
    objectives = [(ref, bp.get(kinds.Objective, ref)) for ref in dict.fromkeys(served)]
    signs = SponsorSign.objects.filter(person=person, stream_key=key)
    given = set(signs.values_list("sign", flat=True)) if person else set()
    return Brief(
        key=key,
        name=spec.name,
        code=spec.code,
        trigger=spec.trigger,
        value=spec.value,
        critical=spec.criticality == "critical",
        owner_key=str(spec.owner_role or ""),
        owner=owner.name if owner else "",
        owners=_names(str(spec.owner_role or ""), key),
        sponsor_key=str(spec.sponsor_role or ""),
        sponsor=sponsor.name if sponsor else "",
        sponsors=_names(str(spec.sponsor_role or ""), key),
        objectives=tuple((ref, one.code, one.title) for ref, one in objectives),
        complete=score(one for one in checks(bp) if key in one.streams),
        mine=key in commitments.sponsored_by(person, bp),
        opened=SponsorSign.Sign.OPENED in given,
        supported=SponsorSign.Sign.SUPPORTED in given,
    )


def _names(role: str, stream: str) -> tuple[str, ...]:
    return tuple(one.name for one in holders(role, stream=stream)) if role else ()


def settled_by(user: Account, number: int) -> Pledge:
    """A commitment that this account may settle. Raises NotFound, NotAllowed for who only reads."""
    found = commitments.one(user, number)
    check(user, "commitment.settle", holder_id=found.row.person_id)
    return found
