"""The commonest jobs of department staff: how many clicks and seconds each took when tested last.

``tests/browser/test_jobs.py`` does them in a browser by mouse, by keyboard alone and on a phone,
and notes here what it counted. A click is a press of a link or a button, from the home page on;
answers typed or ticked are counted apart, for they are what the job is about.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

RECORD = Path("docs") / "jobs.json"
WAYS = ("mouse", "keyboard", "phone")
MOST_CLICKS = 6

# Key and words, in the order of the report.
JOBS: Mapping[str, str] = {
    "ask": "Ask for a service",
    "follow": "See where my request is",
    "write": "Write to everyone on a request",
    "take": "Take the next piece of work",
    "question": "Ask the requester and let the clock stand still",
    "answer": "Answer what I was asked",
    "hand-over": "Hand over finished work",
    "accept": "Accept what is handed over",
    "return": "Return it with a reason",
    "find": "Find a request by its number",
    "decide": "Decide",
    "confirm": "Confirm what was delivered",
}


@dataclass(frozen=True, slots=True)
class Measured:
    """One job done in one way: clicks from home, answers given, seconds of the whole."""

    clicks: int
    answers: int
    seconds: float


def read(root: Path) -> dict[str, dict[str, Measured]]:
    """What was noted, by job and way."""
    file = root / RECORD
    if not file.exists():
        return {}
    return {
        job: {way: Measured(**found) for way, found in ways.items()}
        for job, ways in json.loads(file.read_text()).items()
    }


def note(root: Path, way: str, found: Mapping[str, Measured]) -> None:
    """Note one way; the record changes when clicks or answers do, for seconds always differ."""
    known = read(root)
    changed = False
    for job, now in found.items():
        before = known.setdefault(job, {}).get(way)
        if before is None or (before.clicks, before.answers) != (now.clicks, now.answers):
            known[job][way] = now
            changed = True
    if changed:
        content = {
            job: {
                way: {
                    "clicks": known[job][way].clicks,
                    "answers": known[job][way].answers,
                    "seconds": round(known[job][way].seconds, 1),
                }
                for way in WAYS
                if way in known[job]
            }
            for job in JOBS
            if job in known
        }
        (root / RECORD).write_text(json.dumps(content, indent=1) + "\n")


def lines(root: Path) -> list[str]:
    """The report, a line a job."""
    known = read(root)
    found = [f"{'':<50}{''.join(f'{way:<30}' for way in WAYS)}".rstrip()]
    for job, words in JOBS.items():
        cells = []
        for way in WAYS:
            done = known.get(job, {}).get(way)
            said = "not yet"
            if done is not None:
                said = f"{done.clicks} clicks {done.answers:>2} answers {done.seconds:>4.1f} s"
            cells.append(f"{said:<30}")
        found.append(f"{words:<50}{''.join(cells)}".rstrip())
    return found


def too_many(root: Path) -> list[str]:
    """Jobs that nobody tested by mouse, or that took more clicks than allowed in any way."""
    known = read(root)
    missing = [f"{JOBS[job]}: not tested" for job in JOBS if "mouse" not in known.get(job, {})]
    over = [
        f"{JOBS[job]}: {done.clicks} clicks by {way}"
        for job, ways in known.items()
        for way, done in ways.items()
        if done.clicks > MOST_CLICKS
    ]
    return missing + over
