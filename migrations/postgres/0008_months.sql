-- Counts of the reports on waits, replies and deliveries by month as well as by day (grains: 0 a day,
-- 1 a calendar month, known by its first day). A rep's months are kept in total only.

ALTER TABLE tallies RENAME TO tallies_of_days;
CREATE TABLE tallies (
    metric SMALLINT NOT NULL,
    grain SMALLINT NOT NULL,
    dim SMALLINT NOT NULL,
    day INTEGER NOT NULL,
    rep INTEGER NOT NULL,
    dim_id BIGINT NOT NULL,
    shift SMALLINT NOT NULL,
    bin SMALLINT NOT NULL,
    n INTEGER NOT NULL,
    PRIMARY KEY (metric, grain, dim, day, rep, dim_id, shift, bin)
);
INSERT INTO tallies (metric, grain, dim, day, rep, dim_id, shift, bin, n)
    SELECT metric, 0, dim, day, rep, dim_id, shift, bin, n FROM tallies_of_days;
INSERT INTO tallies (metric, grain, dim, day, rep, dim_id, shift, bin, n)
    SELECT metric, 1, dim, (date_trunc('month', DATE '1970-01-01' + day)::DATE - DATE '1970-01-01'), rep,
        dim_id, shift, bin, SUM(n)
    FROM tallies_of_days
    WHERE rep = 0 OR dim = 0
    GROUP BY 1, 2, 3, 4, 5, 6, 7, 8;
DROP TABLE tallies_of_days;
DROP TABLE tallies_next;
CREATE TABLE tallies_next (
    metric SMALLINT NOT NULL,
    grain SMALLINT NOT NULL,
    dim SMALLINT NOT NULL,
    day INTEGER NOT NULL,
    rep INTEGER NOT NULL,
    dim_id BIGINT NOT NULL,
    shift SMALLINT NOT NULL,
    bin SMALLINT NOT NULL,
    n INTEGER NOT NULL,
    PRIMARY KEY (metric, grain, dim, day, rep, dim_id, shift, bin)
);
