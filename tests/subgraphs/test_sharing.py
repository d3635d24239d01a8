"""What is asked twice at the same time is fetched once, and never across actors or after a change."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

import pytest
from aiohttp import web

from gateway.request import GraphQLRequest, RequestScope, SubgraphAnswer
from gateway.subgraphs.remote import HttpSubgraph
from identity.actor import Actor
from tests.execution.hand import fetch
from tests.subgraphs.upstreams import Service, after, answering, ask, codes, engine, in_turn, remote, status

FAR = fetch("{ far }", subgraph="far")
CHANGE = fetch("mutation { change }", subgraph="far", kind="mutation")
LAN, MINH = Actor(id="lan", scopes=frozenset({"a:b"})), Actor(id="minh")


def slowly(data: Any) -> Service:
    return Service(after(0.1, answering(data)))


async def arrived(service: Service, count: int) -> None:
    while len(service.asked) < count:
        await asyncio.sleep(0.002)


async def test_twenty_identical_queries_are_one_request_and_twenty_answers() -> None:
    service = slowly({"far": ["a"]})
    async with remote(service) as far:
        answers = await asyncio.gather(*(far.fetch(FAR, {"n": 1}, RequestScope()) for _ in range(20)))
    assert len(service.asked) == 1
    for n, answer in enumerate(answers):
        assert answer == {"data": {"far": ["a"]}}
        # The engine changes an answer in place: nobody else's may change with it.
        data: Any = answer["data"]
        data["far"].append(n)


async def test_a_failure_is_shared_too() -> None:
    service = Service(after(0.1, status(500)))
    async with remote(service) as far:
        answers = await asyncio.gather(*(far.fetch(FAR, {}, RequestScope()) for _ in range(20)))
    assert [codes(answer) for answer in answers] == [["SUBREQUEST_HTTP_ERROR"]] * 20
    assert len(service.asked) == 1


async def test_what_is_over_is_not_kept() -> None:
    service = slowly({"far": "a"})
    async with remote(service) as far:
        for _ in range(3):
            await far.fetch(FAR, {}, RequestScope())
    assert len(service.asked) == 3


@pytest.mark.parametrize(
    ("scopes", "variables"),
    [
        ([RequestScope(actor=LAN), RequestScope(actor=MINH), RequestScope()], [{}, {}, {}]),
        ([RequestScope(actor=LAN), RequestScope(actor=Actor(id="lan"))], [{}, {}]),
        ([RequestScope(), RequestScope()], [{"n": 1}, {"n": 2}]),
        ([RequestScope(headers={"accept-language": lang}) for lang in ("vi", "en")], [{}, {}]),
    ],
    ids=["actors", "the same person with other scopes", "variables", "headers that go along"],
)
async def test_different_requests_are_not_shared(scopes: list[RequestScope], variables: list[dict[str, int]]) -> None:
    service = slowly({"far": "a"})
    async with remote(service, headers=["accept-language"]) as far:
        await asyncio.gather(*(far.fetch(FAR, v, s) for v, s in zip(variables, scopes, strict=True)))
    assert len(service.asked) == len(scopes)


async def test_equal_actors_share_and_headers_that_stay_here_do_not_part_them() -> None:
    service = slowly({"far": "a"})
    async with remote(service) as far:
        scopes = [RequestScope(actor=Actor(id="lan"), headers={"user-agent": str(n)}) for n in range(5)]
        await asyncio.gather(*(far.fetch(FAR, {}, scope) for scope in scopes))
    assert len(service.asked) == 1


async def test_mutations_are_never_shared() -> None:
    service = slowly({"change": "done"})
    async with remote(service) as far:
        await asyncio.gather(*(far.fetch(CHANGE, {}, RequestScope()) for _ in range(4)))
    assert len(service.asked) == 4


async def test_who_changed_something_does_not_read_what_was_asked_before() -> None:
    async def reply(_request: web.Request, body: Any) -> web.StreamResponse:
        if "change" not in body["query"]:
            await asyncio.sleep(0.2)
        return web.json_response({"data": {"far": "a"}})

    service = Service(reply)
    async with remote(service) as far:
        before = asyncio.create_task(far.fetch(FAR, {}, RequestScope()))
        await arrived(service, 1)
        await far.fetch(CHANGE, {}, RequestScope())
        await far.fetch(FAR, {}, RequestScope())
        await before
    assert len(service.asked) == 3


async def test_a_client_that_leaves_takes_nothing_from_those_who_joined() -> None:
    service = slowly({"far": "a"})
    async with remote(service) as far:
        first = asyncio.create_task(far.fetch(FAR, {}, RequestScope()))
        await arrived(service, 1)
        joined = [asyncio.create_task(far.fetch(FAR, {}, RequestScope())) for _ in range(3)]
        await asyncio.sleep(0.01)
        joined[1].cancel()
        first.cancel()
        with suppress(asyncio.CancelledError):
            await first
        assert [await joined[0], await joined[2]] == [{"data": {"far": "a"}}] * 2
    assert len(service.asked) == 2


async def test_each_waits_as_long_as_it_has_time() -> None:
    loop = asyncio.get_running_loop()
    service = Service(after(0.4, answering({"far": "a"})))
    async with remote(service, retries=0) as far:

        async def within(wait_s: float) -> SubgraphAnswer:
            return await far.fetch(FAR, {}, RequestScope(deadline=loop.time() + wait_s))

        first, patient, hurried = await asyncio.gather(within(0.2), within(5), within(0.1))
    assert codes(first) == codes(hurried) == ["SUBREQUEST_TIMEOUT"]
    assert patient == {"data": {"far": "a"}}
    # The patient one joined the first, which had too little time, and then asked for itself.
    assert len(service.asked) == 2


async def test_identical_anonymous_queries_are_executed_once() -> None:
    service = slowly({"far": "a"})
    async with engine(service) as over:
        answers = await asyncio.gather(*(ask(over, "query ($n: Int) { far(n: $n) near }", n=1) for _ in range(20)))
    assert answers == [{"data": {"far": "a", "near": "here"}}] * 20
    assert len(service.asked) == 1


@pytest.mark.parametrize(
    ("scopes", "executions", "requests"),
    [
        ([RequestScope(actor=LAN), RequestScope(actor=LAN)], 2, 1),
        ([RequestScope(actor=LAN), RequestScope(actor=MINH), RequestScope()], 3, 3),
        ([RequestScope(headers={"accept-language": lang}) for lang in ("vi", "en", "vi")], 2, 2),
        ([RequestScope(headers={"user-agent": agent}) for agent in ("a", "b")], 1, 1),
    ],
    ids=["one person", "several", "headers that go along", "headers that stay here"],
)
async def test_executions_of_people_are_their_own(scopes: list[RequestScope], executions: int, requests: int) -> None:
    service = slowly({"far": "a"})
    async with engine(service, headers=["accept-language"]) as over:
        responses = await asyncio.gather(*(over.execute(GraphQLRequest("{ far }"), scope) for scope in scopes))
    assert [response.data for response in responses] == [{"far": "a"}] * len(scopes)
    # Who shares an execution gets its very response.
    assert (len({id(response) for response in responses}), len(service.asked)) == (executions, requests)


async def test_a_change_parts_queries_of_before_and_after() -> None:
    replies = in_turn(after(0.2, answering({"far": "old"})), answering({"change": "x"}), answering({"far": "new"}))
    async with engine(Service(replies)) as over:
        before = asyncio.create_task(ask(over, "{ far }"))
        await asyncio.sleep(0.05)
        await ask(over, "mutation { change }")
        assert await ask(over, "{ far }") == {"data": {"far": "new"}}
        assert await before == {"data": {"far": "old"}}


async def test_two_subgraphs_do_not_share() -> None:
    first, second = slowly({"far": 1}), slowly({"far": 2})
    async with remote(first) as one, remote(second) as two:
        subgraphs: list[HttpSubgraph] = [one, two]
        got = await asyncio.gather(*(each.fetch(FAR, {}, RequestScope()) for each in subgraphs))
    assert got == [{"data": {"far": 1}}, {"data": {"far": 2}}]
