"""What became of the messages of a request: their last words, who is named, what was taken back."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from esm.events.registry import EventRow

CHANGEABLE = timedelta(minutes=5)


# (internal note, number)
Said = tuple[bool, int]


def said(row: EventRow) -> Said:
    """Which message or note an event is about."""
    return bool(row.data["internal"]), int(row.data["comment"])


@dataclass
class Talk:
    """Messages and notes by number, folded from the events of one request."""

    words: dict[Said, str] = field(default_factory=dict)
    named: dict[Said, list[str]] = field(default_factory=lambda: defaultdict(list))
    edited: set[Said] = field(default_factory=set)
    removed: set[Said] = field(default_factory=set)
    changeable: set[Said] = field(default_factory=set)

    @classmethod
    def of(cls, rows: Sequence[EventRow], now: datetime) -> "Talk":
        """Fold the events of a chain, in order; ``changeable`` are messages younger than 5 min."""
        talk = cls()
        for row in rows:
            if row.type.startswith("comment."):
                talk._read(row, now)
        talk.changeable -= talk.removed
        return talk

    def _read(self, row: EventRow, now: datetime) -> None:
        number = said(row)
        if row.type == "comment.added":
            self.words[number] = row.private.get("body", "")
            if now <= row.occurred_at + CHANGEABLE:
                self.changeable.add(number)
        elif row.type == "comment.edited":
            self.words[number] = row.private.get("body", "")
            self.edited.add(number)
        elif row.type == "comment.removed":
            self.removed.add(number)
        elif row.type == "comment.mentioned":
            self.named[number].append(str(row.data["person"]))

    @property
    def refs(self) -> list[str]:
        """Everybody who is named somewhere."""
        return [ref for refs in self.named.values() for ref in refs]
