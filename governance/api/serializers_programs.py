"""Shapes of programs."""

from typing import Any

from rest_framework import serializers

from esm.accounts.choices import TokenScope
from esm.common.api.fields import MaybeNamedField
from esm.common.api.serializers import Out, Strict
from governance.api.serializers_tokens import TokenIn
from governance.selectors.programs import Row
from governance.services.programs import MAX_KEY, MAX_NAME
from governance.services.reasons import MAX_REASON


def _scopes(**more: Any) -> serializers.ListField:
    child = serializers.ChoiceField(choices=TokenScope.choices)
    return serializers.ListField(
        child=child, min_length=1, max_length=len(TokenScope.values), **more
    )


def _reason() -> serializers.CharField:
    return serializers.CharField(
        required=False, default="", allow_blank=True, max_length=MAX_REASON,
        help_text="Why; kept with the change.",
    )  # fmt: skip


class ProgramOut(Out):
    """A program. `idle` says why its calls are refused now, and who can mend it; empty if not."""

    key = serializers.CharField(source="program.account.key")
    name = serializers.CharField(source="program.account.name")
    role = serializers.CharField(source="program.account.role_key")
    owner = MaybeNamedField(source="program.owner")
    scopes = serializers.SerializerMethodField()
    idle = serializers.CharField()
    created_at = serializers.DateTimeField(source="program.created_at")
    ended_at = serializers.DateTimeField(source="program.ended_at", allow_null=True)
    last_used_at = serializers.DateTimeField(allow_null=True)

    def get_scopes(self, row: Row) -> list[str]:
        """What its tokens may be made for."""
        return sorted(row.program.scopes)


class ProgramIn(Strict):
    """A new program."""

    key = serializers.RegexField(
        r"^[a-z0-9]+(-[a-z0-9]+)*$", required=False, max_length=MAX_KEY,
        help_text="Without one it is made of the name.",
    )  # fmt: skip
    name = serializers.CharField(max_length=MAX_NAME)
    role = serializers.CharField(max_length=100, help_text="Key of a role of the published model.")
    owner = serializers.CharField(max_length=254, help_text="Key or mail address of a person.")
    scopes = _scopes(help_text="What its tokens may be made for.")
    reason = _reason()


class ProgramPatch(Strict):
    """What changes; what is left out stays."""

    name = serializers.CharField(max_length=MAX_NAME, required=False)
    role = serializers.CharField(max_length=100, required=False)
    owner = serializers.CharField(max_length=254, required=False)
    scopes = _scopes(required=False)
    reason = _reason()


class EndProgramIn(Strict):
    """Why it ends."""

    reason = serializers.CharField(max_length=MAX_REASON)


class ProgramTokenIn(TokenIn):
    """A token of a program; not for more than the program may have tokens for."""

    reason = _reason()
