"""Settings of workers whose application knows consumers that raise and consumers that kill."""

from esm.settings.dev import *  # noqa: F403
from esm.settings.dev import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.faults.poison.PoisonConfig"]
