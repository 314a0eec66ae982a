"""Who can sign in. A natural person may have several accounts; see governance Person."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models

from esm.common import clock


class UserManager(BaseUserManager["User"]):
    """Creates accounts; the password is hashed, never stored."""

    def create_user(self, username: str, password: str | None = None, **extra: Any) -> "User":
        user = self.model(username=self.model.normalize_username(username), **extra)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, username: str, password: str, **extra: Any) -> "User":
        return self.create_user(username, password, is_superuser=True, **extra)


class User(AbstractBaseUser, PermissionsMixin):
    """One account: signs in with a name and password, belongs to at most one person."""

    username = models.CharField(max_length=150, unique=True)
    email = models.EmailField(blank=True)
    is_active = models.BooleanField(default=True)
    is_steward = models.BooleanField(default=False, help_text="Keeps the operating model.")
    is_auditor = models.BooleanField(default=False, help_text="Reads everything, changes nothing.")
    is_admin = models.BooleanField(default=False, help_text="Keeps people, teams and settings.")
    is_demo = models.BooleanField(default=False, help_text="Offered on the demo's sign-in page.")
    uses_keys = models.BooleanField(default=True, help_text="Single keys act on pages.")
    created_at = models.DateTimeField(default=clock.now)

    objects: ClassVar[UserManager] = UserManager()
    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        ordering = ("username",)

    def __str__(self) -> str:
        return self.username
