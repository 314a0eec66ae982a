"""The way of an organisation from nothing to its first fulfilled request, computed step by step."""

from dataclasses import dataclass, field

from django.urls import reverse
from django.utils.translation import gettext as _

from governance.blueprint.starting import PARTS
from governance.blueprint.starting.service import first_service
from governance.selectors.administration import verdict
from governance.selectors.people import Account, facts_for, person_for
from governance.selectors.starting import (
    ENOUGH_PEOPLE,
    InHand,
    in_hand,
    missing_of,
    people_here,
    seats_of,
    without_account,
)
from workflows.models import Request
from workflows.selectors.requests import visible_to

DONE = (Request.State.FULFILLED, Request.State.CLOSED)
SHOWN = 5


@dataclass(frozen=True, slots=True)
class Step:
    """One step: whether it is done, what is missing, and where it is done."""

    key: str
    title: str
    missing: tuple[str, ...]
    url: str = ""
    button: str = ""
    note: str = ""
    refused: str = ""

    @property
    def done(self) -> bool:
        """Nothing is missing."""
        return not self.missing


@dataclass(frozen=True, slots=True)
class Guide:
    """All steps; ``now`` is the first that is not done."""

    steps: tuple[Step, ...]
    in_force: bool
    code: str = ""
    now: Step | None = field(default=None)

    @property
    def done(self) -> int:
        """How many are done."""
        return sum(step.done for step in self.steps)


def for_whom(user: Account) -> bool:
    """Who sets an installation up: stewards and administrators."""
    facts = facts_for(user)
    return facts.steward or facts.admin


def over() -> bool:
    """Whether a request was ever fulfilled here: then nobody needs the guide any more."""
    return Request.objects.filter(state__in=DONE).exists()


def guide(user: Account) -> Guide:
    """The steps as they stand at this moment."""
    hand = in_hand()
    steps = (_people(user), *_parts(hand), _publish(hand), *_after(user, hand))
    steps = tuple(_may(user, step) for step in steps)
    now = next((step for step in steps if not step.done), None)
    return Guide(steps, hand.in_force, hand.version.code if hand.version else "", now)


RIGHTS = {
    "people": "people.edit",
    "publish": "model.publish",
    "holders": "people.edit",
    "accounts": "account.keep",
    **dict.fromkeys(PARTS, "model.edit"),
}


def _may(user: Account, step: Step) -> Step:
    """The step with the reason where somebody else has to do it."""
    right = RIGHTS.get(step.key)
    found = verdict(user, right) if right else None
    if found is None or found.ok:
        return step
    return Step(step.key, step.title, step.missing, note=step.note, refused=found.reason)


def _people(user: Account) -> Step:
    own = person_for(user)
    n = people_here(own.pk if own else None).count()
    missing = (
        () if n >= ENOUGH_PEOPLE else (_("Two people at least, beside you: one for each team."),)
    )
    note = _("%(n)d people beside you.") % {"n": n} if n else ""
    return Step("people", _("People"), missing, reverse("admin-people-import"),
                _("Give a file of people"), note)  # fmt: skip


def _parts(hand: InHand) -> list[Step]:
    titles = {
        "organisation": (_("The organisation and its hours"), _("Say how it is called")),
        "teams": (_("Two departments, a team each"), _("Name them")),
        "deciding": (_("Who decides on changes"), _("Say who decides")),
        "service": (_("One service"), _("Describe it")),
        "agreement": (_("What the two teams agree"), _("Write it down")),
    }
    found = []
    for key, missing in missing_of(hand.bp).items():
        title, button = titles[key]
        url = reverse("start-part", args=[key]) if hand.may_be_written else ""
        found.append(Step(key, title, tuple(missing[:SHOWN]), url, button))
    return found


def _publish(hand: InHand) -> Step:
    if hand.in_force:
        assert hand.version is not None
        note = _("%(code)s is in force.") % {"code": hand.version.code}
        return Step("publish", _("Publish it as it is"), (), note=note)
    missing: tuple[str, ...] = (_("Nothing is in force yet."),)
    url = reverse("start-publish") if hand.version is not None else ""
    if hand.version is not None and hand.version.state == "agreed":
        missing, url = (_("%(code)s is agreed and waits for its moment.")
                        % {"code": hand.version.code},), ""  # fmt: skip
    return Step("publish", _("Publish it as it is"), missing, url, _("See what is found, publish"))


def _after(user: Account, hand: InHand) -> list[Step]:
    """What comes once a model is in force."""
    titles = (_("Who leads, who decides"), _("Accounts"), _("The first request"), _("Fulfilled"))
    if not hand.in_force:
        later = (_("Comes after publishing."),)
        keys = ("holders", "accounts", "asked", "fulfilled")
        return [Step(key, title, later) for key, title in zip(keys, titles, strict=True)]
    missing = [seat.missing for seat in seats_of(hand.bp) if seat.missing]
    locked = [one.name for one in without_account()[: SHOWN + 1]]
    said = [_("%(name)s cannot sign in.") % {"name": name} for name in locked[:SHOWN]]
    if missing:
        said = [_("Comes once it is said who leads.")]
    return [
        Step("holders", titles[0], tuple(missing[:SHOWN]), reverse("start-seats"),
             _("Say who holds which role")),
        Step("accounts", titles[1], tuple(said), reverse("start-accounts"), _("Open accounts")),
        *_requests(user, hand, titles[2], titles[3]),
    ]  # fmt: skip


def _requests(user: Account, hand: InHand, asked: str, fulfilled: str) -> list[Step]:
    last = visible_to(user).order_by("-number").first()
    finished = over()
    service = first_service(hand.bp)
    url = reverse("service", args=[service]) if service else reverse("services")
    missing = () if last or finished else (_("Nobody has asked for anything yet."),)
    first = Step("asked", asked, missing, url, _("Ask for it"))
    if finished:
        return [first, Step("fulfilled", fulfilled, ())]
    if last is None:
        return [first, Step("fulfilled", fulfilled, (_("Comes after asking."),))]
    said = _("%(ref)s is %(state)s.") % {"ref": last.ref, "state": last.get_state_display()}
    return [first, Step("fulfilled", fulfilled, (said,), reverse("request", args=[last.ref]),
                        _("See where it is"))]  # fmt: skip
