"""Directly-follows and handover matrix of a CSV of visits, by DuckDB and by Polars.

python flow_peer.py FILE REPEATS      columns: case, number, stage, department, entered, ended

Prints one JSON object: per engine and question the CPU and wall seconds of each run.
"""

import json
import sys
import time
from collections.abc import Callable
from typing import Any

import duckdb
import polars as pl

FOLLOWS = """
WITH v AS (SELECT stage, entered, ended, lead(stage) OVER w AS next, lead(entered) OVER w AS since
  FROM read_csv('{file}', header = false,
    names = ['case_id', 'number', 'stage', 'department', 'entered', 'ended'])
  WINDOW w AS (PARTITION BY case_id ORDER BY number))
SELECT stage, next, count(*), median(since - ended) FROM v WHERE next IS NOT NULL GROUP BY 1, 2
"""
HANDOVERS = FOLLOWS.replace("SELECT stage, entered", "SELECT department AS stage, entered").replace(
    "lead(stage)", "lead(department)"
)
NAMES = ["case", "number", "stage", "department", "entered", "ended"]


def by_duckdb(file: str, question: str) -> int:
    text = FOLLOWS if question == "directly-follows" else HANDOVERS
    connection = duckdb.connect()
    connection.execute("SET threads = 2")
    rows = connection.execute(text.format(file=file)).fetchall()
    return sum(row[2] for row in rows if question == "directly-follows" or row[0] != row[1])


def by_polars(file: str, question: str) -> int:
    what = "stage" if question == "directly-follows" else "department"
    frame = pl.read_csv(file, has_header=False, new_columns=NAMES).sort("case", "number")
    pairs = frame.select(
        a=pl.col(what),
        b=pl.col(what).shift(-1),
        same=pl.col("case") == pl.col("case").shift(-1),
        wait=pl.col("entered").shift(-1) - pl.col("ended"),
    ).filter("same")
    found = pairs.group_by("a", "b").agg(pl.len().alias("n"), pl.col("wait").median())
    if what == "department":
        found = found.filter(pl.col("a") != pl.col("b"))
    return int(found["n"].sum())


def main(file: str, repeats: int) -> None:
    found: dict[str, Any] = {"duckdb": duckdb.__version__, "polars": pl.__version__}
    engines: dict[str, Callable[[str, str], int]] = {"DuckDB": by_duckdb, "Polars": by_polars}
    for question in ("directly-follows", "handover matrix"):
        for name, engine in engines.items():
            walls, cpus, n = [], [], 0
            for _ in range(repeats):
                wall, cpu = time.perf_counter(), time.process_time()
                n = engine(file, question)
                walls.append(time.perf_counter() - wall)
                cpus.append(time.process_time() - cpu)
            found[f"{question}, {name}"] = {"n": n, "wall": walls, "cpu": cpus}
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
