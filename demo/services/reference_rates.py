"""Exchange rates of the demo: published ones, kept for their own day and for the last day."""

from dataclasses import replace
from datetime import date
from pathlib import Path

from esm.events.actors import Actor
from governance.services import rates

FILE = "rates.csv"


def fill(directory: Path, *, day: date, actor: Actor) -> None:
    """Keep what the file holds; nothing for an organisation without one."""
    path = directory / FILE
    if not path.exists():
        return
    lines = rates.look(path.read_bytes(), actor=actor)
    published = [line.rate for line in lines if line.rate is not None]
    again = [
        replace(one, day=day, origin=f"{one.origin}, those of {one.day.isoformat()} again")
        for one in published
    ]
    rates.keep_rates([*published, *again], reason="Rates of the demo", actor=actor)
