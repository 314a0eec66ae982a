"""The only place of this app that takes row locks."""

from collections.abc import Collection
from uuid import UUID

from catalog.models import (
    Article,
    BenefitCase,
    Content,
    Draft,
    Measure,
    MeasureSeries,
    MissedSearch,
    RequestTemplate,
)
from esm.common.errors import Conflict, NotFound
from esm.events.locks import mark_locked
from governance.selectors.people import Account


def lock_draft_to_send(pk: UUID) -> Draft:
    """A draft that is about to become a request. Raises NotFound, Conflict when it was sent."""
    rows = Draft.objects.select_for_update().filter(pk=pk, discarded_at__isnull=True)
    draft = rows.first()
    if draft is None:
        raise NotFound("This draft does not exist.")
    if draft.sent_as:
        raise Conflict(f"This was sent already, as {draft.sent_as}.", sent_as=draft.sent_as)
    return draft


def lock_draft(draft_id: UUID, user: Account, *, discarded: bool = False) -> Draft:
    """A draft of this account, or one it threw away. Raises NotFound for anybody else's."""
    rows = Draft.objects.select_for_update(of=("self",)).filter(pk=draft_id, user_id=user.pk or 0)
    draft = rows.filter(discarded_at__isnull=not discarded).first()
    if draft is None:
        raise NotFound("There is no such draft.")
    return draft


def lock_missed_search(words: str) -> MissedSearch:
    """The row that counts these words, made if need be."""
    row, _new = MissedSearch.objects.get_or_create(words=words)
    return MissedSearch.objects.select_for_update().get(pk=row.pk)


def lock_contents(shas: Collection[str]) -> list[Content]:
    """Stored contents that nobody is storing again at this moment, in the order of their hashes."""
    rows = Content.objects.select_for_update(skip_locked=True).filter(pk__in=shas)
    return list(rows.order_by("sha256"))


def article_for_update(pk: int) -> Article:
    """Lock one article, with its versions and team at hand; call inside a transaction."""
    rows = Article.objects.select_for_update(of=("self",))
    row = rows.select_related("team__department", "current", "draft").filter(pk=pk).first()
    if row is None:
        raise NotFound("This article does not exist.")
    mark_locked(row)
    return row


def template_for_update(pk: int) -> RequestTemplate:
    """Lock one template that was not removed; call inside a transaction."""
    rows = RequestTemplate.objects.select_for_update(of=("self",)).select_related("team")
    row = rows.filter(pk=pk, removed_at=None).first()
    if row is None:
        raise NotFound("This template does not exist.")
    mark_locked(row)
    return row


def lock_series(measures: Collection[Measure]) -> dict[str, MeasureSeries]:
    """The records of measures by key, made where there is none; call inside a transaction."""
    MeasureSeries.objects.bulk_create(
        [MeasureSeries(measure=one) for one in sorted(measures, key=lambda m: m.pk)],
        ignore_conflicts=True,
    )
    rows = MeasureSeries.objects.select_for_update(of=("self",)).select_related("measure")
    found = list(rows.filter(measure__in=measures).order_by("pk"))
    for row in found:
        mark_locked(row)
    return {row.measure.key: row for row in found}


def lock_benefit(key: str) -> BenefitCase:
    """The record of one benefit, made where there is none; call inside a transaction."""
    BenefitCase.objects.get_or_create(key=key)
    row = BenefitCase.objects.select_for_update().get(key=key)
    mark_locked(row)
    return row
