"""What higher apps plug in: sample logs that are one click away on an empty dashboard."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class SampleLog:
    """A log that ships with the portal; its licence asks for the attribution."""

    key: str
    name: str
    path: Path
    attribution: str


_samples: dict[str, SampleLog] = {}


def register_sample(sample: SampleLog) -> None:
    """Offer a log for trying out; the same key again replaces it."""
    _samples[sample.key] = sample


def samples() -> list[SampleLog]:
    """The sample logs on offer."""
    return list(_samples.values())


def sample(key: str) -> SampleLog | None:
    """One sample log."""
    return _samples.get(key)
