"""The anchor: click-through from raw rows in DuckDB. Reads the rows as CSV once into a database
file, then answers one line on stdin with the milliseconds and the rows of a query, until EOF.
Arguments: the folder of the CSV files, first and last millisecond of the cohort."""

import json
import os
import sys
import time

import duckdb

folder, begin, end = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
path = os.path.join(folder, "raw.duckdb")
fresh = not os.path.exists(path)
db = duckdb.connect(path)
if fresh:
    for table, columns in {
        "deliveries": "{'no':'BIGINT','rep':'INTEGER','at':'BIGINT','tracks':'BOOLEAN'}",
        "links": "{'delivery':'BIGINT','no':'SMALLINT','role':'SMALLINT','content':'INTEGER'}",
        "events": "{'seq':'BIGINT','at':'BIGINT','kind':'SMALLINT','delivery':'BIGINT','link':'SMALLINT','verdict':'SMALLINT'}",
        "revisions": "{'hit':'BIGINT','verdict':'SMALLINT'}",
    }.items():
        db.execute(f"CREATE TABLE {table} AS SELECT * FROM read_csv('{folder}/{table}.csv', header=false, columns={columns})")
    # The anchor need not look for the present verdict.
    db.execute("UPDATE events SET verdict = r.verdict FROM revisions AS r WHERE r.hit = events.seq")
    db.execute("CHECKPOINT")

# Deliveries of the cohort that can be measured, and the first human click on each.
MEASURABLE = f"""
    SELECT d.no, d.rep, d.at FROM deliveries AS d
    WHERE d.at >= {begin} AND d.at < {end} AND d.tracks
        AND d.no NOT IN (SELECT delivery FROM events WHERE kind = 7)"""
CLICKS = """
    SELECT e.delivery, l.content, MIN(e.at) AS at FROM events AS e
    JOIN links AS l ON l.delivery = e.delivery AND l.no = e.link
    WHERE e.kind = 9 AND e.verdict <= 1 AND l.role <= 2"""
QUERIES = {
    "rep": f"""
        SELECT d.rep, COUNT(*), COUNT(c.at) FROM ({MEASURABLE}) AS d
        LEFT JOIN ({CLICKS.replace("l.content, ", "")} GROUP BY 1) AS c
            ON c.delivery = d.no AND c.at < d.at + 604800000
        GROUP BY 1 ORDER BY 1""",
    "content": f"""
        SELECT x.content, COUNT(*), COUNT(c.at) FROM ({MEASURABLE}) AS d
        JOIN (SELECT DISTINCT delivery, content FROM links WHERE content IS NOT NULL) AS x ON x.delivery = d.no
        LEFT JOIN ({CLICKS} GROUP BY 1, 2) AS c
            ON c.delivery = d.no AND c.content = x.content AND c.at < d.at + 604800000
        GROUP BY 1 ORDER BY 1""",
    "quantiles": f"""
        SELECT d.rep, quantile_disc(c.at - d.at, 0.5), quantile_disc(c.at - d.at, 0.9)
        FROM ({MEASURABLE}) AS d
        JOIN ({CLICKS.replace("l.content, ", "")} GROUP BY 1) AS c
            ON c.delivery = d.no AND c.at < d.at + 604800000
        GROUP BY 1 ORDER BY 1""",
}
print("ready", flush=True)
for line in sys.stdin:
    begun = time.perf_counter()
    rows = db.execute(QUERIES[line.strip()]).fetchall()
    ms = (time.perf_counter() - begun) * 1000
    print(json.dumps({"ms": ms, "rows": rows}), flush=True)
