"""What can no longer be asked for because the model ended it, and what is in force instead."""

from django.db.models import Q

from catalog.models import Offering
from catalog.selectors import portal
from esm.common.errors import Retired
from governance.blueprint import kinds
from governance.selectors.people import Account
from governance.selectors.versions import blueprint, published


def known(user: Account, key: str) -> Offering | None:
    """An offering that the account could ask for until the model ended it, or its service."""
    over = Q(retired_at__isnull=False) | Q(service__retired_at__isnull=False)
    rows = Offering.objects.filter(over | Q(service__live=False), portal.meant_for(user), key=key)
    row = rows.select_related("service").distinct().first()
    if row is None or row.retired_at or row.service.retired_at:
        return row
    version = published()
    spec = blueprint(version).peek(kinds.Service, row.service.key) if version else None
    # One that is not live yet was never there for anybody.
    return row if spec is not None and spec.lifecycle == "retired" else None


def ended(offering: Offering, user: Account | None = None) -> Retired:
    """The refusal of one that was ended; ``user`` may ask for the offerings it names."""
    version = published()
    code = version.code if version else None
    said = (
        f"“{offering.name}” can no longer be asked for: the model in force, {code}, has ended it."
    )
    found: dict[str, object] = {"version": code}
    if user is not None:
        rows = portal.offerings_for(user).filter(service=offering.service_id)
        found["offerings"] = keys = sorted(rows.values_list("key", flat=True))
        said += f" Ask for {' or '.join(keys)}." if keys else " Look at what is offered now."
    else:
        said += " Look at what is offered now."
    return Retired(said, in_force=found)
