"""What somebody was told, one line for each thing it was about."""

from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import (
    Count,
    Expression,
    F,
    Max,
    Q,
    QuerySet,
    Subquery,
    Value,
    Window,
)
from django.db.models.functions import Coalesce, RowNumber

from esm.accounts.models import User
from esm.common.live import Pulse, highest
from esm.notices import registries
from esm.notices.choices import Following
from esm.notices.models import Notice, NoticeThread
from esm.notices.registries import Line, person_of

PAGE = 50
# Counts without a bound are shown up to here.
CAP = 1000
# How much of what was said before a line unfolds.
FOLDED = 5
NEW, READ = "n", "r"


@dataclass(frozen=True, slots=True)
class InboxLine:
    """The last notice of one subject, and what was said of it before.

    ``about`` names the subject. ``gone`` says that the reader may not see it any more: nothing of
    the notice is shown then.
    """

    notice: Notice
    about: Line | None = None
    thing: str = ""
    following: str = Following.USUAL.value
    gone: bool = False
    earlier: list[Notice] = field(default_factory=list)
    before: int = 0

    @property
    def can_mute(self) -> bool:
        """Whether there is something to follow or to mute."""
        return self.about is not None


@dataclass(frozen=True, slots=True)
class InboxPage:
    """One page of lines, new ones first; ``older`` is where to continue, empty at the end."""

    rows: list[InboxLine]
    older: str

    @property
    def new(self) -> list[InboxLine]:
        """Lines that were not read yet."""
        return [row for row in self.rows if row.notice.read_at is None]

    @property
    def read(self) -> list[InboxLine]:
        """Lines that were."""
        return [row for row in self.rows if row.notice.read_at is not None]


def visible_to(user: User | AnonymousUser) -> QuerySet[Notice]:
    """Notices for the person behind an account, or for the account itself; those for the portal."""
    if not isinstance(user, User):
        return Notice.objects.none()
    person_id = person_of(user)
    own = Q(user_id=user.pk) if person_id is None else Q(person_id=person_id)
    return Notice.objects.filter(own, shown=True)


def page(user: User | AnonymousUser, *, below: str = "", unread: bool = False) -> InboxPage:
    """Up to 50 lines behind a place such as n17 (new ones) or r9 (read ones); six queries."""
    heads = visible_to(user).filter(latest=True).order_by("-pk")
    part, key = (below[:1], below[1:]) if below[:1] in (NEW, READ) else (NEW, "")
    found: list[Notice] = []
    if part == NEW:
        found = _from(heads.filter(read_at__isnull=True), key)
        key = ""
    if len(found) <= PAGE and not unread:
        found += _from(heads.filter(read_at__isnull=False), key)
    shown = _once(found)[:PAGE]
    older = ""
    if len(found) > PAGE:
        older = f"{NEW if shown[-1].read_at is None else READ}{shown[-1].pk}"
    return InboxPage(lines_of(user, shown) if isinstance(user, User) else [], older)


def _from(rows: QuerySet[Notice], key: str) -> list[Notice]:
    if key.isascii() and key.isdigit() and len(key) < 19:
        rows = rows.filter(pk__lt=int(key))
    return list(rows[: PAGE + 1])


def _once(rows: list[Notice]) -> list[Notice]:
    """Two that were written at the same moment are both the last of their subject."""
    seen: set[str] = set()
    found = []
    for row in rows:
        if row.subject and row.subject in seen:
            continue
        seen.add(row.subject)
        found.append(row)
    return found


def lines_of(user: User, heads: list[Notice]) -> list[InboxLine]:
    """Notices with what they are about and what was said of it before; four queries."""
    subjects = {row.subject for row in heads if row.subject}
    if not subjects:
        return [InboxLine(row) for row in heads]
    seen = registries.seen_subjects(user, subjects)
    names = registries.lines(seen)
    choices = threads(user, seen)
    earlier = _earlier(user, seen)
    found = []
    for row in heads:
        before = earlier.get(row.subject, [])
        about = names.get(row.subject)
        prefix = row.subject.partition("/")[0]
        found.append(
            InboxLine(
                row,
                about=about,
                thing=f"{prefix}/{about.name}" if about else "",
                following=choices.get(row.subject, Following.USUAL.value),
                gone=bool(row.subject) and row.subject not in seen,
                earlier=before,
                before=int(getattr(before[0], "all", 0)) if before else 0,
            )
        )
    return found


def _earlier(user: User, subjects: set[str]) -> dict[str, list[Notice]]:
    """The last few of what was said before of each subject; ``all`` counts them."""
    window: dict[str, Any] = {"partition_by": [F("subject")]}
    rows = visible_to(user).filter(subject__in=subjects, latest=False)
    rows = rows.annotate(
        place=Window(RowNumber(), order_by=F("pk").desc(), **window),
        all=Window(Count("pk"), **window),
    ).filter(place__lte=FOLDED)
    found: dict[str, list[Notice]] = {}
    for row in rows.order_by("-pk"):
        found.setdefault(row.subject, []).append(row)
    return found


def threads(user: User, subjects: set[str]) -> dict[str, str]:
    """What the account's person chose for some subjects."""
    person_id = person_of(user)
    rows = NoticeThread.objects.filter(person_id=person_id or 0, subject__in=subjects)
    return dict(rows.values_list("subject", "choice"))


def thread_of(user: User | AnonymousUser, subject: Expression) -> Expression:
    """For a query of what can be followed: follow, mute or usual, as the account's person chose."""
    person_id = person_of(user) if isinstance(user, User) else None
    rows = NoticeThread.objects.filter(person_id=person_id or 0, subject=subject)
    return Coalesce(Subquery(rows.values("choice")), Value(Following.USUAL.value))


def unread(user: User | AnonymousUser) -> QuerySet[Notice]:
    """Lines nobody has read yet, at most one above a thousand, to be counted."""
    rows = visible_to(user).filter(read_at__isnull=True, latest=True)
    return rows.order_by()[: CAP + 1]


def unread_count(user: User | AnonymousUser) -> int:
    """How many lines nobody has read yet, at most one above a thousand."""
    return unread(user).count()


def pulse(user: Any, name: str, seen: str) -> Pulse:
    """How far the inbox has come for who asks; what is new are lines since the page; one query."""
    rows = visible_to(user).filter(read_at__isnull=True, latest=True).order_by()
    found: dict[str, Any] = rows.aggregate(
        n=Count("pk"), top=Max("pk"), fresh=Count("pk", filter=Q(pk__gt=highest(seen)))
    )
    return Pulse(f"{found['top'] or 0}.{found['n']}", found["fresh"] if seen else 0)
