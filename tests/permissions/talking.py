"""What is said in the world of the permissions, and a request that ended well."""

from esm.events.actors import Actor
from tests.support import World
from workflows.models import Request
from workflows.services import requests


def finish(world: World, request: Request) -> None:
    """Done, and confirmed by whoever asked."""
    world.play(request, minutes=1)
    requests.close(request.pk, actor=world.actor(world.journey["persona"]))


def talk(request: Request, asker: Actor, worker: Actor) -> None:
    """Both write their first one, so that message and note have one number."""
    requests.comment(request.pk, body="The annex is the one of May.", actor=asker)
    if not request.confidential:
        requests.comment(request.pk, body="Mind their history.", internal=True, actor=worker)
