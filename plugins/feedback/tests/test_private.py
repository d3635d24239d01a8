"""A private report: there for its owner, operators and its agency's officers, and absent for all others, everywhere."""

from __future__ import annotations

import asyncio
from typing import Any

from gateway.host.testing import AskedCity
from identity.actor import Actor
from plugins.feedback.plugin import LAYER, map_features_in
from plugins.feedback.tests.asks import ACCEPT, BEN_THANH, FORWARD, RECEIVE, submit
from schema.geo import Box

MAY = ["lan", "operator", "officer-bt"]
MAY_NOT = [None, "minh", "officer", "editor"]
WHO = [(by, True) for by in MAY] + [(by, False) for by in MAY_NOT]

CHANGED = "subscription ($id: ID!) { reportChanged(id: $id) { id } }"
TITLE = "Đơn riêng về hoàn cảnh gia đình"


async def private_report(city: AskedCity) -> dict[str, Any]:
    """Lan's, forwarded to the People's Committee of phường Bến Thành."""
    report = await submit(
        city, category="QUY_DINH_TTHC", title=TITLE, visibility="PRIVATE", location={"point": BEN_THANH}
    )
    await city.ask(RECEIVE, by="operator", id=report["id"])
    await city.ask(FORWARD, by="operator", id=report["id"], agency="UBND-26743")
    return report


async def test_by_id_and_by_code(city: AskedCity) -> None:
    report = await private_report(city)
    by_id = "query ($id: ID!) { report(id: $id) { title } }"
    by_code = "query ($code: String!) { report(code: $code) { title } }"
    for by, sees in WHO:
        found = {"report": {"title": TITLE}} if sees else {"report": None}
        assert await city.ask(by_id, by=by, id=report["id"]) == found, by
        assert await city.ask(by_code, by=by, code=report["code"]) == found, by


async def test_in_lists_counts_and_search(city: AskedCity) -> None:
    query = "query ($filter: ReportFilter!) { reports(filter: $filter) { totalCount nodes { title } } }"
    ward = {"wardCode": "26743"}
    before = [await city.ask(query, by=by, filter=ward) for by, _ in WHO]
    await private_report(city)
    for (by, sees), earlier in zip(WHO, before, strict=True):
        found = {"reports": {"totalCount": int(sees), "nodes": [{"title": TITLE}] * sees}}
        assert await city.ask(query, by=by, filter={"search": "don rieng hoan canh"}) == found, by
        assert await city.ask(query, by=by, filter={"agencyKey": "UBND-26743", "search": "don rieng"}) == found, by
        now = (await city.ask(query, by=by, filter=ward))["reports"]
        assert now["totalCount"] - earlier["reports"]["totalCount"] == int(sees), by


async def test_through_its_agency_and_its_ward(city: AskedCity) -> None:
    links = """{ agency(key: "UBND-26743") { reports(first: 1) { totalCount nodes { title } } }
                 ward(code: "26743") { reports(first: 1) { totalCount nodes { title } } } }"""
    before = [await city.ask(links, by=by) for by, _ in WHO]
    await private_report(city)
    for (by, sees), earlier in zip(WHO, before, strict=True):
        now = await city.ask(links, by=by)
        if not sees:
            assert now == earlier, by
            continue
        for place in ("agency", "ward"):
            assert now[place]["reports"]["totalCount"] == earlier[place]["reports"]["totalCount"] + 1, by
            assert now[place]["reports"]["nodes"] == [{"title": TITLE}], by


async def test_on_the_map(city: AskedCity) -> None:
    report = await private_report(city)
    lat, lng = BEN_THANH["lat"], BEN_THANH["lng"]
    box = Box(lat - 1e-4, lng - 1e-4, lat + 1e-4, lng + 1e-4)
    for by, sees in WHO:
        context = city.context("feedback", by)
        found = await map_features_in(context, box, (LAYER,), 10)
        assert [feature.id for feature in found] == [report["id"]] * sees, by


async def test_as_an_entity_of_another_subgraph(city: AskedCity) -> None:
    report = await private_report(city)
    entities = """query ($r: [_Any!]!) { _entities(representations: $r) { ... on Report { title } } }"""
    for by, sees in WHO:
        representations = [{"__typename": "Report", "id": id} for id in (report["id"], "Report:none")]
        answer = (
            await city.hosted("feedback")
            .assembly.schemas["feedback"]
            .execute(
                entities,
                variable_values={"r": representations},
                context_value=city.context("feedback", by),
            )
        )
        assert answer.errors is None
        assert answer.data == {"_entities": [{"title": TITLE} if sees else None, None]}, by


async def test_through_a_subscription_it_is_not_found_as_if_absent(city: AskedCity) -> None:
    report = await private_report(city)
    for by in MAY_NOT:
        answers = []
        for id in (report["id"], "Report:none"):
            async with asyncio.timeout(5), city.listen(CHANGED, by=by, id=id) as events:
                answers.append([event async for event in events])
        assert answers[0] == answers[1], by
        assert [error["extensions"]["code"] for error in answers[0][0]["errors"]] == ["NOT_FOUND"], by


async def test_a_step_on_it_is_not_found_as_if_absent(city: AskedCity) -> None:
    report = await private_report(city)
    elsewhere = await city.answer(ACCEPT, by="officer", id=report["id"])
    assert elsewhere == await city.answer(ACCEPT, by="officer", id="Report:none")
    assert elsewhere["data"]["acceptReport"]["userErrors"] == [{"code": "NOT_FOUND", "field": "id"}]


async def test_the_inbox_of_another_agency_has_it_not(city: AskedCity) -> None:
    await private_report(city)
    inbox = '{ reportInbox(tab: ALL, filter: {search: "don rieng"}) { totalCount nodes { title } } }'
    found = {"reportInbox": {"totalCount": 1, "nodes": [{"title": TITLE}]}}
    assert await city.ask(inbox, by="officer-bt") == found
    assert await city.ask(inbox, by="operator") == found
    assert await city.ask(inbox, by="officer") == {"reportInbox": {"totalCount": 0, "nodes": []}}


async def test_an_officers_wards_bound_what_private_he_sees(city: AskedCity) -> None:
    report = await private_report(city)
    title = "query ($id: ID!) { report(id: $id) { title } }"
    scopes = frozenset({"feedback:read_agency"})
    here = Actor(id="a", agency="UBND-26743", wards=frozenset({"26743"}), scopes=scopes)
    elsewhere = Actor(id="b", agency="UBND-26743", wards=frozenset({"26740"}), scopes=scopes)
    assert await city.ask(title, by=here, id=report["id"]) == {"report": {"title": TITLE}}
    assert await city.ask(title, by=elsewhere, id=report["id"]) == {"report": None}


async def test_nobody_learns_who_reported(city: AskedCity) -> None:
    sdl = city.hosted("feedback").assembly.schemas["feedback"].as_str()
    assert "reporter" not in sdl
    everything = """query ($id: ID!) { report(id: $id) {
      id code title body visibility isMine history { action at agency { id } } answers { text agency { id } }
    } }"""
    for by in (None, "minh", "officer", "operator"):
        told = await city.ask(everything, by=by, id="Report:sample-01")
        assert told["report"]["isMine"] is False
        assert "person-" not in str(told)
