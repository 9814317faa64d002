-- Distinct contacts of a cell, for intervals alone, stand in its row: the occupied registers, two
-- bytes each. In a table of their own they were as many rows again, written with every batch.
ALTER TABLE click_rollups ADD COLUMN contacts BLOB NOT NULL DEFAULT x'';
ALTER TABLE click_rollups_next ADD COLUMN contacts BLOB NOT NULL DEFAULT x'';
UPDATE click_rollups AS r SET contacts = s.data FROM sketches AS s
    WHERE s.metric = 0 AND s.grain = r.grain AND s.dim = r.dim AND s.day = r.day
        AND s.rep = r.rep AND s.dim_id = r.dim_id;
DROP TABLE sketches;
DROP TABLE sketches_next;
