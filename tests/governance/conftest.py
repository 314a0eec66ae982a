from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from esm.common import clock
from esm.events.actors import SYSTEM
from governance.models import ModelVersion
from governance.services.drafting import apply_files
from tests.governance import small

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


@pytest.fixture
def now() -> Iterator[datetime]:
    with clock.frozen(NOW):
        yield NOW


@pytest.fixture
def published(db: None, now: datetime) -> ModelVersion:
    return apply_files(small.model(), actor=SYSTEM, publish=True).version
