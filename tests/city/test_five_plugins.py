"""One query over all five plugins, and the same query with one of them switched off."""

from pathlib import Path
from typing import Any

import pytest

from gateway.host.manifest import find_manifest
from gateway.host.testing import AskedCity, OpenCity
from gateway.request import GraphQLRequest

SUBMIT = """mutation($input: SubmitReportInput!) {
  submitReport(input: $input) { node { id } userErrors { code message } } }"""
RECEIVE = "mutation($id: ID!) { receiveReport(input: {id: $id}) { userErrors { code message } } }"
FORWARD = "mutation($id: ID!) { forwardReport(input: {id: $id, agencyKey: $k}) { userErrors { code message } } }"

EVERYTHING = """query Everything($id: ID!) {
  report(id: $id) {
    title
    agency { name ward { fullName agency { name } } }
    ward { fullName agency { name } }
  }
  inbox(first: 5) { nodes { kind report { title } } }
  unreadCount
  activeAlerts(wardCodes: ["26911"]) { nodes { event { vi } wards { code } } }
  myIdentity { level }
}"""

POINT = {"lat": 10.7725, "lng": 106.6980}
"""Bến Thành market."""


async def submitted(city: AskedCity) -> str:
    """Lan's report at Bến Thành market, forwarded to the ward's People's Committee."""
    draft = {"kind": "INCIDENT", "category": "TRAT_TU_DO_THI", "title": "Lấn chiếm vỉa hè", "body": "Trước cổng chợ."}
    data = await city.ask(SUBMIT, by="lan", input={**draft, "location": {"point": POINT}})
    assert data["submitReport"]["userErrors"] == []
    report: str = data["submitReport"]["node"]["id"]
    forward = FORWARD.replace("$k", '"UBND-26743"')
    for step in (RECEIVE, forward):
        done = await city.ask(step, by="operator", id=report)
        assert [payload["userErrors"] for payload in done.values()] == [[]]
    return report


async def answered(city: AskedCity) -> dict[str, Any]:
    report = await submitted(city)
    while True:
        answer = await city.answer(EVERYTHING, by="lan", id=report)
        assert "data" in answer, answer
        if len(answer["data"]["inbox"]["nodes"]) == 3:
            return answer


AGENCY = {"name": "UBND Phường Bến Thành"}
WARD = {"fullName": "Phường Bến Thành", "agency": AGENCY}
INBOX = {
    "nodes": [
        {"kind": kind, "report": {"title": "Lấn chiếm vỉa hè"}}
        for kind in ("REPORT_FORWARDED", "REPORT_RECEIVED", "REPORT_SUBMITTED")
    ]
}
WHOLE = {
    "report": {"title": "Lấn chiếm vỉa hè", "agency": {**AGENCY, "ward": WARD}, "ward": WARD},
    "inbox": INBOX,
    "unreadCount": 3,
    "activeAlerts": {
        "nodes": [{"event": {"vi": "Triều cường"}, "wards": [{"code": "26911"}, {"code": "27112"}, {"code": "27655"}]}]
    },
    "myIdentity": {"level": 2},
}


async def test_one_query_is_answered_by_all_five(city: AskedCity) -> None:
    assert await answered(city) == {"data": WHOLE}


async def test_it_takes_a_fetch_for_each_plugin_and_level_and_no_more(city: AskedCity) -> None:
    plan = city.city.engine.prepare(GraphQLRequest(EVERYTHING)).program.plan
    # feedback, engagement and vneid at once; then agencies, and feedback for the inbox's reports; then maps for the
    # wards of the report, of its agency and of the alerts together.
    assert plan.fetch_count == 6, city.city.engine.explain(EVERYTHING)


@pytest.fixture
def without_maps(tmp_path: Path) -> Path:
    """plugins.toml with maps switched off, beside the last known SDLs."""
    manifest = find_manifest()
    (tmp_path / "schema").symlink_to(manifest.parent / "schema")
    text = manifest.read_text(encoding="utf-8")
    assert "[plugins.maps]\n" in text
    changed = tmp_path / "plugins.toml"
    changed.write_text(text.replace("[plugins.maps]\n", "[plugins.maps]\nenabled = false\n"), encoding="utf-8")
    return changed


async def test_with_maps_switched_off_its_links_are_null_with_errors_and_the_rest_is_the_same(
    without_maps: Path, open_test_city: OpenCity
) -> None:
    async with open_test_city(without_maps) as city:
        answer = await answered(city)
        assert city.city.health()["plugins"]["maps"] == {
            "state": "out",
            "reason": "switched off: enabled = false in plugins.toml",
        }
    # Without maps nobody knows in which ward the point lies, so the report has none.
    report = {**WHOLE["report"], "agency": {**AGENCY, "ward": None}, "ward": None}
    alerts = {"nodes": [{**WHOLE["activeAlerts"]["nodes"][0], "wards": None}]}
    assert answer["data"] == {**WHOLE, "report": report, "activeAlerts": alerts}
    # One error for each of the query's places that maps was to answer; the report has no ward to ask for.
    assert [(e["extensions"], e["path"]) for e in answer["errors"]] == [
        ({"code": "SUBGRAPH_UNAVAILABLE", "service": "maps"}, path)
        for path in (["report", "agency", "ward"], ["activeAlerts", "nodes", 0, "wards"])
    ]


async def test_a_plugin_taken_out_of_the_list_is_taken_out_of_the_graph(
    tmp_path: Path, open_test_city: OpenCity
) -> None:
    text = find_manifest().read_text(encoding="utf-8").replace("[plugins.maps]\n", "")
    (tmp_path / "plugins.toml").write_text(text, encoding="utf-8")
    async with open_test_city(tmp_path / "plugins.toml") as city:
        assert await city.refused("{ wards { totalCount } }") == ["GRAPHQL_VALIDATION_FAILED"]
        assert (await city.ask('{ agency(key: "SXD") { name } }'))["agency"] == {"name": "Sở Xây dựng"}
