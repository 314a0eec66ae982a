"""Findings in what happened: written once, kept while they are there, closed when they are gone."""

from datetime import timedelta

from django.db import transaction

from esm.common import clock
from governance.locks import lock_run_findings
from governance.models import RunFinding
from governance.selectors.observed import Found, look

# Longer than a night, so that a run that came late leaves nothing out.
WINDOW = timedelta(days=2)


def detect() -> int:
    """Look once; how many findings are new. Running it again changes nothing."""
    with transaction.atomic():
        now = clock.now()
        found = {one.fingerprint: one for one in look(now - WINDOW, now)}
        known = {row.fingerprint: row for row in lock_run_findings()}
        fresh = [_row(one) for mark, one in sorted(found.items()) if mark not in known]
        RunFinding.objects.bulk_create(fresh, ignore_conflicts=True)
        here = [row.pk for mark, row in known.items() if mark in found]
        RunFinding.objects.filter(pk__in=here).update(last_seen=now)
        gone = [row.pk for mark, row in known.items() if mark not in found and _looked_at(row)]
        RunFinding.objects.filter(pk__in=gone).update(closed_at=now)
        return len(fresh)


def _looked_at(row: RunFinding) -> bool:
    """Whether a run looks at it again however old it is; a step of long ago stays as it was."""
    recent = row.happened_at >= clock.now() - WINDOW
    return row.subject_kind != "request" or row.decision_id is not None or recent


def _row(one: Found) -> RunFinding:
    now = clock.now()
    return RunFinding(
        fingerprint=one.fingerprint,
        rule=one.rule,
        severity=one.severity,
        control_key=one.control,
        kind=one.kind,
        key=one.key,
        subject_kind=one.subject_kind,
        subject_id=one.subject_id,
        subject_ref=one.subject_ref,
        decision_id=one.decision_id,
        sentence=one.sentence,
        happened_at=one.happened_at,
        first_seen=now,
        last_seen=now,
    )
