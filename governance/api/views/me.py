"""Who is calling."""

from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from esm.common.api.views import ApiView, operation, told
from governance.api.serializers import MeOut
from governance.models import Role
from governance.selectors import people


class Me(ApiView):
    """Any token may ask who it speaks for."""

    permission_classes = [IsAuthenticated]

    @operation("me", tag="me", answer=MeOut)
    def get(self, request: Request) -> Response:
        """You: your person, teams and roles, and what your token was made for."""
        user = request.user
        person = people.person_for(user)
        facts = people.facts_for(user)
        actor = people.actor_for(user)
        marks = [m for m in ("steward", "auditor", "admin") if getattr(facts, m)]
        keys = people.role_keys(person.pk) if person else [actor.role]
        shown = {
            "username": user.get_username(),
            "person": person,
            "acting_as": actor.role,
            "roles": Role.objects.filter(key__in=keys).order_by("key"),
            "teams": people.teams_for(user),
            "marks": marks,
            "token_scopes": getattr(request.auth, "scopes", None),
        }
        return told(MeOut, shown)
