"""What was said on an element of a version: threads, the open ones first."""

from dataclasses import dataclass

from governance.models import ElementComment, ModelVersion


@dataclass(frozen=True, slots=True)
class Said:
    """A comment, and whether the reader wrote it."""

    row: ElementComment
    own: bool


@dataclass(frozen=True, slots=True)
class Thread:
    """A first comment with its answers; ``may_settle`` is for who began it and stewards."""

    first: Said
    answers: tuple[Said, ...]
    may_settle: bool

    @property
    def open(self) -> bool:
        """Whether it is not settled."""
        return self.first.row.settled_at is None


def threads_of(
    version: ModelVersion, kind: str, key: str, *, person_id: int | None, steward: bool
) -> list[Thread]:
    """Threads on an element, open ones first, each in the order it was written; one query.

    Whoever may read the version may read them; the caller has looked at that.
    """
    rows = ElementComment.objects.filter(version=version, kind=kind, key=key)
    answers: dict[int, list[Said]] = {}
    firsts: list[Said] = []
    for row in rows.select_related("author", "settled_by").order_by("number"):
        said = Said(row, row.author_id == person_id)
        if row.thread_id is None:
            firsts.append(said)
        else:
            answers.setdefault(row.thread_id, []).append(said)
    found = [
        Thread(said, tuple(answers.get(said.row.pk, ())), steward or said.own) for said in firsts
    ]
    return sorted(found, key=lambda thread: not thread.open)
