"""An answer as PDF, where weasyprint is installed: the sentence and every table, without charts."""

from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from esm.common import clock
from esm.common.errors import InvalidState
from valueflow.views import answered
from valueflow.views.filters import period_text

STYLE = Path(__file__).with_name("answer_paper.css")


@cache
def can_print() -> bool:
    """Whether this server can make PDF; browsers can always print."""
    return find_spec("weasyprint") is not None


def to_pdf(page: answered.Page) -> bytes:
    """The answer on paper. Raises InvalidState, saying what to do, where PDF cannot be made."""
    try:
        weasyprint: Any = import_module("weasyprint")
    except (ImportError, OSError) as error:
        said = _("This server makes no PDF. Open the page, print it and save it as PDF instead.")
        raise InvalidState(said, allowed=[]) from error
    html = weasyprint.HTML(string=document(page))
    content: bytes = html.write_pdf(stylesheets=[weasyprint.CSS(filename=STYLE)])
    return content


def document(page: answered.Page) -> str:
    """The answer as a document of its own, without the portal around it."""
    context = {
        "question": page.question,
        "found": page.found,
        "tables": answered.tables(page),
        "period": period_text(page.scope),
        "filters": page.scope.filters(),
        "now": clock.now(),
    }
    return render_to_string("valueflow/question_paper.html", context)
