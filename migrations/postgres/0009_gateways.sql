-- Recipients' domains and what their mail exchangers (MX) tell: who stands in front of a mailbox.

-- When the DNS is asked of a domain next, and how many questions in a row nobody answered. `recount`
-- is set while deliveries to it may have been counted without its gateway.
CREATE TABLE mail_domains (
    domain TEXT PRIMARY KEY,
    ask_at BIGINT NOT NULL,
    silences BIGINT NOT NULL DEFAULT 0,
    answered_at BIGINT,
    recount BOOLEAN NOT NULL DEFAULT FALSE
);
CREATE INDEX mail_domains_due ON mail_domains (ask_at);
CREATE INDEX mail_domains_recount ON mail_domains (domain) WHERE recount;

-- The gateway of a domain, for mail that was handed over from then on; the first answer holds for all
-- mail before it as well.
CREATE TABLE gateways (
    domain TEXT NOT NULL,
    since BIGINT NOT NULL,
    gateway SMALLINT NOT NULL,
    PRIMARY KEY (domain, since)
);

-- Deliveries that were counted, or may have been, before the gateway of their domain was known.
CREATE TABLE gateway_waits (
    delivery_no BIGINT PRIMARY KEY,
    domain TEXT NOT NULL
);
CREATE INDEX gateway_waits_domain ON gateway_waits (domain, delivery_no);

-- What the domain told, once the domain itself was erased.
ALTER TABLE deliveries ADD COLUMN gateway SMALLINT;

-- Contacts are not counted where the gateway is unknown: they leave when it becomes known, and a
-- sketch cannot forget them. Dimension 5 is the gateway.
UPDATE click_rollups SET contacts = '' WHERE dim = 5 AND dim_id = 0;

-- A run of rejudge that was stopped: after which event it goes on, with the last one, and from which
-- time on hits are meant.
CREATE TABLE rejudge_run (
    id BIGINT PRIMARY KEY,
    seq BIGINT NOT NULL,
    upto BIGINT NOT NULL,
    since BIGINT NOT NULL
);
INSERT INTO rejudge_run (id, seq, upto, since)
    SELECT 1, c.seq, h.seq, -9223372036854775807 FROM outbox_cursors AS c CROSS JOIN event_head AS h
    WHERE c.listener = 'rejudge';
DELETE FROM outbox_cursors WHERE listener = 'rejudge';
