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

    def waited(self, hours):
        """Accepted only after so many hours, done at once, and late."""
        self.submit("registration").claim()
        self.hand_over("biometry")
        self.after(hours=hours).accept().claim()
        self.hand_over("theatre-slot")
        self.accept().claim()
        self.complete()
        return self.fulfil(met=False)


def told(like, at, count, first=20_000):
    """So many more of the clinic that begin at a moment, not told yet."""
    bp = versions.blueprint(like.version_id)
    return [Told(bp, first + n, at) for n in range(count)]


def history(like):
    """29 requests: 6 in a day, 4 in two weeks and late, 12 sent back, 5 open and late, 2 new."""
    stories = [one.usual() for one in told(like, FIRST, 6, 10_100)]
    stories += [one.usual(days=14, met=False) for one in told(like, FIRST, 4, 10_110)]
    stories += [one.back("no-letter") for one in told(like, SECOND, 7, 10_120)]
    stories += [one.back("unreadable") for one in told(like, SECOND, 5, 10_130)]
    stories += [one.usual(until="biometry") for one in told(like, THIRD, 5, 10_140)]
    stories += [one.usual(until="biometry") for one in told(like, LAST, 2, 10_150)]
    return live(like, stories, decided=False)
