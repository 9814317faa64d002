-- How the busiest tables are kept.
--
-- Each batch of events updates rows that earlier batches wrote. Where the page of a row has room for
-- its next version, the update touches no index and what it leaves behind is cleared away by the
-- next access to the page; on full pages the table and its index grow with every batch. Half of a
-- page is room for one new version of each of its rows. A setting counts for pages written from now
-- on.
ALTER TABLE click_rollups SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05);
ALTER TABLE click_rollups_next SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05);
ALTER TABLE rollup_waits SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);
ALTER TABLE rollup_waits_next SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);
ALTER TABLE facts SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);
ALTER TABLE facts_next SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);
ALTER TABLE sketches SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05);
ALTER TABLE sketches_next SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05);

-- A sketch has at most 2 KB and does not compress: kept in its row, not looked at twice.
ALTER TABLE sketches ALTER COLUMN data SET STORAGE PLAIN;
ALTER TABLE sketches_next ALTER COLUMN data SET STORAGE PLAIN;
