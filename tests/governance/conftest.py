from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from esm.common import clock
from esm.events.actors import SYSTEM
from governance.models import ModelVersion, Person
from governance.services.drafting import apply_files
from governance.services.people_file import apply_people
from tests.governance import small

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
WEEK_ONE = date(2026, 2, 23)
PEOPLE = Path(__file__).with_name("people.yaml")


@pytest.fixture
def now() -> Iterator[datetime]:
    with clock.frozen(NOW):
        yield NOW


@pytest.fixture
def published(db: None, now: datetime) -> ModelVersion:
    return apply_files(small.model(), actor=SYSTEM, publish=True).version


@pytest.fixture
def staff(published: ModelVersion) -> dict[str, Person]:
    """Olga owns and leads the counter, Bruno buys, Hedda heads the bakers, Ben bakes."""
    apply_people(PEOPLE, actor=SYSTEM, week_one=WEEK_ONE)
    return {person.key: person for person in Person.objects.all()}
