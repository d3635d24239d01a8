"""A real server on loopback, in a thread, and the plainest of clients for it."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any

from gateway.execution.engine import Engine
from gateway.guard.guard import Guard
from gateway.guard.limits import Limits
from gateway.planner.supergraph import Supergraph
from gateway.server.app import create_app
from gateway.server.serving import GracefulServer, listen
from gateway.server.settings import ServerSettings
from gateway.subgraphs.local import LocalSubgraph
from identity.actor import ANONYMOUS, Actor
from identity.tokens import InvalidToken
from schema.compose import SubgraphSdl, compose
from tests.server.notes import AUTHORS, NOTES


class NotesServed:
    """What the tests serve: an engine over two plugins, and tokens that say whose they are."""

    def __init__(self, limits: Limits) -> None:
        self.subgraphs = {
            "notes": LocalSubgraph("notes", NOTES, lambda scope: scope),
            "authors": LocalSubgraph("authors", AUTHORS, lambda scope: scope),
        }
        self.engine: Engine | None = make_engine(self.subgraphs, Guard(limits))
        self.is_ready = True
        self.lives = 0

    def health(self) -> Mapping[str, Any]:
        return {
            "status": "degraded",
            "plugins": {"notes": {"state": "in"}, "map": {"state": "out", "reason": "no table"}},
        }

    async def ready(self) -> Mapping[str, Any]:
        return {"ready": self.is_ready}

    async def authenticate(self, token: str | None) -> Actor:
        """``name`` is a good token, ``name:seconds`` one that ends; ``old`` and ``forged`` are refused."""
        if token is None:
            return ANONYMOUS
        if token == "old":
            raise InvalidToken("The token has expired.", "TOKEN_EXPIRED")
        if token == "forged":
            raise InvalidToken("The token is not one of ours.")
        name, _, seconds = token.partition(":")
        return Actor(id=name, expires_at=int(time.time()) + int(seconds) if seconds else None)

    def local_subgraphs(self) -> Mapping[str, LocalSubgraph]:
        return self.subgraphs

    @asynccontextmanager
    async def lifespan(self) -> AsyncIterator[None]:
        self.lives += 1
        yield
        self.lives -= 1


def make_engine(subgraphs: Mapping[str, LocalSubgraph], guard: Guard) -> Engine:
    """The engine over the subgraphs, composed."""
    composition = compose([SubgraphSdl("notes", NOTES.as_str()), SubgraphSdl("authors", AUTHORS.as_str())])
    assert composition.supergraph_sdl is not None, composition.errors
    return Engine(Supergraph.from_sdl(composition.supergraph_sdl), subgraphs, check=guard)


@dataclass
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def codes(self) -> list[str]:
        return [error["extensions"]["code"] for error in self.json["errors"]]


class Running:
    """A server that runs. ``served`` is what it serves."""

    def __init__(self, served: NotesServed, settings: ServerSettings) -> None:
        self.served = served
        self.app = create_app(served, settings)
        self.socket = listen(settings)
        self.port: int = self.socket.getsockname()[1]
        self.server = GracefulServer(self.app, settings)
        self.thread = threading.Thread(target=self._run, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/graphql"

    @property
    def ws_url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/graphql"

    def _run(self) -> None:
        self.server.run(sockets=[self.socket])

    def start(self) -> None:
        self.thread.start()
        wait_until(lambda: self.server.started)

    def stop(self) -> None:
        self.server.should_exit = True
        self.thread.join(timeout=20)
        self.socket.close()
        assert not self.thread.is_alive()

    def send(
        self,
        body: Any = None,
        *,
        method: str = "POST",
        path: str = "/graphql",
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """One request. ``body``: bytes go out as they are, anything else as JSON with its content type."""
        all_headers = dict(headers or {})
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
            all_headers.setdefault("Content-Type", "application/json")
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(method, path, body, all_headers)
            response = connection.getresponse()
            return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
        finally:
            connection.close()

    def ask(self, query: str, variables: Mapping[str, Any] | None = None, token: str | None = None) -> Answer:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return self.send({"query": query, "variables": variables or {}}, headers=headers)


@contextmanager
def running(limits: Limits | None = None, at: int = 0, **settings: Any):  # type: ignore[no-untyped-def]
    server = Running(NotesServed(limits or Limits()), ServerSettings(port=at, drain_spread_s=0, **settings))
    server.start()
    try:
        yield server
    finally:
        server.stop()


def wait_until(holds: Any, seconds: float = 10) -> float:
    """Wait until ``holds()``; how long it took, in seconds."""
    began = time.monotonic()
    while not holds():
        if time.monotonic() - began > seconds:
            raise TimeoutError("It did not come true in time.")
        time.sleep(0.005)
    return time.monotonic() - began
