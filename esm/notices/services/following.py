"""Following one thing, or muting it."""

from esm.accounts.models import User
from esm.common.errors import Invalid, NotFound
from esm.notices import registries
from esm.notices.choices import Following
from esm.notices.models import NoticeThread
from esm.notices.services.preferences import person_id_of


def choose_thread(user: User, *, thing: str, choice: str) -> str:
    """Follow, mute or take either back for a thing such as ``request/R-10482``; its subject.

    Raises NotFound for what is hidden or missing, Invalid for an unknown choice.
    """
    prefix, _slash, name = thing.partition("/")
    subject = registries.find_subject(user, prefix, name)
    if not subject:
        raise NotFound("This does not exist.")
    person_id = person_id_of(user)
    if choice not in Following.values:
        raise Invalid("Follow it, mute it, or take either back.")
    if choice == Following.USUAL:
        NoticeThread.objects.filter(person_id=person_id, subject=subject).delete()
    else:
        NoticeThread.objects.update_or_create(
            person_id=person_id, subject=subject, defaults={"choice": choice}
        )
    return subject


def followers(subject: str) -> set[int]:
    """Who follows a thing and may still see it."""
    rows = NoticeThread.objects.filter(subject=subject, choice=Following.FOLLOW)
    people = rows.values_list("person_id", flat=True)
    return {p for p in people if registries.visible_subjects(p, [subject])}
