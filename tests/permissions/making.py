"""Things of the world that take more than a line to make."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from catalog.models import Article, Offering, RequestTemplate
from catalog.services import articles
from catalog.services.articles import Written
from catalog.services.templates import save_template
from esm.accounts.models import ServiceAccount, User
from esm.accounts.services.tokens import create_token
from esm.common import clock
from esm.events.actors import SYSTEM
from esm.events.models import Delivery, WebhookEndpoint
from esm.events.selectors.events import events_of_parent
from esm.events.services import letters, webhook_claims, webhooks
from esm.notices.services.unsubscribing import token_for
from governance.blueprint import kinds
from governance.blueprint.weeks import resolve_weeks
from governance.models import (
    CalendarException,
    CalendarImport,
    Decision,
    Delegation,
    KeptFinding,
    ModelElement,
    ModelVersion,
    Person,
    Program,
    Role,
    SkillHolding,
    Team,
    Waiver,
)
from governance.selectors import delegable, versions
from governance.selectors.drafts import draft_blueprint, draft_findings
from governance.selectors.people import actor_for
from governance.selectors.remedies import with_remedy
from governance.services import drafting, findings, mailed, people, publishing, waivers
from governance.services.day_imports import Wanted, import_days
from governance.services.delegations import Wish, propose_delegation
from tests.support import WEEK_ONE, World
from workflows import mapping
from workflows.models import InboundSource, OffModelWork, Request, SavedView
from workflows.services import handoffs, off_model
from workflows.services.saved_views import save_view

LOG = b"""Case,Activity,Time,Group
1,Open,2026-03-02 09:00:00,North
1,Closed,2026-03-02 11:00:00,South
2,Open,2026-03-03 09:00:00,North
2,Closed,2026-03-04 09:00:00,North
"""


def an_article(world: World, team: str) -> Article:
    """An article of a team for the department of the journey's requester; its next version waits.

    Published by the system, since it takes a lead to show it outside the team.
    """
    asker = world.person(world.journey["persona"])
    keys = asker.memberships.values_list("team__department__key", flat=True)
    written = Written(
        "What to hand in", "The draft and its annexes.", "# Hand in\n\n- the draft\n",
        "departments", departments=list(keys), services=[world.journey["service"]],
    )  # fmt: skip
    made = articles.start_article(written, team=Team.objects.get(key=team), actor=SYSTEM)
    articles.publish_article(made.pk, actor=SYSTEM)
    return articles.edit_article(
        made.pk, replace(written, title="What to hand in now"), actor=SYSTEM
    )


def outsiders(world: World) -> list[Person]:
    """Two leads without an account who own nothing, in departments that no request comes to."""
    asker = world.person(world.journey["persona"])
    reached = set(asker.memberships.values_list("team__department_id", flat=True))
    for step in world.journey["steps"]:
        teams = world.person(step["actor"]).memberships
        reached |= set(teams.values_list("team__department_id", flat=True))
    bp = versions.blueprint(versions.published())
    found = [*bp.find(kinds.Service).values(), *bp.find(kinds.ValueStream).values()]
    owners = {str(spec.owner_role) for spec in found if spec.owner_role}
    rows = Person.objects.filter(users=None, active=True, memberships__isnull=False)
    rows = rows.exclude(memberships__team__department_id__in=reached)
    rows = rows.exclude(assignments__role__key__in=owners)
    rows = rows.exclude(assignments__role__category="executive")
    return list(rows.order_by("-memberships__is_lead", "pk")[:2])


def a_day_off() -> dict[str, str]:
    """The address of a day on which a calendar differs."""
    row = CalendarException.objects.earliest("pk")
    return {"key": row.calendar_key, "day": row.day.isoformat()}


def some_days() -> CalendarImport:
    """Holidays that were taken into a calendar."""
    key = a_day_off()["key"]
    return import_days(key, Wanted(country="IE", years=(2031,)), user=None, actor=SYSTEM)[0]


def at_days(row: CalendarImport, name: str) -> dict[str, Any]:
    """The address of days that were taken together."""
    return {"key": row.calendar_key, name: row.pk}


def a_favour(account: User, team: str) -> OffModelWork:
    """What a team did outside the model."""
    row = Team.objects.get(key=team)
    entry = off_model.Entry(title="A favour", minutes=5, day=off_model.today_of(row))
    return off_model.log_work(row, entry=entry, actor=actor_for(account))


def a_template(account: User, world: World) -> RequestTemplate:
    """The journey's answers, for who keeps them alone."""
    return save_template(
        Offering.objects.get(key=world.journey["offering"]),
        name="As usual",
        audience="mine",
        answers=resolve_weeks(world.journey["values"], WEEK_ONE),
        user=account,
        actor=actor_for(account),
    ).template


def make_confidential(world: World) -> None:
    """A third version under which what is asked for concerns those who work on it alone."""
    base = versions.published()
    third = drafting.create_draft(number=3, code="OM-3", based_on=base, actor=SYSTEM)
    key = world.journey["offering"]
    element = ModelElement.objects.get(version=third, kind="Offering", key=key)
    spec = versions.blueprint(third).get("Offering", key).model_copy(update={"confidential": True})
    seen = bytes(element.content_hash)
    drafting.edit_element(third, "Offering", key, spec, expected_hash=seen, actor=SYSTEM)
    publishing.publish(third, actor=SYSTEM, without_consent=True)


def a_webhook(account: User) -> WebhookEndpoint:
    """A webhook of somebody's own events, whose first message arrived."""
    made = webhooks.make_endpoint(
        account,
        url="https://8.8.8.8/hook",
        types=["webhook.*"],
        description="Ledger",
        by=account,
        actor=actor_for(account),
    ).endpoint
    (event,) = events_of_parent(made)
    letters.number([one for one in webhook_claims.claim(9) if one.endpoint == made])
    made.messages.filter(event_id=event.id).update(state="delivered")
    WebhookEndpoint.objects.update(lease_until=None, lease_token=None)
    Delivery.objects.filter(queue="webhooks").delete()
    return made


def a_view(account: User, team: str) -> SavedView:
    """A view of a team's queue, for one of its members alone."""
    return save_view(
        name="Mine, late",
        audience="mine",
        queue=Team.objects.get(key=team),
        filters={"view": "mine", "clock": "late"},
        actor=actor_for(account),
    )


def a_program(scopes: Sequence[str], owner: Person) -> str:
    """The text of a token of a program that acts in a role of its own."""
    role = Role.objects.get(key="ledger-link")
    user = User.objects.create_user("program")
    account = ServiceAccount.objects.create(
        key="program", name="Program", user=user, role_key=role.key
    )
    Program.objects.create(account=account, owner=owner, scopes=list(scopes))
    return create_token(user, name="tests", scopes=scopes).text


def a_source(world: World) -> InboundSource:
    """A source whose messages become the journey's request, kept by nobody in particular."""
    return InboundSource.objects.create(
        key="ward",
        name="Ward system",
        program=ServiceAccount.objects.get(key="program"),
        requester=world.person(world.journey["persona"]),
        offering=Offering.objects.get(key=world.journey["offering"]),
        mapping=mapping.read("subject: title"),
    )


def an_account(username: str, person: Person, **marks: bool) -> User:
    """An account of somebody, with these marks."""
    user = User.objects.create_user(username, **marks)
    people.link_user(person, user, actor=SYSTEM)
    return user


def a_question(world: World, request: Request) -> None:
    """The receiver of the first offer asks, so its giver has to answer."""
    world.play(request, until=2, minutes=1)
    receiver = world.actor(world.journey["steps"][2]["actor"])
    handoffs.ask(request.pk, 1, question="Which annex is meant?", actor=receiver)


def a_delegation(giver: Person, delegate: Person) -> Delegation:
    """A role of somebody that they offered to somebody else, who has not answered."""
    thing = delegable.things_of(giver, clock.now())[0]
    until = clock.now() + timedelta(days=20)
    wish = Wish(of=thing.of, key=thing.key, until=until)
    account = giver.users.filter(is_active=True).order_by("pk").first()
    assert account is not None
    return propose_delegation(giver, delegate, wish, actor=actor_for(account))


def at_way_out(world: World) -> dict[str, str]:
    """The link below a mail to the requester."""
    return {"token": token_for(world.person(world.journey["persona"]).pk, "comment.added")}


def at_link(request: Request) -> dict[str, str]:
    """The link of the mail to whoever decides on a request alone."""
    rows = Decision.objects.filter(subject_kind="request", subject_id=request.pk)
    decision = rows.latest("seq")
    assert decision.decider is not None
    return {"token": mailed.make_link(decision, decision.decider)}


def finding_of(stage: Any) -> KeptFinding:
    """One of what a night found in the model in force; it looks once."""
    if "a finding" not in stage.__dict__:
        findings.keep_findings()
        rows = KeptFinding.objects.filter(state=KeptFinding.State.OPEN)
        stage.__dict__["a finding"] = rows.earliest("pk")
    row: KeptFinding = stage.__dict__["a finding"]
    return row


def waiver_of(stage: Any) -> Waiver:
    """What the requester asked not to keep; nobody has decided. Asked for once."""
    if "a waiver" not in stage.__dict__:
        account = stage.accounts["requester"]
        wish = waivers.Wish(
            of="control",
            key="large-contract-says-why",
            reason="The rule is new.",
            risk="Somebody slips through.",
            compensation="A list is read each week.",
            until=clock.now() + timedelta(days=20),
        )
        person, actor = Person.objects.get(users=account), actor_for(account)
        stage.__dict__["a waiver"] = waivers.ask_waiver(person, wish, actor=actor)
    row: Waiver = stage.__dict__["a waiver"]
    return row


def request_workflow(stage: Any) -> str:
    """The workflow of the journey."""
    return str(stage.requests["offered"].workflow_key)


def a_skill() -> str:
    """A skill of the model in force."""
    return versions.blueprint(versions.published()).keys("Skill")[0]  # type: ignore[arg-type]


def at_skill(person: Person) -> dict[str, str]:
    """One that was confirmed of somebody."""
    held = {"person": person, "skill_key": a_skill(), "ended_at": None}
    SkillHolding.objects.get_or_create(**held, defaults={"level": 3})
    return {"key": person.key, "skill": a_skill()}


SKILL_PLACES = {
    "workflow": lambda stage, request: {"code": "OM-2", "key": request_workflow(stage)},
    "draft-workflow": lambda stage, request: {"code": "OM-4", "key": request_workflow(stage)},
    "skill": lambda stage, request: {"key": a_skill()},
    "held-skill": lambda stage, request: at_skill(stage.outsiders[0]),
}


def at_finding(code: str) -> dict[str, str]:
    """The first finding of a draft that a remedy is offered for."""
    version = ModelVersion.objects.get(code=code)
    found = with_remedy(draft_blueprint(version), draft_findings(version))
    return {"code": code, "mark": next(iter(found))}


def outdated_draft(code: str) -> None:
    """A draft that began from what is in force no more."""
    former = ModelVersion.objects.filter(state=ModelVersion.State.RETIRED).earliest("number")
    number = int(code.removeprefix("OM-"))
    drafting.create_draft(number=number, code=code, based_on=former, actor=SYSTEM)
