#!/usr/bin/env bash
# DuckDB, the anchor of the report benchmark, into target/peers/duckdb. Prints its interpreter.
set -euo pipefail
cd "$(dirname "$0")/.."
venv=$PWD/target/peers/duckdb
[ -x "$venv/bin/python" ] || python3 -m venv "$venv"
"$venv/bin/python" -c 'import duckdb' 2>/dev/null ||
    "$venv/bin/pip" install --quiet --disable-pip-version-check duckdb >&2
echo "$venv/bin/python"
