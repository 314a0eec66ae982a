"""How a version was agreed and taken in, as the checks of the model ask for it."""

from datetime import timedelta

import pytest

from esm.common import clock
from esm.events.actors import SYSTEM
from governance.models import Acknowledgement, ConsentRound, KeptFinding, ModelVersion, Objection
from governance.registries import flow_at
from governance.selectors import versions
from governance.services import findings
from governance.services.drafting import create_draft
from tests.governance.conftest import DAY, NOW

pytestmark = pytest.mark.django_db


def asked(version, person, *, due, given=None):
    state = "acknowledged" if given else "requested"
    return Acknowledgement.objects.create(
        version=version, person=person, mark="x", due_at=due, given_at=given, state=state,
        requested_at=NOW - 9 * DAY,
    )  # fmt: skip


def test_who_has_not_read_the_version_in_force_is_found_by_name(published, staff):
    version = versions.published()
    began = version.published_at
    asked(version, staff["olga"], due=began + DAY, given=began - timedelta(hours=1))
    asked(version, staff["bruno"], due=began + DAY, given=began + timedelta(hours=1))
    asked(version, staff["ben"], due=began + DAY)
    with clock.frozen(began + 3 * DAY):
        flow = flow_at(versions.blueprint(version), clock.now())
        assert (flow.acknowledged, flow.overdue) == ((1, 3), (staff["ben"].ref,))
        findings.keep_findings()
    assert [row.sentence for row in KeptFinding.objects.filter(rule__in=["PEO08", "ADO05"])] == [
        "1 of 3 people acknowledged the version before it took effect; 80 % should.",
        f"{staff['ben'].name} has not acknowledged the version in force in time.",
    ]


def test_an_objection_that_stays_open_is_found(published, staff):
    draft = create_draft(number=2, code="SM-2", based_on=versions.published(), actor=SYSTEM)
    ModelVersion.objects.filter(pk=draft.pk).update(state="in_review")
    round_ = ConsentRound.objects.create(
        version=draft, opened_at=NOW, opened_by=staff["olga"], deadline=NOW + 20 * DAY,
        content_hash=b"x",
    )  # fmt: skip
    Objection.objects.create(
        version=draft, round=round_, number=1, person=staff["bruno"], text="No.", raised_at=NOW
    )
    with clock.frozen(NOW + 14 * DAY):
        assert list(flow_at(versions.blueprint(published), clock.now()).objections.values()) == [9]
    with clock.frozen(NOW + 16 * DAY):
        findings.keep_findings()
        (row,) = KeptFinding.objects.filter(rule="ADO04")
    assert row.sentence.startswith("Objection SM-2, 1 has been open for ")


def test_of_a_version_nobody_was_asked_about_nothing_is_said(published, staff):
    flow = flow_at(versions.blueprint(published), clock.now())
    assert (flow.acknowledged, tuple(flow.overdue), dict(flow.objections)) == (None, (), {})
