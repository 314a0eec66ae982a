"""How a version is taken up: told, seen, read, trained, used; counted by department, named to
stewards alone."""

from datetime import timedelta

import pytest

from esm.common import clock
from esm.common.errors import NotAllowed
from esm.events.services import dispatch
from governance.models import Acknowledgement, ModelVersion
from governance.selectors.adoption import adoption
from governance.services import acknowledging, publishing, submitting
from tests.governance import agreed
from tests.governance.conftest import NOW, actor
from tests.snapshots import once
from tests.support import forget

pytestmark = pytest.mark.django_db


@pytest.fixture
def published(db, now):
    once("agreed bakery", agreed.build)
    forget()
    return ModelVersion.objects.get()


@pytest.fixture
def in_force(staff):
    """Agreed by all, in force at once, and people were told."""
    content = agreed.changed()
    version = agreed.draft(content)
    submitting.submit(version, actor=actor("olga"))
    done = publishing.publish(agreed.through(version), actor=actor("olga"))
    dispatch.drain()
    return done


def counts(found):
    return {one.stage: one.n for one in found.all.shares}


def test_each_stage_is_counted_and_late_is_a_fact_of_the_day(in_force, staff):
    asked = Acknowledgement.objects.count()
    olga = staff["olga"].users.get()
    found = adoption(olga, in_force)
    assert counts(found) == {
        "told": asked, "seen": 0, "acknowledged": 0, "trained": asked, "using": 0,
    }  # fmt: skip
    acknowledging.note_seen(in_force, staff["bruno"])
    acknowledging.acknowledge(in_force, staff["bruno"], actor=actor("bruno"))
    found = adoption(olga, in_force)
    assert (counts(found)["seen"], counts(found)["acknowledged"], found.all.late) == (1, 1, 0)
    with clock.frozen(NOW + timedelta(days=9)):
        late = adoption(olga, in_force, lacking="overdue")
    assert late.all.late == asked - 1
    assert "bruno" not in {one.row.person.key for one in late.names}
    assert len(late.names) == asked - 1


@pytest.mark.claim("C15", "/model/<code>/adoption/")
def test_names_are_for_stewards_and_departments_of_few_stand_together(in_force, staff, client):
    assert [one.key for one in adoption(staff["ben"].users.get(), in_force).groups] == ["few"]
    with pytest.raises(NotAllowed, match="Only stewards, auditors and executives"):
        adoption(staff["bruno"].users.get(), in_force)
    seen = adoption(staff["ben"].users.get(), in_force, lacking="seen")
    assert (seen.named, seen.names) == (False, ())
    client.force_login(staff["olga"].users.get())
    page = client.get("/model/OM-2/adoption/?lacking=seen").content.decode()
    assert "Not yet opened it" in page
    assert "Bruno Balt" in page
    client.force_login(staff["ben"].users.get())
    page = client.get("/model/OM-2/adoption/?lacking=seen").content.decode()
    assert "Bruno Balt" not in page
