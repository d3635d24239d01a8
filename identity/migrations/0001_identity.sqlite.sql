-- People, their e-ID, sessions, sign-ins under way, roles, delegations, the audit log.
CREATE TABLE identity_audit (
    seq INTEGER NOT NULL,
    at BIGINT NOT NULL,
    actor VARCHAR NOT NULL,
    session VARCHAR NOT NULL,
    on_behalf_of VARCHAR NOT NULL,
    act VARCHAR NOT NULL,
    subject VARCHAR NOT NULL,
    object VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    detail VARCHAR NOT NULL,
    "before" VARCHAR NOT NULL,
    hash VARCHAR NOT NULL,
    CONSTRAINT pk_identity_audit PRIMARY KEY (seq)
);
CREATE INDEX ix_identity_audit_actor ON identity_audit (actor, seq);
CREATE INDEX ix_identity_audit_on_behalf_of ON identity_audit (on_behalf_of, seq);
CREATE INDEX ix_identity_audit_subject ON identity_audit (subject, seq);

CREATE TABLE identity_delegation (
    id VARCHAR NOT NULL,
    person VARCHAR NOT NULL,
    helper VARCHAR NOT NULL,
    scopes VARCHAR NOT NULL,
    note VARCHAR NOT NULL,
    begins_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    accepted_at BIGINT,
    revoked_at BIGINT,
    revoked_by VARCHAR NOT NULL,
    CONSTRAINT pk_identity_delegation PRIMARY KEY (id)
);
CREATE INDEX ix_identity_delegation_helper ON identity_delegation (helper);
CREATE INDEX ix_identity_delegation_person ON identity_delegation (person);

CREATE TABLE identity_grant (
    id INTEGER NOT NULL,
    person VARCHAR NOT NULL,
    role VARCHAR NOT NULL,
    agency VARCHAR,
    wards VARCHAR NOT NULL,
    grantor VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    begins_at BIGINT NOT NULL,
    ends_at BIGINT,
    revoked_at BIGINT,
    revoked_by VARCHAR NOT NULL,
    CONSTRAINT pk_identity_grant PRIMARY KEY (id)
);
CREATE INDEX ix_identity_grant_person ON identity_grant (person);

CREATE TABLE identity_link (
    id INTEGER NOT NULL,
    person VARCHAR NOT NULL,
    provider VARCHAR NOT NULL,
    subject_hash VARCHAR NOT NULL,
    citizen_hash VARCHAR NOT NULL,
    last3 VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    birth VARCHAR NOT NULL,
    level INTEGER NOT NULL,
    acr VARCHAR NOT NULL,
    level_at BIGINT NOT NULL,
    linked_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    unlinked_at BIGINT,
    CONSTRAINT pk_identity_link PRIMARY KEY (id),
    CONSTRAINT uq_identity_link_provider_subject_hash UNIQUE (provider, subject_hash)
);
CREATE INDEX ix_identity_link_citizen_hash ON identity_link (citizen_hash);
CREATE INDEX ix_identity_link_person ON identity_link (person);

CREATE TABLE identity_login (
    state_hash VARCHAR NOT NULL,
    provider VARCHAR NOT NULL,
    browser_hash VARCHAR NOT NULL,
    nonce VARCHAR NOT NULL,
    verifier VARCHAR NOT NULL,
    channel VARCHAR NOT NULL,
    target VARCHAR NOT NULL,
    app_challenge VARCHAR NOT NULL,
    app_state VARCHAR NOT NULL,
    level INTEGER NOT NULL,
    session VARCHAR NOT NULL,
    begun_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT,
    CONSTRAINT pk_identity_login PRIMARY KEY (state_hash)
);

CREATE TABLE identity_person (
    id VARCHAR NOT NULL,
    status VARCHAR NOT NULL,
    created_at BIGINT NOT NULL,
    CONSTRAINT pk_identity_person PRIMARY KEY (id)
);

CREATE TABLE identity_refresh (
    hash VARCHAR NOT NULL,
    session VARCHAR NOT NULL,
    issued_at BIGINT NOT NULL,
    used_at BIGINT,
    CONSTRAINT pk_identity_refresh PRIMARY KEY (hash)
);
CREATE INDEX ix_identity_refresh_session ON identity_refresh (session);

CREATE TABLE identity_session (
    id VARCHAR NOT NULL,
    person VARCHAR NOT NULL,
    channel VARCHAR NOT NULL,
    device VARCHAR NOT NULL,
    provider VARCHAR NOT NULL,
    provider_sid VARCHAR NOT NULL,
    level INTEGER NOT NULL,
    acr VARCHAR NOT NULL,
    auth_at BIGINT NOT NULL,
    begun_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    idle_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    ended_at BIGINT,
    ended_why VARCHAR NOT NULL,
    CONSTRAINT pk_identity_session PRIMARY KEY (id)
);
CREATE INDEX ix_identity_session_person ON identity_session (person, begun_at);
CREATE INDEX ix_identity_session_provider_sid ON identity_session (provider, provider_sid);

CREATE TABLE identity_spent (
    hash VARCHAR NOT NULL,
    expires_at BIGINT NOT NULL,
    CONSTRAINT pk_identity_spent PRIMARY KEY (hash)
);

CREATE TABLE identity_ticket (
    hash VARCHAR NOT NULL,
    session VARCHAR NOT NULL,
    app_challenge VARCHAR NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT,
    CONSTRAINT pk_identity_ticket PRIMARY KEY (hash)
);

-- The audit log only grows: a line is neither changed nor taken out.
CREATE TRIGGER identity_audit_is_not_changed BEFORE UPDATE ON identity_audit
BEGIN
    SELECT RAISE(ABORT, 'the audit log only grows');
END;
CREATE TRIGGER identity_audit_is_not_cut BEFORE DELETE ON identity_audit
BEGIN
    SELECT RAISE(ABORT, 'the audit log only grows');
END;
-- INSERT OR REPLACE takes a line out without asking the trigger above.
CREATE TRIGGER identity_audit_grows_at_its_end BEFORE INSERT ON identity_audit
WHEN EXISTS (SELECT 1 FROM identity_audit WHERE seq >= NEW.seq)
BEGIN
    SELECT RAISE(ABORT, 'the audit log only grows');
END;
