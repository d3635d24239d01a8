"""The GraphQL over HTTP specification's own audits, by the npm package graphql-http."""

from tests.server.node import run_client
from tests.server.running import Running


def test_every_audit_of_graphql_over_http_passes(server: Running) -> None:
    audits = run_client("audit.cjs", "graphql-http", server.url)
    assert len(audits) >= 60
    assert [audit for audit in audits if audit["status"] != "ok"] == []
