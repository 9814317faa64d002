-- Mail that came back: each stored once, however often it arrives.

-- One piece of mail. States: 0 stored, not yet understood; 1 understood; 2 parked.
CREATE TABLE inbound (
    no INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    -- A digest of what stays the same on every way: Message-ID, Date, From, Subject, decoded body.
    identity BLOB NOT NULL UNIQUE,
    -- The mailbox it was first seen in, where one is known, and its folder: 0 inbox, 1 sent.
    mailbox_no BIGINT REFERENCES mailboxes (no),
    folder SMALLINT NOT NULL,
    received_at BIGINT NOT NULL,
    stored_at BIGINT NOT NULL,
    state SMALLINT NOT NULL,
    tries BIGINT NOT NULL DEFAULT 0,
    due_at BIGINT NOT NULL,
    fault TEXT,
    -- What follows is written when it is understood.
    kind SMALLINT,
    message_id TEXT,
    sender TEXT,
    sender_name TEXT,
    subject TEXT,
    -- The new text, without quotes.
    text TEXT,
    matched_by SMALLINT,
    matched_message BLOB,
    delivery_no BIGINT,
    contact_no BIGINT,
    thread_no BIGINT,
    -- Whose mail it is; none while it waits in the team's queue.
    rep_no BIGINT,
    bounce_class SMALLINT,
    bounce_reason SMALLINT,
    bounce_code TEXT,
    away_until BIGINT,
    outcome SMALLINT,
    -- Everything else that was found, as JSON: evidence, recipients, offsets, attachments.
    found TEXT,
    withdrawn_at BIGINT
);
-- What waits to be understood.
CREATE INDEX inbound_due ON inbound (due_at) WHERE state = 0;
-- What broke, for the operator.
CREATE INDEX inbound_parked ON inbound (no) WHERE state = 2;
CREATE INDEX inbound_contact ON inbound (contact_no) WHERE contact_no IS NOT NULL;
CREATE INDEX inbound_thread ON inbound (thread_no) WHERE thread_no IS NOT NULL;
CREATE INDEX inbound_delivery ON inbound (delivery_no) WHERE delivery_no IS NOT NULL;
-- An answer may name a mail that came in, not one that we sent.
CREATE INDEX inbound_message_id ON inbound (message_id) WHERE message_id IS NOT NULL;

-- The bytes as they came, dropped some days after.
CREATE TABLE inbound_raw (
    inbound_no BIGINT PRIMARY KEY REFERENCES inbound (no),
    bytes BLOB NOT NULL,
    stored_at BIGINT NOT NULL
);
CREATE INDEX inbound_raw_old ON inbound_raw (stored_at);

-- Each time it came. Ways: 0 IMAP, 1 LMTP, 2 API, 3 file.
CREATE TABLE arrivals (
    no INTEGER PRIMARY KEY,
    inbound_no BIGINT NOT NULL REFERENCES inbound (no),
    way SMALLINT NOT NULL,
    mailbox_no BIGINT,
    folder TEXT,
    uid_validity BIGINT,
    uid BIGINT,
    envelope_from TEXT,
    -- A JSON array of addresses, or empty where there was no envelope.
    envelope_to TEXT NOT NULL,
    at BIGINT NOT NULL
);
CREATE UNIQUE INDEX arrivals_imap ON arrivals (mailbox_no, folder, uid_validity, uid) WHERE way = 0;
-- A client that repeats a delivery it got no answer to.
CREATE UNIQUE INDEX arrivals_other ON arrivals (inbound_no, way, envelope_to) WHERE way <> 0;
CREATE INDEX arrivals_inbound ON arrivals (inbound_no);

-- Ids under which a message of ours is known beside its own: the provider's from the 250 answer,
-- the one read from Sent. Sources: 0 the answer, 1 Sent.
CREATE TABLE message_ids (
    message_id TEXT NOT NULL,
    delivery_no BIGINT NOT NULL REFERENCES deliveries (no),
    source SMALLINT NOT NULL,
    PRIMARY KEY (message_id, delivery_no)
);
CREATE INDEX message_ids_delivery ON message_ids (delivery_no);

-- What may be an enquiry in a personal mailbox: shown to its owner alone, nothing more is kept
-- until they accept. decided: 0 open, 1 accepted, 2 dismissed, 3 fetched.
CREATE TABLE possible_enquiries (
    id BLOB PRIMARY KEY,
    user_id BLOB NOT NULL REFERENCES users (id),
    mailbox_no BIGINT NOT NULL REFERENCES mailboxes (no),
    identity BLOB NOT NULL,
    folder TEXT NOT NULL,
    uid_validity BIGINT NOT NULL,
    uid BIGINT NOT NULL,
    sender TEXT NOT NULL,
    subject TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    decided SMALLINT NOT NULL DEFAULT 0,
    decided_at BIGINT
);
CREATE UNIQUE INDEX possible_enquiries_identity ON possible_enquiries (user_id, identity);
CREATE INDEX possible_enquiries_open ON possible_enquiries (user_id, id) WHERE decided = 0;

-- Domains whose mail is never stored from a personal mailbox.
CREATE TABLE excluded_domains (
    mailbox_no BIGINT NOT NULL REFERENCES mailboxes (no),
    domain TEXT NOT NULL,
    PRIMARY KEY (mailbox_no, domain)
);

-- Failures that count only together, by address: kinds are those of the reasons.
CREATE TABLE soft_bounces (
    address_hash BLOB NOT NULL,
    reason SMALLINT NOT NULL,
    inbound_no BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (address_hash, reason, inbound_no)
);

-- Addresses nothing is sent to for a while.
CREATE TABLE address_pauses (
    address_hash BLOB PRIMARY KEY,
    reason SMALLINT NOT NULL,
    until_at BIGINT NOT NULL
);

-- Until when this mailbox sends more slowly, since a server said that it sends too fast.
ALTER TABLE mailboxes ADD COLUMN slowed_until BIGINT;
