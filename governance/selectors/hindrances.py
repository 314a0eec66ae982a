"""Everything that keeps a version from being submitted, agreed or published, and who clears it."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from django.urls import reverse

from esm.common import clock
from governance.blueprint import kinds
from governance.blueprint.blueprint import Blueprint
from governance.blueprint.consent import touched_agreements
from governance.blueprint.findings import Finding
from governance.blueprint.lint.owner import owner_of
from governance.models import (
    AgreementSignature,
    ChangeProposal,
    ConsentAnswer,
    ConsentRound,
    ModelVersion,
    Objection,
    Person,
    RoleAssignment,
)
from governance.selectors import change_rules, gate_seen, proposals, rounds
from governance.selectors.gate import outdated
from governance.selectors.versions import published
from governance.selectors.wording import element_name

Step = Literal["submit", "agree", "publish", "force"]
State = ModelVersion.State
STEWARD = "Steward"
# What each step is called where it is refused.
DONE = {"submit": "put to anybody", "agree": "agreed", "publish": "published", "force": "published"}


@dataclass(frozen=True, slots=True)
class Clearer:
    """Who can clear something: what they are, and the names of those who are it now."""

    role: str
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hindrance:
    """One thing that stands in the way, and where it is cleared."""

    kind: str
    sentence: str
    clearers: tuple[Clearer, ...] = ()
    url: str = ""

    @property
    def who(self) -> str:
        """Who can clear it, in words."""
        said = []
        for one in self.clearers:
            names = ", ".join(one.names) or "nobody holds it now"
            said.append(f"{one.role} ({names})")
        return " or ".join(said)

    @property
    def line(self) -> str:
        """All of it in one line, for programs and commands."""
        return f"{self.sentence} Who can clear it: {self.who}." if self.who else self.sentence


@dataclass(frozen=True, slots=True)
class _Found:
    kind: str
    sentence: str
    roles: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    steward: bool = False
    url: str = ""
    part: str = ""


@dataclass(frozen=True)
class Known:
    """What is known of a version already, so that it is not asked for twice."""

    former: ModelVersion | None
    looked: gate_seen.Looked
    consent: ConsentRound | None
    answers: Sequence[ConsentAnswer]
    objections: Sequence[Objection]


def known_of(version: ModelVersion) -> Known:
    """All of it, read now."""
    former, consent = published(), rounds.open_round(version)
    answers = rounds.answers_of(consent) if consent is not None else ()
    looked = gate_seen.look(version, former)
    return Known(former, looked, consent, answers, rounds.open_objections(version))


def of_version(version: ModelVersion, step: Step, known: Known | None = None) -> list[Hindrance]:
    """All that keeps a version from a step, the gravest first."""
    known = known or known_of(version)
    seen = _Seen(version, known)
    found = list(getattr(seen, step)())
    return _named(found, seen.before if len(seen.before) else seen.bp)


def as_data(found: Iterable[Hindrance]) -> list[dict[str, object]]:
    """As programs read them."""
    return [
        {
            "kind": one.kind,
            "sentence": one.sentence,
            "clearers": [{"role": c.role, "names": list(c.names)} for c in one.clearers],
            "url": one.url,
        }
        for one in found
    ]


@dataclass
class _Seen:
    """A version beside what is in force."""

    version: ModelVersion
    known: Known

    @property
    def former(self) -> ModelVersion | None:
        """What is in force."""
        return self.known.former

    @property
    def before(self) -> Blueprint:
        """What it holds."""
        return self.known.looked.before

    @property
    def bp(self) -> Blueprint:
        """What the version holds."""
        return self.known.looked.bp

    def _open(self) -> list[Objection]:
        return [one for one in self.known.objections if one.open]

    def submit(self) -> Iterator[_Found]:
        """What keeps a draft from being put to those whom it changes."""
        yield from self._whole()
        if self.former is None or change_rules.deciding_type(self.before) is None:
            yield _Found(
                "no-decision-type",
                "The model in force has no type of decision about the model, so nobody can agree"
                " to a change of it. Add one to the model in force first.",
                steward=True,
            )
        elif self.before.content_hash == self.bp.content_hash:
            yield _Found("unchanged", "It holds exactly what is in force.", steward=True)
        yield from self._vacant()
        yield from self._blockers()
        for row in self._open():
            if row.state in (Objection.State.VALID, Objection.State.INTEGRATING):
                yield self._objection(row, "is not worked in yet")
        for proposal in self.version.proposals.exclude(
            state__in=ChangeProposal.ENDED
        ).select_related("author"):
            for asked in proposals.unanswered_of(proposal, self.bp):
                yield _Found(
                    "proposal",
                    f"{proposal.ref} lacks an answer. {asked.sentence}",
                    people=(proposal.author.name,),
                    steward=True,
                    url=reverse("proposal", args=[proposal.number]),
                )

    def agree(self) -> Iterator[_Found]:
        """What keeps a round from being taken to whoever decides."""
        yield from self._whole()
        consent = self.known.consent
        for row in self._open():
            yield self._objection(row, f"is {row.get_state_display()}")
        if consent is not None:
            yield from self._answers(consent)
        yield from self._signatures()
        yield from self._blockers()

    def publish(self) -> Iterator[_Found]:
        """What keeps a version from being put in force."""
        yield from self._whole()
        for row in self._open():
            yield self._objection(row, f"is {row.get_state_display()}")
        if self.version.kind == ModelVersion.Kind.TO_BE:
            if self.version.state != State.AGREED:
                yield _Found(
                    "not-agreed",
                    "It changes how people work and nobody has agreed to it yet.",
                    steward=True,
                    url=reverse("model-review", args=[self.version.code]),
                )
            yield from self._signatures()
        yield from self._blockers()

    def force(self) -> Iterator[_Found]:
        """What keeps a version from being put in force where nobody has to agree to it."""
        yield from self._whole()
        for row in self._open():
            yield self._objection(row, f"is {row.get_state_display()}")
        yield from self._blockers()

    def _whole(self) -> Iterator[_Found]:
        problems = [str(one) for one in self.bp.problems()]
        if not len(self.bp):
            problems = ["The version holds no element."]
        for sentence in problems[:20]:
            yield _Found("broken", sentence, steward=True, url=self._page())
        if self.former is not None and outdated(self.version, self.former):
            begun = self.version.based_on.code if self.version.based_on else ""
            yield _Found(
                "outdated",
                f"It began from {begun}, and {self.former.code} is in force by now: bring it up"
                " to that first, else what changed since would be lost.",
                steward=True,
                url=reverse("model-rebase", args=[self.version.code])
                if self.version.state == State.DRAFT
                else reverse("model-review", args=[self.version.code]),
            )

    def _page(self) -> str:
        return reverse("model-version", args=[self.version.code])

    def _blockers(self) -> Iterator[_Found]:
        for one in self.known.looked.left:
            yield _Found(
                one.severity,
                one.sentence,
                roles=(_owner(self.bp, one),),
                steward=True,
                url=f"{self._page()}#findings",
            )

    def _objection(self, row: Objection, how: str) -> _Found:
        return _Found(
            "objection",
            f"Objection {row.number} of {row.person.name} {how}.",
            people=(row.person.name,),
            steward=True,
            url=reverse("objection", args=[self.version.code, row.number]),
        )

    def _vacant(self) -> Iterator[_Found]:
        decided_as = change_rules.deciding_type(self.before)
        roles = change_rules.agreeing_roles(self.before, decided_as) if decided_as else []
        held = set(_names(roles))
        for role in roles:
            if role not in held:
                name = element_name(self.before, "Role", role)
                yield _Found(
                    "vacant", f"{name} must agree, and nobody holds that role.", steward=True
                )

    def _answers(self, consent: ConsentRound) -> Iterator[_Found]:
        standing = rounds.standing_of(consent, clock.now(), self.known.answers)
        url = reverse("model-review", args=[self.version.code])
        for row in standing.missing:
            yield _Found(
                "unanswered",
                f"{row.person.name} must agree and has not answered.",
                roles=tuple(row.roles),
                url=url,
            )
        if standing.waiting:
            left = standing.asked - standing.answered
            last = consent.deadline - timedelta(seconds=1)
            yield _Found(
                "deadline",
                f"{left} of those asked may still answer until {last:%d %b %Y}.",
                url=url,
            )

    def _signatures(self) -> Iterator[_Found]:
        touched = touched_agreements(self.before, self.bp)
        rows = AgreementSignature.objects.filter(agreement_key__in={one.key for one in touched})
        signed = {
            (key, bytes(mark), side)
            for key, mark, side in rows.values_list("agreement_key", "content_hash", "side")
        }
        for one in touched:
            if (one.key, one.mark, one.side) in signed:
                continue
            name = element_name(self.bp, "HandoffAgreement", one.key)
            team = element_name(self.bp, kinds.Team.__name__, one.team)
            if one.role:
                sentence = f"The agreement {name} is not signed for {team}."
                url = reverse("model-sign", args=[self.version.code])
                yield _Found("unsigned", sentence, roles=(one.role,), url=url)
            else:
                sentence = f"Nobody leads {team}, so nobody can sign the agreement {name} for it."
                yield _Found("unsigned", sentence, steward=True, url=self._page())


def _owner(bp: Blueprint, one: Finding) -> str:
    return owner_of(bp, one)


def _names(roles: Collection[str]) -> dict[str, list[str]]:
    rows = RoleAssignment.objects.filter(
        role__key__in=set(roles), person__active=True, valid__contains=clock.now()
    )
    found: dict[str, list[str]] = {}
    for role, name in rows.order_by("person__name").values_list("role__key", "person__name"):
        if name not in found.setdefault(role, []):
            found[role].append(name)
    return found


def _named(found: list[_Found], bp: Blueprint) -> list[Hindrance]:
    """With the names of who can clear each; at most two queries."""
    roles = {role for one in found for role in one.roles if role}
    holders = _names(roles) if roles else {}
    stewards = tuple(steward_names()) if any(one.steward for one in found) else ()
    named = []
    for one in found:
        clearers = [
            Clearer(element_name(bp, "Role", role), tuple(holders.get(role, ())))
            for role in one.roles
            if role
        ]
        if one.people:
            said = "Who raised it" if one.kind == "objection" else "Who wrote it"
            clearers.append(Clearer(said, one.people))
        if one.steward:
            clearers.append(Clearer(STEWARD, stewards))
        named.append(Hindrance(one.kind, one.sentence, tuple(clearers), one.url))
    return named


def stewards() -> list[Person]:
    """Active people with an account of a steward."""
    rows = Person.objects.filter(active=True, users__is_steward=True, users__is_active=True)
    return list(rows.distinct().order_by("name"))


def steward_names() -> list[str]:
    """Their names."""
    return [person.name for person in stewards()]
