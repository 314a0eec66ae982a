#!/usr/bin/env python
"""Runs management commands; each finds the running embedded servers, or starts them for itself."""

import os
import sys

import django
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command, execute_from_command_line

from esm.celery import app as celery_app
from esm.embedded.commandline import option, servers_for
from esm.embedded.folder import DataFolder
from esm.embedded.process import EmbeddedError
from esm.settings import env

__all__ = ["celery_app", "main"]


def main(arguments: list[str]) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "esm.settings.dev")
    if arguments[1:2] == ["up"] and option(arguments, "--data"):
        os.environ["ESM_DATA"] = os.path.abspath(option(arguments, "--data"))
    with servers_for(
        arguments,
        DataFolder(env.data_folder()),
        postgres=not env.text("DATABASE_URL"),
        valkey=not env.text("REDIS_URL"),
    ) as started:
        if started and started.postgres and started.postgres.fresh and arguments[1] != "migrate":
            django.setup()
            call_command("migrate", verbosity=0)
        execute_from_command_line(arguments)


if __name__ == "__main__":
    try:
        main(sys.argv)
    except (EmbeddedError, ImproperlyConfigured) as error:
        sys.exit(str(error))
