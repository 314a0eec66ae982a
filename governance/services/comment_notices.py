"""Who is told of what was said on an element of the model: who takes part in the thread, and of a
draft whoever wrote it."""

from django.utils.translation import gettext_lazy as _

from esm.events.registry import EventRow
from esm.notices.choices import Group, Why
from esm.notices.registries import Kind
from esm.notices.services import notify
from governance.blueprint.kinds import folder_of
from governance.models import ElementComment, ModelVersion, Person

SAID = "model.commented"
KINDS = (Kind(SAID, _("Something was said on an element of the model"), Group.OTHER),)
EVENTS = (SAID,)
State = ModelVersion.State


def tell(event: EventRow) -> None:
    """Tell the others of the thread, as far as they may read the version."""
    pk = int(event.chain.partition("/")[2])
    version = ModelVersion.objects.get(pk=pk)
    said = ElementComment.objects.filter(version=version)
    row = said.select_related("author").get(number=event.data["comment"])
    if version.state == State.DISCARDED or row.removed_at is not None:
        return
    first = said.get(number=event.data["thread"])
    before = said.filter(thread=first, number__lt=row.number)
    people = {first.author_id, *before.values_list("author_id", flat=True)}
    if version.state == State.DRAFT:
        people |= {version.author_id} if version.author_id else set()
        readers = Person.objects.filter(pk__in=people, users__is_steward=True)
        people = set(readers.filter(users__is_active=True).values_list("pk", flat=True))
    people.discard(row.author_id)
    notify.notify(
        people,
        kind=SAID,
        title=f"{row.author.name} wrote on {version.code}: {row.key}",
        body=row.body,
        url=f"/model/{version.code}/{folder_of(row.kind)}/{row.key}/#c{row.number}",
        dedupe_key=f"model/{pk}:{event.seq}",
        why=Why.CONCERNED,
    )
