-- Reports, their history and answers; the index of their folded text and the index of their places.
CREATE TABLE feedback_report (
    id INTEGER NOT NULL,
    "key" VARCHAR NOT NULL,
    code VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    category VARCHAR NOT NULL,
    title VARCHAR NOT NULL,
    body VARCHAR NOT NULL,
    lat FLOAT,
    lng FLOAT,
    accuracy_m FLOAT,
    address_text VARCHAR,
    ward VARCHAR,
    agency VARCHAR,
    visibility VARCHAR NOT NULL,
    state VARCHAR NOT NULL,
    outcome VARCHAR,
    reporter VARCHAR NOT NULL,
    submitted_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version INTEGER NOT NULL,
    is_sample BOOLEAN NOT NULL,
    CONSTRAINT pk_feedback_report PRIMARY KEY (id),
    CONSTRAINT uq_feedback_report_key UNIQUE ("key"),
    CONSTRAINT uq_feedback_report_code UNIQUE (code)
);
CREATE INDEX ix_feedback_report_submitted_at ON feedback_report (submitted_at, id);
CREATE INDEX ix_feedback_report_state ON feedback_report (state, submitted_at);
CREATE INDEX ix_feedback_report_category ON feedback_report (category, submitted_at);
CREATE INDEX ix_feedback_report_ward ON feedback_report (ward, submitted_at);
CREATE INDEX ix_feedback_report_agency ON feedback_report (agency, submitted_at);
CREATE INDEX ix_feedback_report_reporter ON feedback_report (reporter, submitted_at);

CREATE TABLE feedback_step (
    id INTEGER NOT NULL,
    report INTEGER NOT NULL,
    "action" VARCHAR NOT NULL,
    state VARCHAR NOT NULL,
    agency VARCHAR,
    "by" VARCHAR NOT NULL,
    "at" BIGINT NOT NULL,
    CONSTRAINT pk_feedback_step PRIMARY KEY (id),
    CONSTRAINT fk_feedback_step_report FOREIGN KEY (report) REFERENCES feedback_report (id)
);
CREATE INDEX ix_feedback_step_report ON feedback_step (report);

CREATE TABLE feedback_answer (
    id INTEGER NOT NULL,
    report INTEGER NOT NULL,
    "text" VARCHAR NOT NULL,
    outcome VARCHAR NOT NULL,
    agency VARCHAR,
    "by" VARCHAR NOT NULL,
    "at" BIGINT NOT NULL,
    CONSTRAINT pk_feedback_answer PRIMARY KEY (id),
    CONSTRAINT fk_feedback_answer_report FOREIGN KEY (report) REFERENCES feedback_report (id)
);
CREATE INDEX ix_feedback_answer_report ON feedback_answer (report);

CREATE TABLE feedback_day (
    day VARCHAR NOT NULL,
    "last" INTEGER NOT NULL,
    CONSTRAINT pk_feedback_day PRIMARY KEY (day)
);

CREATE TABLE feedback_request (
    actor VARCHAR NOT NULL,
    client_key VARCHAR NOT NULL,
    digest VARCHAR NOT NULL,
    report INTEGER NOT NULL,
    "at" BIGINT NOT NULL,
    CONSTRAINT pk_feedback_request PRIMARY KEY (actor, client_key),
    CONSTRAINT fk_feedback_request_report FOREIGN KEY (report) REFERENCES feedback_report (id)
);

-- Folded by the application (schema.text.fold): digits and a-z only, which this tokenizer leaves as they are.
CREATE VIRTUAL TABLE feedback_search USING fts5 (
    title, body, code, address, tokenize = 'unicode61', prefix = '2 3'
);

CREATE VIRTUAL TABLE feedback_place USING rtree (id, min_lat, max_lat, min_lng, max_lng);
