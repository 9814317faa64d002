//! The statements that keep the facts of contacts, their waits and the counts, for the tables that
//! serve and for their twins, into which a rebuild folds. Each takes its rows by column.

use super::super::sql::Sql;

/// The statements on one set of tables.
#[derive(Debug)]
pub(in crate::store) struct Tables {
    pub load_contacts: Sql,
    pub save_contacts: Sql,
    pub drop_episodes: Sql,
    pub save_episodes: Sql,
    pub add_tallies: Sql,
    pub drop_empty_tallies: Sql,
}

macro_rules! tables {
    ($list:ident, $const:ident, $next:literal, $doc:literal) => {
        #[doc = $doc]
        pub(in crate::store) const $const: Tables = Tables {
            load_contacts: Sql {
                name: "load_contacts",
                sqlite: concat!("SELECT subject, data FROM facts", $next, "
                    WHERE kind = 1 AND subject IN (SELECT value ->> 0 FROM jsonb_each($1))"),
                postgres: concat!("SELECT subject, data FROM facts", $next, "
                    WHERE kind = 1 AND subject = ANY($1::BIGINT[])"),
            },
            save_contacts: Sql {
                name: "save_contacts",
                sqlite: concat!("INSERT INTO facts", $next, " (kind, subject, data)
                    SELECT 1, value ->> 0, unhex(value ->> 1) FROM jsonb_each($1) WHERE TRUE
                    ON CONFLICT (kind, subject) DO UPDATE SET data = excluded.data"),
                postgres: concat!("INSERT INTO facts", $next, " (kind, subject, data)
                    SELECT 1, UNNEST($1::BIGINT[]), UNNEST($2::BYTEA[])
                    ON CONFLICT (kind, subject) DO UPDATE SET data = excluded.data"),
            },
            drop_episodes: Sql {
                name: "drop_episodes",
                sqlite: concat!("DELETE FROM episodes", $next, "
                    WHERE opening IN (SELECT value ->> 0 FROM jsonb_each($1))"),
                postgres: concat!("DELETE FROM episodes", $next, "
                    WHERE opening = ANY($1::BIGINT[])"),
            },
            save_episodes: Sql {
                name: "save_episodes",
                sqlite: concat!("INSERT INTO episodes", $next, " (opening, contact_no, state, opened_at, day,
                        channel, owner_no, thread_no, inbounds, in_hours, attempted_at, closed_at, closed_by,
                        business_ms, late, self_reported)
                    SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5,
                        value ->> 6, value ->> 7, value ->> 8, value ->> 9, value ->> 10, value ->> 11,
                        value ->> 12, value ->> 13, value ->> 14, value ->> 15
                    FROM jsonb_each($1)"),
                postgres: concat!("INSERT INTO episodes", $next, " (opening, contact_no, state, opened_at, day,
                        channel, owner_no, thread_no, inbounds, in_hours, attempted_at, closed_at, closed_by,
                        business_ms, late, self_reported)
                    SELECT UNNEST($1::BIGINT[]), UNNEST($2::BIGINT[]), UNNEST($3::SMALLINT[]),
                        UNNEST($4::BIGINT[]), UNNEST($5::INTEGER[]), UNNEST($6::SMALLINT[]),
                        UNNEST($7::BIGINT[]), UNNEST($8::BIGINT[]), UNNEST($9::BIGINT[]),
                        UNNEST($10::BOOLEAN[]), UNNEST($11::BIGINT[]), UNNEST($12::BIGINT[]),
                        UNNEST($13::BIGINT[]), UNNEST($14::BIGINT[]), UNNEST($15::BOOLEAN[]),
                        UNNEST($16::BOOLEAN[])"),
            },
            add_tallies: Sql {
                name: "add_tallies",
                sqlite: concat!("INSERT INTO tallies", $next, " AS r
                        (metric, grain, dim, day, rep, dim_id, shift, bin, n)
                    SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5,
                        value ->> 6, value ->> 7, value ->> 8
                    FROM jsonb_each($1) WHERE TRUE
                    ON CONFLICT (metric, grain, dim, day, rep, dim_id, shift, bin)
                        DO UPDATE SET n = r.n + excluded.n"),
                postgres: concat!("INSERT INTO tallies", $next, " AS r
                        (metric, grain, dim, day, rep, dim_id, shift, bin, n)
                    SELECT UNNEST($1::SMALLINT[]), UNNEST($2::SMALLINT[]), UNNEST($3::SMALLINT[]),
                        UNNEST($4::INTEGER[]), UNNEST($5::INTEGER[]), UNNEST($6::BIGINT[]),
                        UNNEST($7::SMALLINT[]), UNNEST($8::SMALLINT[]), UNNEST($9::INTEGER[])
                    ON CONFLICT (metric, grain, dim, day, rep, dim_id, shift, bin)
                        DO UPDATE SET n = r.n + excluded.n"),
            },
            drop_empty_tallies: Sql {
                name: "drop_empty_tallies",
                sqlite: concat!("DELETE FROM tallies", $next, "
                    WHERE (metric, grain, dim, day, rep, dim_id, shift, bin) IN (
                        SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5,
                            value ->> 6, value ->> 7
                        FROM jsonb_each($1))
                    AND n = 0"),
                postgres: concat!("DELETE FROM tallies", $next, "
                    WHERE (metric, grain, dim, day, rep, dim_id, shift, bin) IN (
                        SELECT UNNEST($1::SMALLINT[]), UNNEST($2::SMALLINT[]), UNNEST($3::SMALLINT[]),
                            UNNEST($4::INTEGER[]), UNNEST($5::INTEGER[]), UNNEST($6::BIGINT[]),
                            UNNEST($7::SMALLINT[]), UNNEST($8::SMALLINT[]))
                    AND n = 0"),
            },
        };
        const $list: [&Sql; 6] = [
            &$const.load_contacts,
            &$const.save_contacts,
            &$const.drop_episodes,
            &$const.save_episodes,
            &$const.add_tallies,
            &$const.drop_empty_tallies,
        ];
    };
}

tables!(LIVE_LIST, LIVE, "", "The tables that serve.");
tables!(NEXT_LIST, NEXT, "_next", "Their twins, for a rebuild.");

/// Every statement of this module, for both sets of tables.
pub(in crate::store) const STATEMENTS: &[&Sql] = &{
    let mut all = [LIVE_LIST[0]; 12];
    let mut place = 0;
    while place < 6 {
        all[place] = LIVE_LIST[place];
        all[place + 6] = NEXT_LIST[place];
        place += 1;
    }
    all
};
