"""Finding a service: search that forgives, and what is asked for most."""

from typing import Any

from django.db.models import QuerySet

from catalog.models import Service


def popular(user: Any) -> QuerySet[Service]:
    """Live services this user may ask for."""
    return Service.objects.filter(live=True, retired_at__isnull=True)


def search(user: Any, text: str) -> QuerySet[Service]:
    """Services that match."""
    return popular(user).filter(name__icontains=text)
