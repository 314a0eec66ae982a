"""What some callers may not see, made by the services that make it, in some order and number.

Each maker takes the world, the callers and a source of chance, and adds only what is hidden from
all of them; it returns how many things it added. A new thing with an audience gets its maker here.
"""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from random import Random
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.db.models import QuerySet

from catalog.models import Draft, Offering, Service
from catalog.services import articles, files
from catalog.services.articles import Written
from esm.accounts.models import ServiceAccount, User
from esm.accounts.services.tokens import create_token
from esm.common.errors import Invalid, InvalidState
from esm.events.actors import SYSTEM
from esm.events.services import dirty
from esm.notices.services import notify
from governance import policies
from governance.blueprint import kinds
from governance.blueprint.weeks import resolve_weeks
from governance.models import Decision, Person, Team
from governance.selectors import people, versions
from governance.services import deciding, drafting
from tests.permissions.world import SCOPES, TITLE, Stage
from tests.support import WEEK_ONE
from valueflow.services import import_log
from workflows.models import Request, StageVisit
from workflows.selectors import answers, scopes
from workflows.selectors import requests as seen
from workflows.services import attachments, handoffs, indexing, requests, stages
from workflows.services.replies import save_reply

# Words that stand in nothing a caller sees; a page that shows one has leaked.
CANARY = "zwickmuehle"
Callers = tuple[str, ...]
OPEN = ("offered", "queued", "active", "deciding")


def account(stage: Stage, actor: str) -> User | AnonymousUser:
    """The account behind an actor of the matrix."""
    if actor == "anonymous":
        return AnonymousUser()
    if actor == "token":
        return ServiceAccount.objects.get(key="program").user
    return stage.accounts[actor]


def sees(stage: Stage, callers: Callers, request: Request) -> bool:
    """Whether one of the callers sees the request."""
    mine = Request.objects.filter(pk=request.pk)
    return any(mine.filter(pk__in=_visible(stage, actor)).exists() for actor in callers)


def _visible(stage: Stage, actor: str) -> QuerySet[Request, int]:
    return seen.visible_to(account(stage, actor)).values_list("pk", flat=True)


def persons(stage: Stage, callers: Callers) -> set[int]:
    """The persons behind the callers."""
    found = [people.person_for(account(stage, actor)) for actor in callers]
    return {person.pk for person in found if person}


def secret(chance: Random) -> str:
    """A few words that are found nowhere else."""
    return f"{CANARY} {chance.getrandbits(40):x}"


def someone(stage: Stage, chance: Random) -> Person:
    """A person who works somewhere and is none of those who ever ask."""
    askers = persons(stage, tuple(stage.accounts))
    rows = Person.objects.filter(active=True, memberships__valid__contains=stage.world.now)
    return chance.choice(list(rows.exclude(pk__in=askers).distinct().order_by("pk")))


def sent_by(stage: Stage, asker: Person, chance: Random) -> Request:
    """The journey's request, sent by somebody with words of their own."""
    journey = stage.world.journey
    values: dict[str, Any] = {**resolve_weeks(journey["values"], WEEK_ONE)}  # type: ignore[dict-item]
    stored = [
        files.store(BytesIO(secret(chance).encode()), f"{secret(chance)}.txt", field_key=key)
        for key in journey["files"]
    ]
    return requests.submit(
        offering=Offering.objects.get(key=journey["offering"]),
        data={**values, TITLE: secret(chance)},
        requester=asker,
        actor=people.actor_of_person(asker),
        files=stored,
    )


def a_confidential_request(stage: Stage, callers: Callers, chance: Random) -> int:
    """A request that concerns those who work on it, brought some steps along its way."""
    asker = someone(stage, chance)
    request = sent_by(stage, asker, chance)
    assert request.confidential
    if sees(stage, callers, request):
        transaction.set_rollback(True)
        return 0
    _talk(request, asker, chance)
    for _ in range(chance.randrange(9)):
        with transaction.atomic():
            moved = _step(stage, callers, request, chance)
            lost = not moved or sees(stage, callers, request)
            transaction.set_rollback(lost)
        if lost:
            break
    if chance.random() < 0.2:
        requests.withdraw(request.pk, reason=secret(chance), actor=people.actor_of_person(asker))
    return 1


def _talk(request: Request, asker: Person, chance: Random) -> None:
    actor = people.actor_of_person(asker)
    for _ in range(chance.randrange(3)):
        requests.comment(request.pk, body=secret(chance), actor=actor)
    if chance.random() < 0.5:
        kept = files.store(BytesIO(secret(chance).encode()), "more.txt")
        attachments.add_file(request.pk, file=kept, actor=actor)


def _step(stage: Stage, callers: Callers, request: Request, chance: Random) -> bool:
    """One step by somebody who is no caller; False where nobody else can take it."""
    world = stage.world
    world.tick(minutes=1)
    askers = persons(stage, callers)
    visit = StageVisit.objects.filter(request=request, state__in=OPEN).order_by("seq").first()
    if visit is None:
        return False
    if visit.state == StageVisit.State.DECIDING:
        row = Decision.objects.get(subject_id=request.pk, state="open")
        if row.decider is None or row.decider_id in askers:
            return False
        outcome, by = chance.choice(list(Decision.Outcome)), people.actor_of_person(row.decider)
        deciding.decide(row.pk, outcome=outcome, rationale=secret(chance), actor=by)
        return True
    workers = people.members(visit.team_id).exclude(pk__in=askers)
    worker = visit.holder or workers.order_by("pk").first()
    if worker is None or worker.pk in askers:
        return False
    by = people.actor_of_person(worker)
    try:
        if visit.state == StageVisit.State.OFFERED:
            handoffs.accept(request.pk, visit.handoff.seq, actor=by)
        elif visit.state == StageVisit.State.QUEUED:
            stages.claim(request.pk, visit.seq, actor=by)
        else:
            stages.complete_visit(request.pk, visit.seq, note=secret(chance), actor=by)
    except (Invalid, InvalidState):
        return False
    world.settle()
    return True


def other_content(stage: Stage, callers: Callers, chance: Random) -> int:
    """Requests whose envelope counts in figures, but whose content is not the caller's to read."""
    hidden = [r for r in stage.requests.values() if not sees(stage, callers, r)]
    for request in hidden:
        rows = Request.objects.filter(pk=request.pk)
        data = {**rows.get().data, TITLE: secret(chance)}
        rows.update(title=secret(chance), data=data)
        _talk(request, request.requester, chance) if request.is_open else None
        request.handoffs.update(note=secret(chance), reason_note=secret(chance))
    return len(hidden)


def notes_of_teams(stage: Stage, callers: Callers, chance: Random) -> int:
    """Internal notes on requests the callers follow without working on them."""
    accounts = [account(stage, actor) for actor in callers]
    known = [(people.actor_for(user), people.facts_for(user)) for user in accounts]
    found = 0
    for request in stage.requests.values():
        row = Request.objects.get(pk=request.pk)
        scope = scopes.scope_of(row)
        if any(policies.judge(who, "request.note", scope, facts).ok for who, facts in known):
            continue
        member = stage.world.member(row.visits.latest("seq").team_id)
        if policies.may(member, "request.note", scope).ok:
            requests.comment(row.pk, body=secret(chance), internal=True, actor=member)
            found += 1
    return found


def withheld_answers(stage: Stage, callers: Callers, chance: Random) -> int:
    """Other answers, and names of files, to questions that none of the callers reads."""
    found = 0
    for request in stage.requests.values():
        row = Request.objects.select_related("offering").get(pk=request.pk)
        keys = set(row.data)
        for actor in callers:
            if sees(stage, (actor,), row):
                keys &= answers.withheld(account(stage, actor), row)
        if keys and sees(stage, callers, row):
            row.data = {**row.data, **{key: secret(chance) for key in sorted(keys)}}
            Request.objects.filter(pk=row.pk).update(data=row.data)
            row.attachments.filter(field_key__in=keys).update(name=f"{secret(chance)}.txt")
            indexing.write_texts([row])
            found += len(keys)
    return found


def notices_of_others(stage: Stage, callers: Callers, chance: Random) -> int:
    """What others are told."""
    wanted = chance.randrange(1, 4)
    for number in range(wanted):
        notify.notify(
            someone(stage, chance).pk,
            kind="comment.added",
            title=secret(chance),
            body=secret(chance),
            url="/requests/R-99999999/",
            dedupe_key=f"hidden:{number}:{chance.random()}",
        )
    return wanted


def drafts_of_others(stage: Stage, callers: Callers, chance: Random) -> int:
    """What others have begun to write, their saved replies and the tokens they made."""
    person = someone(stage, chance)
    user = User.objects.create_user(secret(chance).replace(" ", "-"))
    offering = Offering.objects.get(key=stage.world.journey["offering"])
    Draft.objects.create(user=user, person=person, offering=offering, data={TITLE: secret(chance)})
    create_token(user, name=secret(chance), scopes=SCOPES)
    by = people.actor_of_person(person)
    save_reply(name=secret(chance), body=secret(chance), audience="mine", actor=by)
    return 3


def knowledge_of_others(stage: Stage, callers: Callers, chance: Random) -> int:
    """Articles of a team in which no caller works; one that is being written by its side."""
    rows = [people.facts_for(account(stage, actor)) for actor in callers]
    if any(facts.steward for facts in rows):
        return 0
    theirs = frozenset[int]().union(*(facts.teams for facts in rows))
    team = chance.choice(list(Team.objects.exclude(pk__in=theirs).order_by("pk")))
    version = versions.published()
    assert version is not None
    flows = versions.blueprint(version).find(kinds.Workflow).items()
    written = Written(
        secret(chance),
        body=secret(chance),
        services=list(Service.objects.values_list("key", flat=True)),
        stages=[f"{key}/{stage.key}" for key, flow in flows for stage in flow.stages],
    )
    made = articles.start_article(written, team=team, actor=SYSTEM)
    articles.publish_article(made.pk, actor=SYSTEM)
    open_ = Written(secret(chance), body=secret(chance), audience="everyone")
    articles.start_article(open_, team=team, actor=SYSTEM)
    return 2


def logs_of_others(stage: Stage, callers: Callers, chance: Random) -> int:
    """A log that was brought in, for who may see no logs."""
    for actor in callers:
        user = account(stage, actor)
        who, facts = people.actor_for(user), people.facts_for(user)
        if facts.auditor or policies.judge(who, "log.import", policies.Scope(), facts).ok:
            return 0
    content = f"Case,Activity,Time\n1,{secret(chance)},2026-03-02 09:00\n".encode()
    name, owner = f"{CANARY}.csv", stage.accounts["steward"]
    import_log.keep_file(BytesIO(content), file_name=name, user=owner)
    return 1


def drafts_of_the_model(stage: Stage, callers: Callers, chance: Random) -> int:
    """A version that stewards work on."""
    if any(people.facts_for(account(stage, actor)).steward for actor in callers):
        return 0
    number = 100 + chance.randrange(900)
    base = versions.published()
    draft = drafting.create_draft(number=number, code=f"OM-{number}", based_on=base, actor=SYSTEM)
    type(draft).objects.filter(pk=draft.pk).update(title=secret(chance))
    return 1


Maker = Callable[[Stage, Callers, Random], int]
# Hidden from whoever has no part in it.
FROM_ALL: tuple[Maker, ...] = (
    a_confidential_request,
    a_confidential_request,
    notices_of_others,
    drafts_of_others,
)
# Hidden from some callers, shown to others.
FROM_SOME: tuple[Maker, ...] = (
    other_content,
    withheld_answers,
    notes_of_teams,
    knowledge_of_others,
    logs_of_others,
    drafts_of_the_model,
)


def add(stage: Stage, callers: Callers, seed: int, makers: tuple[Maker, ...] = ()) -> int:
    """What is hidden from all of the callers, in the order of the seed, two hours ago.

    All makers are asked if none are named; returns how many things there are more.
    """
    chance = Random(f"{callers} {seed}")
    wanted = list(makers or FROM_ALL + FROM_SOME)
    wanted += [a_confidential_request] * chance.randrange(3) if not makers else []
    chance.shuffle(wanted)
    now, found = stage.world.now, 0
    stage.world.now = now - timedelta(hours=2)
    try:
        for make in wanted:
            with transaction.atomic():
                found += make(stage, callers, chance)
        stage.world.settle()
    finally:
        stage.world.now = now
    dirty.project_dirty()
    return found
