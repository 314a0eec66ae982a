"""What manage.py does before Django starts: make sure a database is there for the command."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from esm.embedded.folder import DataFolder
from esm.embedded.servers import Servers, borrowed

# ``up`` and ``faults`` have their own servers; the others never ask the database anything.
WITHOUT_SERVERS = {"up", "faults", "help", "version", "collectstatic", "startapp", "diffsettings"}


def needs_servers(arguments: Sequence[str]) -> bool:
    """True when a management command line will talk to the database."""
    if len(arguments) < 2 or arguments[1].startswith("-"):
        return False
    return arguments[1] not in WITHOUT_SERVERS and not {"--help", "-h"} & set(arguments[2:])


def option(arguments: Sequence[str], name: str) -> str:
    """The value of ``--name value`` or ``--name=value``; empty when absent."""
    for position, argument in enumerate(arguments):
        if argument == name and position + 1 < len(arguments):
            return arguments[position + 1]
        if argument.startswith(name + "="):
            return argument.partition("=")[2]
    return ""


@contextmanager
def servers_for(
    arguments: Sequence[str], folder: DataFolder, *, postgres: bool, valkey: bool
) -> Iterator[Servers | None]:
    """Have the embedded servers running while the command runs; yields them if started for it.

    ``postgres`` and ``valkey`` say which of the two have no address of their own.
    """
    if not postgres or not needs_servers(arguments):
        yield None
        return
    with borrowed(folder, postgres=postgres, valkey=valkey) as started:
        yield started
