"""django-helpdesk's API for ``benchmarks/api.py``; run and served by its own Python.

ticket_api.py TICKETS fills the database and prints one line of JSON: what the calls need and how
many queries they make. ``ticket_api:application`` is what gunicorn serves. Imports nothing of the
product.
"""

import importlib.metadata
import json
import sys

import ticket_list
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from helpdesk.models import Queue, Ticket, UserSettings
from helpdesk.query import query_to_base64

application = get_wsgi_application()
CSRF = "a" * 32
API_LIST = "/api/tickets/?status=1,2&page_size=50"
TICKET = {
    "title": "A ticket about a printer",
    "description": "Something is broken.",
    "submitter_email": "a1@measured.example",
    "priority": 3,
}
FOLLOW_UP = {
    "title": "Done",
    "comment": "Done.",
    "public": True,
    "new_status": Ticket.RESOLVED_STATUS,
}


def lists():
    """Rows of each queue, open, 50 a page: what an agent's page of tickets asks for."""
    for queue in Queue.objects.order_by("pk"):
        wanted = {"status__in": [1, 2], "queue__id__in": [queue.pk]}
        asked = query_to_base64({"filtering": wanted, "sorting": "created"})
        yield f"/datatables_ticket_list/{asked}?length=50&start=0"


def queries(client, call):
    """Of one call, the second of its kind."""
    call(client)
    with CaptureQueriesContext(connection) as found:
        answer = call(client)
    # Read now: the next request empties the log of queries.
    asked = len(found)
    assert answer.status_code < 300, answer.content
    return asked


def main(tickets):
    """Fill, tell."""
    call_command("migrate", verbosity=0)
    call_command("loaddata", "emailtemplate.json", verbosity=0)
    ticket_list.fill(tickets)
    with connection.cursor() as cursor:
        for table in ("helpdesk_ticket", "helpdesk_followup"):
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}"
            )
    user = get_user_model().objects.create_superuser("boss", "boss@measured.example", "x")
    # Accounts of the filling have none yet.
    without = get_user_model().objects.filter(usersettings_helpdesk=None)
    UserSettings.objects.bulk_create(UserSettings(user=one) for one in without)
    client = Client()
    client.force_login(user)
    pages, queue = list(lists()), Queue.objects.earliest("pk").pk
    waiting = list(Ticket.objects.filter(status__in=[1, 2]).values_list("pk", flat=True))

    def create(client):
        return client.post("/api/tickets/", {**TICKET, "queue": queue}, "application/json")

    def move(client):
        body = {**FOLLOW_UP, "ticket": waiting.pop()}
        return client.post("/api/followups/", body, "application/json")

    told = {
        "version": importlib.metadata.version("django-helpdesk"),
        "session": client.session.session_key,
        "csrf": CSRF,
        "ticket": TICKET,
        "follow_up": FOLLOW_UP,
        "queues": list(Queue.objects.values_list("pk", flat=True)),
        "lists": pages,
        # Reads every open ticket, whatever the page: asked a few times only.
        "api_list": API_LIST,
        "queries": {
            "create": queries(client, create),
            "list 50": queries(client, lambda client: client.get(pages[0])),
            "list 50 by API": queries(client, lambda client: client.get(API_LIST)),
            "move": queries(client, move),
        },
    }
    print(json.dumps({**told, "open": waiting}))


if __name__ == "__main__":
    main(int(sys.argv[1]))
