"""One installation for all fault tests: entered for a test, left as it was found."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.faults.installation import Installation, Processes
from tests.faults.running import Runs


@pytest.fixture(scope="package")
def installation() -> Iterator[Installation]:
    """Both servers running, migrated by the owner, the clinic published by the application."""
    place = Path(tempfile.mkdtemp(prefix="esm-faults-"))
    place.chmod(0o755)
    made = Installation(place)
    try:
        made.start()
        yield made
    finally:
        made.stop()
        shutil.rmtree(place, ignore_errors=True)


@pytest.fixture(scope="package")
def walked(installation: Installation) -> Iterator[Runs]:
    """Its workers, and what is known of clean walks; kept from test to test."""
    found = Runs(installation, Processes(installation))
    try:
        yield found
    finally:
        found.processes.stop()


@pytest.fixture
def runs(walked: Runs, django_db_blocker: Any) -> Iterator[Runs]:
    """Walks on the installation; for this test the process acts in the application's role."""
    with django_db_blocker.unblock(), walked.installation.entered():
        walked.publish_once()
        yield walked
