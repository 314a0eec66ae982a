from esm.settings.base import *  # noqa: F403

SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
SECURE_HSTS_SECONDS = 31_536_000

# Fault tests only: no environment can make a production process kill itself.
FAILPOINT = ""
CLOCK_STEP_S = 0
