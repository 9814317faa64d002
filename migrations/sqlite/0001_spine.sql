-- The people of the organisation.

CREATE TABLE settings (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL,
    changed_at BIGINT NOT NULL
);

CREATE TABLE teams (
    id BLOB PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    created_at BIGINT NOT NULL
);

CREATE TABLE users (
    no INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    email TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    team_id BLOB REFERENCES teams (id),
    password_hash TEXT,
    language TEXT NOT NULL DEFAULT 'en',
    created_at BIGINT NOT NULL,
    disabled_at BIGINT
);

CREATE TABLE tokens (
    id BLOB PRIMARY KEY,
    user_id BLOB NOT NULL REFERENCES users (id),
    name TEXT NOT NULL,
    hash BLOB NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT,
    revoked_at BIGINT
);

CREATE TABLE sessions (
    id BLOB PRIMARY KEY,
    user_id BLOB NOT NULL REFERENCES users (id),
    hash BLOB NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked_at BIGINT
);
-- A password change revokes all of a user's sessions.
CREATE INDEX sessions_user ON sessions (user_id);

-- The people outside.

CREATE TABLE accounts (
    id BLOB PRIMARY KEY,
    name TEXT NOT NULL,
    domain TEXT UNIQUE,
    owner_id BLOB REFERENCES users (id),
    source TEXT,
    external_id TEXT,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX accounts_external ON accounts (source, external_id) WHERE external_id IS NOT NULL;

CREATE TABLE contacts (
    no INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    name TEXT NOT NULL,
    account_id BLOB REFERENCES accounts (id),
    owner_id BLOB REFERENCES users (id),
    zone TEXT,
    language TEXT,
    decision_maker BOOLEAN,
    fields TEXT NOT NULL DEFAULT '{}',
    opens BOOLEAN,
    clicks BOOLEAN,
    consent_at BIGINT,
    consent_source TEXT,
    consent_wording TEXT,
    last_open_day BIGINT,
    source TEXT,
    external_id TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    erased_at BIGINT
);
CREATE UNIQUE INDEX contacts_external ON contacts (source, external_id) WHERE external_id IS NOT NULL;
-- A rep's own list.
CREATE INDEX contacts_owner ON contacts (owner_id);

CREATE TABLE contact_emails (
    address TEXT PRIMARY KEY,
    contact_no BIGINT NOT NULL REFERENCES contacts (no),
    position BIGINT NOT NULL
);
CREATE INDEX contact_emails_contact ON contact_emails (contact_no);

-- `hash` is keyed, so that an erased address stays suppressed without being kept.
CREATE TABLE suppressions (
    id BLOB PRIMARY KEY,
    scope TEXT NOT NULL,
    hash BLOB NOT NULL,
    address TEXT,
    reason TEXT NOT NULL,
    delivery_no BIGINT,
    created_by BLOB REFERENCES users (id),
    created_at BIGINT NOT NULL,
    -- When the contact last asked, where an unsubscribe is the reason.
    asked_at BIGINT,
    lifted_at BIGINT
);
CREATE UNIQUE INDEX suppressions_active ON suppressions (scope, hash) WHERE lifted_at IS NULL;

-- What they are sent.

CREATE TABLE mailboxes (
    no INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    user_id BLOB REFERENCES users (id),
    name TEXT NOT NULL,
    address TEXT NOT NULL UNIQUE,
    profile TEXT NOT NULL,
    auth TEXT NOT NULL,
    envelope TEXT,
    -- Without its password, which is in `secret`, sealed.
    smtp_url TEXT,
    secret BLOB,
    daily_cap BIGINT,
    gap_ms BIGINT NOT NULL DEFAULT 0,
    paused_reason TEXT,
    created_at BIGINT NOT NULL,
    -- The lane: who works for this mailbox, until when by the database's clock, and the fence
    -- that every write of the holder names.
    lease_holder TEXT,
    lease_until BIGINT NOT NULL DEFAULT 0,
    fence BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE dkim_keys (
    domain TEXT NOT NULL,
    selector TEXT NOT NULL,
    algorithm TEXT NOT NULL,
    secret BLOB NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (domain, selector)
);

CREATE TABLE templates (
    no INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    name TEXT NOT NULL,
    owner_id BLOB REFERENCES users (id),
    created_at BIGINT NOT NULL,
    archived_at BIGINT
);

CREATE TABLE template_versions (
    template_no BIGINT NOT NULL REFERENCES templates (no),
    version BIGINT NOT NULL,
    subject TEXT NOT NULL,
    html TEXT,
    text TEXT,
    created_by BLOB REFERENCES users (id),
    created_at BIGINT NOT NULL,
    PRIMARY KEY (template_no, version)
);

CREATE TABLE content (
    no INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    name TEXT NOT NULL,
    url TEXT NOT NULL,
    destination BIGINT NOT NULL,
    owner_id BLOB REFERENCES users (id),
    created_at BIGINT NOT NULL,
    archived_at BIGINT
);
-- A pasted URL is recognised as an asset by its destination.
CREATE INDEX content_destination ON content (destination);

CREATE TABLE drafts (
    user_id BLOB NOT NULL REFERENCES users (id),
    form TEXT NOT NULL,
    data TEXT NOT NULL,
    saved_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, form)
);

CREATE TABLE messages (
    id BLOB PRIMARY KEY,
    rep_no BIGINT NOT NULL REFERENCES users (no),
    mailbox_no BIGINT NOT NULL REFERENCES mailboxes (no),
    class SMALLINT NOT NULL,
    purpose SMALLINT NOT NULL,
    template_no BIGINT REFERENCES templates (no),
    template_version BIGINT,
    -- As the first recipient reads it, for lists; each delivery is made from the source.
    subject TEXT NOT NULL,
    subject_source TEXT NOT NULL,
    html TEXT,
    text TEXT,
    vars TEXT NOT NULL DEFAULT '{}',
    -- The Message-ID header without its angle brackets.
    message_id TEXT NOT NULL UNIQUE,
    in_reply_to TEXT,
    reference_ids TEXT,
    reply_to_message BLOB,
    opens BOOLEAN,
    clicks BOOLEAN,
    keep_url_text BOOLEAN NOT NULL DEFAULT FALSE,
    send_at BIGINT,
    created_at BIGINT NOT NULL
);
-- A rep's newest messages first.
CREATE INDEX messages_rep ON messages (rep_no, created_at);

CREATE TABLE attachments (
    id BLOB PRIMARY KEY,
    message_id BLOB NOT NULL REFERENCES messages (id),
    position BIGINT NOT NULL,
    name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    bytes BLOB NOT NULL
);
CREATE INDEX attachments_message ON attachments (message_id);

CREATE TABLE message_content (
    message_id BLOB NOT NULL REFERENCES messages (id),
    content_no BIGINT NOT NULL REFERENCES content (no),
    PRIMARY KEY (message_id, content_no)
);

-- States: 0 draft 1 scheduled 2 held 3 queued 4 attempting 5 handed_over 6 deferred 7 sent
-- 8 uncertain 9 failed 10 cancelled 11 bounced.
CREATE TABLE deliveries (
    no INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    message_id BLOB NOT NULL REFERENCES messages (id),
    mailbox_no BIGINT NOT NULL REFERENCES mailboxes (no),
    rep_no BIGINT NOT NULL,
    contact_no BIGINT REFERENCES contacts (no),
    role SMALLINT NOT NULL,
    address TEXT NOT NULL,
    domain TEXT NOT NULL,
    -- The keyed hash under which the address would be suppressed.
    address_hash BLOB NOT NULL,
    state SMALLINT NOT NULL,
    reason_code TEXT,
    reason_text TEXT,
    due_at BIGINT NOT NULL,
    -- All attempts, which number them; those that count towards the retry schedule; those during
    -- which the process died while it made the bytes.
    attempts BIGINT NOT NULL DEFAULT 0,
    tries BIGINT NOT NULL DEFAULT 0,
    crashes BIGINT NOT NULL DEFAULT 0,
    first_attempt_at BIGINT,
    fence BIGINT NOT NULL DEFAULT 0,
    -- What may be recorded, resolved when rendered: 0 no, 1 yes, 2 last day only (opens).
    track_opens SMALLINT NOT NULL DEFAULT 0,
    track_clicks SMALLINT NOT NULL DEFAULT 0,
    -- When the contact last took an unsubscribe by this mail back.
    undone_at BIGINT,
    created_at BIGINT NOT NULL,
    handed_over_at BIGINT,
    settled_at BIGINT
);
CREATE INDEX deliveries_message ON deliveries (message_id);
-- What a lane may claim next.
CREATE INDEX deliveries_due ON deliveries (mailbox_no, due_at) WHERE state IN (1, 3, 6);
-- Those that took the process down before, which are claimed alone; without it each claim would
-- read the whole backlog to find none.
CREATE INDEX deliveries_crashed ON deliveries (mailbox_no, due_at) WHERE crashes > 0;
-- What a lane that died left behind.
CREATE INDEX deliveries_open ON deliveries (mailbox_no) WHERE state IN (4, 5);
-- A stop finds what is still to go to an address.
CREATE INDEX deliveries_stoppable ON deliveries (address_hash) WHERE state IN (0, 1, 2, 3, 4, 6);
-- What waits for a person, counted for the operator.
CREATE INDEX deliveries_look ON deliveries (state) WHERE state IN (2, 8);
CREATE INDEX deliveries_contact ON deliveries (contact_no, created_at);

-- The bytes as they go over the wire, made once, dropped some days after.
CREATE TABLE rendered (
    delivery_no BIGINT PRIMARY KEY REFERENCES deliveries (no),
    envelope_from TEXT NOT NULL,
    bytes BLOB NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE attempts (
    delivery_no BIGINT NOT NULL REFERENCES deliveries (no),
    number BIGINT NOT NULL,
    fence BIGINT NOT NULL,
    started_at BIGINT NOT NULL,
    handed_over_at BIGINT,
    ended_at BIGINT,
    outcome TEXT,
    phase TEXT,
    code BIGINT,
    enhanced TEXT,
    text TEXT,
    PRIMARY KEY (delivery_no, number)
);

CREATE TABLE destinations (
    id BIGINT PRIMARY KEY,
    url TEXT NOT NULL
);

CREATE TABLE links (
    delivery_no BIGINT NOT NULL REFERENCES deliveries (no),
    no SMALLINT NOT NULL,
    destination BIGINT NOT NULL,
    role SMALLINT NOT NULL,
    content_no BIGINT,
    label TEXT NOT NULL,
    PRIMARY KEY (delivery_no, no)
) WITHOUT ROWID;

-- In front of every redirect: kind is destination, delivery or key; ref its id as text.
CREATE TABLE blocked (
    kind TEXT NOT NULL,
    ref TEXT NOT NULL,
    reason TEXT NOT NULL,
    created_by BLOB REFERENCES users (id),
    created_at BIGINT NOT NULL,
    PRIMARY KEY (kind, ref)
);

CREATE TABLE moved (
    destination BIGINT PRIMARY KEY,
    url TEXT NOT NULL,
    created_by BLOB REFERENCES users (id),
    created_at BIGINT NOT NULL
);

-- What happened. `seq` is given inside the appending transaction by `event_head`, whose row lock
-- makes it the order of commits.
CREATE TABLE event_head (
    id BIGINT PRIMARY KEY,
    seq BIGINT NOT NULL
);
INSERT INTO event_head (id, seq) VALUES (1, 0);

CREATE TABLE events (
    seq INTEGER PRIMARY KEY,
    at BIGINT NOT NULL,
    kind SMALLINT NOT NULL,
    delivery_no BIGINT,
    contact_no BIGINT,
    link_no SMALLINT,
    verdict SMALLINT,
    rule SMALLINT,
    detail BLOB
);
-- A delivery's timeline, and its refold.
CREATE INDEX events_delivery ON events (delivery_no) WHERE delivery_no IS NOT NULL;
CREATE INDEX events_contact ON events (contact_no) WHERE contact_no IS NOT NULL;

CREATE TABLE verdict_revisions (
    hit BIGINT NOT NULL,
    number BIGINT NOT NULL,
    at BIGINT NOT NULL,
    verdict SMALLINT NOT NULL,
    rule SMALLINT NOT NULL,
    params TEXT NOT NULL,
    created_by BLOB,
    PRIMARY KEY (hit, number)
);

-- The metric store, folded from the log. Each table has a twin into which `rebuild-metrics` folds
-- while the other serves; at the end the two change names.
CREATE TABLE facts (
    kind SMALLINT NOT NULL,
    subject BIGINT NOT NULL,
    data BLOB NOT NULL,
    PRIMARY KEY (kind, subject)
) WITHOUT ROWID;
CREATE TABLE facts_next (
    kind SMALLINT NOT NULL,
    subject BIGINT NOT NULL,
    data BLOB NOT NULL,
    PRIMARY KEY (kind, subject)
) WITHOUT ROWID;

-- Deliveries by cohort: one row a cell with all counts of click-through, since they are written and
-- read together. Grain 0 day, 1 month (by its first day); rep 0 all reps.
CREATE TABLE click_rollups (
    grain SMALLINT NOT NULL,
    dim SMALLINT NOT NULL,
    day INTEGER NOT NULL,
    rep INTEGER NOT NULL,
    dim_id BIGINT NOT NULL,
    sent INTEGER NOT NULL,
    measurable INTEGER NOT NULL,
    human INTEGER NOT NULL,
    machine INTEGER NOT NULL,
    raw INTEGER NOT NULL,
    PRIMARY KEY (grain, dim, day, rep, dim_id)
) WITHOUT ROWID;
CREATE TABLE click_rollups_next (
    grain SMALLINT NOT NULL,
    dim SMALLINT NOT NULL,
    day INTEGER NOT NULL,
    rep INTEGER NOT NULL,
    dim_id BIGINT NOT NULL,
    sent INTEGER NOT NULL,
    measurable INTEGER NOT NULL,
    human INTEGER NOT NULL,
    machine INTEGER NOT NULL,
    raw INTEGER NOT NULL,
    PRIMARY KEY (grain, dim, day, rep, dim_id)
) WITHOUT ROWID;

-- Waits in log bins, for quantiles.
CREATE TABLE rollup_waits (
    metric SMALLINT NOT NULL,
    grain SMALLINT NOT NULL,
    dim SMALLINT NOT NULL,
    day INTEGER NOT NULL,
    rep INTEGER NOT NULL,
    dim_id BIGINT NOT NULL,
    bin SMALLINT NOT NULL,
    n INTEGER NOT NULL,
    PRIMARY KEY (metric, grain, dim, day, rep, dim_id, bin)
) WITHOUT ROWID;
CREATE TABLE rollup_waits_next (
    metric SMALLINT NOT NULL,
    grain SMALLINT NOT NULL,
    dim SMALLINT NOT NULL,
    day INTEGER NOT NULL,
    rep INTEGER NOT NULL,
    dim_id BIGINT NOT NULL,
    bin SMALLINT NOT NULL,
    n INTEGER NOT NULL,
    PRIMARY KEY (metric, grain, dim, day, rep, dim_id, bin)
) WITHOUT ROWID;

-- Distinct contacts of a cell, for intervals alone: the occupied registers, two bytes each.
CREATE TABLE sketches (
    metric SMALLINT NOT NULL,
    grain SMALLINT NOT NULL,
    dim SMALLINT NOT NULL,
    day INTEGER NOT NULL,
    rep INTEGER NOT NULL,
    dim_id BIGINT NOT NULL,
    data BLOB NOT NULL,
    PRIMARY KEY (metric, grain, dim, day, rep, dim_id)
) WITHOUT ROWID;
CREATE TABLE sketches_next (
    metric SMALLINT NOT NULL,
    grain SMALLINT NOT NULL,
    dim SMALLINT NOT NULL,
    day INTEGER NOT NULL,
    rep INTEGER NOT NULL,
    dim_id BIGINT NOT NULL,
    data BLOB NOT NULL,
    PRIMARY KEY (metric, grain, dim, day, rep, dim_id)
) WITHOUT ROWID;

-- Housekeeping.

CREATE TABLE idempotency (
    user_id BLOB NOT NULL,
    route TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    body_hash BLOB NOT NULL,
    status BIGINT NOT NULL,
    response TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, route, idempotency_key)
);

CREATE TABLE intake_cursor (
    source TEXT PRIMARY KEY,
    seq BIGINT NOT NULL
);

-- Hits that were answered and could not be recorded, by source and minute.
CREATE TABLE unrecorded (
    source TEXT NOT NULL,
    minute BIGINT NOT NULL,
    n BIGINT NOT NULL,
    PRIMARY KEY (source, minute)
);

-- Hits whose browser objected to tracking, counted and nothing more: by UTC day and kind, 0 opens,
-- 1 clicks.
CREATE TABLE objections (
    day BIGINT NOT NULL,
    kind SMALLINT NOT NULL,
    n BIGINT NOT NULL,
    PRIMARY KEY (day, kind)
);

-- What the client addresses of a UTC day are hashed with; deleted some days after.
CREATE TABLE client_salts (
    day BIGINT PRIMARY KEY,
    salt BLOB NOT NULL
);

CREATE TABLE heartbeat (
    id BIGINT PRIMARY KEY,
    at BIGINT NOT NULL
);

-- The log is the outbox: each listener keeps the last `seq` it has dealt with.
CREATE TABLE outbox_cursors (
    listener TEXT PRIMARY KEY,
    seq BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
);

-- Mail that was caught instead of sent.
CREATE TABLE caught (
    no INTEGER PRIMARY KEY,
    at BIGINT NOT NULL,
    sender TEXT NOT NULL,
    recipient TEXT NOT NULL,
    message_id TEXT,
    subject TEXT NOT NULL,
    bytes BLOB NOT NULL
);
CREATE INDEX caught_recipient ON caught (recipient, no);
