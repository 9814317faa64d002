-- Touches, conversations and their outcomes, calendars, episodes and threads.

-- The mails of one exchange. `contact_no` is whom it is with; ours say 1, theirs 0.
CREATE TABLE threads (
    no INTEGER PRIMARY KEY,
    contact_no BIGINT REFERENCES contacts (no),
    begun_by_us BOOLEAN NOT NULL,
    begun_at BIGINT NOT NULL
);

-- What figures need of a message, frozen when it is accepted, since its text may be erased:
-- words of its own, whether files come with it, whether it is a template as it stands.
ALTER TABLE messages ADD COLUMN thread_no BIGINT;
ALTER TABLE messages ADD COLUMN words BIGINT NOT NULL DEFAULT 0;
ALTER TABLE messages ADD COLUMN attached BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE messages ADD COLUMN unedited BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX messages_thread ON messages (thread_no, created_at);

-- The contact's zone when the message was accepted.
ALTER TABLE deliveries ADD COLUMN zone TEXT;

-- One interaction on one channel. `rep_no` is the author of an outbound one and the owner of the
-- contact at the moment of an inbound one. Codes are those of the words in the API, in their order.
CREATE TABLE touches (
    no INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    contact_no BIGINT NOT NULL REFERENCES contacts (no),
    thread_no BIGINT REFERENCES threads (no),
    delivery_no BIGINT,
    inbound_no BIGINT,
    -- The kind of the event it was told with.
    kind SMALLINT NOT NULL,
    channel SMALLINT NOT NULL,
    direction SMALLINT NOT NULL,
    agency SMALLINT NOT NULL,
    rep_no BIGINT,
    at BIGINT NOT NULL,
    recorded_at BIGINT NOT NULL,
    recorded_by BIGINT,
    result SMALLINT,
    words BIGINT NOT NULL,
    attachment BOOLEAN NOT NULL,
    unedited BOOLEAN NOT NULL,
    colleague BOOLEAN NOT NULL,
    self_reported BOOLEAN NOT NULL,
    conversation BOOLEAN NOT NULL,
    -- How the conversation went: as a rep said, and as its words suggest.
    outcome SMALLINT,
    outcome_by BIGINT,
    outcome_at BIGINT,
    later_day BIGINT,
    suggested SMALLINT,
    suggested_by TEXT,
    -- Blanked on erasure.
    note TEXT,
    recording_url TEXT,
    voided_at BIGINT
);
CREATE INDEX touches_contact ON touches (contact_no, at);
CREATE INDEX touches_thread ON touches (thread_no) WHERE thread_no IS NOT NULL;
CREATE INDEX touches_inbound ON touches (inbound_no) WHERE inbound_no IS NOT NULL;
-- A rep's own list.
CREATE INDEX touches_rep ON touches (rep_no, at) WHERE rep_no IS NOT NULL;

CREATE TABLE touch_content (
    touch_no BIGINT NOT NULL REFERENCES touches (no),
    content_no BIGINT NOT NULL REFERENCES content (no),
    PRIMARY KEY (touch_no, content_no)
);

-- Working time. A version holds from a day in its zone on until the next one; none is ever changed.
CREATE TABLE calendars (
    no INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    name TEXT NOT NULL,
    created_by BLOB REFERENCES users (id),
    created_at BIGINT NOT NULL,
    archived_at BIGINT
);
CREATE TABLE calendar_versions (
    calendar_no BIGINT NOT NULL REFERENCES calendars (no),
    since BIGINT NOT NULL,
    -- Zone, hours of each weekday and holidays, as JSON.
    data TEXT NOT NULL,
    created_by BLOB REFERENCES users (id),
    created_at BIGINT NOT NULL,
    PRIMARY KEY (calendar_no, since)
);
-- Whose calendar it is from when on; user 0 is everybody who has none of their own.
CREATE TABLE calendar_users (
    user_no BIGINT NOT NULL,
    since BIGINT NOT NULL,
    calendar_no BIGINT REFERENCES calendars (no),
    created_at BIGINT NOT NULL,
    PRIMARY KEY (user_no, since)
);
-- Who answers for whom, from a moment until before another.
CREATE TABLE deputies (
    id BLOB PRIMARY KEY,
    user_no BIGINT NOT NULL,
    deputy_no BIGINT NOT NULL,
    since BIGINT NOT NULL,
    until_at BIGINT NOT NULL,
    created_by BLOB REFERENCES users (id),
    created_at BIGINT NOT NULL
);
CREATE INDEX deputies_user ON deputies (user_no, until_at);

-- Who looks after a wait that was handed over; `opening` is the touch that opened it. No figure
-- depends on it.
CREATE TABLE wait_assignments (
    opening BIGINT PRIMARY KEY,
    user_no BIGINT NOT NULL,
    assigned_by BIGINT NOT NULL,
    at BIGINT NOT NULL
);

-- Waits of contacts for us, a projection of the log: one row each, known by the touch that opened
-- it. States: 0 open, 1 answered, 2 dismissed, 3 erased while open.
CREATE TABLE episodes (
    opening BIGINT PRIMARY KEY,
    contact_no BIGINT NOT NULL,
    state SMALLINT NOT NULL,
    opened_at BIGINT NOT NULL,
    day INTEGER NOT NULL,
    channel SMALLINT NOT NULL,
    owner_no BIGINT,
    thread_no BIGINT,
    inbounds BIGINT NOT NULL,
    in_hours BOOLEAN NOT NULL,
    attempted_at BIGINT,
    closed_at BIGINT,
    closed_by BIGINT,
    business_ms BIGINT,
    late BOOLEAN NOT NULL,
    self_reported BOOLEAN NOT NULL
) WITHOUT ROWID;
-- Who waits, oldest first.
CREATE INDEX episodes_open ON episodes (opened_at) WHERE state = 0;
CREATE INDEX episodes_day ON episodes (day);
CREATE INDEX episodes_contact ON episodes (contact_no);
CREATE TABLE episodes_next (
    opening BIGINT PRIMARY KEY,
    contact_no BIGINT NOT NULL,
    state SMALLINT NOT NULL,
    opened_at BIGINT NOT NULL,
    day INTEGER NOT NULL,
    channel SMALLINT NOT NULL,
    owner_no BIGINT,
    thread_no BIGINT,
    inbounds BIGINT NOT NULL,
    in_hours BOOLEAN NOT NULL,
    attempted_at BIGINT,
    closed_at BIGINT,
    closed_by BIGINT,
    business_ms BIGINT,
    late BOOLEAN NOT NULL,
    self_reported BOOLEAN NOT NULL
) WITHOUT ROWID;
CREATE INDEX episodes_next_open ON episodes_next (opened_at) WHERE state = 0;
CREATE INDEX episodes_next_day ON episodes_next (day);
CREATE INDEX episodes_next_contact ON episodes_next (contact_no);

-- Counts of the reports on waits, replies and deliveries: how many, by what is counted, dimension,
-- cohort day, rep (0 all), days by which the horizon starts later than the cohort, and a bin or
-- another small code.
CREATE TABLE tallies (
    metric SMALLINT NOT NULL,
    dim SMALLINT NOT NULL,
    day INTEGER NOT NULL,
    rep INTEGER NOT NULL,
    dim_id BIGINT NOT NULL,
    shift SMALLINT NOT NULL,
    bin SMALLINT NOT NULL,
    n INTEGER NOT NULL,
    PRIMARY KEY (metric, dim, day, rep, dim_id, shift, bin)
) WITHOUT ROWID;
CREATE TABLE tallies_next (
    metric SMALLINT NOT NULL,
    dim SMALLINT NOT NULL,
    day INTEGER NOT NULL,
    rep INTEGER NOT NULL,
    dim_id BIGINT NOT NULL,
    shift SMALLINT NOT NULL,
    bin SMALLINT NOT NULL,
    n INTEGER NOT NULL,
    PRIMARY KEY (metric, dim, day, rep, dim_id, shift, bin)
) WITHOUT ROWID;
