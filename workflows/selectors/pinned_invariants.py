"""What must always hold of the version a request follows."""

from collections.abc import Iterator

from esm.events.models import Event
from governance.selectors import versions
from workflows.engine.migrating import faults
from workflows.models import Request, RequestMigration

CHUNK = 2000
TOLD = ("request.submitted", "request.migrated", "request.migration_undone")


def versions_move_on_record() -> Iterator[str]:
    """M3: a request follows the version it was sent under, or where its record says it moved to."""
    told: dict[int, str] = {}
    moved: dict[int, list[tuple[int, str, str, bool]]] = {}
    rows = Event.objects.filter(type__in=TOLD).order_by("chain", "seq")
    for kind, chain, data in rows.values_list("type", "chain", "data").iterator(chunk_size=CHUNK):
        pk = int(chain.partition("/")[2])
        if kind != "request.submitted" and told.get(pk) != data["before"]:
            yield f"{chain}: it moves from {data['before']}, which it did not follow."
        told[pk] = data["version"]
        if kind == "request.migrated":
            moved.setdefault(pk, []).append((data["move"], data["before"], data["version"], False))
        elif kind == "request.migration_undone":
            number, before, version, _undone = moved[pk].pop()
            moved[pk].append((number, before, version, True))
    for request in Request.objects.select_related("version").iterator(chunk_size=CHUNK):
        if told.get(request.pk, request.version.code) != request.version.code:
            yield (
                f"{request.ref} follows {request.version.code}, its record says {told[request.pk]}."
            )
    kept: dict[int, list[tuple[int, str, str, bool]]] = {}
    moves = RequestMigration.objects.select_related("before_version", "version")
    for row in moves.order_by("request_id", "seq"):
        one = (row.seq, row.before_version.code, row.version.code, row.undone_at is not None)
        kept.setdefault(row.request_id, []).append(one)
    for pk in sorted(kept.keys() | moved.keys()):
        if kept.get(pk) != moved.get(pk):
            yield f"request/{pk}: its moves are not what its events say."


def markings_are_of_their_workflow() -> Iterator[str]:
    """M12: where an open request is can be reached in the workflow of the version it follows."""
    rows = Request.objects.filter(is_open=True).order_by("pk")
    columns = rows.values_list("number", "version_id", "workflow_key", "marking")
    for number, version, workflow, marking in columns.iterator(chunk_size=CHUNK):
        graph = versions.blueprint(version).workflow_graph(workflow)
        for found in faults(graph, marking):
            yield f"R-{number} stands where its workflow does not: {found.code}, {found.stage}."


ALL = (
    ("M3", "A request moves to another version on record alone.", versions_move_on_record),
    ("M12", "Where work stands is in its workflow.", markings_are_of_their_workflow),
)
