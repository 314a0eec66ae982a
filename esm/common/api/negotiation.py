"""The API speaks JSON, whatever else a client would also like."""

from collections.abc import Iterable
from typing import Any

from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.utils.mediatypes import media_type_matches


class OnlyJSON(BaseContentNegotiation):
    """Chooses the parser by Content-Type and always the first renderer."""

    def select_parser(self, request: Request, parsers: Iterable[BaseParser]) -> Any:
        found = (p for p in parsers if media_type_matches(p.media_type, request.content_type))
        return next(found, None)

    def select_renderer(
        self,
        request: Request,
        renderers: Iterable[BaseRenderer],
        format_suffix: str | None = None,
    ) -> tuple[BaseRenderer, str]:
        first = next(iter(renderers))
        return first, first.media_type
