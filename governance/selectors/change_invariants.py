"""What always holds of versions and how they are agreed, read from rows."""

from django.db.models import Exists, F, OuterRef, Q

from governance.models import ConsentRound, Decision, ModelVersion, Objection

CAP = 50
State, Outcome = ModelVersion.State, ConsentRound.Outcome
NO_OPEN = "No version that is agreed or in force has an open objection."
ASKED = "A version is in review exactly while a round of it is open, on the content it holds."
DECIDED = (
    "What counts as agreed by consent was approved by a decision on exactly that content, and its"
    " round was the last."
)


def open_objections() -> list[str]:
    """A sentence for each version that went on over an open objection; at most 50."""
    rows = Objection.objects.filter(
        state__in=Objection.OPEN,
        version__state__in=(State.AGREED, State.PUBLISHED, State.RETIRED),
    )
    found = rows.select_related("version").order_by("pk")[:CAP]
    return [f"{row} is open and {row.version.code} is {row.version.state}." for row in found]


def asked_while_in_review() -> list[str]:
    """A sentence for each version in review without a round, and each round without; at most 50."""
    opened = ConsentRound.objects.filter(version=OuterRef("pk"), closed_at=None)
    alone = ModelVersion.objects.filter(~Exists(opened), state=State.IN_REVIEW)
    said = [f"{row.code} is in review and nobody is asked." for row in alone[:CAP]]
    rows = ConsentRound.objects.filter(closed_at=None).exclude(version__state=State.IN_REVIEW)
    said += [f"{row} is open though its version is not in review." for row in rows[:CAP]]
    return said


def decided_on_what_it_holds() -> list[str]:
    """A sentence for each agreed round without its approval, or with other content; at most 50."""
    rounds = ConsentRound.objects.filter(outcome=Outcome.AGREED).select_related("version")
    unproved = rounds.exclude(
        decision__state=Decision.State.DECIDED,
        decision__outcome=Decision.Outcome.APPROVE,
        decision__subject_kind="model_version",
        decision__subject_id=F("version_id"),
    )
    said = [f"{row} is agreed without an approval." for row in unproved[:CAP]]
    final = Q(version__state__in=(State.AGREED, State.PUBLISHED, State.RETIRED))
    later = ConsentRound.objects.filter(version=OuterRef("version"), number__gt=OuterRef("number"))
    other = rounds.filter(final & ~Q(version__content_hash=F("content_hash")))
    said += [f"{row} was agreed on other content." for row in other.filter(~Exists(later))[:CAP]]
    return said
