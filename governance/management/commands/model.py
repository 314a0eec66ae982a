"""``manage.py model export|plan|apply|project``: the operating model as a directory of files."""

from argparse import ArgumentParser
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from esm.common.errors import Hindered, ServiceError
from esm.events.actors import Actor
from governance.blueprint.files import (
    ModelFiles,
    ModelFilesError,
    ModelMeta,
    read_directory,
    write_directory,
)
from governance.blueprint.weeks import first_week
from governance.models import ModelVersion
from governance.selectors import plans, versions
from governance.services import publishing
from governance.services.drafting import apply_files
from governance.services.projecting import project_published

ACTOR = Actor(kind="system", ref="system:manage")


def parse_moment(text: str) -> datetime:
    """An aware moment; UTC when the text names no zone. Raises CommandError."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"{text} is no moment; write it like 2026-07-01T09:00+00:00.") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def add_anchor(parser: ArgumentParser) -> None:
    """How weeks of a story become dates."""
    parser.add_argument("--anchor", metavar="DATE", help="a day in the week --anchor-week")
    parser.add_argument("--anchor-week", type=int, default=1, metavar="N", help="default: 1")


def week_one(options: dict[str, Any]) -> date | None:
    """The Monday of week 1, or None when no anchor was given. Raises CommandError."""
    if not options["anchor"]:
        return None
    try:
        anchor = date.fromisoformat(options["anchor"])
    except ValueError as error:
        raise CommandError(f"{options['anchor']} is no date; write it like 2026-07-01.") from error
    return first_week(anchor, options["anchor_week"])


class Command(BaseCommand):
    help = "Export, plan, apply, publish or project the operating model."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        export = verbs.add_parser("export", help="write a version as files")
        export.add_argument("directory", type=Path)
        export.add_argument("--version-code", "--version", dest="code", help="default: in force")
        plan = verbs.add_parser("plan", help="say what applying would change; changes nothing")
        plan.add_argument("directory", type=Path)
        add_anchor(plan)
        apply = verbs.add_parser("apply", help="fill one draft")
        apply.add_argument("directory", type=Path)
        apply.add_argument("--publish", action="store_true", help="and put it in force")
        apply.add_argument("--at", help="when it takes effect, ISO; default: model.yaml, else now")
        add_anchor(apply)
        publish = verbs.add_parser("publish", help="put an agreed version in force")
        publish.add_argument("code")
        publish.add_argument("--at", help="when it takes effect, ISO; default: now")
        verbs.add_parser("project", help="rebuild the identity rows of the version in force")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, f"do_{options['verb']}")(options)
        except ModelFilesError as error:
            for problem in error.problems:
                self.stderr.write(str(problem))
            count = len(error.problems)
            things = "one thing is" if count == 1 else f"{count} things are"
            raise CommandError(f"Nothing was changed: {things} wrong.") from error
        except Hindered as error:
            for line in error.extra["lines"]:
                self.stderr.write(line)
            raise CommandError(error.sentence) from error
        except ServiceError as error:
            for sentences in getattr(error, "errors", {}).values():
                for sentence in sentences:
                    self.stderr.write(sentence)
            raise CommandError(error.sentence) from error

    def do_export(self, options: dict[str, Any]) -> None:
        """Write a version so that applying it gives the same content."""
        code = options["code"]
        version = versions.version_by_code(code) if code else versions.published()
        if version is None:
            raise CommandError(f"There is no version {code}." if code else "Nothing is in force.")
        bp = versions.blueprint(version)
        write_directory(options["directory"], _meta(version), bp.elements().values())
        self.stdout.write(f"{version.code}: {len(bp)} elements in {options['directory']}")

    def do_plan(self, options: dict[str, Any]) -> None:
        """Print differences, findings and what would retire."""
        plan = plans.plan(read_directory(options["directory"]).dated(week_one(options)))
        meta = plan.files.meta
        base = plan.base.code if plan.base else "nothing"
        self.stdout.write(f"{meta.label} “{meta.title}”, compared with {base}")
        if not plan.allowed and plan.known is not None:
            state = plan.known.get_state_display()
            self.stdout.write(f"{plan.known.code} is {state} and can no longer change.")
        self._changes(plan)
        self._findings(plan)
        for change in plan.retired:
            self.stdout.write(f"Would retire: {change.kind} {change.key} “{change.name}”")

    def _changes(self, plan: plans.Plan) -> None:
        if not plan.changes:
            self.stdout.write("Nothing changes.")
        for change in plan.changes:
            self.stdout.write(f"{change.kind} {change.key}: {change.sentence}")
            for field in change.fields:
                self.stdout.write(f"    {field.sentence}")

    def _findings(self, plan: plans.Plan) -> None:
        self.stdout.write(f"{len(plan.findings)} findings")
        for finding in plan.findings:
            where = f"{finding.kind} {finding.key}"
            self.stdout.write(f"{finding.severity} {finding.rule} {where}: {finding.sentence}")

    def do_apply(self, options: dict[str, Any]) -> None:
        """Fill one draft, and publish it with --publish."""
        if options["at"] and not options["publish"]:
            raise CommandError("--at says when a version takes effect: use it with --publish.")
        files: ModelFiles = read_directory(options["directory"])
        applied = apply_files(
            files,
            actor=ACTOR,
            publish=options["publish"],
            at=parse_moment(options["at"]) if options["at"] else None,
            week_one=week_one(options),
        )
        version = applied.version
        self.stdout.write(
            f"{version.code}: {len(applied.added)} added, {len(applied.changed)} changed,"
            f" {len(applied.removed)} removed"
        )
        self.stdout.write(_state(version))

    def do_publish(self, options: dict[str, Any]) -> None:
        """Publish a version that people agreed to; else say what stands in the way."""
        version = versions.version_by_code(options["code"])
        if version is None:
            raise CommandError(f"There is no version {options['code']}.")
        at = parse_moment(options["at"]) if options["at"] else None
        self.stdout.write(_state(publishing.publish(version, at=at, actor=ACTOR)))

    def do_project(self, options: dict[str, Any]) -> None:
        """Rebuild identity rows; a second run changes nothing."""
        for kind, done in project_published().items():
            self.stdout.write(
                f"{kind}: {len(done.added)} added, {len(done.changed)} changed,"
                f" {len(done.retired)} retired"
            )


def _meta(version: ModelVersion) -> ModelMeta:
    return ModelMeta(
        number=version.number,
        code=version.code,
        title=version.title,
        kind="as_is" if version.kind == ModelVersion.Kind.AS_IS else "to_be",
        based_on=version.based_on.number if version.based_on else None,
        effective_from=version.effective_from,
        release_note=version.release_note,
    )


def _state(version: ModelVersion) -> str:
    state = version.get_state_display()
    if version.state == ModelVersion.State.AGREED and version.effective_from is not None:
        moment = f"{version.effective_from:%Y-%m-%d %H:%M}"
        return f"{version.code} is {state} and takes effect {moment} UTC."
    consent = ", without consent" if version.without_consent else ""
    return f"{version.code} is {state}{consent}."
