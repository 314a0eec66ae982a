"""Where a busy queue begins, so that what was done is not read again and again.

Index entries of rows that are gone lie at the head of a queue until nobody's transaction can see
them any more: beside a long one every claim would walk over all of them.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime

# Behind (due moment, id) of the last row that was taken.
Place = tuple[datetime, int]
BEGINNING: Place = (datetime(1900, 1, 1, tzinfo=UTC), 0)
# How often a queue is read from its beginning nevertheless (s): a lease may have ended there, or a
# row of an earlier moment been committed late. A second attempt is looked for as often.
WHOLE_S, TRIED_S = 2.0, 1.0


@dataclass
class Head:
    """Of one queue, as one process knows it. Moments are monotonic seconds."""

    place: Place = BEGINNING
    whole_at: float = field(default=float("-inf"))
    tried_at: float = field(default=float("-inf"))

    def begin(self, now: float) -> Place:
        """Behind which row to look: the beginning at least every two seconds."""
        if now - self.whole_at >= WHOLE_S:
            self.place = BEGINNING
        if self.place == BEGINNING:
            self.whole_at = now
        return self.place

    def end(self, last: Place | None) -> None:
        """A batch ended with this row; none when it was not full, so that nothing is behind it."""
        self.place = last or BEGINNING

    def wants_tried(self, now: float) -> bool:
        """True when what was tried before has not been looked for within the last second."""
        if now - self.tried_at < TRIED_S:
            return False
        self.tried_at = now
        return True
