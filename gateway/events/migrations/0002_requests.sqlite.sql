-- Mutations that were done under their clients' keys.
CREATE TABLE gateway_request (
    plugin VARCHAR NOT NULL,
    actor VARCHAR NOT NULL,
    client_key VARCHAR NOT NULL,
    digest VARCHAR NOT NULL,
    made VARCHAR NOT NULL,
    at DATETIME NOT NULL,
    PRIMARY KEY (plugin, actor, client_key)
);
