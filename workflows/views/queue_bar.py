"""The bar above a queue: filters as links that keep all else of the address."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from workflows.models import SavedView, StageVisit
from workflows.selectors.queue import Choices
from workflows.selectors.queue_filters import (
    CLOCKS,
    CLOSED,
    ME,
    NOBODY,
    STARTS,
    STATES,
    USUAL,
    WRITTEN,
    QueueFilter,
)
from workflows.selectors.saved_views import filter_of

NAMES = {
    "view": gettext_lazy("View"),
    "service": gettext_lazy("Service"),
    "step": gettext_lazy("Step"),
    "from": gettext_lazy("From"),
    "holder": gettext_lazy("Held by"),
    "priority": gettext_lazy("Priority"),
    "state": gettext_lazy("State"),
    "clock": gettext_lazy("Our clock"),
    "start": gettext_lazy("Follow-up"),
    "q": gettext_lazy("Words"),
    "sort": gettext_lazy("Sort"),
}
ANY = {
    "service": gettext_lazy("any"),
    "step": gettext_lazy("any"),
    "from": gettext_lazy("any department"),
    "holder": gettext_lazy("anyone"),
    "priority": gettext_lazy("any"),
    "state": gettext_lazy("any"),
    "clock": gettext_lazy("any"),
    "start": gettext_lazy("any"),
}
CLOCK_WORDS = {
    "late": gettext_lazy("late"),
    "risk": gettext_lazy("at risk"),
    "today": gettext_lazy("ends today"),
    "still": gettext_lazy("stands still"),
}
START_WORDS = {
    "due": gettext_lazy("its day has come"),
    "later": gettext_lazy("on a later day"),
    "none": gettext_lazy("no day set"),
}
SORT_WORDS = {
    "soonest": gettext_lazy("ends soonest on our side"),
    "promise": gettext_lazy("the promise ends soonest"),
    "entered": gettext_lazy("longest here"),
    "-entered": gettext_lazy("newest here"),
    "request": gettext_lazy("oldest request"),
    "holder": gettext_lazy("who holds it"),
}
HEADS = (("request", gettext_lazy("Request, from whom, step")),
         ("holder", gettext_lazy("Held by")),
         ("soonest", gettext_lazy("Our clock")),
         ("promise", gettext_lazy("The promise")))  # fmt: skip


TAB_WORDS = {
    "soonest": gettext_lazy("Ends soonest on our side"),
    "mine": gettext_lazy("Mine"),
    "offered": gettext_lazy("Offered to us"),
    "back": gettext_lazy("Sent back"),
    "waiting": gettext_lazy("Waiting for others"),
}


def tabs(wanted: QueueFilter, choices: Choices, kept: Sequence[SavedView]) -> list[dict[str, Any]]:
    """The views every queue has, then those that were saved; each with how much it holds."""
    open_one = wanted.get("saved")
    found = [
        {
            "label": words,
            "url": f"?{QueueFilter({'view': name}).query()}",
            "current": not open_one and wanted.get("view") == name,
            "count": choices.counts[name],
        }
        for name, words in TAB_WORDS.items()
    ]
    for view in kept:
        key = str(view.pk)
        url, count = f"?{filter_of(view).query()}", choices.counts.get(key)
        found.append({"label": view.name, "url": url, "current": key == open_one, "count": count})
    return found


def described(wanted: QueueFilter, choices: Choices) -> list[tuple[str, str]]:
    """(filter, value) of all that is not as usual, in words."""
    known = {name: dict(pairs) for name, pairs in words_of(choices).items()}
    known |= {
        "view": {name: str(words) for name, words in TAB_WORDS.items()},
        "sort": {name: sort_words(name) for name in CLOSED["sort"]},
    }
    return [
        (str(NAMES[name]), str(known.get(name, {}).get(value, value)))
        for name, value in wanted.kept.items()
    ]


def words_of(choices: Choices) -> dict[str, list[tuple[str, str]]]:
    """(value, words) of each filter."""
    states = dict(StageVisit.State.choices)
    people = [(ME, _("me")), (NOBODY, _("nobody yet"))]
    return {
        "service": choices.service,
        "step": choices.step,
        "from": choices.giver,
        "holder": [*people, *choices.holder],
        "priority": [*choices.priority, (USUAL, _("as usual"))] if choices.priority else [],
        "state": [(one, str(states[one])) for one in STATES],
        "clock": [(one, str(CLOCK_WORDS[one])) for one in CLOCKS],
        "start": [(one, str(START_WORDS[one])) for one in STARTS],
    }


def picks(wanted: QueueFilter, choices: Choices) -> list[dict[str, Any]]:
    """The filters as the bar takes them."""
    found = []
    for name, options in words_of(choices).items():
        value = wanted.get(name)
        if name == "priority" and not options and not value:
            continue
        known = dict(options)
        shown = [("", str(ANY[name])), *options]
        if value and value not in known:
            shown.append((value, value))
        found.append(
            {
                "name": NAMES[name],
                "value": known.get(value, value) or ANY[name],
                "options": [
                    {
                        "label": words,
                        "url": f"?{wanted.query(**{name: key})}",
                        "current": key == value,
                    }
                    for key, words in shown
                ],
            }
        )
    return found


def sort_pick(wanted: QueueFilter) -> dict[str, Any]:
    """The order, at the right of the bar."""
    current = wanted.get("sort")
    options = [
        {"label": words, "url": f"?{wanted.query(sort=key)}", "current": key == current}
        for key, words in SORT_WORDS.items()
    ]
    return {"name": NAMES["sort"], "value": sort_words(current), "options": options}


def sort_words(sort: str) -> str:
    """An order in words."""
    head = dict(HEADS).get(sort.removeprefix("-"), sort)
    return str(SORT_WORDS.get(sort) or _("%(head)s, last first") % {"head": head})


def heads(wanted: QueueFilter) -> list[dict[str, str]]:
    """Heads of the table: each sorts by itself, a second press turns it round."""
    current = wanted.get("sort")
    found = []
    for key, label in HEADS:
        order = {key: "asc", f"-{key}": "desc"}.get(current, "")
        turned = f"-{key}" if order == "asc" else key
        found.append({"label": str(label), "url": f"?{wanted.query(sort=turned)}", "order": order})
    return found


def hidden(wanted: QueueFilter) -> list[tuple[str, str]]:
    """What the search field has to send along."""
    return [(n, wanted.get(n)) for n in WRITTEN if n != "q" and wanted.get(n)]


def remarks(wanted: QueueFilter, choices: Choices) -> list[str]:
    """Plain words about values that no filter knows, or that nothing here has."""
    found = [
        _("“%(value)s” is no value of “%(name)s”; it was left out.")
        % {"value": value, "name": NAMES[name]}
        for name, value in wanted.refused
    ]
    known = words_of(choices)
    for name in ("service", "step", "from", "holder", "priority"):
        value = wanted.get(name)
        if value and value not in dict(known[name]):
            sentence = _("No work in this queue has “%(value)s” as “%(name)s”.")
            found.append(sentence % {"value": value, "name": NAMES[name]})
    return found
