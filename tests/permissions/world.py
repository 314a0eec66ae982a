"""One world in which everything that an address can name exists, and those who ask for it."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cached_property
from http.cookies import SimpleCookie
from io import BytesIO
from pathlib import Path
from typing import Any

from django.test import Client

from catalog.models import Article, Draft, Offering, RequestTemplate
from catalog.services import files, searches
from esm.accounts.models import ApiToken, User
from esm.accounts.services.tokens import create_token
from esm.events.actors import SYSTEM
from esm.events.models import WebhookEndpoint
from esm.events.services import dirty
from governance.blueprint.weeks import resolve_weeks
from governance.models import (
    CalendarImport,
    Decision,
    Delegation,
    PeopleImport,
    Person,
    RoleAssignment,
)
from governance.selectors import versions
from governance.selectors.people import actor_for
from governance.services import drafting, leaving, people
from governance.services.people_csv import keep_file as keep_people
from tests.permissions import making, making_adoption, making_change, making_outcomes
from tests.permissions.places import MODEL_PLACES
from tests.permissions.talking import finish, talk
from tests.support import DEMO, WEEK_ONE, World
from valueflow.models import EventLog
from valueflow.registries import SampleLog, register_sample
from valueflow.services import import_log
from workflows.models import (
    InboundSource,
    OffModelWork,
    Request,
    SavedReply,
    SavedView,
)
from workflows.services import stages
from workflows.services.replies import save_reply

ACTORS = (
    "anonymous",
    "requester",
    "receiver",
    "other",
    "decider",
    "steward",
    "auditor",
    "admin",
    "token",
)
# What the program may do: not decide, not administer, not change the model.
SCOPES = ("requests:read", "requests:write", "work", "model:read", "flow:read")
# The answer that becomes the title, and the title that nobody else may read.
TITLE, SECRET = "subject", "Undisclosed matter"
SAMPLE = SampleLog("four-rows", "Four rows", Path(), "Written for the tests.")


@dataclass
class Stage:
    """The demo organisation with a request in each state, and the accounts of the actors."""

    world: World
    requests: dict[str, Request] = field(default_factory=dict)
    token: str = ""

    def place(self, name: str) -> dict[str, Any]:
        """What fills the parameters of an address: «visit:claimed», «model», «draft» …"""
        kind, _, state = name.partition(":")
        request = self.requests.get(state)
        found: dict[str, Any] = PLACES[kind](self, request)
        return found

    def client(self, actor: str) -> Client:
        """A browser or program that is signed in as this actor."""
        if actor == "token":
            return Client(headers={"Authorization": f"Bearer {self.token}"})
        client = Client()
        client.cookies = SimpleCookie(self.cookies.get(actor, ""))
        return client

    @cached_property
    def cookies(self) -> dict[str, str]:
        """The cookie of each actor's session; the anonymous and the program have none."""
        found = {}
        for actor, account in self.accounts.items():
            client = Client()
            client.force_login(account)
            found[actor] = client.cookies.output(header="", attrs=[])
        return found

    @cached_property
    def personal_token(self) -> ApiToken:
        """A token the requester made for themselves."""
        return create_token(self.accounts["requester"], name="mine", scopes=SCOPES).token

    @cached_property
    def reply(self) -> SavedReply:
        """A saved reply of the requester alone."""
        actor = self.world.actor(self.world.journey["persona"])
        return save_reply(name="Thanks", body="Thank you.", audience="mine", actor=actor)

    @cached_property
    def webhook(self) -> WebhookEndpoint:
        """A webhook of the requester with a message that arrived."""
        return making.a_webhook(self.accounts["requester"])

    @cached_property
    def delegation(self) -> Delegation:
        """What the decider offers to the requester."""
        giver = Person.objects.get(users=self.accounts["decider"])
        return making.a_delegation(giver, Person.objects.get(users=self.accounts["requester"]))

    @cached_property
    def source(self) -> InboundSource:
        """A source whose messages become the journey's request."""
        return making.a_source(self.world)

    @cached_property
    def article(self) -> Article:
        """An article of the receiver's team for the requester's department."""
        return making.an_article(self.world, self.place("team")["key"])

    @cached_property
    def logged(self) -> OffModelWork:
        """What the receiver's team did outside the model."""
        return making.a_favour(self.accounts["receiver"], self.place("team")["key"])

    @cached_property
    def template(self) -> RequestTemplate:
        """Answers the requester keeps for themselves."""
        return making.a_template(self.accounts["requester"], self.world)

    @cached_property
    def view(self) -> SavedView:
        """A view of the receiver's queue, for them alone."""
        return making.a_view(self.accounts["receiver"], self.place("team")["key"])

    @cached_property
    def accounts(self) -> dict[str, User]:
        """The account of each actor who has a browser."""
        steps = self.world.journey["steps"]
        decider = next(step["actor"] for step in steps if step["action"] == "decide")
        receiver = next(step["actor"] for step in steps if step["action"] == "return")
        return {
            "requester": User.objects.get(username=self.world.journey["persona"]),
            "receiver": User.objects.get(username=receiver),
            "other": making.an_account("elsewhere", self.outsiders[0]),
            "decider": User.objects.get(username=decider),
            "steward": User.objects.get(is_steward=True),
            "auditor": User.objects.get(is_auditor=True),
            "admin": making.an_account("keeper", self.outsiders[1], is_admin=True),
        }

    @cached_property
    def outsiders(self) -> list[Person]:
        """Leads without an account who own nothing, in departments that no request comes to."""
        return making.outsiders(self.world)

    @cached_property
    def gone(self) -> Person:
        """Somebody who left."""
        person = people.create_person(key="gone", name="Somebody Gone", actor=SYSTEM)
        return leaving.deactivate_person(person, actor=SYSTEM)

    @cached_property
    def imported(self) -> PeopleImport:
        """A file of people that the steward uploaded and did not apply."""
        content, steward = b"name,mail\nAda,ada@example.org\n", self.accounts["steward"]
        return keep_people(content, file_name="p.csv", user=steward, actor=SYSTEM)

    @cached_property
    def days_taken(self) -> CalendarImport:
        """Public holidays that were taken into a calendar."""
        return making.some_days()

    @cached_property
    def draft(self) -> Draft:
        """A draft of the requester with all answers, ready to be sent."""
        journey = self.world.journey
        values = resolve_weeks(journey["values"], WEEK_ONE)
        offering = Offering.objects.get(key=journey["offering"])
        account = self.accounts["requester"]
        person = self.world.person(journey["persona"])
        draft = Draft.objects.create(user=account, person=person, offering=offering, data=values)
        for key, path in journey["files"].items():
            stored = files.store(BytesIO(b"%PDF-1.4 draft"), Path(path).name, field_key=key)
            draft.files.create(
                field_key=key,
                name=stored.name,
                content_type=stored.content_type,
                size=stored.size,
                sha256=stored.sha256,
            )
        return draft

    @cached_property
    def logs(self) -> dict[str, EventLog]:
        """A log that was read, and one that waits for its columns; both are the steward's."""
        found = {}
        for name, content in (
            ("read", making.LOG),
            ("uploaded", making.LOG + b"3,Open,2026-03-05 09:00,North\n"),
        ):
            row = import_log.keep_file(
                BytesIO(content), file_name=f"{name}.csv", user=self.accounts["steward"]
            )
            found[name] = row
        import_log.queue(found["read"].pk)
        import_log.import_queued()
        return found


def _at(request: Request, row: Any) -> dict[str, Any]:
    return {"ref": request.ref, "seq": row.seq}


PLACES: dict[str, Callable[[Stage, Any], dict[str, Any]]] = (
    {
        "": lambda stage, request: {},
        "request": lambda stage, request: {"ref": request.ref},
        "visit": lambda stage, request: _at(request, request.visits.latest("seq")),
        "reply": lambda stage, request: {"pk": stage.reply.pk},
        "reply-number": lambda stage, request: {"number": stage.reply.pk},
        "article": lambda stage, request: {"number": stage.article.pk},
        "article-version": lambda stage, request: {"number": stage.article.pk, "version": 1},
        "template": lambda stage, request: {"number": stage.template.pk},
        "logged": lambda stage, request: {"pk": stage.logged.pk},
        "logged-number": lambda stage, request: {"number": stage.logged.pk},
        "view": lambda stage, request: {"pk": stage.view.pk},
        "view-number": lambda stage, request: {"number": stage.view.pk},
        "item": lambda stage, request: _item(request),
        "handoff": lambda stage, request: _at(request, request.handoffs.latest("seq")),
        "file": lambda stage, request: _at(request, request.attachments.latest("seq")),
        "comment": lambda stage, request: _at(request, request.comments.get(internal=False)),
        "note": lambda stage, request: _at(request, request.comments.get(internal=True)),
        "clock": lambda stage, request: _at(request, request.clocks.latest("seq")),
        "decision": lambda stage, request: {"pk": _decision(request).pk},
        "decided": lambda stage, request: _at(request, _decision(request)),
        "draft": lambda stage, request: {"draft_id": stage.draft.pk},
        "section": lambda stage, request: {"draft_id": stage.draft.pk, "number": 1},
        "draft-file": lambda stage, request: {
            "draft_id": stage.draft.pk,
            "file_id": stage.draft.files.get().pk,
        },
        "log": lambda stage, request: {"pk": stage.logs["read"].pk},
        "new-log": lambda stage, request: {"pk": stage.logs["uploaded"].pk},
        "sample": lambda stage, request: {"key": SAMPLE.key},
        "service": lambda stage, request: {"key": stage.world.journey["service"]},
        "offering": lambda stage, request: {"key": stage.world.journey["offering"]},
        "team": lambda stage, request: {
            "key": stage.requests["offered"].visits.latest("seq").team.key
        },
        "stream": lambda stage, request: {"key": stage.requests["offered"].value_stream.key},
        "version": lambda stage, request: {"code": "OM-2"},
        "new-version": lambda stage, request: {"code": "OM-4"},
        **MODEL_PLACES,
        "colleague": lambda stage, request: {"key": stage.outsiders[0].key},
        "gone": lambda stage, request: {"key": stage.gone.key},
        "account": lambda stage, request: {
            "key": stage.outsiders[0].key,
            "pk": stage.accounts["other"].pk,
        },
        "people-file": lambda stage, request: {"pk": stage.imported.pk},
        "account-number": lambda stage, request: {
            "key": stage.outsiders[0].key,
            "number": stage.accounts["other"].pk,
        },
        "absence-number": lambda stage, request: {"number": stage.outsiders[0].absences.get().pk},
        "member-number": lambda stage, request: {"number": stage.outsiders[0].memberships.get().pk},
        "held-number": lambda stage, request: {"number": RoleAssignment.objects.earliest("pk").pk},
        "waiver": lambda stage, request: {"number": making.waiver_of(stage).pk},
        "finding": lambda stage, request: {"number": making.finding_of(stage).pk},
        "delegation": lambda stage, request: {"pk": stage.delegation.pk},
        "delegation-number": lambda stage, request: {"number": stage.delegation.pk},
        "absence": lambda stage, request: {"pk": stage.outsiders[0].absences.get().pk},
        "member": lambda stage, request: {"pk": stage.outsiders[0].memberships.get().pk},
        "their-team": lambda stage, request: {"key": stage.outsiders[0].memberships.get().team.key},
        **making.SKILL_PLACES,
        "role": lambda stage, request: {"key": RoleAssignment.objects.earliest("pk").role.key},
        "held": lambda stage, request: {"pk": RoleAssignment.objects.earliest("pk").pk},
        "calendar": lambda stage, request: {"key": making.a_day_off()["key"]},
        "day-off": lambda stage, request: making.a_day_off(),
        "days-taken": lambda stage, request: making.at_days(stage.days_taken, "pk"),
        "days-taken-number": lambda stage, request: making.at_days(stage.days_taken, "number"),
        "mail-link": lambda stage, request: making.at_way_out(stage.world),
        "decision-link": lambda stage, request: making.at_link(request),
        "token": lambda stage, request: {"prefix": stage.personal_token.prefix},
        "program": lambda stage, request: {"key": "program"},
        "program-token": lambda stage, request: {
            "key": "program",
            "prefix": stage.token.split("_")[1],
        },
        "source": lambda stage, request: {"key": stage.source.key},
        "webhook": lambda stage, request: {"key": stage.webhook.key},
        "webhook-message": lambda stage, request: {"key": stage.webhook.key, "number": 1},
    }
    | making_outcomes.PLACES
    | making_change.CHANGE_PLACES
    | making_adoption.PLACES
)


def _decision(request: Request) -> Decision:
    return Decision.objects.filter(subject_kind="request", subject_id=request.pk).latest("seq")


def _item(request: Request) -> dict[str, Any]:
    """The first item of the checklist of the step where a request is."""
    visit = request.visits.latest("seq")
    bp = versions.blueprint(request.version_id)
    (item, *_rest) = bp.stage(request.workflow_key, visit.stage_key).checklist
    return {**_at(request, visit), "item": item.key}


def build(folder: Path) -> Stage:
    """The world at the moment of the tests; call with the database at hand."""
    world = World(DEMO, ("om-1", "om-2"))
    stage = Stage(world)
    actions = [step["action"] for step in world.journey["steps"]]
    states: dict[str, Callable[[Request], object]] = {
        "queued": lambda request: None,
        "claimed": lambda request: _claim(stage, request),
        "paused": lambda request: _pause(stage, request),
        "asked": lambda request: making.a_question(world, request),
        "offered": lambda request: world.play(request, until=actions.index("return"), minutes=1),
        "deciding": lambda request: world.play(request, until=actions.index("decide"), minutes=1),
        "fulfilled": lambda request: world.play(request, minutes=1),
        "closed": lambda request: finish(world, request),
        "confidential": lambda request: world.play(
            request, until=actions.index("decide"), minutes=1
        ),
    }
    for name, drive in states.items():
        if name == "confidential":
            making.make_confidential(world)
        request = world.submit(**({TITLE: SECRET} if name == "confidential" else {}))
        world.settle()
        drive(request)
        stage.requests[name] = request
    for name in ("offered", "confidential"):
        talk(
            stage.requests[name],
            actor_for(stage.accounts["requester"]),
            actor_for(stage.accounts["receiver"]),
        )
    for request in stage.requests.values():
        request.refresh_from_db()
    stage.token = making.a_program(SCOPES, world.person(world.journey["persona"]))
    for number in range(3):
        searches.record_missed("New laptop", person_id=number + 1)
    (folder / "four-rows.csv").write_bytes(making.LOG)
    register_sample(replace(SAMPLE, path=folder / "four-rows.csv"))
    base = versions.published()
    drafting.create_draft(number=4, code="OM-4", based_on=base, actor=SYSTEM)
    making.outdated_draft("OM-9")
    dirty.project_dirty()
    # Made now, so that no test makes them in a part that is taken back.
    people.record_absence(
        stage.outsiders[0],
        since=world.now - timedelta(days=1),
        until=world.now + timedelta(days=2),
        actor=SYSTEM,
    )
    assert all(
        (stage.gone, stage.imported, stage.reply, stage.view, stage.logged, stage.days_taken)
    )
    assert stage.draft and stage.logs and stage.personal_token
    assert stage.article and stage.cookies and stage.template and stage.place("thread")
    assert stage.webhook and stage.source and stage.delegation and making.waiver_of(stage)
    assert making.finding_of(stage)
    assert making_change.proposal_of(stage) and making_change.in_review(stage)
    assert making_outcomes.made(stage) and making_adoption.made(stage)
    return stage


def _claim(stage: Stage, request: Request) -> None:
    """The receiver works in the team of the first stage too."""
    visit = request.visits.latest("seq")
    stages.claim(request.pk, visit.seq, actor=actor_for(stage.accounts["receiver"]))


def _pause(stage: Stage, request: Request) -> None:
    _claim(stage, request)
    visit, holder = request.visits.latest("seq"), actor_for(stage.accounts["receiver"])
    stages.pause(request.pk, visit.seq, party="requester", reason="Which annex?", actor=holder)
