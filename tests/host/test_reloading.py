"""Reloading: a good plugins.toml takes over without a pause, a bad one is refused and the old graph stays."""

import asyncio
import json
import socket
import subprocess
import sys
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from gateway.execution.deferral import Deferral
from gateway.host.city import open_city
from gateway.host.reloading import Reloading
from gateway.request import GraphQLRequest, RequestScope
from gateway.server.app import Alone
from gateway.server.refusals import HTTPRefusal
from tests.host.conftest import WriteCity, good
from tests.server.running import running

SLOW = """
import asyncio, strawberry
from gateway.plugin import About, SubgraphTypes, hookimpl

GATE = asyncio.Event()

@strawberry.type
class Query:
    @strawberry.field
    async def slow(self) -> str | None:
        await GATE.wait()
        return "done"

@strawberry.type
class Subscription:
    @strawberry.subscription
    async def ticks(self) -> int:
        for n in range(3):
            yield n
            await GATE.wait()

@hookimpl
def about():
    return About(title="slow", owner="VP-UBND")

@hookimpl
def subgraph():
    return SubgraphTypes(query=Query, subscription=Subscription)
"""
SLOW = SLOW.replace("-> int:", "-> AsyncIterator[int]:").replace(
    "import asyncio,", "from collections.abc import AsyncIterator\nimport asyncio,"
)


@asynccontextmanager
async def reloading(manifest: Path) -> AsyncIterator[Reloading]:
    def reopen() -> Any:
        return open_city(manifest)

    served = Reloading(reopen(), reopen, manifest)
    async with served.lifespan():
        yield served


async def ask(served: Reloading, query: str) -> dict[str, Any]:
    return (await served.engine.execute(GraphQLRequest(query), RequestScope())).as_map()


def change(manifest: Path, old: str, new: str) -> None:
    text = manifest.read_text()
    assert old in text
    manifest.write_text(text.replace(old, new))


async def test_what_runs_ends_over_the_old_graph_and_what_comes_after_over_the_new(write_city: WriteCity) -> None:
    manifest = write_city({"slow": SLOW, "good": good("good")})
    async with reloading(manifest) as served:
        old = served.engine
        gate = sys.modules["plugins.slow.plugin"].GATE
        waiting = asyncio.create_task(ask(served, "{ slow }"))
        ticks = await served.engine.subscribe(GraphQLRequest("subscription { ticks }"), RequestScope())
        assert (await anext(ticks)).data == {"ticks": 0}
        change(manifest, "[plugins.good]\n", "")
        assert await served.reload()
        assert served.engine is not old
        assert "data" not in await ask(served, "{ good }")
        gate.set()
        assert await waiting == {"data": {"slow": "done"}}
        assert [(await anext(ticks)).data, (await anext(ticks)).data] == [{"ticks": 1}, {"ticks": 2}]
        assert not old._task.done()
        await ticks.aclose()
        await asyncio.wait_for(old._task, 5)


async def test_an_answer_in_parts_ends_over_the_graph_that_it_began_over(write_city: WriteCity) -> None:
    manifest = write_city({"slow": SLOW, "good": good("good")})
    async with reloading(manifest) as served:
        old = served.engine
        gate = sys.modules["plugins.slow.plugin"].GATE
        request = GraphQLRequest("{ good ... @defer { slow } }")
        deferral = await old.execute_in_parts(request, RequestScope())
        assert isinstance(deferral, Deferral)
        change(manifest, "[plugins.good]\n", "")
        assert await served.reload()
        await asyncio.sleep(0.05)
        assert not old._task.done()
        gate.set()
        [part] = [part async for part in deferral.parts()]
        assert [patch.data for patch in part.patches] == [{"slow": "done"}]
        await deferral.close()
        await asyncio.wait_for(old._task, 5)


async def test_a_plugin_asked_alone_is_that_of_the_graph_that_serves(write_city: WriteCity) -> None:
    manifest = write_city({"good": good("good"), "fine": good("fine")})
    async with reloading(manifest) as served:
        alone = Alone(served, "good")
        first = alone()
        assert alone() is first
        assert await served.reload()
        assert alone() is not first
        answer = await alone().execute(GraphQLRequest("{ good }"), RequestScope())
        assert answer.as_map() == {"data": {"good": "good answers"}}
        change(manifest, "[plugins.good]\n", "")
        assert await served.reload()
        with pytest.raises(HTTPRefusal) as refused:
            alone()
        assert (refused.value.status, refused.value.code) == (404, "NOT_FOUND")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("[plugins.good]", "[plugins.good"),
        ("[plugins.good]", "[plugins.good]\nsettings = {a = 1}"),
        ("[plugins.good]", '[plugins.good]\nmodule = "no.such.module"\n'),
    ],
)
async def test_a_worse_file_is_refused_and_the_old_graph_stays(write_city: WriteCity, old: str, new: str) -> None:
    manifest = write_city({"good": good("good"), "fine": good("fine")})
    async with reloading(manifest) as served:
        before = served.engine
        change(manifest, old, new)
        assert not await served.reload()
        assert served.engine is before
        assert await ask(served, "{ good fine }") == {"data": {"good": "good answers", "fine": "fine answers"}}


async def test_switching_a_plugin_off_is_no_fault(write_city: WriteCity) -> None:
    manifest = write_city({"good": good("good"), "fine": good("fine")})
    async with reloading(manifest) as served:
        change(manifest, "[plugins.good]", "[plugins.good]\nenabled = false")
        assert await served.reload()
        assert served.health()["plugins"]["good"]["state"] == "out"
        assert await ask(served, "{ fine }") == {"data": {"fine": "fine answers"}}


def post(url: str, query: str) -> dict[str, Any]:
    request = urllib.request.Request(url, json.dumps({"query": query}).encode(), {"content-type": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as response:
        answer: dict[str, Any] = json.load(response)
    return answer


async def test_a_changed_file_is_seen_by_a_running_server(write_city: WriteCity) -> None:
    manifest = write_city({"good": good("good")})
    await asyncio.to_thread(write_city, {"later": good("later")})
    manifest.write_text("[plugins.good]\n")
    command = [sys.executable, "-m", "gateway", "serve", "--port", "0", "--config", str(manifest)]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)  # noqa: ASYNC220
    try:
        assert server.stdout is not None
        line = await asyncio.to_thread(server.stdout.readline)
        url = next(word for word in line.split() if word.startswith("http"))
        while "data" not in (answer := await asyncio.to_thread(post, url, "{ good }")):
            await asyncio.sleep(0.1)
        assert answer == {"data": {"good": "good answers"}}
        manifest.write_text("[plugins.good]\n[plugins.later]\n")
        async with asyncio.timeout(20):
            while "data" not in (answer := await asyncio.to_thread(post, url, "{ good later }")):
                await asyncio.sleep(0.1)
        assert answer["data"] == {"good": "good answers", "later": "later answers"}
    finally:
        server.terminate()
        await asyncio.to_thread(server.wait, 20)
        server.stdout.close()


async def test_a_service_that_was_down_comes_in_by_itself(
    write_city: WriteCity, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.host.remotes.LOOK_AGAIN_S", 0.1)
    monkeypatch.setattr("gateway.host.reloading.LOOK_EVERY_S", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    more = f'[plugins.notes]\nurl = "http://127.0.0.1:{port}/subgraphs/notes/graphql"\n'
    async with reloading(write_city({"good": good("good")}, more=more)) as served:
        assert served.health()["plugins"]["notes"]["state"] == "out"
        with running(subgraph_endpoints=True, at=port):
            async with asyncio.timeout(20):
                while served.health()["plugins"]["notes"]["state"] == "out":
                    await asyncio.sleep(0.05)
            answer = await ask(served, "{ good notes(first: 1) { text } }")
            assert answer["data"]["good"] == "good answers"
            assert len(answer["data"]["notes"]) == 1
