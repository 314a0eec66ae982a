"""Addresses of several apps in one list."""

from collections.abc import Iterator
from importlib import import_module

from django.urls import URLPattern, URLResolver


def written_out(*modules: str) -> Iterator[URLPattern | URLResolver]:
    """The patterns of these modules, one after the other.

    Included below an empty prefix, each list that does not match would be copied as tried: that
    costs more than the view of a small answer.
    """
    for module in modules:
        yield from import_module(module).urlpatterns
