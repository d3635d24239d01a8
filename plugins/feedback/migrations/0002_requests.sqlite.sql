-- The gateway keeps what was done under a client's key, for all plugins.
INSERT INTO gateway_request (plugin, actor, client_key, digest, made, "at")
    SELECT 'feedback', actor, client_key, digest, CAST(report AS VARCHAR),
        strftime('%Y-%m-%d %H:%M:%S.000000', "at" / 1000000, 'unixepoch')
    FROM feedback_request;
DROP TABLE feedback_request;
