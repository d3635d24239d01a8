"""The subscription to a report: told every step, in order, and what was missed."""

from __future__ import annotations

import asyncio

from gateway.events.outbox import last_event_id
from gateway.host.testing import AskedCity
from plugins.feedback.tests.asks import ACCEPT, ANSWER, DONE, FORWARD, RECEIVE, forwarded, submit

CHANGED = """subscription ($id: ID!, $after: ID) {
  reportChanged(id: $id, after: $after) { state version availableActions isMine }
}"""


async def test_each_step_is_told_as_the_one_who_asks_may_see_it(city: AskedCity) -> None:
    report, other = await forwarded(city), await submit(city, title="Khác")
    async with asyncio.timeout(20), city.listen(CHANGED, by="officer", id=report) as events:
        first = asyncio.ensure_future(anext(events))
        await asyncio.sleep(0.3)
        await city.ask(RECEIVE, by="operator", id=other["id"])
        await city.ask(ACCEPT, by="officer", id=report)
        assert (await first)["data"] == {
            "reportChanged": {
                "state": "IN_PROGRESS",
                "version": 4,
                "availableActions": ["ANSWER"],
                "isMine": False,
            }
        }
        await city.ask(ANSWER, by="officer", id=report, text=DONE)
        assert (await anext(events))["data"] == {
            "reportChanged": {"state": "ANSWERED", "version": 5, "availableActions": [], "isMine": False}
        }


async def test_what_was_missed_is_told_in_order_to_who_comes_back(city: AskedCity) -> None:
    report = await submit(city)
    after = await city.hosted("feedback").database.read(last_event_id)
    await city.ask(RECEIVE, by="operator", id=report["id"])
    await city.ask(FORWARD, by="operator", id=report["id"], agency="SXD")
    async with asyncio.timeout(20), city.listen(CHANGED, by="lan", id=report["id"], after=str(after)) as events:
        # Two events were missed; each tells the report as it is now.
        now = {"state": "FORWARDED", "version": 3, "availableActions": [], "isMine": True}
        for _ in range(2):
            assert (await anext(events))["data"] == {"reportChanged": now}
        await city.ask(ACCEPT, by="officer", id=report["id"])
        assert (await anext(events))["data"]["reportChanged"]["state"] == "IN_PROGRESS"


async def test_a_private_report_is_followed_by_its_agencys_officer_alone(city: AskedCity) -> None:
    report = await forwarded(city, "SXD", visibility="PRIVATE")
    async with asyncio.timeout(20), city.listen(CHANGED, by="officer-bt", id=report) as events:
        answers = [answer async for answer in events]
    assert [error["extensions"]["code"] for error in answers[0]["errors"]] == ["NOT_FOUND"]
    async with asyncio.timeout(20), city.listen(CHANGED, by="officer", id=report) as events:
        first = asyncio.ensure_future(anext(events))
        await asyncio.sleep(0.3)
        await city.ask(ACCEPT, by="officer", id=report)
        assert (await first)["data"]["reportChanged"]["version"] == 4


async def test_an_after_that_is_no_event_is_refused(city: AskedCity) -> None:
    report = await submit(city)
    async with asyncio.timeout(20), city.listen(CHANGED, by="lan", id=report["id"], after="x") as events:
        answers = [answer async for answer in events]
    assert [error["extensions"]["code"] for error in answers[0]["errors"]] == ["BAD_EVENT_ID"]
