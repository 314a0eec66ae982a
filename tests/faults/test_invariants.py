"""``manage.py check_invariants``: quiet on sound data, and each planted violation is named."""

from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from esm.common import clock, invariants
from esm.events.services import dirty
from tests.support import CLINIC, World
from workflows.models import Request

pytestmark = pytest.mark.django_db
KEYS = [
    "C1", "C2", "C3",
    "I1", "I2", "I3", "I4", "I6", "I7", "I8", "I10", "I11", "I13", "I14", "I15", "I16",
    "I17", "I18", "I19", "I20", "I27", "M3", "M7", "M9", "M12", "M15", "Q1", "Q2", "Q3", "W1", "W2",
]  # fmt: skip

# What somebody could do with the owner's role; «done» is a finished request, «open» one in work.
WAIVER = (
    "INSERT INTO governance_waiver (chain_bucket, chain_seq, chain_hash, of, key, name, severity,"
    " scope_kind, scope_key, reason, risk, compensation, version_id, requested_by_id,"
    " requested_at, expires_at, decision_id, state, activated_at)"
    " SELECT date '2026-01-01', 0, '', 'control', 'x', 'x', 'error', '', '', 'x', 'x', 'x',"
    " version_id, requester_id, now(), now() + interval '9 days', id, 'active', now()"
    " FROM governance_decision WHERE subject_id = {done} AND state = 'decided' LIMIT 1"
)
ROUND = (
    "INSERT INTO governance_consentround (version_id, number, opened_at, opened_by_id, deadline,"
    " silence_consents, content_hash, reach, outcome, reason, closed_at)"
    " SELECT v.id, 1, now(), p.id, now() + interval '5 days', false, v.content_hash, '', '{how}',"
    " '', now() FROM governance_modelversion v, governance_person p"
    " WHERE v.state = 'published' ORDER BY p.id LIMIT 1"
)
PLANTED: dict[str, tuple[str, str]] = {
    "a promise beside its clock": (
        "Q3",
        "UPDATE workflows_request SET promised_at = promised_at + interval '1 hour'"
        " WHERE id = {open}",
    ),
    "a closed request with open work": (
        "I1",
        "UPDATE workflows_request SET is_open = false, state = 'closed' WHERE id = {open}",
    ),
    "work in nobody's hands": (
        "I1",
        "UPDATE workflows_stagevisit SET holder_id = NULL WHERE request_id = {open}"
        " AND state = 'active'",
    ),
    "a handoff missing in the row": (
        "I2",
        "UPDATE workflows_handoff SET seq = 90 WHERE id = (SELECT max(id) FROM workflows_handoff"
        " WHERE request_id = {done})",
    ),
    "an offer answered without its step": (
        "I2",
        "UPDATE workflows_handoff SET state = 'accepted' WHERE request_id = {open}"
        " AND state = 'offered'",
    ),
    "a version its record does not tell of": (
        "M3",
        "UPDATE events_event SET data = jsonb_set(data, '{{version}}', '\"elsewhere\"')"
        " WHERE chain = 'request/{open}' AND type = 'request.submitted'",
    ),
    "a token in a step of no workflow": (
        "M12",
        "UPDATE workflows_request SET marking = jsonb_set(marking, '{{tokens}}',"
        ' \'{{"1": "nowhere"}}\') WHERE id = {open}',
    ),
    "a step of another version": (
        "I3",
        "UPDATE workflows_stagevisit SET stage_key = 'nowhere' WHERE request_id = {done}"
        " AND seq = 1",
    ),
    "a state that no event tells of": (
        "I3",
        "UPDATE workflows_stagevisit SET state = 'cancelled' WHERE request_id = {done} AND seq = 1",
    ),
    "a token left behind": (
        "I4",
        "UPDATE workflows_request SET marking = jsonb_set(marking, '{{tokens}}',"
        ' \'{{"7": "biometry"}}\') WHERE id = {done}',
    ),
    "a published element rewritten": (
        "I6",
        "UPDATE governance_modelelement SET content = jsonb_set(content, '{{name}}', '\"Else\"')"
        " WHERE kind = 'Workflow'",
    ),
    "a wait for nobody": (
        "I7",
        "UPDATE workflows_stagevisit SET state = 'blocked', blocked_party = ''"
        " WHERE request_id = {open} AND state = 'active'",
    ),
    "a lead time with a hole": (
        "I8",
        "UPDATE events_event SET occurred_at = occurred_at - interval '1 day'"
        " WHERE chain = 'request/{done}' AND type = 'request.fulfilled'",
    ),
    "a count that is off": (
        "M15",
        "UPDATE valueflow_rollupweek SET n = n + 1 WHERE scope = 'all' AND metric = 'done'",
    ),
    "a timer that should have fired": (
        "I10",
        "UPDATE workflows_clock SET next_due = next_due - interval '400 days'"
        " WHERE request_id = {open} AND state = 'running'",
    ),
    "a timer armed after its end": (
        "I10",
        "UPDATE workflows_clock SET next_due = now() WHERE request_id = {done}",
    ),
    "a clock that counted more than ran": (
        "I11",
        "UPDATE workflows_clock SET elapsed_s = elapsed_s + 1 WHERE id ="
        " (SELECT max(id) FROM workflows_clock WHERE request_id = {done})",
    ),
    "a late clock without its breach": (
        "I13",
        "UPDATE workflows_clock SET target_s = 0 WHERE id ="
        " (SELECT max(id) FROM workflows_clock WHERE request_id = {done} AND elapsed_s > 0)",
    ),
    "a rung that was skipped": (
        "I14",
        "UPDATE workflows_clock SET rungs = '{{2}}' WHERE id ="
        " (SELECT max(id) FROM workflows_clock WHERE request_id = {open})",
    ),
    "a breach before its moment": (
        "I10",
        "UPDATE workflows_clock SET breached_at = now(), detected_at = now() - interval '1 hour'"
        " WHERE id = (SELECT max(id) FROM workflows_clock WHERE request_id = {done})",
    ),
    "a timer that fired twice": (
        "I10",
        "INSERT INTO events_event (bucket, chain, seq, occurred_at, recorded_at, type, actor, data,"
        " prev_hash, hash) SELECT bucket, chain, 900 + n, occurred_at, recorded_at,"
        " 'clock.breached', 'system', '{{\"clock\": 1, \"due_at\": \"2026-09-01T09:00:00Z\"}}',"
        " prev_hash, hash FROM events_event, generate_series(1, 2) n"
        " WHERE chain = 'request/{done}' AND seq = 1",
    ),
    "a decision for somebody who had given nothing like it": (
        "I17",
        "INSERT INTO governance_delegation (giver_id, delegate_id, of, key, scope_kind, scope_key,"
        " currency, valid, reason, state, proposed_at, accepted_at, cause)"
        " SELECT (SELECT min(id) FROM governance_person WHERE id <> decided_by_id), decided_by_id,"
        " 'role', role_key, '', '', '', tstzrange(decided_at - interval '9 days',"
        " decided_at + interval '9 days'), '', 'accepted', decided_at, decided_at, ''"
        " FROM governance_decision WHERE subject_id = {done} AND state = 'decided';"
        " UPDATE governance_decision SET delegation_id = (SELECT max(id) FROM"
        " governance_delegation) WHERE subject_id = {done} AND state = 'decided'",
    ),
    "a vote for somebody who had given nothing like it": (
        "I17",
        "INSERT INTO governance_delegation (giver_id, delegate_id, of, key, scope_kind, scope_key,"
        " currency, valid, reason, state, proposed_at, accepted_at, cause)"
        " SELECT (SELECT min(id) FROM governance_person WHERE id <> person_id), person_id, 'role',"
        " 'x', '', '', '', tstzrange(cast_at - interval '9 days', cast_at + interval '9 days'), '',"
        " 'accepted', cast_at, cast_at, '' FROM governance_vote LIMIT 1;"
        " UPDATE governance_vote SET delegation_id = (SELECT max(id) FROM governance_delegation)",
    ),
    "a vote under a role that ended before": (
        "I15",
        "UPDATE governance_roleassignment SET valid = tstzrange(NULL, '2020-01-01Z') WHERE"
        " role_id = (SELECT id FROM governance_role WHERE key ="
        " (SELECT role_key FROM governance_vote LIMIT 1))",
    ),
    "a vote for somebody who was here": (
        "I15",
        "UPDATE governance_vote SET stands_in_for_id ="
        " (SELECT min(id) FROM governance_person WHERE id <> person_id)",
    ),
    "a vote of somebody whom its trace does not name": (
        "I15",
        "UPDATE governance_vote SET trace = '[]'",
    ),
    "an approval without a vote": (
        "I16",
        "UPDATE governance_vote SET counted = false",
    ),
    "a vote too few": (
        "I16",
        "UPDATE governance_decision SET needed = 2 WHERE subject_id = {done}",
    ),
    "a vote on something else": (
        "I16",
        "UPDATE governance_vote SET content_hash = 'else'",
    ),
    "a vote of an earlier round": (
        "I16",
        "UPDATE governance_decision SET round = 2 WHERE subject_id = {done}",
    ),
    "an approval of one's own request": (
        "I16",
        "UPDATE governance_decision SET requester_id = decided_by_id WHERE subject_id = {done}",
    ),
    "a role given to oneself": (
        "I18",
        "UPDATE events_event SET actor = data ->> 'person' WHERE type = 'role.assigned'",
    ),
    "a mark given to oneself": (
        "I18",
        "INSERT INTO events_event (bucket, chain, seq, occurred_at, recorded_at, type, subject,"
        " actor, on_behalf_of, role, team, department, data, prev_hash, hash)"
        " SELECT bucket, 'person/1', 900, occurred_at, recorded_at, 'account.changed', '', 'P-1',"
        " '', '', '', '', '{{\"person\": \"P-1\", \"marks\": [\"admin\"]}}', prev_hash, hash"
        " FROM events_event WHERE chain = 'request/{done}' AND seq = 1",
    ),
    "an approval that was told and not taken": (
        "I19",
        "UPDATE governance_decision SET outcome = 'decline' WHERE subject_id = {done}",
    ),
    "an approval that was told before it was voted": (
        "I19",
        "UPDATE governance_vote SET cast_at = cast_at + interval '1 second'",
    ),
    "a delegation accepted after its end": (
        "I17",
        "INSERT INTO governance_delegation (giver_id, delegate_id, of, key, scope_kind, scope_key,"
        " currency, valid, reason, state, proposed_at, accepted_at, cause) SELECT min(id), max(id),"
        " 'role', 'x', '', '', '', tstzrange(now() - interval '9 days', now() - interval '1 day'),"
        " '', 'accepted', now(), now(), '' FROM governance_person",
    ),
    "a rewritten event": (
        "I20",
        "UPDATE events_event SET actor = 'P-999' WHERE chain = 'request/{done}' AND seq = 3",
    ),
    "a cut-off chain": (
        "I20",
        "DELETE FROM events_event WHERE chain = 'request/{done}' AND seq > 20",
    ),
    "an effect put off for a day": (
        "I27",
        "INSERT INTO events_delivery (item, consumer, queue, due_at) VALUES"
        " ('x/1', 'notices.mail', 'mail', now() + interval '9999 days')",
    ),
    "an effect tried without end": (
        "I27",
        "INSERT INTO events_delivery (item, consumer, queue, due_at, attempts) VALUES"
        " ('x/1', 'notices.mail', 'mail', now(), 40)",
    ),
    "a work session of somebody who does not hold it": (
        "I1",
        "INSERT INTO workflows_worksession (visit_id, person_id, started_at)"
        " SELECT id, (SELECT min(id) FROM governance_person WHERE id <> holder_id), now()"
        " FROM workflows_stagevisit WHERE request_id = {open} AND state = 'active'",
    ),
    "work before it was accepted": (
        "M7",
        "UPDATE workflows_handoff SET responded_at = responded_at + interval '90 days'"
        " WHERE request_id = {done} AND state = 'accepted'",
    ),
    "a crossing without a handoff": (
        "M7",
        "UPDATE workflows_clock SET handoff_id = NULL WHERE request_id = {done};"
        " DELETE FROM workflows_handoff WHERE request_id = {done} AND to_stage = 'biometry'",
    ),
    "a token without its step": (
        "M9",
        "UPDATE workflows_request SET marking = jsonb_set(marking, '{{tokens}}',"
        " marking -> 'tokens' || '{{\"9.9\": \"biometry\"}}') WHERE id = {open}",
    ),
    "work that stands elsewhere in its queue": (
        "Q1",
        "UPDATE workflows_stagevisit SET queue_due = queue_due + interval '1 second'"
        " WHERE request_id = {open} AND state = 'active'",
    ),
    "work asleep past its day": (
        "Q1",
        "UPDATE workflows_stagevisit SET asleep = true, follow_up_at = '2026-01-05T09:00Z'"
        " WHERE request_id = {open} AND state = 'active'",
    ),
    "an objection that is open although its version is in force": (
        "C1",
        f"WITH r AS ({ROUND.format(how='returned')} RETURNING *)"
        " INSERT INTO governance_objection (version_id, round_id, number, person_id, role_key,"
        " text, state, raised_at, test_reason, settlement)"
        " SELECT version_id, id, 1, opened_by_id, '', 'Harm.', 'raised', now(), '', '' FROM r",
    ),
    "a version in review about which nobody is asked": (
        "C2",
        "UPDATE governance_modelversion SET state = 'in_review' WHERE state = 'published'",
    ),
    "a version agreed without a decision": ("C3", ROUND.format(how="agreed")),
    "a waiver that no decision of its own granted": ("W1", WAIVER),
    "two waivers of one thing at once": (
        "W2",
        "DROP INDEX IF EXISTS waiver_active_once; " + WAIVER + "; " + WAIVER,
    ),
    "words found by who does not see the request": (
        "Q2",
        "UPDATE workflows_requesttext SET principals = '{{}}' WHERE request_id = {open}",
    ),
}
GUARDED = (
    "governance_consentround",
    "governance_decision",
    "governance_objection",
    "governance_vote",
    "governance_waiver",
    "events_event",
    "governance_modelelement",
    "governance_modelversion",
)


@pytest.fixture
def requests(settings: Any, tmp_path: Path) -> Iterator[dict[str, int]]:
    """A finished request and one with a step in work and an offer that waits."""
    settings.MEDIA_ROOT = settings.VAR_DIR = tmp_path
    world = World(CLINIC, ("model",))
    done, running = world.submit(), world.submit()
    world.play(done)
    # Registered and handed over; of the two branches one is in work, the other is still offered.
    for number in (0, 1, 2, 4):
        world.tick(minutes=20)
        world.do(running, world.journey["steps"][number])
        world.settle()
    assert done.state == Request.State.FULFILLED
    dirty.project_dirty()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    yield {"done": done.pk, "open": running.pk}
    clock.set_source(None)


def check() -> tuple[str, str]:
    """What the command prints, and what it ends with."""
    out = StringIO()
    try:
        call_command("check_invariants", stdout=out)
    except CommandError as error:
        return out.getvalue(), str(error)
    return out.getvalue(), ""


def test_sound_data_give_one_line_each(requests: dict[str, int]) -> None:
    said, ended = check()
    assert ended == "", said
    assert [line.split()[:2] for line in said.splitlines()] == [[key, "holds"] for key in KEYS]


def test_every_planted_violation_is_named(requests: dict[str, int]) -> None:
    found = {}
    for name, (key, statement) in PLANTED.items():
        with transaction.atomic(), connection.cursor() as cursor:
            for table in GUARDED:
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            cursor.execute(statement.format(**requests))
            assert cursor.rowcount, name
            said, ended = check()
            line = next(line for line in said.splitlines() if line.startswith(f"{key} "))
            found[name] = key in ended and "violation" in line
            transaction.set_rollback(True)
    assert [name for name, named in found.items() if not named] == []
    assert {key for key, _ in PLANTED.values()} == set(KEYS)
    assert check()[1] == ""


def test_a_role_that_may_rewrite_the_ledger_is_named(requests: dict[str, int]) -> None:
    """The grant of one partition is enough."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = 'esm_app'")
        if cursor.fetchone() is None:
            cursor.execute("CREATE ROLE esm_app")
        cursor.execute("GRANT UPDATE ON events_event_default TO esm_app")
    (ledger,) = (one for one in invariants.invariants() if one.key == "I20")
    assert invariants.violations(ledger) == [
        "The application's role may UPDATE events_event_default."
    ]
