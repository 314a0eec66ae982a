"""One thing done to many steps over REST."""

from rest_framework.request import Request as Call
from rest_framework.response import Response

from esm.accounts.api.scoped import ScopedView
from esm.common.api.views import operation, told
from governance.models import Person
from governance.selectors import people
from workflows.api.bodies_bulk import BulkIn
from workflows.api.serializers_desk import BulkOut
from workflows.selectors import bulk as chosen
from workflows.services import bulk as many


class Bulk(ScopedView):
    """Many steps at once."""

    scopes = {"write": "work"}

    @operation("request_bulk", tag="work", answer=BulkOut, body=BulkIn)
    def post(self, request: Call) -> Response:
        """Do one thing to up to 500 steps, each by itself.

        The answer tells for each what the command for one would have answered; what is hidden
        answers like what does not exist.
        """
        body = self.body(request)
        action = body.pop("action")
        codes = [f"{item['request']}.{item['visit']}" for item in body.pop("items")]
        self.count_things(request, len(codes))
        key = body.pop("to", "")
        to = Person.objects.filter(key=key, active=True).first() if key else None
        outcomes = many.act_on(
            chosen.find(request.user, codes),
            action,
            many.Wishes(to=to, **body),
            actor_of=lambda team: people.actor_for(request.user, team=team),
        )
        return told(BulkOut, {"results": [_row(one) for one in outcomes]})


def _row(one: many.Outcome) -> dict[str, object]:
    request, _, visit = one.code.rpartition(".")
    return {
        "request": request,
        "visit": int(visit),
        "status": one.status,
        "code": one.problem,
        "detail": one.sentence,
    }
