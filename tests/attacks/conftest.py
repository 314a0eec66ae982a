"""The world of the permission tests, under attack."""

from tests.permissions.conftest import _files_of_tests, stage

__all__ = ["_files_of_tests", "stage"]
