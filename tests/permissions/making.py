"""Things of the world that take more than a line to make."""

from dataclasses import replace

from catalog.models import Article, Offering, RequestTemplate, Service
from catalog.services import articles
from catalog.services.articles import Written
from catalog.services.templates import save_template
from esm.accounts.models import User
from esm.events.actors import SYSTEM
from governance.blueprint.weeks import resolve_weeks
from governance.models import ModelElement, Team
from governance.selectors import versions
from governance.selectors.people import actor_for
from governance.services import drafting, publishing
from tests.support import WEEK_ONE, World
from workflows.models import OffModelWork
from workflows.services import off_model


def an_article(world: World, team: str) -> Article:
    """An article of a team for the department of the journey's requester; its next version waits.

    Published by the system, since it takes a lead to show it outside the team.
    """
    asker = world.person(world.journey["persona"])
    keys = asker.memberships.values_list("team__department__key", flat=True)
    written = Written(
        "What to hand in", "The draft and its annexes.", "# Hand in\n\n- the draft\n",
        "departments", departments=list(keys), services=[Service.objects.get().key],
    )  # fmt: skip
    made = articles.start_article(written, team=Team.objects.get(key=team), actor=SYSTEM)
    articles.publish_article(made.pk, actor=SYSTEM)
    return articles.edit_article(
        made.pk, replace(written, title="What to hand in now"), actor=SYSTEM
    )


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
