"""What the tests ask, and short ways to bring a report to a state."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gateway.host.manifest import find_manifest
from gateway.host.testing import AskedCity

BEN_THANH = {"lat": 10.7711, "lng": 106.6958}
"""A point in phường Bến Thành, 26743."""

PUBLIC_SAMPLES = 55
"""Of the 60 sample reports, five are private."""

SUBMIT = """mutation ($input: SubmitReportInput!) {
  submitReport(input: $input) { node { id code version state } userErrors { code field } clientMutationId }
}"""

RECEIVE = """mutation ($id: ID!, $version: Int) {
  receiveReport(input: {id: $id, expectedVersion: $version}) { node { state version } userErrors { code field } }
}"""

FORWARD = """mutation ($id: ID!, $agency: String, $version: Int) {
  forwardReport(input: {id: $id, agencyKey: $agency, expectedVersion: $version}) {
    node { state version agency { id } } userErrors { code field }
  }
}"""

ACCEPT = """mutation ($id: ID!, $version: Int) {
  acceptReport(input: {id: $id, expectedVersion: $version}) { node { state version } userErrors { code field } }
}"""

ANSWER = """mutation ($id: ID!, $text: String!, $outcome: ReportOutcome! = FIXED, $version: Int, $key: String) {
  answerReport(input: {
    id: $id, text: $text, outcome: $outcome, expectedVersion: $version, clientMutationId: $key
  }) { node { state version outcome } userErrors { code field } clientMutationId }
}"""

STATE = "query ($id: ID!) { report(id: $id) { state version } }"
LIST = """query ($filter: ReportFilter, $first: Int, $after: String) {
  reports(filter: $filter, first: $first, after: $after) {
    totalCount nodes { id title } pageInfo { hasNextPage hasPreviousPage endCursor }
  }
}"""

DONE = "Đơn vị đã vá mặt đường và nghiệm thu trong ngày."


def draft(**more: Any) -> dict[str, Any]:
    return {"category": "GIAO_THONG", "title": "Ổ gà lớn trên đường Lê Lợi", **more}


async def submit(city: AskedCity, by: str = "lan", **more: Any) -> dict[str, Any]:
    """The node of a report just submitted."""
    payload = (await city.ask(SUBMIT, by=by, input=draft(**more)))["submitReport"]
    assert payload["userErrors"] == []
    node: dict[str, Any] = payload["node"]
    return node


async def forwarded(city: AskedCity, agency: str = "SXD", by: str = "lan", **more: Any) -> str:
    """The id of a report that has been forwarded to the agency."""
    report = await submit(city, by, **more)
    await city.ask(RECEIVE, by="operator", id=report["id"])
    await city.ask(FORWARD, by="operator", id=report["id"], agency=agency)
    return str(report["id"])


async def in_progress(city: AskedCity, agency: str = "SXD", officer: str = "officer", **more: Any) -> str:
    """The id of a report that the officer has accepted."""
    report = await forwarded(city, agency, **more)
    await city.ask(ACCEPT, by=officer, id=report)
    return report


def alone(folder: Path) -> Path:
    """A plugins.toml in the folder that has the city's roles and this plugin, and no other."""
    text = find_manifest().read_text(encoding="utf-8")
    file = folder / "plugins.toml"
    file.write_text(text[: text.index("[plugins.")] + "[plugins.feedback]\n", encoding="utf-8")
    return file
