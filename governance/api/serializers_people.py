"""Shapes of what is kept of people, accounts, teams, roles, absences and days off."""

from typing import Any

from rest_framework import serializers

from esm.common.api.fields import MaybeNamedField, NamedField
from esm.common.api.serializers import Out, PageQuery, Strict
from governance.services.accounts import MARKS, marks_of
from governance.services.reasons import MAX_REASON


def _reason() -> serializers.CharField:
    return serializers.CharField(
        required=False, default="", allow_blank=True, max_length=MAX_REASON,
        help_text="Why; kept with the change.",
    )  # fmt: skip


def _moment(words: str, **more: Any) -> serializers.DateTimeField:
    return serializers.DateTimeField(required=False, allow_null=True, help_text=words, **more)


class PeopleQuery(PageQuery):
    """Which people."""

    q = serializers.CharField(
        required=False,
        default="",
        allow_blank=True,
        max_length=80,
        help_text="Letters of name, mail or key.",
    )
    team = serializers.CharField(
        required=False,
        default="",
        allow_blank=True,
        max_length=100,
        help_text="Key of a team, or `@none`.",
    )
    state = serializers.ChoiceField(choices=["here", "gone", "all"], default="here", required=False)


class PersonOut(Out):
    """A person."""

    key = serializers.CharField()
    name = serializers.CharField()
    email = serializers.CharField()
    zone = serializers.CharField()
    active = serializers.BooleanField()
    url = serializers.SerializerMethodField()

    def get_url(self, person: Any) -> str:
        return f"/api/v1/people/{person.key}"


class ValidOut(Out):
    """A half-open period; null is open."""

    since = serializers.DateTimeField(source="row.valid.lower", allow_null=True)
    until = serializers.DateTimeField(source="row.valid.upper", allow_null=True)
    when = serializers.ChoiceField(choices=["past", "now", "ahead"])


class MembershipOut(ValidOut):
    """Somebody works in a team."""

    number = serializers.IntegerField(source="row.pk")
    person = NamedField(source="row.person")
    team = NamedField(source="row.team")
    lead = serializers.BooleanField(source="row.is_lead")


class HoldingOut(ValidOut):
    """Somebody holds a role."""

    number = serializers.IntegerField(source="row.pk")
    person = NamedField(source="row.person")
    role = NamedField(source="row.role")
    focus_kind = serializers.CharField(source="row.focus_kind")
    focus = serializers.CharField(source="row.focus_key")


class AccountOut(Out):
    """An account of a person."""

    number = serializers.IntegerField(source="pk")
    username = serializers.CharField()
    active = serializers.BooleanField(source="is_active")
    marks = serializers.SerializerMethodField()

    def get_marks(self, user: Any) -> list[str]:
        return marks_of(user)


class PersonDetailOut(PersonOut):
    """A person with what they hold; accounts and roles for who keeps people, and for oneself."""

    memberships = MembershipOut(many=True)
    roles = HoldingOut(many=True)
    accounts = AccountOut(many=True)


class InHandOut(Out):
    """Something a person holds, and what becomes of it without them."""

    kind = serializers.CharField(source="key")
    name = serializers.CharField(source="label")
    then = serializers.CharField()
    count = serializers.IntegerField(
        allow_null=True, help_text="Of what you may see, 1,001 at most; null for a single thing."
    )


class PersonIn(Strict):
    """A new person; without a key one is made of the name."""

    key = serializers.RegexField(r"^[a-z0-9]+(-[a-z0-9]+)*$", required=False, max_length=100)
    name = serializers.CharField(max_length=200)
    email = serializers.CharField(required=False, default="", allow_blank=True, max_length=254)
    zone = serializers.CharField(required=False, max_length=60, help_text="Of the organisation.")
    reason = _reason()


class PersonPatch(Strict):
    """What changes. Everybody may choose their own zone."""

    name = serializers.CharField(required=False, max_length=200)
    email = serializers.CharField(required=False, allow_blank=True, max_length=254)
    zone = serializers.CharField(required=False, max_length=60)
    reason = _reason()


class WhyIn(Strict):
    """Why."""

    reason = _reason()


class ImportIn(Strict):
    """A table with a header as CSV: name, mail, key, department, team, lead, role, zone …"""

    content = serializers.CharField(
        max_length=2 * 1024 * 1024, trim_whitespace=False, help_text="The whole file."
    )
    apply = serializers.BooleanField(
        required=False, default=False, help_text="Without it nothing is changed."
    )
    reason = _reason()


class ImportRowOut(Out):
    """One row that does something, or is wrong."""

    line = serializers.IntegerField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=["new", "changed", "ended", "wrong"])
    changes = serializers.ListField(child=serializers.CharField(), source="words")
    problems = serializers.ListField(child=serializers.CharField(), source="wrong")


class ImportOut(Out):
    """What a file did, or would do."""

    applied = serializers.BooleanField()
    columns = serializers.DictField(child=serializers.CharField())
    rows = ImportRowOut(many=True)
    unchanged = serializers.IntegerField()


def _marks(**more: Any) -> serializers.ListField:
    return serializers.ListField(child=serializers.ChoiceField(choices=list(MARKS)), **more)


class AccountIn(Strict):
    """A new account, or with ``link`` one that belongs to nobody yet."""

    username = serializers.CharField(max_length=150)
    link = serializers.BooleanField(required=False, default=False)
    marks = _marks(required=False, default=list, help_text="Only marks you have yourself.")
    reason = _reason()


class AccountPatch(Strict):
    """Marks of an account and whether it may sign in."""

    marks = _marks(required=False)
    active = serializers.BooleanField(required=False)
    reason = _reason()


class FirstPasswordOut(Out):
    """An account with its first password, which is told once; null for a linked account."""

    account = AccountOut(source="user")
    password = serializers.CharField(allow_null=True)


class TeamOut(Out):
    """A team and its leads."""

    key = serializers.CharField(source="team.key")
    name = serializers.CharField(source="team.name")
    department = NamedField(source="team.department")
    size = serializers.IntegerField()
    leads = serializers.ListField(child=serializers.CharField())


class JoinIn(Strict):
    """Somebody works in the team."""

    person = serializers.CharField(max_length=254, help_text="Key or mail address.")
    lead = serializers.BooleanField(required=False, default=False)
    since = _moment("Now without it.", default=None)
    until = _moment("Without an end when null.", default=None)
    reason = _reason()


class MembershipPatch(Strict):
    """Whether they lead, and until when they are in the team."""

    lead = serializers.BooleanField(required=False)
    until = _moment("Null is without an end.")
    reason = _reason()


class RoleHeldOut(Out):
    """A role with how many hold it."""

    key = serializers.CharField(source="role.key")
    name = serializers.CharField(source="role.name")
    department = MaybeNamedField(source="role.department")
    focus = serializers.CharField(source="role.focus")
    vacant = serializers.BooleanField()
    held_by = serializers.SerializerMethodField()

    def get_held_by(self, row: Any) -> list[str]:
        return [held.person.key for held in row.holders]


class GiveIn(Strict):
    """Somebody holds the role."""

    person = serializers.CharField(max_length=254, help_text="Key or mail address.")
    focus = serializers.CharField(
        required=False, default="", max_length=100, allow_blank=True,
        help_text="Key of what it is narrowed to, of the kind the role names.",
    )  # fmt: skip
    since = _moment("Now without it.", default=None)
    until = _moment("Without an end when null.", default=None)
    reason = _reason()


class EndIn(Strict):
    """When it ends."""

    until = _moment("Now without it.", default=None)
    reason = _reason()


class AbsencesQuery(PageQuery):
    """Whose absences."""

    scope = serializers.ChoiceField(
        choices=["mine", "visible"], default="mine", required=False,
        help_text="Yours, or those of all you see in administration.",
    )  # fmt: skip


class AbsenceOut(ValidOut):
    """Somebody is away."""

    number = serializers.IntegerField(source="row.pk")
    person = NamedField(source="row.person")
    stand_in = MaybeNamedField(source="row.stand_in")
    kind = serializers.CharField(help_text="Empty for who does not keep people.")


class AbsenceIn(Strict):
    """An absence; without a person it is yours."""

    person = serializers.CharField(required=False, max_length=254, help_text="Key or mail address.")
    since = serializers.DateTimeField()
    until = _moment("Without an end when null.", default=None)
    stand_in = serializers.CharField(required=False, allow_null=True, max_length=254, default=None)
    kind = serializers.CharField(required=False, default="", allow_blank=True, max_length=40)
    reason = _reason()


class CountedOut(Out):
    """Something that counts in a calendar."""

    key = serializers.CharField()
    name = serializers.CharField()


class CalendarOut(Out):
    """A calendar of the version in force, and what counts in it."""

    key = serializers.CharField()
    name = serializers.CharField(source="spec.name")
    zone = serializers.CharField(source="spec.zone")
    default = serializers.BooleanField()  # type: ignore[assignment]
    teams = serializers.ListField(child=serializers.CharField(), source="team_names")
    sites = CountedOut(many=True)
    offerings = CountedOut(many=True)


class DaysQuery(Strict):
    """Of which year."""

    year = serializers.IntegerField(
        required=False, min_value=1970, max_value=2100, help_text="This year without it."
    )


class DayOut(Out):
    """A day that differs; no interval means closed."""

    day = serializers.DateField()
    name = serializers.CharField()
    intervals = serializers.ListField(child=serializers.CharField())


class DaysOut(Out):
    """The days of one year."""

    days = DayOut(many=True)


class DayIn(Strict):
    """What kind of day it is; without intervals it is closed."""

    name = serializers.CharField(max_length=120)
    intervals = serializers.ListField(
        child=serializers.CharField(max_length=20), required=False, default=list, max_length=10,
        help_text="Such as `09:00-12:30`.",
    )  # fmt: skip
    reason = _reason()
