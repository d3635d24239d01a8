"""A service that answers questions as no service of ours would: it is left out, and the others are heard."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web
from joserfc.jwk import ECKey

from gateway.context import Answer
from gateway.host.reloading import Reloading
from gateway.host.testing import OpenCity
from gateway.request import GraphQLRequest, RequestScope
from identity.actor import ANONYMOUS
from identity.subgraph_tokens import SubgraphTokens
from identity.tokens import AUDIENCE, InvalidToken
from tests.host.conftest import WriteCity
from tests.host.test_questions import ASK, ASKER, answering
from tests.host.test_reloading import SLOW, reloading

SDL = "type Query { far: String }"
Say = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def far_answering(say: Say, keys: Say | None = None) -> AsyncIterator[str]:
    """A service at whose door questions are answered so; its line in plugins.toml. ``keys``: what it shows of them."""
    app = web.Application()
    if keys is not None:
        app.router.add_get("/.well-known/jwks.json", keys)
    app.router.add_post("/questions/asker_greeting", say)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f'[plugins.far]\nurl = "http://127.0.0.1:{runner.addresses[0][1]}/graphql"\nsdl = "far.graphql"\n'
    finally:
        await runner.cleanup()


def saying(*answers: Any, status: int = 200) -> Say:
    return text(json.dumps({"answers": answers}), status)


def text(body: str, status: int = 200) -> Say:
    async def say(_request: web.Request) -> web.StreamResponse:
        return web.Response(text=body, status=status, content_type="application/json")

    return say


async def endless(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    while True:
        await response.write(b" ")
        await asyncio.sleep(0.05)


def told(plugin: Any, value: Any = "xin chào") -> dict[str, Any]:
    return {"plugin": plugin, "value": value}


@pytest.mark.parametrize(
    ("say", "heard"),
    [
        (saying(told("far")), ["far: xin chào"]),
        (saying(told("near"), told("asker"), told("far")), ["far: xin chào"]),
        (saying(*[told("far", str(n)) for n in range(1000)]), ["far: 0"]),
        (saying(told("far", 5)), []),
        (saying(told("far", ["a"])), []),
        (saying(told(["far"])), []),
        (saying({"plugin": "far"}), []),
        (saying("far"), []),
        (text('{"answers": {"far": 1}}'), []),
        (text("[" * 10_000), []),
        (text('{"answers": [{"plugin": "far", "value": "' + "x" * 6_000_000 + '"}]}'), []),
        (saying(told("far"), status=500), []),
        (endless, []),
    ],
    ids=[
        *("one", "others' names", "a thousand times", "a number", "a list", "a list of names", "no value"),
        *("no answer", "no list", "deep", "6 MB", "500", "endless"),
    ],
)
async def test_a_service_speaks_for_itself_once_and_as_asked(
    write_city: WriteCity, open_test_city: OpenCity, say: Say, heard: list[str]
) -> None:
    async with far_answering(say) as line:
        manifest = write_city({"asker": ASKER, "near": answering("near", "return name")}, more=line)
        (manifest.parent / "far.graphql").write_text(SDL)
        async with open_test_city(manifest) as city, asyncio.timeout(20):
            assert sorted((await city.ask(ASK))["greetings"]) == [*heard, "near: Lan"]


async def test_a_question_that_json_cannot_say_is_heard_by_those_here(
    write_city: WriteCity, open_test_city: OpenCity
) -> None:
    asker = ASKER.replace("name: str)", "name: Any)").replace(
        "import strawberry", "import strawberry\nfrom typing import Any"
    )
    asker = asker.replace("name: Any) -> list", "name: str) -> list").replace("name=name)", "name=object())")
    async with far_answering(saying(told("far"))) as line:
        manifest = write_city({"asker": asker, "near": answering("near", "return 'here'")}, more=line)
        (manifest.parent / "far.graphql").write_text(SDL)
        async with open_test_city(manifest) as city:
            assert (await city.ask(ASK))["greetings"] == ["near: here"]


KEY = ECKey.generate_key("P-256", auto_kid=True)
RUNNING = "{ slow }"


async def test_a_plugin_that_moves_in_is_still_answered_for_what_runs_outside(write_city: WriteCity) -> None:
    """As long as a request runs over the old graph, and no longer."""

    async def jwks(_request: web.Request) -> web.StreamResponse:
        return web.json_response({"keys": [KEY.as_dict(private=False)]})

    token = SubgraphTokens(KEY, issuer="far").token(ANONYMOUS, AUDIENCE)

    async def asked(served: Reloading) -> Any:
        return await served.answer_question("far", token, "asker_greeting", RequestScope(), {"name": "Lan"})

    async with far_answering(saying(), jwks) as line:
        manifest = write_city({"asker": ASKER, "slow": SLOW, "near": answering("near", "return name")}, more=line)
        (manifest.parent / "far.graphql").write_text(SDL)
        async with reloading(manifest) as served:
            gate = sys.modules["plugins.slow.plugin"].GATE
            running = asyncio.create_task(served.engine.execute(GraphQLRequest(RUNNING), RequestScope()))
            await asyncio.sleep(0.05)
            manifest.write_text(manifest.read_text().replace("[plugins.far]", "[plugins.far]\nenabled = false"))
            assert await served.reload()
            assert await asked(served) == [Answer("near", "Lan")]
            with pytest.raises(InvalidToken):
                await served.answer_question("near", token, "asker_greeting", RequestScope(), {"name": "Lan"})
            gate.set()
            assert (await running).as_map() == {"data": {"slow": "done"}}
            with pytest.raises(InvalidToken):
                await asked(served)
