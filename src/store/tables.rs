//! The statements that fold events into the metric store, for the tables that serve and for their
//! twins, into which a rebuild folds. Bulk statements take their rows by column, sorted by key.

use super::sql::Sql;

/// The statements on one set of tables.
pub(super) struct Tables {
    /// Those of contacts, waits and counts.
    pub counts: &'static super::counts::tables::Tables,
    pub load_facts: Sql,
    pub save_facts: Sql,
    pub add_counts: Sql,
    pub drop_empty_counts: Sql,
    pub add_waits: Sql,
    pub drop_empty_waits: Sql,
    pub save_contacts: Sql,
}

macro_rules! tables {
    ($list:ident, $const:ident, $next:literal, $doc:literal) => {
        #[doc = $doc]
        pub(super) const $const: Tables = Tables {
            counts: &super::counts::tables::$const,
            load_facts: Sql {
                name: "load_facts",
                sqlite: concat!("SELECT subject, data FROM facts", $next, "
                    WHERE kind = 0 AND subject IN (SELECT value ->> 0 FROM jsonb_each($1))"),
                postgres: concat!("SELECT subject, data FROM facts", $next, "
                    WHERE kind = 0 AND subject = ANY($1::BIGINT[])"),
            },
            save_facts: Sql {
                name: "save_facts",
                sqlite: concat!("INSERT INTO facts", $next, " (kind, subject, data)
                    SELECT 0, value ->> 0, unhex(value ->> 1) FROM jsonb_each($1) WHERE TRUE
                    ON CONFLICT (kind, subject) DO UPDATE SET data = excluded.data"),
                postgres: concat!("INSERT INTO facts", $next, " (kind, subject, data)
                    SELECT 0, UNNEST($1::BIGINT[]), UNNEST($2::BYTEA[])
                    ON CONFLICT (kind, subject) DO UPDATE SET data = excluded.data"),
            },
            // The rows are given back, so that contacts are merged where a row was there before.
            add_counts: Sql {
                name: "add_counts",
                sqlite: concat!("INSERT INTO click_rollups", $next, " AS r
                        (grain, dim, day, rep, dim_id, sent, measurable, human, machine, raw, contacts)
                    SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4,
                        value ->> 5, value ->> 6, value ->> 7, value ->> 8, value ->> 9,
                        unhex(value ->> 10)
                    FROM jsonb_each($1) WHERE TRUE
                    ON CONFLICT (grain, dim, day, rep, dim_id) DO UPDATE SET
                        sent = r.sent + excluded.sent,
                        measurable = r.measurable + excluded.measurable,
                        human = r.human + excluded.human,
                        machine = r.machine + excluded.machine,
                        raw = r.raw + excluded.raw
                    RETURNING grain, dim, day, rep, dim_id, contacts"),
                postgres: concat!("INSERT INTO click_rollups", $next, " AS r
                        (grain, dim, day, rep, dim_id, sent, measurable, human, machine, raw, contacts)
                    SELECT UNNEST($1::SMALLINT[]), UNNEST($2::SMALLINT[]), UNNEST($3::INTEGER[]),
                        UNNEST($4::INTEGER[]), UNNEST($5::BIGINT[]), UNNEST($6::INTEGER[]),
                        UNNEST($7::INTEGER[]), UNNEST($8::INTEGER[]), UNNEST($9::INTEGER[]),
                        UNNEST($10::INTEGER[]), UNNEST($11::BYTEA[])
                    ON CONFLICT (grain, dim, day, rep, dim_id) DO UPDATE SET
                        sent = r.sent + excluded.sent,
                        measurable = r.measurable + excluded.measurable,
                        human = r.human + excluded.human,
                        machine = r.machine + excluded.machine,
                        raw = r.raw + excluded.raw
                    RETURNING grain, dim, day, rep, dim_id, contacts"),
            },
            drop_empty_counts: Sql {
                name: "drop_empty_counts",
                sqlite: concat!("DELETE FROM click_rollups", $next, "
                    WHERE (grain, dim, day, rep, dim_id) IN (
                        SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4
                        FROM jsonb_each($1))
                    AND sent = 0 AND measurable = 0 AND human = 0 AND machine = 0 AND raw = 0"),
                postgres: concat!("DELETE FROM click_rollups", $next, "
                    WHERE (grain, dim, day, rep, dim_id) IN (
                        SELECT UNNEST($1::SMALLINT[]), UNNEST($2::SMALLINT[]), UNNEST($3::INTEGER[]),
                            UNNEST($4::INTEGER[]), UNNEST($5::BIGINT[]))
                    AND sent = 0 AND measurable = 0 AND human = 0 AND machine = 0 AND raw = 0"),
            },
            add_waits: Sql {
                name: "add_waits",
                sqlite: concat!("INSERT INTO rollup_waits", $next, " AS r
                        (metric, grain, dim, day, rep, dim_id, bin, n)
                    SELECT 0, value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4,
                        value ->> 5, value ->> 6
                    FROM jsonb_each($1) WHERE TRUE
                    ON CONFLICT (metric, grain, dim, day, rep, dim_id, bin)
                        DO UPDATE SET n = r.n + excluded.n"),
                postgres: concat!("INSERT INTO rollup_waits", $next, " AS r
                        (metric, grain, dim, day, rep, dim_id, bin, n)
                    SELECT 0, UNNEST($1::SMALLINT[]), UNNEST($2::SMALLINT[]), UNNEST($3::INTEGER[]),
                        UNNEST($4::INTEGER[]), UNNEST($5::BIGINT[]), UNNEST($6::SMALLINT[]),
                        UNNEST($7::INTEGER[])
                    ON CONFLICT (metric, grain, dim, day, rep, dim_id, bin)
                        DO UPDATE SET n = r.n + excluded.n"),
            },
            drop_empty_waits: Sql {
                name: "drop_empty_waits",
                sqlite: concat!("DELETE FROM rollup_waits", $next, "
                    WHERE metric = 0 AND (grain, dim, day, rep, dim_id, bin) IN (
                        SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4,
                            value ->> 5
                        FROM jsonb_each($1))
                    AND n = 0"),
                postgres: concat!("DELETE FROM rollup_waits", $next, "
                    WHERE metric = 0 AND (grain, dim, day, rep, dim_id, bin) IN (
                        SELECT UNNEST($1::SMALLINT[]), UNNEST($2::SMALLINT[]), UNNEST($3::INTEGER[]),
                            UNNEST($4::INTEGER[]), UNNEST($5::BIGINT[]), UNNEST($6::SMALLINT[]))
                    AND n = 0"),
            },
            save_contacts: Sql {
                name: "save_contacts",
                sqlite: concat!("UPDATE click_rollups", $next, " AS r
                    SET contacts = unhex(e.value ->> 5)
                    FROM jsonb_each($1) AS e
                    WHERE r.grain = e.value ->> 0 AND r.dim = e.value ->> 1
                        AND r.day = e.value ->> 2 AND r.rep = e.value ->> 3
                        AND r.dim_id = e.value ->> 4"),
                postgres: concat!("UPDATE click_rollups", $next, " AS r SET contacts = e.contacts
                    FROM (SELECT UNNEST($1::SMALLINT[]) AS grain, UNNEST($2::SMALLINT[]) AS dim,
                        UNNEST($3::INTEGER[]) AS day, UNNEST($4::INTEGER[]) AS rep,
                        UNNEST($5::BIGINT[]) AS dim_id, UNNEST($6::BYTEA[]) AS contacts) AS e
                    WHERE r.grain = e.grain AND r.dim = e.dim AND r.day = e.day
                        AND r.rep = e.rep AND r.dim_id = e.dim_id"),
            },
        };
        const $list: [&Sql; 7] = [
            &$const.load_facts,
            &$const.save_facts,
            &$const.add_counts,
            &$const.drop_empty_counts,
            &$const.add_waits,
            &$const.drop_empty_waits,
            &$const.save_contacts,
        ];
    };
}

tables!(LIVE_LIST, LIVE, "", "The tables that serve.");
tables!(NEXT_LIST, NEXT, "_next", "Their twins, for a rebuild.");

/// Every statement of this module, for both sets of tables.
pub(crate) const STATEMENTS: &[&Sql] = &{
    let mut all = [LIVE_LIST[0]; 14];
    let mut place = 0;
    while place < 7 {
        all[place] = LIVE_LIST[place];
        all[place + 7] = NEXT_LIST[place];
        place += 1;
    }
    all
};
