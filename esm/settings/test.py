import os

os.environ.setdefault("SECRET_KEY", "tests-only")
os.environ.setdefault("ALLOW_SINGLE_ROLE", "1")

from esm.settings import env
from esm.settings.base import *  # noqa: F403
from esm.settings.base import DATABASE_LIMITS, DATABASES, REST_FRAMEWORK

SECRET_KEY = env.text("SECRET_KEY")
# Migrated already where a template is named: each process has its database in a moment.
TEMPLATE = env.text("ESM_TEST_TEMPLATE")
DATABASES["default"]["TEST"] = {
    "NAME": env.text("ESM_TEST_DB", "test_esm"),
    **({"TEMPLATE": TEMPLATE} if TEMPLATE else {}),
}
DATABASES["default"]["CONN_MAX_AGE"] = 0
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
ALLOWED_HOSTS = ["*"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# Each browser of a test builds the middleware anew: files are looked up when asked for.
WHITENOISE_AUTOREFRESH = True
# Tests that load the entry of web are no web process.
DATABASE_LIMITS["web"] = DATABASE_LIMITS["command"]
# Its own connection would hold on to a test's database.
DATABASE_WATCHED = False
# A few accounts ask thousands of things within a minute; tests of the limit set one of their own.
REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"] = {"api": "60000/min"}
