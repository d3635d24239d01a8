-- Profiles, contacts and their codes, places, consents, requests about data and their files.
CREATE TABLE accounts_code (
    id VARCHAR NOT NULL,
    person VARCHAR NOT NULL,
    contact VARCHAR NOT NULL,
    value_hash VARCHAR NOT NULL,
    code_hash VARCHAR NOT NULL,
    sent_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    tries INTEGER NOT NULL,
    used_at BIGINT,
    CONSTRAINT pk_accounts_code PRIMARY KEY (id)
);
CREATE INDEX ix_accounts_code_contact ON accounts_code (contact, sent_at);
CREATE INDEX ix_accounts_code_person ON accounts_code (person, sent_at);
CREATE INDEX ix_accounts_code_value_hash ON accounts_code (value_hash, sent_at);
CREATE TABLE accounts_consent (
    id INTEGER NOT NULL,
    person VARCHAR NOT NULL,
    purpose VARCHAR NOT NULL,
    version INTEGER NOT NULL,
    session VARCHAR NOT NULL,
    given_at BIGINT NOT NULL,
    withdrawn_at BIGINT,
    CONSTRAINT pk_accounts_consent PRIMARY KEY (id)
);
CREATE INDEX ix_accounts_consent_person ON accounts_consent (person, purpose);
CREATE TABLE accounts_contact (
    id VARCHAR NOT NULL,
    person VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    value VARCHAR NOT NULL,
    value_hash VARCHAR NOT NULL,
    added_at BIGINT NOT NULL,
    verified_at BIGINT,
    CONSTRAINT pk_accounts_contact PRIMARY KEY (id)
);
CREATE UNIQUE INDEX ix_accounts_contact_person ON accounts_contact (person, value_hash);
CREATE TABLE accounts_file (
    request VARCHAR NOT NULL,
    person VARCHAR NOT NULL,
    body VARCHAR NOT NULL,
    made_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    CONSTRAINT pk_accounts_file PRIMARY KEY (request)
);
CREATE INDEX ix_accounts_file_person ON accounts_file (person);
CREATE TABLE accounts_outbox (
    id INTEGER NOT NULL,
    person VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    value VARCHAR NOT NULL,
    text VARCHAR NOT NULL,
    sent_at BIGINT NOT NULL,
    CONSTRAINT pk_accounts_outbox PRIMARY KEY (id)
);
CREATE INDEX ix_accounts_outbox_person ON accounts_outbox (person, id);
CREATE TABLE accounts_place (
    id VARCHAR NOT NULL,
    person VARCHAR NOT NULL,
    place VARCHAR NOT NULL,
    ward VARCHAR,
    saved_at BIGINT NOT NULL,
    CONSTRAINT pk_accounts_place PRIMARY KEY (id)
);
CREATE INDEX ix_accounts_place_person ON accounts_place (person, saved_at);
CREATE TABLE accounts_profile (
    person VARCHAR NOT NULL,
    language VARCHAR NOT NULL,
    channels VARCHAR NOT NULL,
    quiet_from INTEGER,
    quiet_to INTEGER,
    version INTEGER NOT NULL,
    updated_at BIGINT NOT NULL,
    CONSTRAINT pk_accounts_profile PRIMARY KEY (person)
);
CREATE TABLE accounts_request (
    id VARCHAR NOT NULL,
    person VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    state VARCHAR NOT NULL,
    note VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    asked_at BIGINT NOT NULL,
    reply_due_at BIGINT NOT NULL,
    act_due_at BIGINT NOT NULL,
    answered_at BIGINT,
    answered_by VARCHAR NOT NULL,
    result VARCHAR NOT NULL,
    CONSTRAINT pk_accounts_request PRIMARY KEY (id)
);
CREATE INDEX ix_accounts_request_person ON accounts_request (person, asked_at);
CREATE INDEX ix_accounts_request_state ON accounts_request (state, asked_at, id);
