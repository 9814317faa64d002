-- How mailboxes are reached: tokens, cursors, what is filed where.

-- A mailbox whose owner let it be read. States: 0 waiting, 1 connected, 2 trouble, 3 re-connect.
CREATE TABLE mailbox_access (
    mailbox_no BIGINT PRIMARY KEY REFERENCES mailboxes (no) ON DELETE CASCADE,
    -- Without its password; none where the provider's own server is meant.
    imap_url TEXT,
    -- The password for reading, sealed; none where it is that for sending.
    imap_secret BLOB,
    -- Who files Sent: provider, append or none; as the profile says where it is null.
    sent TEXT,
    -- A JSON array of folder names that are never opened.
    excluded TEXT NOT NULL DEFAULT '[]',
    -- Mail that came earlier is never read.
    read_from BIGINT NOT NULL,
    -- Raised by every change of the above, so that whoever reads begins anew.
    version BIGINT NOT NULL DEFAULT 1,
    state SMALLINT NOT NULL DEFAULT 0,
    -- What is wrong, for its owner.
    trouble TEXT,
    -- When the server was last heard.
    seen_at BIGINT,
    failures BIGINT NOT NULL DEFAULT 0,
    -- When it is tried again.
    due_at BIGINT NOT NULL DEFAULT 0,
    -- Who reads it: one process at a time, until when by the database's clock, and the fence that
    -- every move of a cursor names.
    reader TEXT,
    reader_until BIGINT NOT NULL DEFAULT 0,
    reader_fence BIGINT NOT NULL DEFAULT 0
);

-- How far each folder was read. It moves in the transaction that stores the mail.
CREATE TABLE mailbox_cursors (
    mailbox_no BIGINT NOT NULL REFERENCES mailboxes (no) ON DELETE CASCADE,
    folder TEXT NOT NULL,
    uid_validity BIGINT NOT NULL,
    uid BIGINT NOT NULL,
    PRIMARY KEY (mailbox_no, folder)
);

-- Mails too large to be read whole, of which only the headers were taken.
CREATE TABLE large_mails (
    mailbox_no BIGINT NOT NULL REFERENCES mailboxes (no) ON DELETE CASCADE,
    folder TEXT NOT NULL,
    uid_validity BIGINT NOT NULL,
    uid BIGINT NOT NULL,
    size BIGINT NOT NULL,
    inbound_no BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (mailbox_no, folder, uid_validity, uid)
);

-- OAuth 2 tokens, sealed.
CREATE TABLE mailbox_tokens (
    mailbox_no BIGINT PRIMARY KEY REFERENCES mailboxes (no) ON DELETE CASCADE,
    provider TEXT NOT NULL,
    access BLOB NOT NULL,
    refresh BLOB,
    expires_at BIGINT NOT NULL,
    -- Why its owner must connect again; null while the tokens are good.
    broken TEXT,
    -- Raised by every change, so that who was slow does not overwrite a newer token.
    version BIGINT NOT NULL DEFAULT 1,
    -- Until when somebody is refreshing it, by the database's clock.
    refreshing_until BIGINT NOT NULL DEFAULT 0
);

-- Somebody is at their provider's consent page. Kept is a hash of the state in the address.
CREATE TABLE oauth_states (
    hash BLOB PRIMARY KEY,
    session_id BLOB NOT NULL,
    mailbox_id BLOB NOT NULL,
    provider TEXT NOT NULL,
    -- The PKCE verifier, sealed.
    verifier BLOB NOT NULL,
    expires_at BIGINT NOT NULL
);

-- Copies that we file in Sent, one for each message. States: 0 due, 1 filed, 2 given up.
CREATE TABLE sent_copies (
    message_id BLOB PRIMARY KEY,
    delivery_no BIGINT NOT NULL,
    mailbox_no BIGINT NOT NULL REFERENCES mailboxes (no) ON DELETE CASCADE,
    state SMALLINT NOT NULL,
    due_at BIGINT NOT NULL,
    tries BIGINT NOT NULL DEFAULT 0,
    trouble TEXT,
    filed_at BIGINT
);
CREATE INDEX sent_copies_due ON sent_copies (mailbox_no, due_at) WHERE state = 0;
