"""The time of a request is divided over the stages of its plan: a slow one leaves the others some."""

from __future__ import annotations

import asyncio
from typing import Any

from aiohttp import web

from gateway.execution.execute import stage_scope
from gateway.request import RequestScope
from gateway.subgraphs.remote import HttpSubgraph
from tests.execution.servers import http_server
from tests.subgraphs.upstreams import Service, after, answering, ask, engine, engine_over, remote

BOOKS = answering({"books": [{"__typename": "Book", "id": "1", "title": "Số đỏ"}]})


async def test_a_slow_first_stage_ends_in_time_for_the_others() -> None:
    loop = asyncio.get_running_loop()
    async with engine(Service(after(5, BOOKS)), timeout_s=10, retries=0) as over:
        began = loop.time()
        answer = await ask(over, "{ books { title price } near }", RequestScope(deadline=began + 1))
        took_s = loop.time() - began
    assert answer["data"] == {"books": None, "near": "here"}
    assert [(e["path"], e["extensions"]["code"]) for e in answer["errors"]] == [(["books"], "SUBREQUEST_TIMEOUT")]
    assert 0.45 < took_s < 0.9


async def test_a_stage_has_what_the_ones_before_did_not_use() -> None:
    """Of two seconds the second stage may take 1.4 s: more than half, and no more than there is."""

    async def late(_request: web.Request, body: Any) -> web.StreamResponse:
        await asyncio.sleep(1.4)
        return web.json_response({"data": {"_entities": [{"__typename": "Book", "price": 5}]}})

    async with remote(Service(BOOKS)) as far, http_server(Service(late).handle) as url:
        near = HttpSubgraph("near", url)
        over = engine_over(far, near)
        for time_s, price in [(2.0, 5), (1.0, None)]:
            scope = RequestScope(deadline=asyncio.get_running_loop().time() + time_s)
            answer = await ask(over, "{ books { title price } }", scope)
            assert answer["data"] == {"books": [{"title": "Số đỏ", "price": price}]}
        await near.close()


async def test_each_stage_gets_an_equal_part_of_what_is_left() -> None:
    now = asyncio.get_running_loop().time()
    scope = RequestScope(deadline=now + 12)
    parts = [stage_scope(scope, left).deadline for left in (4, 3, 2, 1)]
    assert [round(part - now) for part in parts if part is not None] == [3, 4, 6, 12]
    # Loaders and headers for the client are the request's, not the stage's.
    staged = stage_scope(scope, 2)
    assert staged.contexts is scope.contexts
    assert staged.answer_headers is scope.answer_headers
    assert stage_scope(RequestScope(), 3).deadline is None
