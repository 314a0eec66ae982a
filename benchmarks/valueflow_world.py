"""A million requests of value flow: the organisation of ``organisation.py`` in ten streams.

Two requests of each service are worked by the services of the product, one to its end; all others
are rows like them, and facts that COPY writes. Times are lognormal and seeded.
"""

import io
import json
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from django.db import connection

from benchmarks import history, organisation
from catalog.models import Offering
from workflows.models import Request

NOW = history.NOW
STREAMS, WEEKS, SLICE = 10, 104, 100_000
FIRST = 2_000_000
STAGES = ("look", "do", "check")
RECENT, PATTERNS = 5_000, 6


def write(folder: Path) -> None:
    """The organisation, its services shared out among ten streams."""
    organisation.write(folder)
    model = folder / "model"
    (first,) = (model / "value-stream").iterdir()
    stream = json.loads(first.read_text())
    first.unlink()
    for n in range(STREAMS):
        spec = stream["spec"] | {"code": f"V{n}", "name": f"Stream {n}"}
        named = stream | {"key": f"stream-{n}", "spec": spec}
        (model / "value-stream" / f"stream-{n}.json.yaml").write_text(json.dumps(named))
    for kind in ("service", "workflow"):
        for path in (model / kind).iterdir():
            element = json.loads(path.read_text())
            number = int(element["key"].split("-")[1]) % STREAMS
            element["spec"]["value_stream"] = f"stream-{number}"
            path.write_text(json.dumps(element))
    for path in (model / "value-stream").iterdir():
        path.rename(path.with_name(json.loads(path.read_text())["key"] + ".yaml"))


def patterns() -> dict[str, list[int]]:
    """Of some offerings a request that is done, and one that waits in its first step."""
    maker = history.Patterns()
    found: dict[str, list[int]] = {"closed": [], "queued": []}
    for offering in Offering.objects.select_related("service").order_by("pk")[:PATTERNS]:
        for state in found:
            maker.now = NOW - timedelta(hours=30 if state == "closed" else 6)
            found[state].append(maker._work(offering, state).pk)
    maker.now = NOW
    return found


def clear() -> None:
    """Take away what an earlier run made."""
    tables = ", ".join(f"valueflow_{name}" for name in ("factrequest", "rollupweek"))
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(f"TRUNCATE {tables}, valueflow_rollupfourweeks CASCADE")
        cursor.execute("DELETE FROM workflows_request WHERE id >= %s", [FIRST])
        cursor.execute("DROP TABLE IF EXISTS bench_flow")


def plan(count: int, seed: int) -> pl.DataFrame:
    """One row a request: its service, when it was sent, how long each part took."""
    dice = np.random.default_rng(seed)
    weights = 1 / np.arange(1, 41) ** 0.6
    now = int(NOW.timestamp())
    sent = np.sort(now - dice.integers(60, WEEKS * 604_800, count))
    parts = {
        name: np.maximum(1, dice.lognormal(np.log(mean * 3600), sigma, count)).astype(np.int64)
        for name, mean, sigma in (
            ("q1", 14, 1.0), ("w1", 3, 0.8), ("h1", 9, 1.2), ("q2", 16, 1.0), ("w2", 5, 0.9),
            ("h2", 6, 1.1), ("w3", 2, 0.7),
        )
    }  # fmt: skip
    back = dice.random(count) < 0.09
    again = np.where(back, dice.integers(3600, 200_000, count), 0)
    frame = pl.DataFrame(
        {
            "n": np.arange(count),
            "o": dice.choice(40, count, p=weights / weights.sum()),
            "sent": sent,
            **parts,
            "back": back,
            "again": again,
            # Some of the latest are stuck: more is in flight than a week's work.
            "stuck": (np.arange(count) > count * 0.85) & (dice.random(count) < 0.15),
            "decided": dice.random(count) < 0.3,
        }
    )
    lead = pl.sum_horizontal(*parts, "again")
    return frame.with_columns(lead=lead, ended=pl.col("sent") + lead).with_columns(
        done=(pl.col("ended") < now) & ~pl.col("stuck"),
        dep=pl.format("dept-{}", pl.col("o") // 2),
        after=pl.format("dept-{}", (pl.col("o") // 2 + 1) % 20),
        stream=pl.format("stream-{}", pl.col("o") // 2 % STREAMS),
        service=pl.format("service-{}-{}", pl.col("o") // 2, pl.col("o") % 2),
    )


def _copied(table: str, frame: pl.DataFrame) -> int:
    columns = ", ".join(f'"{name}"' for name in frame.columns)
    text = frame.write_csv(include_header=False, null_value="\\N")
    with connection.cursor() as cursor:
        statement = f"COPY {table} ({columns}) FROM STDIN WITH (FORMAT csv, NULL '\\N')"
        cursor.cursor.copy_expert(statement, _file(text))
    return len(frame)


def _file(text: str) -> Any:
    return io.StringIO(text)


def requests(frame: pl.DataFrame, made: dict[str, list[int]]) -> int:
    """Rows of requests: their pattern at another time under another number."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_flow (n bigint, o int, sent bigint, done boolean)")
    _copied("bench_flow", frame.select("n", "o", "sent", "done"))
    table = Request._meta.db_table
    changed = {
        "id": f"{FIRST} + p.n",
        "number": f"{FIRST} + p.n",
        "submitted_at": "to_timestamp(p.sent)",
        "chain_bucket": "t.chain_bucket",
    }
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica; SET work_mem = '128MB'")
        cursor.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = %s"
            " AND is_generated = 'NEVER' ORDER BY ordinal_position",
            [table],
        )
        names = [row[0] for row in cursor.fetchall()]
        values = ", ".join(changed.get(name, f't."{name}"') for name in names)
        quoted = ", ".join(f'"{name}"' for name in names)
        cursor.execute(
            f"INSERT INTO {table} ({quoted}) SELECT {values} FROM bench_flow p"
            f" JOIN {table} t ON t.id = (CASE WHEN p.done THEN %s::bigint[] ELSE %s::bigint[] END)"
            f"[p.o %% {PATTERNS} + 1] ORDER BY p.n",
            [made["closed"], made["queued"]],
        )
        rows: int = cursor.rowcount
        cursor.execute("DROP TABLE bench_flow")
    return rows


def _at(seconds: pl.Expr) -> pl.Expr:
    return pl.from_epoch(seconds, time_unit="s").dt.strftime("%Y-%m-%d %H:%M:%S+00")


def _business(name: str) -> pl.Expr:
    """A third of the calendar time: it is about spreads, not about calendars."""
    return pl.col(name) // 3


def facts(frame: pl.DataFrame, version: str) -> dict[str, int]:
    """All facts of these requests by COPY; rows by table."""
    found = {"valueflow_factrequest": 0}
    frame = frame.with_columns(fact_id=pl.col("n") + FIRST)
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
    for start in range(0, len(frame), SLICE):
        part = frame.slice(start, SLICE)
        done = part.filter("done")
        tables = {
            "valueflow_factrequest": _requests(part, version),
            "valueflow_factspan": _spans(done),
            "valueflow_factvisit": _visits(done),
            "valueflow_facthandoff": _handoffs(done),
            "valueflow_factdecision": _decisions(done.filter("decided"), version),
        }
        for table, rows in tables.items():
            found[table] = found.get(table, 0) + _copied(table, rows)
    return found


def _requests(part: pl.DataFrame, version: str) -> pl.DataFrame:
    done, now = pl.col("done"), int(NOW.timestamp())
    due = pl.col("sent") + 7 * 86_400
    kept = pl.when(done & (pl.col("ended") <= due)).then(pl.lit("met"))
    promise = kept.when(done | (due < now)).then(pl.lit("missed")).otherwise(pl.lit("running"))
    blank = {name: pl.lit("") for name in ("waiting_on",)}
    return part.select(
        request_id=pl.col("fact_id"),
        number=pl.col("fact_id"),
        stream=pl.col("stream"),
        service=pl.col("service"),
        offering=pl.col("service").str.replace("service", "offer"),
        workflow=pl.col("service").str.replace("service", "path"),
        version=pl.lit(version),
        department=pl.col("dep"),
        requester=pl.lit("member-7-1"),
        confidential=pl.lit(value=False),
        channel=pl.lit("portal"),
        calendar=pl.lit("office"),
        day_s=pl.lit(28_800),
        submitted_at=_at(pl.col("sent")),
        started_at=_at(pl.col("sent") + pl.col("q1")),
        fulfilled_at=pl.when(done).then(_at(pl.col("ended"))),
        ended_at=pl.when(done).then(_at(pl.col("ended"))),
        outcome=pl.when(done).then(pl.lit("fulfilled")).otherwise(pl.lit("open")),
        promise_s=pl.lit(5 * 28_800),
        promise=promise,
        promise_due_at=_at(due),
        breached_at=pl.when(promise == "missed").then(_at(due)),
        lead_cal_s=pl.when(done).then(pl.col("lead")),
        lead_bus_s=pl.when(done).then(_business("lead")),
        touch_s=(pl.col("w1") + pl.col("w2") + pl.col("w3")) // 4,
        touch_estimated_s=pl.col("w3") // 4,
        handoffs=pl.lit(2),
        returns=pl.col("back").cast(pl.Int8),
        clarifications=pl.lit(0),
        departments=pl.format("{{{},{}}}", pl.col("dep"), pl.col("after")),
        first_pass=~pl.col("back"),
        state=pl.when(done).then(pl.lit("")).otherwise(pl.lit("queued")),
        stage=pl.when(done).then(pl.lit("")).otherwise(pl.lit("look")),
        team=pl.when(done).then(pl.lit("")).otherwise(pl.col("dep").str.replace("dept", "team")),
        waiting_kind=pl.when(done).then(pl.lit("")).otherwise(pl.lit("team")),
        since=pl.when(done).then(None).otherwise(_at(pl.col("sent"))),
        last_seq=pl.lit(12),
        **blank,
    )


def _steps(part: pl.DataFrame) -> list[tuple[str, pl.Expr, pl.Expr, str, str]]:
    """(step, begin, end, its department, kind of time) of the seven spans of a request."""
    found, begin = [], pl.col("sent")
    for name, stage, home, state in (
        ("q1", 0, "dep", "queued"), ("w1", 0, "dep", "working"), ("h1", 1, "after", "handoff"),
        ("q2", 1, "after", "queued"), ("w2", 1, "after", "working"), ("h2", 2, "dep", "handoff"),
        ("w3", 2, "dep", "working"),
    ):  # fmt: skip
        end = begin + pl.col(name) + (pl.col("again") if name == "h1" else 0)
        found.append((STAGES[stage], begin, end, home, state))
        begin = end
    return found


def _spans(part: pl.DataFrame) -> pl.DataFrame:
    frames = []
    for position, (stage, begin, end, home, state) in enumerate(_steps(part)):
        frames.append(
            part.select(
                fact_id=pl.col("fact_id"),
                position=pl.lit(position),
                start=_at(begin),
                end=_at(end),
                state=pl.lit(state),
                stage=pl.lit(stage),
                visit=pl.lit(STAGES.index(stage) + 1),
                team=pl.col(home).str.replace("dept", "team"),
                department=pl.col(home),
                accountable_role=pl.lit(""),
                accountable_team=pl.col(home).str.replace("dept", "team"),
                waiting_kind=pl.lit("team"),
                waiting_on=pl.lit(""),
                branch=pl.lit(""),
                slack=pl.lit(value=False),
                cal_s=end - begin,
                bus_s=(end - begin) // 3,
            )
        )
    return pl.concat(frames).sort("fact_id", "position")


def _visits(part: pl.DataFrame) -> pl.DataFrame:
    steps, frames = _steps(part), []
    for number, stage in enumerate(STAGES, start=1):
        own = [row for row in steps if row[0] == stage]
        begin, end, home = own[0][1], own[-1][2], own[0][3]
        frames.append(
            part.select(
                fact_id=pl.col("fact_id"),
                number=pl.lit(number),
                stage=pl.lit(stage),
                kind=pl.lit("work"),
                team=pl.col(home).str.replace("dept", "team"),
                department=pl.col(home),
                role=pl.lit(""),
                rework=pl.lit(value=False),
                entered_at=_at(begin),
                accepted_at=_at(begin),
                started_at=_at(own[-1][1]),
                ended_at=_at(end),
                outcome=pl.lit("done"),
                stay_cal_s=end - begin,
                stay_bus_s=(end - begin) // 3,
                touch_s=(own[-1][2] - own[-1][1]) // 4,
                estimated=pl.lit(value=number == 3),
                on_line=pl.lit(value=True),
            )
        )
    return pl.concat(frames).sort("fact_id", "number")


def _handoffs(part: pl.DataFrame) -> pl.DataFrame:
    begin = pl.col("sent") + pl.col("q1") + pl.col("w1")
    later = begin + pl.col("h1") + pl.col("again") + pl.col("q2") + pl.col("w2")
    first = _offer(part, 1, 1, 1, begin, pl.col("h1"))
    again = _offer(part.filter("back"), 3, 2, 1, begin + pl.col("again"), pl.col("h1"), back=False)
    second = _offer(part, 2, 1, 2, later, pl.col("h2"), back=False)
    return pl.concat([first, again, second]).sort("fact_id", "number")


def _offer(
    part: pl.DataFrame,
    number: int,
    attempt: int,
    place: int,
    offered: pl.Expr,
    wait: pl.Expr,
    *,
    back: bool = True,
) -> pl.DataFrame:
    giver, receiver = ("dep", "after") if place == 1 else ("after", "dep")
    sent_back = pl.col("back") if back else pl.lit(value=False)
    lost = wait + (pl.col("again") if attempt == 1 and place == 1 else 0)
    return part.select(
        fact_id=pl.col("fact_id"),
        number=pl.lit(number),
        attempt=pl.lit(attempt),
        first=pl.lit(place),
        from_stage=pl.lit(STAGES[place - 1]),
        to_stage=pl.lit(STAGES[place]),
        giver_team=pl.col(giver).str.replace("dept", "team"),
        giver_department=pl.col(giver),
        receiver_team=pl.col(receiver).str.replace("dept", "team"),
        receiver_department=pl.col(receiver),
        agreement=pl.format(
            "{}-" + STAGES[place], pl.col("service").str.replace("service", "path")
        ),
        offered_at=_at(offered),
        responded_at=_at(offered + wait),
        outcome=pl.when(sent_back).then(pl.lit("returned")).otherwise(pl.lit("accepted")),
        reason=pl.when(sent_back).then(pl.lit("unclear")).otherwise(pl.lit("")),
        auto=pl.lit(value=False),
        incomplete=pl.lit(value=False),
        escalated=pl.lit(value=False),
        clarified=pl.lit(value=False),
        sent_back=sent_back,
        respond_s=pl.lit(14_400),
        day_s=pl.lit(28_800),
        wait_cal_s=wait,
        wait_bus_s=wait // 3,
        met=wait // 3 <= 14_400,
        lost_cal_s=lost if attempt == 1 else pl.lit(None),
        lost_bus_s=lost // 3 if attempt == 1 else pl.lit(None),
    )


def _decisions(part: pl.DataFrame, version: str) -> pl.DataFrame:
    return part.select(
        fact_id=pl.col("fact_id"),
        number=pl.lit(1),
        type=pl.lit("approve"),
        role=pl.lit("chair"),
        right=pl.lit(""),
        currency=pl.lit(""),
        opened_at=_at(pl.col("sent")),
        decided_at=_at(pl.col("sent") + pl.col("q1")),
        outcome=pl.lit("approve"),
        latency_s=pl.col("q1"),
        wait_cal_s=pl.col("q1"),
        wait_bus_s=pl.col("q1") // 3,
        version=pl.lit(version),
    )


def ready() -> float:
    """Statistics and visibility of what was written; seconds."""
    started = time.monotonic()
    connection.close()
    with connection.cursor() as cursor:
        cursor.execute("SET maintenance_work_mem = '256MB'")
        cursor.execute("VACUUM ANALYZE")
    return time.monotonic() - started
