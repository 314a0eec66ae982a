"""One world for a module of tests about proof and sight; what a test does is taken back."""

from tests.permissions.conftest import _files_of_tests, stage

__all__ = ["_files_of_tests", "stage"]
