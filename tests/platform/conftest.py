import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from esm.embedded.folder import DataFolder
from tests.made import lend_from_run
from tests.platform.portal import (
    NOBODY,
    ROOT,
    Portal,
    copy_checkout,
    give_away,
    lend_packages,
    plain_environment,
    reachable_python,
)


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that any user may enter (pytest's own is private to its user)."""
    folder = Path(tempfile.mkdtemp(prefix="esm-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def portal_of(place: Path) -> Iterator[Callable[[str], Portal]]:
    """Make a portal that runs as «me» or as an «ordinary user» with an empty home.

    One that is «migrated» runs as «me» on a database that holds every table already.
    """
    made: list[Portal] = []

    def make(who: str) -> Portal:
        home = place / "home"
        home.mkdir(mode=0o700)
        checkout, user = ROOT, None
        environment = plain_environment(home, ESM_VENV=sys.prefix)
        if who == "ordinary user":
            user, checkout = NOBODY, place / "checkout"
            copy_checkout(checkout)
            lend_packages(reachable_python(user), checkout / ".venv", user)
            give_away(place, user)
            environment.pop("ESM_VENV")
        if who == "migrated":
            lend_from_run(DataFolder(place / "data"))
        portal = Portal(checkout, place / "data", home, environment, user)
        made.append(portal)
        return portal

    yield make
    for portal in made:
        portal.close()
