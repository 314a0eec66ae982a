"""A model as files over REST: said what it would change, or filled into a draft."""

from rest_framework.request import Request
from rest_framework.response import Response

from esm.accounts.api.scoped import ScopedView
from esm.common.api.views import operation, told
from governance.api.serializers_files import ModelFilesIn, ModelPlanOut
from governance.selectors import administration, plans
from governance.selectors.people import actor_for
from governance.services.drafting import apply_files
from governance.services.model_texts import read_texts


class ModelFiles(ScopedView):
    """A model from files."""

    scopes = {"write": "admin"}

    @operation(
        "model_apply", tag="model", answer=ModelPlanOut, body=ModelFilesIn, refused=(400, 409)
    )
    def post(self, request: Request) -> Response:
        """Say what files would change, or fill a draft; all that is wrong has file and line."""
        administration.check(request.user, "model.edit")
        body = self.body(request)
        files = read_texts(body["files"])
        plan = plans.plan(files)
        applied = apply_files(files, actor=actor_for(request.user)) if body["apply"] else None
        shown = {
            "applied": body["apply"],
            "version": applied.version if applied else None,
            "compared_with": plan.base.code if plan.base else None,
            "allowed": plan.allowed,
            "changes": plan.changes,
            "findings": plan.findings,
            "retired": plan.retired,
        }
        return told(ModelPlanOut, shown)
