#!/bin/sh
# Installs DuckDB into a virtual environment of its own, for benchmarks/valueflow.py --duckdb.
# The product never imports it.   benchmarks/peers/flow.sh VENV
set -eu
venv=${1:?"which folder?"}
"${PYTHON:-python3}" -m venv "$venv"
"$venv/bin/pip" install --quiet --disable-pip-version-check "duckdb>=1.1,<2" "polars>=1,<3"
echo "python benchmarks/valueflow.py --duckdb $venv/bin/python"
