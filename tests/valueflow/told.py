"""A small history of the clinic whose every figure can be worked out by hand.

All begin on a Monday at 08:00 in Zurich, so that an hour and a half later is still working time.
"""

from datetime import UTC, datetime

from governance.selectors import versions
from tests.valueflow.lived import Lived, live

# Mondays at 08:00 in Zurich, and the Monday noon at which one looks back.
FIRST, SECOND, THIRD, LAST = (datetime(2026, 9, day, 6, 0, tzinfo=UTC) for day in (7, 14, 21, 28))
NOW = datetime(2026, 9, 28, 10, 0, tzinfo=UTC)


class Told(Lived):
    """A request that may be sent back for a reason."""

    def back(self, reason):
        """As ``usual`` with one return for that reason."""
        self.submit("registration").claim().after(minutes=15)
        self.hand_over("biometry")
        self.after(minutes=30).send_back(reason=reason)
        self.claim().after(minutes=15)
        self.hand_over("biometry", previous=self.handoffs)
        self.after(minutes=30).accept().after(minutes=5).claim().after(hours=1)
        self.hand_over("theatre-slot", touch_s=3600)
        self.after(minutes=10).accept().claim().after(days=1)
        self.complete()
        return self.fulfil(met=True)


def history(like):
    """29 requests: 6 in a day, 4 in two weeks and late, 12 sent back, 5 open and late, 2 new."""
    bp = versions.blueprint(like.version_id)
    starts = iter(range(10_100, 10_200))

    def told(at):
        return Told(bp, next(starts), at)

    stories = [told(FIRST).usual() for _ in range(6)]
    stories += [told(FIRST).usual(days=14, met=False) for _ in range(4)]
    stories += [told(SECOND).back("no-letter") for _ in range(7)]
    stories += [told(SECOND).back("unreadable") for _ in range(5)]
    stories += [told(THIRD).usual(until="biometry") for _ in range(5)]
    stories += [told(LAST).usual(until="biometry") for _ in range(2)]
    return live(like, stories, decided=False)
