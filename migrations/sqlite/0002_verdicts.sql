-- Late verdicts: what waits for the end of its hold, and what has fired.

-- What fires on a click that a person made, each effect once. A row waits from the click's first
-- sight until `due_at`; then it fires if the click is a person's by the verdict of that moment, and
-- is dropped otherwise. Effects: 0 a notice to the rep. States: 0 waiting, 1 fired, 2 dropped.
CREATE TABLE firings (
    -- The click in the log.
    hit BIGINT NOT NULL,
    effect SMALLINT NOT NULL,
    delivery_no BIGINT NOT NULL,
    -- Whose message it was.
    rep_no BIGINT NOT NULL,
    link_no SMALLINT NOT NULL,
    -- When the link was followed.
    at BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    state SMALLINT NOT NULL DEFAULT 0,
    decided_at BIGINT,
    -- At first sight; once decided, as it was in that moment.
    verdict SMALLINT NOT NULL,
    -- What it was judged later, while that is no person.
    revised_to SMALLINT,
    seen_at BIGINT,
    PRIMARY KEY (hit, effect)
);
CREATE INDEX firings_due ON firings (due_at) WHERE state = 0;
-- A rep's notices, newest first.
CREATE INDEX firings_rep ON firings (rep_no, hit) WHERE state = 1;
-- The count on every page.
CREATE INDEX firings_unseen ON firings (rep_no) WHERE state = 1 AND seen_at IS NULL;
-- What pages ask to learn that something fired, and the share that was revised.
CREATE INDEX firings_decided ON firings (decided_at) WHERE state = 1;

-- Where signed-in people were seen in the last day: a keyed hash of address and browser under the
-- salt of its UTC day, from which neither can be had back. Hits from there are our own.
CREATE TABLE own_places (
    hash BIGINT NOT NULL,
    user_id BLOB NOT NULL,
    seen_at BIGINT NOT NULL,
    PRIMARY KEY (hash, user_id)
);
CREATE INDEX own_places_seen ON own_places (seen_at);

-- The log up to here has been judged with its neighbours. What happened before this schema is not
-- judged again by itself, and fires nothing.
INSERT INTO outbox_cursors (listener, seq, changed_at) SELECT 'verdicts', seq, 0 FROM event_head;
