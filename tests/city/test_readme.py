"""README's tour: every operation in it is answered, and the notification arrives as it says."""

import asyncio
import json
import re

from gateway.host.manifest import find_manifest
from gateway.host.testing import AskedCity
from gateway.request import GraphQLRequest

README = (find_manifest().parent / "README.md").read_text(encoding="utf-8")
OPERATIONS = [json.loads(body)["query"] for body in re.findall(r"'(\{\"query\": .*?\})'$", README, re.MULTILINE)]


async def test_every_operation_of_the_tour_is_answered_and_the_notification_arrives(city: AskedCity) -> None:
    query, subscription, mutation = OPERATIONS
    assert len((await city.ask(query, by="lan"))["reports"]["nodes"]) == 3
    async with city.listen(subscription, by="lan") as events:
        coming = asyncio.ensure_future(anext(events))
        await asyncio.sleep(0.1)
        submitted = (await city.ask(mutation, by="lan"))["submitReport"]
        event = await asyncio.wait_for(coming, 10)
    assert submitted["userErrors"] == []
    assert submitted["node"]["ward"] == {"fullName": "Phường Bến Thành"}
    report = {"code": submitted["node"]["code"], "ward": {"fullName": "Phường Bến Thành"}}
    assert event["data"]["inboxChanged"]["report"] == report
    assert event["data"]["inboxChanged"]["kind"] == "REPORT_SUBMITTED"
    assert int(event["extensions"]["eventId"]) > 0


async def test_the_explained_query_has_a_plan(city: AskedCity) -> None:
    explained = re.findall(r"congdanso explain '(.*)'", README)
    assert len(explained) == 1
    assert city.city.engine.prepare(GraphQLRequest(explained[0])).program.plan.fetch_count == 3
