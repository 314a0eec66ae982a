"""``manage.py print_model OM-3 om-3.pdf``: a whole version as PDF."""

from argparse import ArgumentParser
from importlib import import_module
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from governance.selectors import versions
from governance.views.printing import document

MISSING = (
    "PDF needs weasyprint and pango: pip install weasyprint, and libpango of the system."
    " Without them open /blueprint/print/ and save it as PDF in the browser."
)
STYLE = Path(__file__).resolve().parents[1] / "paper.css"


class Command(BaseCommand):
    help = "Write a version of the operating model as PDF."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("code", help="such as OM-3, or «now» for what is in force")
        parser.add_argument("file", type=Path, help="what is written, such as om-3.pdf")

    def handle(self, *args: Any, **options: Any) -> None:
        code, file = options["code"], options["file"]
        version = versions.published() if code == "now" else versions.version_by_code(code)
        if version is None:
            raise CommandError("Nothing is in force." if code == "now" else f"No version {code}.")
        try:
            weasyprint = import_module("weasyprint")
        except (ImportError, OSError) as error:
            raise CommandError(MISSING) from error
        html = weasyprint.HTML(string=document(version))
        pages = html.render(stylesheets=[weasyprint.CSS(filename=STYLE)])
        try:
            pages.write_pdf(file)
        except OSError as error:
            raise CommandError(f"{file} cannot be written: {error.strerror}.") from error
        self.stdout.write(f"{version.code}: {len(pages.pages)} pages in {file}")
