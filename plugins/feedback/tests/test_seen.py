"""What staff read of a private report stands in the audit log; its owner's reading, and of public ones, does not."""

from __future__ import annotations

from typing import Any

from gateway.host.testing import AskedCity
from identity import audit
from plugins.feedback.seen import READ
from plugins.feedback.tests.asks import submit
from plugins.feedback.tests.test_private import private_report

BY_ID = "query ($id: ID!) { report(id: $id) { title } }"


async def lines(city: AskedCity, person: str = "person-lan") -> list[tuple[Any, ...]]:
    """(who, what, which, how), the oldest first."""
    rows = await city.hosted("feedback").database.read(audit.of_subject, person)
    return [(row.actor, row.object, row.detail) for row in reversed(rows) if row.act == READ]


async def test_each_reading_of_a_private_report_by_staff_is_a_line(city: AskedCity) -> None:
    report = await private_report(city)
    before = len(await lines(city))
    await city.ask(BY_ID, by="officer-bt", id=report["id"])
    await city.ask('{ reports(filter: {search: "don rieng hoan canh"}) { nodes { title } } }', by="operator")
    told = (await lines(city))[before:]
    assert told == [
        ("person-officer-bt", report["id"], '{"agency":"UBND-26743","roles":["CITIZEN","OFFICER"]}'),
        ("person-operator", report["id"], '{"agency":"TTCDS","roles":["CITIZEN","OPERATOR"]}'),
    ]
    assert (await city.hosted("feedback").database.read(audit.verify)).broken_at is None


async def test_ones_own_and_public_reports_and_what_is_not_shown_are_no_lines(city: AskedCity) -> None:
    private = await private_report(city)
    public = await submit(city)
    before = await lines(city)
    await city.ask(BY_ID, by="lan", id=private["id"])
    await city.ask(BY_ID, by="officer", id=private["id"])
    await city.ask(BY_ID, by="officer-bt", id=public["id"])
    assert await lines(city) == before
