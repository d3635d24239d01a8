CREATE TABLE engagement_notification (
    -- AUTOINCREMENT: the inbox is sorted by id, so an id is never given twice.
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    event_id INTEGER NOT NULL,
    recipient VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    title VARCHAR NOT NULL,
    body VARCHAR NOT NULL,
    title_en VARCHAR NOT NULL,
    body_en VARCHAR NOT NULL,
    report VARCHAR,
    created_at DATETIME NOT NULL,
    read_at DATETIME,
    CONSTRAINT uq_engagement_notification_event_id_recipient UNIQUE (event_id, recipient)
);
CREATE INDEX ix_engagement_notification_recipient_id ON engagement_notification (recipient, id);
-- Counting the unread must not read the whole inbox.
CREATE INDEX ix_engagement_notification_unread ON engagement_notification (recipient) WHERE read_at IS NULL;

CREATE TABLE engagement_article (
    id INTEGER NOT NULL PRIMARY KEY,
    slug VARCHAR NOT NULL,
    title VARCHAR NOT NULL,
    summary VARCHAR NOT NULL,
    body_html VARCHAR NOT NULL,
    topic VARCHAR NOT NULL,
    agency VARCHAR,
    published_by VARCHAR NOT NULL,
    published_at DATETIME NOT NULL,
    is_sample BOOLEAN NOT NULL,
    CONSTRAINT uq_engagement_article_slug UNIQUE (slug)
);
CREATE INDEX ix_engagement_article_published_at_id ON engagement_article (published_at, id);
-- rowid is the article's id; words are folded by the application (đ and both places of a tone mark).
CREATE VIRTUAL TABLE engagement_article_search USING fts5 (words, tokenize = 'unicode61');

CREATE TABLE engagement_alert (
    identifier VARCHAR NOT NULL PRIMARY KEY,
    status VARCHAR NOT NULL,
    msg_type VARCHAR NOT NULL,
    category VARCHAR NOT NULL,
    urgency VARCHAR NOT NULL,
    severity VARCHAR NOT NULL,
    certainty VARCHAR NOT NULL,
    event_vi VARCHAR NOT NULL,
    event_en VARCHAR NOT NULL,
    headline_vi VARCHAR NOT NULL,
    headline_en VARCHAR NOT NULL,
    description_vi VARCHAR NOT NULL,
    description_en VARCHAR NOT NULL,
    instruction_vi VARCHAR NOT NULL,
    instruction_en VARCHAR NOT NULL,
    area_desc_vi VARCHAR NOT NULL,
    area_desc_en VARCHAR NOT NULL,
    "references" VARCHAR REFERENCES engagement_alert (identifier),
    state VARCHAR NOT NULL,
    drafted_by VARCHAR NOT NULL,
    approved_by VARCHAR,
    drafted_at DATETIME NOT NULL,
    sent_at DATETIME,
    effective DATETIME,
    expires DATETIME NOT NULL,
    is_sample BOOLEAN NOT NULL,
    CONSTRAINT ck_engagement_alert_two_persons CHECK (
        msg_type = 'CANCEL' OR approved_by IS NULL OR approved_by <> drafted_by
    )
);
CREATE INDEX ix_engagement_alert_state_expires ON engagement_alert (state, expires);

CREATE TABLE engagement_alert_ward (
    alert VARCHAR NOT NULL REFERENCES engagement_alert (identifier),
    ward_code VARCHAR NOT NULL,
    PRIMARY KEY (alert, ward_code)
);
CREATE INDEX ix_engagement_alert_ward_ward_code ON engagement_alert_ward (ward_code);
