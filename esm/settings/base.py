"""Settings shared by all environments. Values that differ come through env.py."""

from csp.constants import NONCE, NONE, SELF  # noqa: F401

from esm.common.postgresql.limits import Limits
from esm.embedded.folder import APP_ROLE, OWNER_ROLE, DataFolder
from esm.settings import env

BASE_DIR = env.BASE_DIR
VAR_DIR = env.data_folder()
FOLDER = DataFolder(VAR_DIR)

SECRET_KEY = env.text("SECRET_KEY")
DEBUG = False
ALLOWED_HOSTS = [h for h in env.text("ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]").split(",") if h]
CSRF_TRUSTED_ORIGINS = [o for o in env.text("CSRF_TRUSTED_ORIGINS").split(",") if o]

INSTALLED_APPS = [
    "demo",
    "valueflow",
    "workflows",
    "catalog",
    "governance",
    "esm.notices",
    "esm.events",
    "esm.accounts",
    "esm.embedded",
    "esm.common",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "guardian",
    "pgtrigger",
    "rest_framework",
    "drf_spectacular",
    "django_filters",
    "django_htmx",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "esm.common.middleware.BodyLimitMiddleware",
    "esm.common.middleware.DatabasePresenceMiddleware",
    "esm.events.middleware.ClockMiddleware",
    "esm.common.middleware.AftermathMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "esm.common.middleware.ServiceErrorMiddleware",
]

ROOT_URLCONF = "esm.urls"
WSGI_APPLICATION = "esm.wsgi.application"
ASGI_APPLICATION = "esm.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "esm.common.context.shell",
            ],
        },
    }
]

# Without an address of their own, PostgreSQL and Valkey are the embedded ones of the data folder.
EMBEDDED_POSTGRES = not env.text("DATABASE_URL")
EMBEDDED_VALKEY = not env.text("REDIS_URL")
DATABASES = {"default": env.database(env.text("DATABASE_URL") or FOLDER.database_url(APP_ROLE))}
DATABASES["default"]["CONN_MAX_AGE"] = 60
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DATABASES["default"]["OPTIONS"] = {
    "options": "-c idle_in_transaction_session_timeout=30000",
    # A host that went away without a word is noticed in half a minute, not in two hours.
    "connect_timeout": 3,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20000,
}
# Seconds for one statement and for one lock within it, by what a process is. A sweep stays below
# the lease of its rows (60 s), bulk below the limit of its tasks (240 s). Commands run to the end.
_LOCK = env.seconds("LOCK_SECONDS", 10)
DATABASE_LIMITS = {
    "command": Limits(0, _LOCK),
    "web": Limits(env.seconds("WEB_STATEMENT_SECONDS", 20), _LOCK),
    "sweep": Limits(env.seconds("SWEEP_STATEMENT_SECONDS", 45), _LOCK),
    "bulk": Limits(env.seconds("BULK_STATEMENT_SECONDS", 220), _LOCK),
}
# Web notices within seconds that the database hangs; see esm/common/postgresql/presence.py.
DATABASE_WATCHED = True
# The role that migrates; the application's own role cannot change ledger rows.
DATABASE_OWNER = env.database(
    FOLDER.database_url(OWNER_ROLE) if EMBEDDED_POSTGRES else env.text("DATABASE_OWNER_URL")
)
DATABASE_APP_ROLES = {DATABASES["default"]["USER"], APP_ROLE} - {DATABASE_OWNER["USER"]}
ALLOW_SINGLE_ROLE = env.flag("ALLOW_SINGLE_ROLE")
# Tables on which the application's role may only INSERT and SELECT.
LEDGER_TABLES = ["events_event", "events_eventprivate", "events_chainanchor"]

REDIS_URL = env.text("REDIS_URL") or FOLDER.redis_url
CELERY_BROKER_URL = REDIS_URL

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "governance.authentication.PersonBackend",
    "guardian.backends.ObjectPermissionBackend",
]
ANONYMOUS_USER_NAME = None
LOGIN_URL = "/sign-in/"
LOGIN_REDIRECT_URL = "/"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_SAVE_EVERY_REQUEST = False

USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
USE_I18N = True

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "esm" / "static"]
STATIC_ROOT = VAR_DIR / "static"
MEDIA_ROOT = VAR_DIR / "files"
STORAGES = {
    "default": env.files(env.text("FILES_URL")),
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# How long a token counts when nobody says, and at most; a lower limit ends older ones sooner.
TOKEN_DAYS = env.number("TOKEN_DAYS", 90)
TOKEN_MAX_DAYS = env.number("TOKEN_MAX_DAYS", 365)
# Whether a mail may carry a link that decides without a sign-in, and below which amount.
MAIL_DECISIONS = env.flag("MAIL_DECISIONS", default=True)
MAIL_DECISIONS_BELOW = env.number("MAIL_DECISIONS_BELOW", 10_000)
# One file, all files of one request, and one form with files.
FILE_MAX_BYTES = env.number("FILE_MAX_MB", 20) * 2**20
REQUEST_FILES_MAX_BYTES = env.number("REQUEST_FILES_MAX_MB", 200) * 2**20
REQUEST_FILES_MAX = 100
FORM_MAX_BYTES = max(120 * 2**20, FILE_MAX_BYTES + 2**20)
# What looks into each file before anybody gets it; nothing is held without one.
FILE_SCANNER = env.text("FILE_SCANNER").strip()
WHITENOISE_USE_FINDERS = True
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
# The form of a large workflow has some thousand fields.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

EMAIL_BACKEND = env.text("EMAIL_BACKEND", "django.core.mail.backends.filebased.EmailBackend")
EMAIL_FILE_PATH = VAR_DIR / "mail"
EMAIL_HOST = env.text("EMAIL_HOST", "localhost")
EMAIL_PORT = env.number("EMAIL_PORT", 25)
EMAIL_TIMEOUT = 8
PUBLIC_URL = env.text("PUBLIC_URL", "http://127.0.0.1:8000")
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "portal@localhost")

# Internal hosts and networks that webhooks may go to, on any port and without TLS; else public
# addresses on these ports alone.
OUTWARD_ALLOWED = [h for h in env.text("OUTWARD_ALLOWED").replace(",", " ").split() if h]
OUTWARD_PORTS = [443, 8443, 80]

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "style-src": [SELF],
        "script-src": [SELF],
        "font-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "manifest-src": [SELF],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "esm.accounts.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": [
        "esm.common.api.parsers.StrictJSONParser",
        "esm.common.api.parsers.BoundedMultiPartParser",
    ],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "esm.common.api.negotiation.OnlyJSON",
    "DEFAULT_THROTTLE_CLASSES": ["esm.common.api.throttling.ApiThrottle"],
    "DEFAULT_THROTTLE_RATES": {"api": f"{env.number('API_CALLS_PER_MINUTE', 1200)}/min"},
    "DEFAULT_METADATA_CLASS": None,
    "DEFAULT_SCHEMA_CLASS": "esm.common.api.schema.Described",
    "EXCEPTION_HANDLER": "esm.common.problems.handler",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "DEFAULT_VERSIONING_CLASS": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "ESM portal API",
    "DESCRIPTION": (
        "Everything a person can do in the browser, through the same services. Keys are stable,"
        " times are RFC 3339 in UTC, durations ISO 8601 with their seconds, money a decimal text"
        " with its ISO 4217 currency. Every refusal is an RFC 9457 problem."
    ),
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "LICENSE": {"name": "MIT", "identifier": "MIT"},
    "SERVERS": [{"url": "/"}],
    "TAGS": [
        {"name": "me", "description": "Who is calling."},
        {"name": "inbox", "description": "What one was told, and how one wants to be."},
        {"name": "services", "description": "What departments do for others."},
        {"name": "offerings", "description": "How it is asked for."},
        {"name": "articles", "description": "What teams know, and writing it."},
        {"name": "requests", "description": "What was asked for, and all that hangs on it."},
        {"name": "work", "description": "Commands on steps and handoffs."},
        {"name": "queues", "description": "What waits for a team."},
        {"name": "replies", "description": "Texts that are kept for answering."},
        {"name": "events", "description": "What happened, for whoever follows it."},
        {"name": "decisions", "description": "Who decides what, and deciding."},
        {"name": "people", "description": "Who is here, what they hold, when they are away."},
        {"name": "teams", "description": "Who is in a team, and what it does beside requests."},
        {"name": "model", "description": "The operating model, for reading."},
        {"name": "adoption", "description": "Sponsors of streams and what they commit to."},
        {"name": "flow", "description": "How work went."},
        {"name": "effects", "description": "What was given up or comes late."},
        {"name": "tokens", "description": "Access of programs."},
        {"name": "programs", "description": "Programs that act in a role, and their tokens."},
        {"name": "webhooks", "description": "Telling programs what happens."},
    ],
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SORT_OPERATIONS": True,
    "ENABLE_DJANGO_DEPLOY_CHECK": False,
    "POSTPROCESSING_HOOKS": ["esm.common.api.schema.describe_refusals"],
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "%(asctime)s %(levelname)s %(process)d %(name)s: %(message)s"},
    },
    "filters": {
        # /readyz says by itself what is red; once a second in the log is no news.
        "no_readyz": {
            "()": "django.utils.log.CallbackFilter",
            "callback": lambda record: record.getMessage() != "Service Unavailable: /readyz",
        },
        "no_secrets": {"()": "esm.common.masking.NoSecrets"},
    },
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["no_readyz", "no_secrets"],
        },
    },
    "root": {"handlers": ["stderr"], "level": env.text("LOG_LEVEL", "WARNING")},
}

# The demo organisation may move the clock and offers its personas on the sign-in page.
DEMO = env.flag("ESM_DEMO") or FOLDER.demo_mark.exists()
FAILPOINT = env.text("FAILPOINT")
FAILPOINT_LOG = env.text("FAILPOINT_LOG")
# How far this process believes its machine to be off (s): fault tests only.
CLOCK_STEP_S = env.number("CLOCK_STEP_S", 0)

SILENCED_SYSTEM_CHECKS: list[str] = ["guardian.W001"]
