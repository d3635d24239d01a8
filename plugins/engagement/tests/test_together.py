"""Engagement among the other plugins: reports are confirmed, wards and agencies are linked."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from gateway.host.manifest import find_manifest
from gateway.host.testing import AskedCity, OpenCity
from plugins.engagement.tests.asking import DRAFT_ALERT, SAMPLE, alert_input, next_told

SUBMIT = """
mutation {
  submitReport(input: {category: "GIAO_THONG", title: "Ổ gà lớn", body: "Mặt đường hư hỏng trước số nhà 12."}) {
    node { id code } userErrors { code field message }
  }
}
"""


@pytest.fixture
async def city(open_test_city: OpenCity) -> AsyncIterator[AskedCity]:
    """All of plugins.toml."""
    async with open_test_city(find_manifest()) as asked:
        yield asked


async def test_a_report_submitted_in_the_app_is_confirmed_in_its_reporters_inbox(city: AskedCity) -> None:
    submitted = await city.ask(SUBMIT, by="lan")
    report = submitted["submitReport"]["node"]
    [told] = await next_told(city, "lan")
    assert told["kind"] == "REPORT_SUBMITTED"
    data = await city.ask("{ inbox { nodes { title report { id code } } } }", by="lan")
    assert data["inbox"]["nodes"] == [{"title": f"Đã gửi phản ánh {report['code']}", "report": report}]


async def test_the_wards_of_an_alert_are_the_maps_own(city: AskedCity) -> None:
    query = "query ($id: ID!) { alert(id: $id) { wards { id name } } }"
    assert await city.ask(query, id=SAMPLE) == {
        "alert": {
            "wards": [
                {"id": "Ward:26911", "name": "Bình Quới"},
                {"id": "Ward:27112", "name": "Cát Lái"},
                {"id": "Ward:27655", "name": "Nhà Bè"},
            ]
        }
    }


async def test_a_ward_that_the_map_does_not_know_is_refused(city: AskedCity) -> None:
    unknown = alert_input(wardCodes=["26740", "99999"])
    assert await city.refused(DRAFT_ALERT, by="alerter", input=unknown) == ["UNKNOWN_WARD"]
    known = alert_input(wardCodes=["26740", "26743"])
    assert await city.refused(DRAFT_ALERT, by="alerter", input=known) == []


async def test_every_seeded_article_is_of_an_agency_that_there_is(city: AskedCity) -> None:
    data = await city.ask("{ news(first: 100) { nodes { agency { key } } } }")
    assert [node["agency"]["key"] for node in data["news"]["nodes"]] == [
        *("VP-UBND", "TTPVHCC-TP", "TTCDS", "TTCDS"),
        *("TTQLGTCC", "SVHTT", "SNNMT", "SYT"),
    ]
