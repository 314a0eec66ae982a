"""An application of consumers that raise always, and of some that end their process."""

import os
import signal
from collections.abc import Mapping
from typing import Any

from django.apps import AppConfig

from esm.events import registry
from esm.events.registry import Outgoing

# Webhooks have senders of their own, see tests/events/test_webhooks.py.
QUEUES = ("outbox", "mail", "files")
# A warning at this percentage raises in the sweep, at that one it ends the process.
RAISES, KILLS = 13, 14
# Chains of which the projection raises, kills, and is well.
BAD_CHAIN, DEADLY_CHAIN, GOOD_CHAIN = (f"probe/{number}" for number in (1, 2, 3))


def kill() -> None:
    """As a fault in a library would."""
    os.kill(os.getpid(), signal.SIGSEGV)


def send(one: Outgoing) -> None:
    """Do what the item says."""
    if one.item == "raises":
        raise ValueError("This one raises always.")
    if one.item == "kills":
        kill()


def wants(_type: str, data: Mapping[str, Any]) -> bool:
    """Asked within the transaction of the sweep."""
    if data["percent"] == RAISES:
        raise ValueError("This one raises always.")
    if data["percent"] == KILLS:
        kill()
    return False


def project(parents: list[int]) -> None:
    """Raise for the first, die of the second."""
    if 1 in parents:
        raise ValueError("This one raises always.")
    if 2 in parents:
        kill()


class PoisonConfig(AppConfig):
    name = "tests.faults.poison"
    label = "poison"
    path = os.path.dirname(__file__)

    def ready(self) -> None:
        for queue in QUEUES:
            registry.register_sender(f"probe.{queue}", send, queue)
        registry.subscribe(["clock.warned"], "probe.wants", print, wants=wants)
        registry.register_projector("probe", project)
