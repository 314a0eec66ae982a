"""How the demo's people agreed to changes of the model, and what its sponsors did, at its moments.

Every step is a call of the service people use; the file of the story says when and by whom.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.db.models import Q

from esm.common import clock
from esm.events.actors import Actor
from governance.blueprint.consent import Answered, touched_agreements
from governance.blueprint.serialise import read_yaml
from governance.blueprint.weeks import resolve_date, resolve_instant
from governance.models import (
    Acknowledgement,
    ChangeProposal,
    Commitment,
    ConsentAnswer,
    ModelVersion,
    Person,
    RoleAssignment,
)
from governance.selectors import people, rounds
from governance.selectors.versions import blueprint, load_blueprint, published
from governance.services import (
    acknowledging,
    agreeing,
    commitments,
    consenting,
    deciding,
    drafting,
    objecting,
    proposing,
    publishing,
    signing,
    submitting,
)
from governance.services.proposing import Wording

FILE = "agreeing.yaml"
Step = dict[str, Any]


@dataclass
class Agreeing:
    """The steps that are still ahead, earliest first, and what was made on the way by name.

    ``models`` are those people are asked about: nothing else puts them in force.
    """

    directory: Path
    week_one: date
    zone: str
    models: frozenset[str] = frozenset()
    ahead: list[tuple[datetime, Step]] = field(default_factory=list)
    proposals: dict[str, ChangeProposal] = field(default_factory=dict)
    promised: dict[str, Commitment] = field(default_factory=dict)

    @property
    def moments(self) -> list[datetime]:
        """When something is done."""
        return [at for at, _ in self.ahead]

    def run(self, now: datetime) -> int:
        """Do what is due; how much it was."""
        done = commitments.sweep_commitments()
        while self.ahead and self.ahead[0][0] <= now:
            step = self.ahead.pop(0)[1]
            verb = next(iter(step))
            _VERBS[verb](self, step)
            done += 1
        return done

    def day(self, value: Any) -> date:
        """A day of the story."""
        found = resolve_date(value, self.week_one)
        assert found is not None
        return found

    def moment(self, value: Any) -> datetime:
        """A moment of the story."""
        found = resolve_instant(value, self.week_one, self.zone)
        assert found is not None
        return found

    def version(self, model: str) -> ModelVersion:
        """The version a directory became."""
        number = int(model.rpartition("-")[2])
        return ModelVersion.objects.get(number=number)


def agreeing_of(directory: Path, week_one: date, zone: str, end: datetime) -> Agreeing:
    """The story of a directory until its end; nothing for an organisation without one."""
    path = directory / FILE
    content: Any = read_yaml(path.read_bytes())[0] if path.exists() else {"steps": []}
    steps: list[Step] = content["steps"]
    asked = frozenset(str(step["draft"]) for step in steps if "draft" in step)
    story = Agreeing(directory, week_one, zone, asked)
    dated = [(story.moment(step.pop("at")), step) for step in steps]
    story.ahead = sorted((one for one in dated if one[0] <= end), key=lambda one: one[0])
    return story


def _by(key: str) -> tuple[Person, Actor]:
    """A person by key, acting by their account where they have one: it carries their marks."""
    person = Person.objects.get(key=key)
    user = person.users.order_by("pk").first()
    return person, people.actor_for(user) if user is not None else _as(person)


def _as(person: Person) -> Actor:
    return people.actor_of_person(person)


# --- proposals and drafts ---


def _propose(story: Agreeing, step: Step) -> None:
    said = dict(step["propose"])
    person, actor = _by(said.pop("by"))
    key = said.pop("key")
    words: Any = {name: tuple(v) if isinstance(v, list) else v for name, v in said.items()}
    row = proposing.write_proposal(person, Wording(**words), actor=actor)
    story.proposals[key] = proposing.open_for_remarks(row, actor=actor)


def _draft(story: Agreeing, step: Step) -> None:
    files = story.directory / step["draft"]
    actor = _by(step["by"])[1]
    version = drafting.apply_files(files, actor=actor, week_one=story.week_one).version
    for key in step.get("carries", ()):
        proposing.attach(story.proposals[key], version, actor=actor)


def _turn_down(story: Agreeing, step: Step) -> None:
    row = story.proposals[step["turn_down"]]
    proposing.reject(row, reason=step["reason"], actor=_by(step["by"])[1])


# --- a round ---


def _submit(story: Agreeing, step: Step) -> None:
    version = story.version(step["submit"])
    until = story.moment(step["deadline"])
    submitting.submit(version, deadline=until, actor=_by(step["by"])[1])


def _answers(story: Agreeing, step: Step) -> None:
    """What some say by name, and so many per cent of the others say yes, in the order of names."""
    version = story.version(step["answers"])
    for key, said in step.get("said", {}).items():
        person = Person.objects.get(key=key)
        consenting.answer(version, person, **said, actor=_as(person))
    if "share" not in step:
        return
    consent = rounds.open_round(version)
    rows = ConsentAnswer.objects.filter(round=consent).select_related("person")
    silent = set(step.get("silent", ()))
    asked = list(rows.order_by("person__key"))
    open_rows = [row for row in asked if not row.answer and row.person.key not in silent]
    wanted = len(asked) * int(step["share"]) // 100 - sum(bool(row.answer) for row in asked)
    for row in _spread(open_rows, wanted):
        yes = ConsentAnswer.Answer.NO_OBJECTION
        consenting.answer(version, row.person, answer=yes, actor=_as(row.person))


def _spread(rows: list[Any], wanted: int) -> list[Any]:
    """So many of some rows, evenly over all of them."""
    count = len(rows)
    return [row for n, row in enumerate(rows) if (n + 1) * wanted // count > n * wanted // count]


def _sign(story: Agreeing, step: Step) -> None:
    """Whoever leads a side signs for it, all sides or those of some roles."""
    version, former = story.version(step["sign"]), published()
    assert former is not None
    only = set(step.get("roles", ()))
    for one in touched_agreements(blueprint(former), load_blueprint(version.pk)):
        if only and one.role not in only:
            continue
        held = RoleAssignment.objects.filter(
            role__key=one.role, valid__contains=clock.now()
        ).select_related("person")
        person = held.order_by("pk")[0].person
        signing.sign(version, person, one.key, one.side, actor=_as(person))


def _test(story: Agreeing, step: Step) -> None:
    """An objection by who raised it: taken up, and tested where the answers are given."""
    version, actor = story.version(step["test"]), _by(step["by"])[1]
    number = _objection(version, step["of"])
    objecting.take_up(version, number, actor=actor)
    if "answers" in step:
        answers, reason = Answered(**step["answers"]), step.get("reason", "")
        objecting.test(version, number, answers, reason=reason, actor=actor)


def _overrule(story: Agreeing, step: Step) -> None:
    version = story.version(step["overrule"])
    number = _objection(version, step["of"])
    objecting.overrule(version, number, reason=step["reason"], actor=_by(step["by"])[1])


def _objection(version: ModelVersion, key: str) -> int:
    number: int = version.objections.get(person__key=key).number
    return number


def _end(story: Agreeing, step: Step) -> None:
    """The round is over, and whoever decides on the model decides."""
    version = story.version(step["end"])
    decision = agreeing.end_round(version, actor=_by(step["by"])[1])
    assert decision.decider_id is not None
    person = Person.objects.get(pk=decision.decider_id)
    said = {"outcome": step["outcome"], "rationale": step["rationale"]}
    deciding.decide(decision.pk, **said, actor=_as(person))


def _publish(story: Agreeing, step: Step) -> None:
    version = story.version(step["publish"])
    publishing.publish(version, at=story.moment(step["from"]), actor=_by(step["by"])[1])


def _acknowledge(story: Agreeing, step: Step) -> None:
    """So many per cent of those asked read it: of some departments by name, and of all."""
    version = story.version(step["acknowledge"])
    rows = Acknowledgement.objects.filter(version=version).select_related("person")
    asked = list(rows.order_by("person__key"))
    read: list[Acknowledgement] = []
    for department, share in step["departments"].items():
        mine = [row for row in asked if _works(row.person, department)]
        read += _spread(mine, round(len(mine) * share / 100))
    named = Q()
    for department in step["departments"]:
        named |= Q(memberships__team__department__key=department)
    elsewhere = set(Person.objects.exclude(named).values_list("pk", flat=True))
    others = [row for row in asked if row.person_id in elsewhere]
    read += _spread(others, round(len(asked) * step["share"] / 100) - len(read))
    concerns = step.get("concerns", {})
    for row in read:
        words = concerns.get(row.person.key, "")
        acknowledging.acknowledge(version, row.person, concern=words, actor=_as(row.person))


def _works(person: Person, department: str) -> bool:
    return person.memberships.filter(team__department__key=department).exists()


# --- sponsors ---


def _support(story: Agreeing, step: Step) -> None:
    person, actor = _by(step["support"])
    commitments.open_brief(person, step["stream"], actor=actor)
    if "text" in step:
        commitments.state_support(person, step["stream"], text=step["text"], actor=actor)


def _commit(story: Agreeing, step: Step) -> None:
    person, actor = _by(step["by"])
    said = {"action": step["action"], "wanted": step["wanted"], "due": story.day(step["due"])}
    story.promised[step["commit"]] = commitments.give_commitment(
        person, step["stream"], **said, actor=actor
    )


def _fulfil(story: Agreeing, step: Step) -> None:
    row = story.promised[step["fulfil"]]
    said: Mapping[str, str] = {name: step.get(name, "") for name in ("evidence", "link")}
    commitments.fulfil_commitment(row, **said, actor=_as(row.person))


def _withdraw(story: Agreeing, step: Step) -> None:
    row = story.promised[step["withdraw"]]
    commitments.withdraw_commitment(row, reason=step["reason"], actor=_as(row.person))


_VERBS: dict[str, Callable[[Agreeing, Step], None]] = {
    "propose": _propose,
    "draft": _draft,
    "turn_down": _turn_down,
    "submit": _submit,
    "answers": _answers,
    "sign": _sign,
    "test": _test,
    "overrule": _overrule,
    "end": _end,
    "publish": _publish,
    "acknowledge": _acknowledge,
    "support": _support,
    "commit": _commit,
    "fulfil": _fulfil,
    "withdraw": _withdraw,
}
