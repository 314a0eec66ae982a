"""Running walks while something goes wrong, and judging what came of it."""

import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from io import StringIO
from pathlib import Path

from django.core.management import call_command
from django.db import transaction
from django.db.models import Max

from esm.events.actors import SYSTEM
from esm.events.models import Event
from governance.selectors import versions
from tests.faults.effects import Effects, Owed, differences, effects_of
from tests.faults.installation import Installation, Processes
from tests.faults.walks import Walker, side_by_side
from workflows.event_types import RequestShared
from workflows.models import Request
from workflows.services.case import Case

# Among them: a question, a pause, a return to work and one to a decision, a referral, a withdrawal,
# both ways through the fork.
SEEDS = (5, 8, 9, 15)
# The limit that the issue sets.
RECOVERY_S = 15.0


def newest() -> int:
    """The newest request there is: those of the next walks come after it."""
    return Request.objects.aggregate(top=Max("pk"))["top"] or 0


class Recovery:
    """Watches a failpoint: when it was reached, and how long what was due then took."""

    def __init__(self, log: Path) -> None:
        self.log = log
        self.owed: Owed | None = None
        self.seconds = float("inf")

    def look(self) -> None:
        """Ask once; call it again and again."""
        if self.seconds < float("inf") or not self.log.exists():
            return
        if self.owed is None:
            self.owed = Owed.now()
        if not self.owed.left():
            self.seconds = time.time() - self.log.stat().st_mtime

    def __str__(self) -> str:
        return f"{self.owed} recovered in {self.seconds:.1f} s"


class Runs:
    """Runs walks on an installation; remembers what clean walks of the same seeds caused."""

    def __init__(self, installation: Installation, processes: Processes) -> None:
        self.installation = installation
        self.processes = processes
        self.clean: dict[int, Effects] = {}

    def publish_once(self) -> None:
        """Publish the organisation before the first walk."""
        if versions.published() is None:
            self.installation.publish()

    def grow(self, count: int) -> None:
        """Bring the ledger to so many events, with comments on a request of its own."""
        request = self.walkers([0])[0]
        request.step(request.steps[0])
        row = request.request()
        missing = count - Event.objects.count()
        with transaction.atomic():
            case = Case.open(row.pk, SYSTEM)
            for number in range(missing):
                case.note(RequestShared(person=f"P-{number}"))
            case.save()

    def walkers(self, seeds: Iterable[int]) -> list[Walker]:
        """New walks, one per seed."""
        after = newest()
        return [Walker(self.installation.organisation, seed, after=after) for seed in seeds]

    def walk(
        self, walkers: Sequence[Walker], meanwhile: Callable[[], None], *, until: int | None = None
    ) -> None:
        """Walk side by side, on from where each one stands, to the end or the n-th rest."""

        def look() -> None:
            self.processes.watch()
            meanwhile()

        try:
            side_by_side([partial(walker.play, until=until) for walker in walkers], look)
        except BaseException:
            print(self.processes.last_words())
            raise

    def expected(self, seeds: Sequence[int]) -> dict[int, Effects]:
        """What the walks of these seeds cause when nothing goes wrong."""
        missing = [seed for seed in seeds if seed not in self.clean]
        if missing:
            self.processes.start()
            walkers = self.walkers(missing)
            self.walk(walkers, lambda: None)
            self.clean |= {walker.seed: effects_of(walker) for walker in walkers}
        return {seed: self.clean[seed] for seed in seeds}

    def compare(self, walkers: Sequence[Walker]) -> None:
        """Every effect exactly once, every invariant, the whole ledger."""
        wanted = self.expected([walker.seed for walker in walkers])
        for walker in walkers:
            assert differences(wanted[walker.seed], effects_of(walker)) == []
        self.check()

    def check(self) -> None:
        """Every invariant holds and the whole ledger is as it was written."""
        out = StringIO()
        call_command("check_invariants", stdout=out)
        call_command("ledger", "verify", stdout=out)
        assert "Ledger whole" in out.getvalue()


def slowest(walkers: Sequence[Walker]) -> str:
    """How many service calls there were, and the slowest one."""
    calls = sorted(call for walker in walkers for call in walker.calls)
    seconds, action = calls[-1]
    return f"{len(calls)} service calls, the slowest {seconds:.2f} s ({action})"


def report(sentence: str) -> None:
    """Print a figure; shown with ``-s`` or at a failure."""
    print(f"\n{sentence} (limit {RECOVERY_S:.0f} s)", flush=True)
