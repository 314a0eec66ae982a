"""What becomes of words that found nothing: counted, answered with a synonym, dismissed."""

import hmac
import unicodedata
from datetime import timedelta
from hashlib import sha256

from django.conf import settings
from django.db import transaction

from catalog.locks import lock_missed_search
from catalog.models import MissedSearch, Offering
from catalog.selectors.searches import SHOWN_FROM, WEEKS, by_words, week_of
from esm.common import clock
from esm.common.errors import Invalid
from esm.events.actors import Actor
from governance.blueprint import kinds
from governance.models import ModelElement, ModelVersion
from governance.selectors.people import Account
from governance.selectors.versions import load_blueprint
from governance.services import drafting

MIN_WORDS, MAX_WORDS = 2, 80
KEPT = timedelta(days=180)


def normalised(text: str) -> str:
    """Words as they are counted: one case, single spaces, nothing unprintable."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    plain = "".join(c if c.isprintable() else " " for c in folded)
    return " ".join(plain.split())[:MAX_WORDS].strip()


def _mark(words: str, person_id: int) -> str:
    """Tells people apart who searched for the same words, and only those."""
    text = f"{words}\n{person_id}"
    return hmac.new(str(settings.SECRET_KEY).encode(), text.encode(), sha256).hexdigest()


def record_missed(text: str, *, person_id: int | None) -> MissedSearch | None:
    """Count words that found nothing. Who searched is forgotten once three people did."""
    words = normalised(text)
    if person_id is None or len(words) < MIN_WORDS:
        return None
    now = clock.now()
    with transaction.atomic():
        MissedSearch.objects.filter(last_at__lt=now - KEPT).delete()
        row = lock_missed_search(words)
        if row.people < SHOWN_FROM:
            row.marks = sorted({*row.marks, _mark(words, person_id)})
            row.people = len(row.marks)
            if row.people >= SHOWN_FROM:
                row.marks = []
        kept = {week_of(7 * n) for n in range(WEEKS * 2)}
        weeks = {week: n for week, n in row.weeks.items() if week in kept}
        weeks[week_of()] = weeks.get(week_of(), 0) + 1
        row.times, row.weeks, row.last_at = row.times + 1, weeks, now
        row.save()
        return row


def dismiss_missed(words: str, *, user: Account) -> MissedSearch:
    """Nothing shall answer these words. Raises NotFound."""
    return _settle(words, user, dismissed_at=clock.now())


def restore_missed(words: str, *, user: Account) -> MissedSearch:
    """Take a dismissal or an answer back. Raises NotFound."""
    return _settle(words, user, dismissed_at=None, answered_at=None)


def _settle(words: str, user: Account, **columns: object) -> MissedSearch:
    with transaction.atomic():
        by_words(user, words)
        row = lock_missed_search(words)
        for name, value in columns.items():
            setattr(row, name, value)
        row.save(update_fields=list(columns))
        return row


def answer_missed(
    words: str, *, version: ModelVersion, offering: Offering, user: Account, actor: Actor
) -> MissedSearch:
    """Make the words a synonym of an offering in a draft of the model.

    Raises NotFound, NotAllowed for all but stewards, InvalidState when the version is no draft,
    Invalid for an offering that the draft does not have.
    """
    with transaction.atomic():
        by_words(user, words)
        rows = ModelElement.objects.filter(version=version, kind="Offering", key=offering.key)
        element = rows.first()
        spec = load_blueprint(version.pk).peek(kinds.Offering, offering.key)
        if element is None or spec is None:
            sentence = f"{version.code} does not offer “{offering.name}”."
            raise Invalid(sentence, {"offering": [sentence]})
        wider = spec.model_copy(update={"synonyms": (*spec.synonyms, words)})
        if words not in spec.synonyms:
            seen = bytes(element.content_hash)
            drafting.edit_element(
                version, "Offering", offering.key, wider, expected_hash=seen, actor=actor
            )
        return _settle(words, user, answered_at=clock.now(), dismissed_at=None)
