"""The only place of this app that takes row locks. Order: subject, uploaded file, versions by pk,
proposals by pk, persons by pk, roles by pk, a delegation, a program.

A decision is locked after its subject, whose lock the subject's app registers.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import connection
from django.db.models import Q

from esm.common.errors import NotFound
from esm.events.locks import mark_locked
from governance.models import (
    Assessment,
    CalendarImport,
    ChangeProposal,
    Commitment,
    Decision,
    DecisionLink,
    Delegation,
    KeptFinding,
    ModelVersion,
    PeopleImport,
    Person,
    Program,
    Role,
    RunFinding,
    Waiver,
)


def lock_versions() -> dict[int, ModelVersion]:
    """Every version, by pk and locked in that order; there are few.

    All of them, because which one is published is only certain once nobody else can publish.
    """
    rows = ModelVersion.objects.select_for_update().order_by("pk")
    found = {version.pk: version for version in rows}
    for version in found.values():
        mark_locked(version)
    return found


def lock_version(pk: int) -> ModelVersion:
    """One version. Raises NotFound."""
    version = ModelVersion.objects.select_for_update().filter(pk=pk).first()
    if version is None:
        raise NotFound("There is no such version of the model.")
    mark_locked(version)
    return version


def lock_proposal(pk: int) -> ChangeProposal:
    """One proposal, its version locked before it where it has one. Raises NotFound."""
    row = ChangeProposal.objects.select_for_update(of=("self",)).filter(pk=pk).first()
    if row is None:
        raise NotFound("There is no such proposal.")
    mark_locked(row)
    return row


def lock_proposals_of(version: ModelVersion) -> list[ChangeProposal]:
    """The proposals a locked version carries, by pk."""
    rows = ChangeProposal.objects.select_for_update(of=("self",)).filter(version=version)
    found = list(rows.order_by("pk"))
    for row in found:
        mark_locked(row)
    return found


def lock_persons(pks: Iterable[int]) -> dict[int, Person]:
    """Persons by pk, locked in that order."""
    rows = Person.objects.select_for_update().filter(pk__in=set(pks)).order_by("pk")
    found = {person.pk: person for person in rows}
    for person in found.values():
        mark_locked(person)
    return found


def lock_person(pk: int) -> Person:
    """One person. Raises NotFound."""
    found = lock_persons([pk])
    if pk not in found:
        raise NotFound("There is no such person.")
    return found[pk]


def hold_persons(pks: Iterable[int]) -> set[int]:
    """Keep what these persons hold, gave and are away for as it is until this commits.

    Shared among those who decide; whoever changes a person waits for them, and they for that.
    """
    wanted = set(pks)
    if not wanted:
        return set()
    rows = Person.objects.filter(pk__in=wanted).order_by("pk")
    query, params = rows.values_list("pk").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"{query} FOR SHARE", params)
        return {pk for (pk,) in cursor.fetchall()}


def hold_roles(keys: Iterable[str]) -> set[str]:
    """Keep who holds these roles as it is until this commits: nobody is given one meanwhile."""
    wanted = set(keys)
    if not wanted:
        return set()
    rows = Role.objects.filter(key__in=wanted).order_by("pk")
    query, params = rows.values_list("key").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"{query} FOR SHARE", params)
        return {key for (key,) in cursor.fetchall()}


def lock_role(pk: int) -> None:
    """A role whose holders change; other rows may go on pointing at it. Persons come first."""
    list(Role.objects.select_for_update(no_key=True).filter(pk=pk).values_list("pk"))


def lock_delegation(pk: int) -> Delegation:
    """A delegation with both its persons. Raises NotFound."""
    found = Delegation.objects.filter(pk=pk).values_list("giver_id", "delegate_id").first()
    if found is None:
        raise NotFound("There is no such delegation.")
    persons = lock_persons(found)
    row = Delegation.objects.select_for_update().get(pk=pk)
    row.giver, row.delegate = persons[row.giver_id], persons[row.delegate_id]
    return row


def lock_given(pk: int) -> Delegation:
    """A delegation whose giver is locked already."""
    rows = Delegation.objects.select_for_update(of=("self",))
    return rows.select_related("giver", "delegate").get(pk=pk)


def lock_waiver(pk: int) -> Waiver:
    """One waiver, as the parent of its chain. Raises NotFound."""
    rows = Waiver.objects.select_for_update(of=("self",)).filter(pk=pk)
    row = rows.select_related("requested_by", "version", "decision").first()
    if row is None:
        raise NotFound("There is no such waiver.")
    mark_locked(row)
    return row


def hold_waivers(keys: Iterable[tuple[str, str]], now: datetime) -> list[Waiver]:
    """Active waivers of (of, key) pairs, kept as they are until this commits."""
    wanted = Q(pk__in=())
    for of, key in keys:
        wanted |= Q(of=of, key=key)
    rows = Waiver.objects.filter(wanted, state=Waiver.State.ACTIVE, expires_at__gt=now)
    query, params = rows.order_by("pk").values_list("pk").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"{query} FOR SHARE", params)
        held = [pk for (pk,) in cursor.fetchall()]
    return list(rows.filter(pk__in=held).order_by("pk")) if held else []


def lock_run_findings() -> list[RunFinding]:
    """All that are open, in pk order: two who look at once write one after the other."""
    return list(RunFinding.objects.select_for_update().filter(closed_at=None).order_by("pk"))


def lock_findings() -> list[KeptFinding]:
    """All that were ever kept, in pk order; whoever asks has locked the versions."""
    return list(KeptFinding.objects.select_for_update().order_by("pk"))


def lock_finding(pk: int) -> KeptFinding:
    """One finding, the version in force locked before it. Raises NotFound."""
    row = KeptFinding.objects.select_for_update().filter(pk=pk).first()
    if row is None:
        raise NotFound("There is no such finding.")
    return row


def lock_finding_of(mark: str) -> KeptFinding | None:
    """The finding with this mark, if it was ever kept; its waiver is locked before it."""
    return KeptFinding.objects.select_for_update().filter(fingerprint=mark).first()


def lock_assessment(pk: int) -> Assessment:
    """One assessment. Raises NotFound."""
    row = Assessment.objects.select_for_update().filter(pk=pk).first()
    if row is None:
        raise NotFound("There is no such assessment.")
    mark_locked(row)
    return row


def lock_commitment(pk: int) -> Commitment:
    """One commitment with whose it is. Raises NotFound."""
    rows = Commitment.objects.select_for_update(of=("self",)).filter(pk=pk)
    row = rows.select_related("person").first()
    if row is None:
        raise NotFound("There is no such commitment.")
    mark_locked(row)
    return row


def lock_program(pk: int) -> Program:
    """One program with its account. Raises NotFound."""
    rows = Program.objects.select_for_update(of=("self",)).filter(pk=pk)
    row = rows.select_related("account__user", "owner").first()
    if row is None:
        raise NotFound("There is no such program.")
    mark_locked(row)
    return row


def lock_import(pk: int) -> PeopleImport:
    """One uploaded file of people. Raises NotFound."""
    row = PeopleImport.objects.select_for_update().filter(pk=pk).first()
    if row is None:
        raise NotFound("There is no such file.")
    return row


def lock_calendar_import(pk: int) -> CalendarImport:
    """Days that are taken into a calendar together. Raises NotFound."""
    row = CalendarImport.objects.select_for_update().filter(pk=pk).first()
    if row is None:
        raise NotFound("There is no such import.")
    return row


def lock_open_decisions(subject_kind: str, subject_id: int) -> list[Decision]:
    """The open decisions of a subject that is already locked, in pk order."""
    rows = Decision.objects.select_for_update(of=("self",)).filter(
        subject_kind=subject_kind, subject_id=subject_id, state=Decision.State.OPEN
    )
    return list(rows.order_by("pk"))


def lock_decision(pk: int) -> Decision:
    """A decision whose subject is already locked. Raises NotFound."""
    rows = Decision.objects.select_for_update(of=("self",)).filter(pk=pk)
    related = ("version", "requester", "beneficiary", "team")
    decision = rows.select_related(*related).first()
    if decision is None:
        raise NotFound("There is no such decision.")
    return decision


def lock_links(decision_id: int, person_id: int) -> None:
    """Every link by which a person may decide one decision, whose subject is locked, by pk."""
    rows = DecisionLink.objects.select_for_update(of=("self",)).order_by("pk")
    list(rows.filter(decision_id=decision_id, person_id=person_id).values_list("pk"))
