"""django-helpdesk's ticket list with many tickets; run by its own Python, prints one line of JSON.

ticket_list.py TICKETS REPEATS, with HELPDESK_DATABASE="socket-folder role" set. As here, 3 % are
open in 60 queues, and every ticket has three follow-ups. Imports nothing of the product.
"""

import importlib.metadata
import io
import json
import os
import random
import sys
import time
from datetime import UTC, datetime, timedelta

import django
from django.conf import settings
from django.core.management import call_command
from django.urls import include, path

HOST, ROLE = os.environ["HELPDESK_DATABASE"].split()
CONTEXT = "django.template.context_processors"
settings.configure(
    SECRET_KEY="measured",
    DEBUG=False,
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": "helpdesk",
            "HOST": HOST,
            "USER": ROLE,
            "CONN_MAX_AGE": 600,
        }
    },
    INSTALLED_APPS=[
        "django.contrib.admin",
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "django.contrib.messages",
        "django.contrib.sites",
        "django.contrib.humanize",
        "django.contrib.staticfiles",
        "bootstrap4form",
        "rest_framework",
        "account",
        "pinax.invitations",
        "pinax.teams",
        "reversion",
        "helpdesk",
    ],
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
    ],
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "APP_DIRS": True,
            "OPTIONS": {
                "context_processors": [
                    f"{CONTEXT}.request",
                    "django.contrib.auth.context_processors.auth",
                    "django.contrib.messages.context_processors.messages",
                ]
            },
        }
    ],
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    SITE_ID=1,
    STATIC_URL="/static/",
    USE_TZ=True,
    LOGIN_URL="/login/",
    # Mails are written, and thrown away.
    EMAIL_BACKEND="django.core.mail.backends.dummy.EmailBackend",
)
django.setup()

from django.contrib.auth import get_user_model  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from helpdesk.models import Queue  # noqa: E402
from helpdesk.query import query_to_base64  # noqa: E402

urlpatterns = [path("", include("helpdesk.urls", namespace="helpdesk"))]
NOW = datetime(2026, 11, 25, 10, tzinfo=UTC)
OPEN = {"filtering": {"status__in": [1, 2]}, "sorting": "created"}


def fill(tickets):
    """Queues, accounts, tickets and their follow-ups, the long tables by COPY."""
    users = get_user_model()
    users.objects.bulk_create(
        users(username=f"agent-{n}", email=f"a{n}@measured.example", is_staff=True)
        for n in range(200)
    )
    people = list(users.objects.values_list("pk", flat=True))
    queues = [Queue.objects.create(title=f"Queue {n}", slug=f"q{n}").pk for n in range(60)]
    dice, rows, said = random.Random(7), io.StringIO(), io.StringIO()
    for n in range(1, tickets + 1):
        at = NOW - timedelta(days=720 * (1 - n / tickets))
        status = dice.choice((1, 2)) if n > tickets * 0.97 else 4
        who, queue = dice.choice(people), dice.choice(queues)
        text = f"Ticket {n} about a printer\t{queue}\t{at}\t{at}\ta{who}@measured.example\t{who}"
        rows.write(f"{n}\t{text}\t{status}\tf\tSomething is broken.\t3\tsecret-{n}\n")
        for step in range(3):
            said.write(f"{n}\t{at + timedelta(hours=step)}\tStep\tWords\tt\t{who}\n")
    rows.seek(0)
    said.seek(0)
    with connection.cursor() as cursor:
        names = "id, title, queue_id, created, modified, submitter_email, assigned_to_id, status,"
        names += " on_hold, description, priority, secret_key"
        cursor.copy_expert(f"COPY helpdesk_ticket ({names}) FROM STDIN", rows)
        names = "ticket_id, date, title, comment, public, user_id"
        cursor.copy_expert(f"COPY helpdesk_followup ({names}) FROM STDIN", said)
        cursor.execute("VACUUM ANALYZE")


def ask(client, address, repeats):
    """Queries, wall and CPU of one address, in ms."""
    for _ in range(2):
        assert client.get(address).status_code == 200, address
    with CaptureQueriesContext(connection) as queries:
        client.get(address)
    # Read now: the next request empties the log of queries.
    asked = len(queries)
    walls, cpu = [], time.process_time()
    for _ in range(repeats):
        started = time.perf_counter()
        client.get(address)
        walls.append((time.perf_counter() - started) * 1000)
    cpu, walls = (time.process_time() - cpu) / repeats * 1000, sorted(walls)
    return {
        "queries": asked,
        "p50": round(walls[len(walls) // 2], 1),
        "p95": round(walls[int(len(walls) * 0.95)], 1),
        "web_cpu": round(cpu, 1),
    }


def main(tickets, repeats):
    """Fill, ask, tell."""
    call_command("migrate", verbosity=0)
    fill(tickets)
    user = get_user_model().objects.create_superuser("boss", "boss@measured.example", "x")
    client = Client()
    client.force_login(user)
    one = {**OPEN, "filtering": {"status__in": [1, 2], "queue__id__in": [Queue.objects.first().pk]}}
    every = {"filtering": {}, "sorting": "created"}
    page = "?length=50&start=0"
    lists = {
        "page of the list (no rows)": "/tickets/",
        "rows of one queue, open": f"/datatables_ticket_list/{query_to_base64(one)}{page}",
        "rows, open": f"/datatables_ticket_list/{query_to_base64(OPEN)}{page}",
        "rows, all": f"/datatables_ticket_list/{query_to_base64(every)}{page}",
    }
    told = {
        "version": importlib.metadata.version("django-helpdesk"),
        "tickets": tickets,
        "lists": {name: ask(client, address, repeats) for name, address in lists.items()},
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
