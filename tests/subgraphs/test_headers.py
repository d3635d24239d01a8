"""Headers by allow list, both ways, and the settings that name them."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from gateway.execution.engine import Engine
from gateway.guard.limits import Limits
from gateway.host.manifest import ManifestError, read_manifest
from gateway.request import RequestScope
from gateway.server.settings import ServerSettings
from identity.actor import Actor
from tests.execution.hand import fetch
from tests.server.running import NotesServed, Running
from tests.subgraphs.upstreams import Service, answering, engine, in_turn, remote

FAR = fetch("{ far }", subgraph="far")


async def test_the_clients_headers_go_along_by_the_list_and_its_credentials_never() -> None:
    service = Service(answering({"far": "a"}))
    sent = {"accept-language": "vi", "x-other": "1", "authorization": "Bearer of-the-client", "cookie": "s=1"}
    async with remote(
        service, credentials=lambda actor: {"authorization": f"for {actor.id}"}, headers=["Accept-Language", "x-absent"]
    ) as far:
        await far.fetch(FAR, {}, RequestScope(actor=Actor(id="lan"), headers=sent))
    [asked] = service.asked
    kept = {name: asked.headers.get(name) for name in (*sent, "x-absent")}
    assert kept == {
        "accept-language": "vi",
        "x-other": None,
        "authorization": "for lan",
        "cookie": None,
        "x-absent": None,
    }


async def test_a_services_headers_come_back_by_the_list() -> None:
    given = {"x-quota-left": "7", "set-cookie": "s=1", "x-internal": "db7", "x-odd": "\u00e9"}
    service = Service(in_turn(answering({"far": "a"}, headers=given), answering({"far": "a"}, headers={"x-odd": "b"})))
    async with remote(service, answer_headers=["X-Quota-Left", "x-odd"]) as far:
        scope = RequestScope()
        await far.fetch(FAR, {}, scope)
        assert scope.answer_headers == {"x-quota-left": "7"}
        await far.fetch(FAR, {"n": 2}, scope)
        assert scope.answer_headers == {"x-quota-left": "7", "x-odd": "b"}


async def test_different_values_of_two_services_become_a_list() -> None:
    replies = [answering({"far": "a"}, headers={"x-region": region}) for region in ("east", "west", "east")]
    async with remote(Service(in_turn(*replies)), answer_headers=["x-region"]) as far:
        scope = RequestScope()
        for n in range(3):
            await far.fetch(FAR, {"n": n}, scope)
    assert scope.answer_headers == {"x-region": "east, west"}


async def test_the_servers_answer_has_them_also_for_those_who_joined() -> None:
    async def reply(_request: web.Request, _body: Any) -> web.StreamResponse:
        await asyncio.sleep(0.3)
        return web.json_response({"data": {"far": "a"}}, headers={"x-quota-left": "7", "x-internal": "db7"})

    service = Service(reply)
    served = NotesServed(Limits())

    def ask() -> Any:
        return server.send({"query": "{ far }"})

    async with engine(service, answer_headers=["x-quota-left"]) as over:
        served.engine = AcrossLoops(over)  # type: ignore[assignment]
        server = Running(served, ServerSettings(port=0, drain_spread_s=0))
        await asyncio.to_thread(server.start)
        answers = await asyncio.gather(*(asyncio.to_thread(ask) for _ in range(3)))
        await asyncio.to_thread(server.stop)
    assert len(service.asked) == 1
    for answer in answers:
        assert answer.json == {"data": {"far": "a"}}
        assert answer.headers["x-quota-left"] == "7"
        assert "x-internal" not in answer.headers


class AcrossLoops:
    """The test's engine, asked from the server's thread: its service lives in the test's loop."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._loop = asyncio.get_running_loop()

    def prepare(self, request: Any) -> Any:
        return self._engine.prepare(request)

    async def execute(self, request: Any, scope: RequestScope) -> Any:
        scope.deadline = None
        return await asyncio.wrap_future(
            asyncio.run_coroutine_threadsafe(self._engine.execute(request, scope), self._loop)
        )


def manifest(folder: Path, entry: str) -> Path:
    file = folder / "plugins.toml"
    file.write_text(f'[plugins.far]\nurl = "http://far/graphql"\n{entry}\n')
    return file


def test_settings_of_a_remote_are_read(tmp_path: Path) -> None:
    entry = read_manifest(
        manifest(
            tmp_path,
            'timeout_s = 2.5\nretries = 1\nheaders = ["Accept-Language"]\nanswer_headers = ["x-quota-left"]\n'
            'size_max_bytes = 1000\nsubscriptions = "sse"\ncircuit_failures = 3\ncircuit_wait_s = 1',
        )
    ).plugins["far"]
    assert (entry.timeout_s, entry.retries, entry.headers, entry.answer_headers) == (
        2.5,
        1,
        ("accept-language",),
        ("x-quota-left",),
    )
    assert (entry.size_max_bytes, entry.subscriptions, entry.circuit_failures, entry.circuit_wait_s) == (
        1000,
        "sse",
        3,
        1,
    )


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ("timeout_s = 0", "plugins.far.timeout_s: Input should be greater than 0"),
        ("retries = -1", "plugins.far.retries: Input should be greater than or equal to 0"),
        ('headers = ["Authorization"]', "authorization never goes along"),
        ('headers = ["cookie"]', "cookie never goes along"),
        ('headers = ["host"]', "host is of one connection"),
        ('headers = ["x y"]', "'x y' is no name of a header"),
        ('answer_headers = ["Set-Cookie"]', "set-cookie is the gateway's to say"),
        ('answer_headers = ["cache-control"]', "cache-control is the gateway's to say"),
        ('answer_headers = ["access-control-allow-origin"]', "access-control-allow-origin is the gateway's to say"),
        ('subscriptions = "mqtt"', "plugins.far.subscriptions: Input should be 'ws' or 'sse'"),
        ("time_out = 1", "plugins.far.time_out: Extra inputs are not permitted"),
    ],
)
def test_settings_that_cannot_be_are_refused_and_told(tmp_path: Path, entry: str, told: str) -> None:
    with pytest.raises(ManifestError) as refused:
        read_manifest(manifest(tmp_path, entry))
    assert told in str(refused.value)


def test_settings_of_a_remote_on_a_plugin_here_are_refused(tmp_path: Path) -> None:
    (tmp_path / "plugins.toml").write_text("[plugins.far]\ntimeout_s = 2\nretries = 1\n")
    with pytest.raises(ManifestError, match="retries, timeout_s: for a plugin behind a url, and this one has none"):
        read_manifest(tmp_path / "plugins.toml")
