"""One walk in a process of its own: ``python -m tests.faults.driver FOLDER SEED AFTER JOURNAL``.

The journal has one line per acknowledged step: how many events people caused up to there. A walk
that is started again goes on after the last line.
"""

import os
import sys
from pathlib import Path

import django

django.setup()

from tests.faults.walks import Walker  # noqa: E402


def main(folder: str, seed: str, after: str, journal: str) -> None:
    """Play the walk from where its journal ends."""
    path = Path(journal)
    walker = Walker(Path(folder), int(seed), after=int(after))
    walker.position = len(lines(path))
    path.with_suffix(".ready").touch()
    with path.open("a") as file:

        def done() -> None:
            file.write(f"{walker.own_events()}\n")
            file.flush()
            os.fsync(file.fileno())

        walker.play(done=done)


def lines(journal: Path) -> list[int]:
    """What a journal says; nothing when there is none."""
    return [int(line) for line in journal.read_text().split()] if journal.exists() else []


if __name__ == "__main__":
    main(*sys.argv[1:])
