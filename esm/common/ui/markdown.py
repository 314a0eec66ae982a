"""Markdown as pages show it: text, lists, links and code; nothing a writer could do harm with.

Tags are never taken over from the text, pictures are not loaded, and links lead to the web, to a
mail address or to a page of the portal. What comes out is made of the tags of ``RULES`` alone.
"""

import re
from collections.abc import MutableMapping, Sequence
from typing import Any

from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

RULES = (
    "heading", "list", "blockquote", "fence", "hr", "emphasis", "link", "autolink", "backticks",
    "escape", "entity", "newline",
)  # fmt: skip
LEADS = re.compile(r"(https?://|mailto:|/(?![/\\])|#)", re.I)
DEEPEST = 6


def _safe(url: str) -> bool:
    """Whether a link may lead there."""
    return bool(LEADS.match(url)) and not re.search(r"[\s\x00-\x1f\\]", url)


class _Renderer(RendererHTML):
    """Headings below the one of the page; links that tell their target nothing."""

    def heading_open(
        self, tokens: Sequence[Token], at: int, options: Any, env: MutableMapping[str, Any]
    ) -> str:
        return f"<{_lower(tokens[at].tag)}>"

    def heading_close(
        self, tokens: Sequence[Token], at: int, options: Any, env: MutableMapping[str, Any]
    ) -> str:
        return f"</{_lower(tokens[at].tag)}>\n"

    def link_open(
        self, tokens: Sequence[Token], at: int, options: Any, env: MutableMapping[str, Any]
    ) -> str:
        token = tokens[at]
        token.attrs = {"href": token.attrs.get("href", "")}
        token.attrSet("rel", "noopener noreferrer nofollow ugc")
        return str(self.renderToken(tokens, at, options, env))


def _lower(tag: str) -> str:
    return f"h{min(int(tag[1:]) + 1, DEEPEST)}"


_parser = MarkdownIt("zero", {"html": False, "maxNesting": 20}, renderer_cls=_Renderer)
_parser.enable(list(RULES))
_parser.validateLink = _safe  # type: ignore[method-assign]


def markdown(text: str) -> SafeString:
    """The text as HTML."""
    return mark_safe(_parser.render(text))
