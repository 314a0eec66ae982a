"""Choosing how to be told: per kind, per team, all at once, and when."""

from collections.abc import Mapping
from datetime import time

from django.db import transaction

from esm.accounts.models import User
from esm.common.errors import Invalid, NotAllowed
from esm.notices import registries
from esm.notices.choices import Group, Mail, Preset, Rhythm
from esm.notices.models import NoticePreference, NoticeTimes
from esm.notices.registries import Kind

# (kind, team) → (in the portal, the mail); None takes a choice for a team back.
Choices = Mapping[tuple[str, str], tuple[bool, Mail] | None]


def person_id_of(user: User) -> int:
    """The person who chooses. Raises NotAllowed for an account without one."""
    person_id = registries.person_of(user)
    if person_id is None:
        raise NotAllowed("Only a person is told things; this account belongs to nobody.")
    return person_id


def set_preference(
    person_id: int,
    *,
    kind: str = "",
    team: str = "",
    mail: bool,
    digest: bool = False,
    inbox: bool = True,
) -> NoticePreference:
    """Choose for a kind (all others when empty), for one team or all."""
    row, _created = NoticePreference.objects.update_or_create(
        person_id=person_id,
        kind=kind,
        team=team,
        defaults={"mail": mail, "digest": digest, "inbox": inbox},
    )
    return row


def choose(user: User, choices: Choices) -> None:
    """Replace some of one's own choices. Raises Invalid for what cannot be chosen."""
    person_id = person_id_of(user)
    known = {kind.key: kind for kind in registries.kinds()}
    teams = {key for key, _name in registries.teams_of(person_id)}
    for (key, team), wish in choices.items():
        _check(known.get(key), team, teams, wish)
    with transaction.atomic():
        for (key, team), wish in choices.items():
            if wish is None:
                NoticePreference.objects.filter(person_id=person_id, kind=key, team=team).delete()
                continue
            inbox, how = wish
            set_preference(
                person_id,
                kind=key,
                team=team,
                inbox=inbox,
                mail=how != Mail.NONE,
                digest=how == Mail.DIGEST,
            )


def _check(kind: Kind | None, team: str, teams: set[str], wish: tuple[bool, Mail] | None) -> None:
    if kind is None:
        raise Invalid("There is no such kind of notice.")
    if team and (not kind.per_team or team not in teams):
        raise Invalid("This kind cannot be chosen for that team.")
    if wish is not None and not wish[0] and not kind.mutable:
        raise Invalid(f"“{kind.label}” always shows in the portal: somebody waits for you.")


def apply_preset(user: User, *, preset: str) -> None:
    """Choose for all kinds at once; choices per team are taken back."""
    person_id = person_id_of(user)
    if preset not in Preset.values:
        raise Invalid("There is no such preset.")
    with transaction.atomic():
        NoticePreference.objects.filter(person_id=person_id).delete()
        for kind in registries.kinds():
            how = preset_mail(kind, Preset(preset))
            set_preference(
                person_id, kind=kind.key, mail=how != Mail.NONE, digest=how == Mail.DIGEST
            )


def preset_mail(kind: Kind, preset: Preset) -> Mail:
    """What a preset says of a kind; in the portal it is told in any case."""
    if preset == Preset.EVERYTHING:
        return Mail.NOW
    if preset == Preset.NEEDS:
        return Mail.NOW if kind.group == Group.NEEDS else Mail.NONE
    return Mail.NOW if kind.urgent else Mail.DIGEST


def set_times(
    user: User,
    *,
    rhythm: str,
    digest_at: time,
    quiet_from: time | None,
    quiet_until: time | None,
    quiet_weekend: bool,
    urgent_passes: bool,
) -> NoticeTimes:
    """Choose the digest's rhythm and the hours of quiet. Raises Invalid."""
    person_id = person_id_of(user)
    errors = {}
    if rhythm not in Rhythm.values:
        errors["rhythm"] = ["Choose how often."]
    if (quiet_from is None) != (quiet_until is None):
        missing = "quiet_until" if quiet_until is None else "quiet_from"
        errors[missing] = ["Quiet hours need a beginning and an end."]
    if quiet_from is not None and quiet_from == quiet_until:
        errors["quiet_until"] = ["Quiet hours end at another time than they begin."]
    if errors:
        raise Invalid("These times do not fit together.", errors)
    row, _created = NoticeTimes.objects.update_or_create(
        person_id=person_id,
        defaults={
            "rhythm": rhythm,
            "digest_at": digest_at,
            "quiet_from": quiet_from,
            "quiet_until": quiet_until,
            "quiet_weekend": quiet_weekend,
            "urgent_passes": urgent_passes,
        },
    )
    return row


def stop_mail(person_id: int, *, kind: str) -> None:
    """No more mail of a kind, for any team; in the portal nothing changes."""
    with transaction.atomic():
        NoticePreference.objects.filter(person_id=person_id, kind=kind).update(mail=False)
        NoticePreference.objects.get_or_create(
            person_id=person_id, kind=kind, team="", defaults={"mail": False}
        )


def stop_digests(person_id: int) -> None:
    """No more digests; what would have been in one stays in the portal."""
    NoticeTimes.objects.update_or_create(person_id=person_id, defaults={"rhythm": Rhythm.NEVER})
