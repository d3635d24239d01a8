CREATE TABLE gateway_outbox (
    -- AUTOINCREMENT: an id is never given twice, so a resumed subscriber cannot mistake a new event for an old one.
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind VARCHAR NOT NULL,
    data VARCHAR NOT NULL,
    at DATETIME NOT NULL
);
CREATE INDEX ix_gateway_outbox_kind ON gateway_outbox (kind, id);
CREATE TABLE gateway_listener (
    listener VARCHAR NOT NULL PRIMARY KEY,
    last_event INTEGER NOT NULL,
    failures INTEGER NOT NULL
);
CREATE TABLE gateway_dead_letter (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    listener VARCHAR NOT NULL,
    event INTEGER NOT NULL,
    error VARCHAR NOT NULL,
    at DATETIME NOT NULL
);
