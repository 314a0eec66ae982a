"""Those who are asked in an assessment hear of it when it opens, and when its figures are out."""

from django.utils.translation import gettext_lazy as _

from esm.events.registry import EventRow
from esm.notices.choices import Group, Why
from esm.notices.registries import Kind
from esm.notices.services import notify, reading
from governance.models import Assessment, AssessmentAnswer

ASKED, OUT = "assessment.opened", "assessment.published"
KINDS = (
    Kind(ASKED, _("You are asked in an assessment"), Group.NEEDS),
    Kind(OUT, _("An assessment in which you were asked is published"), Group.OTHER),
)
EVENTS = (ASKED, "assessment.closed", OUT)


def tell(event: EventRow) -> None:
    """Tell those who are asked; once it is closed nobody has to answer any more."""
    pk = int(event.chain.partition("/")[2])
    row = Assessment.objects.get(pk=pk)
    if event.type != ASKED:
        reading.settle(ASKED, f"assessment/{pk}", event.seq)
    if event.type == ASKED and row.state == Assessment.State.OPEN:
        title = f"Your view is asked: {row.title}"
        body = f"Twenty questions until {row.until:%d %b %Y}; nobody sees what you alone answered."
        _say(event, row, ASKED, title, body, f"/assessments/{pk}/answer/")
    elif event.type == OUT:
        title = f"Published: {row.title}"
        _say(event, row, OUT, title, "", f"/assessments/{pk}/")


def _say(event: EventRow, row: Assessment, kind: str, title: str, body: str, url: str) -> None:
    people = AssessmentAnswer.objects.filter(assessment=row).values_list("person_id", flat=True)
    notify.notify(
        list(people),
        kind=kind,
        title=title,
        body=body,
        url=url,
        dedupe_key=f"assessment/{row.pk}:{event.seq}",
        why=Why.CONCERNED,
    )
