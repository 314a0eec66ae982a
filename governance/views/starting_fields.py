"""What the forms of the guide ask, field by field."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from governance.blueprint.blueprint import Blueprint
from governance.blueprint.kinds import Role, Team
from governance.blueprint.starting.answers import MAX_NAME, MAX_TEXT
from governance.blueprint.starting.handing import SENTENCE, asked_in
from governance.blueprint.starting.part import Values
from governance.blueprint.starting.service import LONG, STEPS
from governance.blueprint.weeks import WEEK_DAYS
from governance.selectors.choice_words import CHOICES
from governance.views.asking import Field
from governance.views.people import zone_field

TITLES = {
    "organisation": (
        lazy("The organisation"),
        lazy("Its name, and the hours in which promises are counted."),
    ),
    "teams": (
        lazy("Two departments"),
        lazy("Those between which work is handed over. More of them come later, in the editor."),
    ),
    "deciding": (
        lazy("Who decides on changes"),
        lazy("Before anything is agreed: who says yes or no when the way of working changes."),
    ),
    "service": (
        lazy("One service"),
        lazy("Something people ask for that takes both teams. Begin like one of these, and change"
             " what does not fit."),
    ),
    "agreement": (
        lazy("What the two teams agree"),
        lazy("How soon work is taken over, and what has to be there when it is offered."),
    ),
}  # fmt: skip


def asked_of(name: str, bp: Blueprint, values: Values) -> list[Field]:
    """The fields of a part with what they hold."""
    fields = _FIELDS[name](bp)
    return [{**field, "value": values.get(field["name"], field.get("value", ""))}
            for field in fields]  # fmt: skip


def _house(_bp: Blueprint) -> list[Field]:
    days = [(day, CHOICES[day]) for day in WEEK_DAYS]
    return [
        _line("name", _("What is it called?")),
        {**zone_field(""), "help": _("Working hours and deadlines follow it.")},
        {**_line("currency", _("Currency")), "width": "s", "max_length": 3,
         "help": _("Three letters, such as EUR.")},
        {"name": "days", "label": _("Working days"), "type": "choices", "options": days,
         "required": True},
        {**_line("hours", _("Working hours")), "max_length": 120,
         "help": _("As they are on most days. Promises count in these hours.")},
        {**_line("head", _("What is whoever leads it called?")),
         "help": _("Decides what nobody else decides.")},
    ]  # fmt: skip


def _teams(_bp: Blueprint) -> list[Field]:
    found: list[Field] = []
    for side, heading in ((1, _("First department")), (2, _("Second department"))):
        found += [
            {**_line(f"department-{side}", _("Department")), "group": heading},
            {**_line(f"team-{side}", _("Its team")), "help": _("It has one queue of work.")},
            {**_line(f"lead-{side}", _("What is whoever leads it called?")),
             "help": _("A role, not a person: people come after publishing.")},
        ]  # fmt: skip
    return found


def _deciding(bp: Blueprint) -> list[Field]:
    roles = sorted((role.name, key) for key, role in bp.find(Role).items())
    return [
        {"name": "role", "label": _("Who decides?"), "type": "choice", "required": True,
         "options": [(key, name) for name, key in roles]},
        {**_line("days", _("Within how many working days?")), "type": "number", "width": "s"},
    ]  # fmt: skip


def _service(bp: Blueprint) -> list[Field]:
    teams = [(key, team.name) for key, team in bp.find(Team).items()]
    found: list[Field] = [
        {"name": "like", "label": "", "type": "hidden"},
        {**_line("name", _("What do people ask for?")),
         "help": _("In their words: “A new laptop”.")},
        {**_line("purpose", _("What is it good for?")), "max_length": MAX_TEXT},
        {"name": "questions", "label": _("What has to be known?"), "type": "textarea",
         "required": True, "max_length": LONG, "rows": 4,
         "help": _("One question a line; the first one becomes the title of a request.")},
        {**_line("days", _("Promised within how many working days?")), "type": "number",
         "width": "s"},
    ]  # fmt: skip
    words = (_("First step"), _("Second step"), _("Third step, if there is one"))
    for number, heading in zip(STEPS, words, strict=True):
        needed = number < STEPS[-1]
        found += [
            {**_line(f"step-{number}", _("What is done")), "group": heading, "required": needed},
            {"name": f"team-{number}", "label": _("By which team"), "type": "select",
             "options": teams, "required": needed},
            {**_line(f"hours-{number}", _("Within how many working hours")), "type": "number",
             "width": "s", "required": needed},
        ]  # fmt: skip
    return found


def _agreement(bp: Blueprint) -> list[Field]:
    return [
        {**_line("respond", _("Taken over or returned within how many working hours?")),
         "type": "number", "width": "s"},
        {"name": "fields", "label": _("What has to be answered before work is handed over?"),
         "type": "choices", "options": asked_in(bp),
         "help": _("Checked by the portal: work is not offered without it.")},
        {"name": "sentence", "label": _("What else has to be ready?"), "max_length": SENTENCE,
         "help": _("In one sentence; whoever hands over says that it is so.")},
        {"name": "reasons", "label": _("Why may it be returned?"), "type": "textarea",
         "required": True, "max_length": LONG, "rows": 3, "help": _("One reason a line.")},
    ]  # fmt: skip


def _line(name: str, label: str) -> Field:
    return {"name": name, "label": label, "required": True, "max_length": MAX_NAME}


_FIELDS = {
    "organisation": _house,
    "teams": _teams,
    "deciding": _deciding,
    "service": _service,
    "agreement": _agreement,
}
