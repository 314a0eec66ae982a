"""Handoff agreements a version touches, and whether both sides signed them as they stand in it."""

from dataclasses import dataclass

from governance.blueprint.blueprint import Blueprint
from governance.blueprint.consent import Touched, touched_agreements
from governance.blueprint.kinds import Team
from governance.models import AgreementSignature
from governance.selectors.wording import element_name


@dataclass(frozen=True)
class ToSign:
    """One side of a touched agreement with its signature, if there is one."""

    touched: Touched
    name: str
    team_name: str
    role_name: str
    signature: AgreementSignature | None


def sides(before: Blueprint, after: Blueprint) -> list[ToSign]:
    """Both sides of all agreements that differ from what is in force; one query.

    What was signed before with this very content is signed.
    """
    touched = touched_agreements(before, after)
    if not touched:
        return []
    rows = AgreementSignature.objects.filter(agreement_key__in={one.key for one in touched})
    known = {
        (row.agreement_key, bytes(row.content_hash), row.side): row
        for row in rows.select_related("person")
    }
    return [
        ToSign(
            one,
            element_name(after, "HandoffAgreement", one.key),
            element_name(after, Team.__name__, one.team),
            element_name(after, "Role", one.role) if one.role else "",
            known.get((one.key, one.mark, one.side)),
        )
        for one in touched
    ]
