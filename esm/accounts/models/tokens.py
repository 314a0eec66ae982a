"""Machine access: service accounts and hashed API tokens."""

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from esm.common import clock


class ServiceAccount(models.Model):
    """A program that acts in one role; it can never do more than that role may."""

    key = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    role_key = models.CharField(max_length=100)
    active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.name


class ApiToken(models.Model):
    """A secret shown once and kept as a hash; bound to an account, never more than it may do."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_tokens"
    )
    name = models.CharField(max_length=120)
    prefix = models.CharField(max_length=12, unique=True)
    secret_hash = models.CharField(max_length=64)
    scopes = ArrayField(models.CharField(max_length=40), default=list)
    created_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @property
    def ends_at(self) -> datetime:
        """When it ends by itself: as it was said, and never later than the setting allows."""
        latest = self.created_at + timedelta(days=settings.TOKEN_MAX_DAYS)
        return min(self.expires_at, latest) if self.expires_at is not None else latest
