"""The web application: which path leads where."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.server import explorer, health, keys, questions
from gateway.server.endpoint import GraphQLEndpoint
from gateway.server.envelope import Envelope
from gateway.server.identification import headers_of
from gateway.server.media import wants_page
from gateway.server.payloads import encode
from gateway.server.refusals import HTTPRefusal
from gateway.server.served import Engine, Served, SessionHolder
from gateway.server.settings import ServerSettings
from gateway.server.signing import sign_in_routes
from gateway.server.streams import OpenStreams
from gateway.server.subgraph_engine import SubgraphEngine
from gateway.server.websocket import GatewayWebSocket
from gateway.subgraphs.local import LocalSubgraph

_ASKED_HEADERS: Final = ("accept", "authorization", "content-type", "last-event-id", "x-request-id", "x-requested-with")


def create_app(served: Served, settings: ServerSettings | None = None) -> Starlette:
    """The application that serves ``served``.

    /graphql (POST, GET, WebSocket, event stream, and the Explorer for browsers), /health, /ready, the public keys,
    the questions of other processes and signing in where there are any and, if set, /subgraphs/<name>/graphql.
    ``app.state.streams`` are the open streams, for a graceful end.
    """
    settings = settings or ServerSettings()
    streams = OpenStreams(settings)
    paths: list[BaseRoute] = [
        *_graphql("/graphql", served, lambda: served.engine, settings, streams, page=settings.explorer),
        *health.routes(served, streams),
        *keys.routes(served),
        *questions.routes(served, settings),
        *sign_in_routes(served, settings),
        *(explorer.routes() if settings.explorer else ()),
    ]
    if settings.subgraph_endpoints:
        for name in served.local_subgraphs():
            paths += _graphql(f"/subgraphs/{name}/graphql", served, Alone(served, name), settings, streams, page=False)
    around = [Middleware(Envelope, settings, streams)]
    if settings.allowed_origins:
        around.append(_cors(settings))
    app = GatewayApp(
        routes=paths,
        middleware=around,
        lifespan=_lifespan(served),
        exception_handlers={HTTPException: _refused, Exception: _failed},
    )
    app.shorten("/graphql", around)
    if isinstance(served, SessionHolder):
        served.on_session_end(streams.end_session)
    app.state.streams = streams
    app.state.settings = settings
    return app


class GatewayApp(Starlette):
    """Starlette, with a short way to the one path that is asked all day: a fifth of what ``{ hello }`` costs."""

    _short_path: str | None = None
    _short_ways: Mapping[str, ASGIApp]

    def shorten(self, path: str, around: Sequence[Middleware]) -> None:
        """Lead what is for ``path`` to its routes through ``around`` alone: their endpoints handle every error."""
        way = next(route.app for route in self.routes if isinstance(route, Route) and route.path == path)
        socket = next(route.app for route in self.routes if isinstance(route, WebSocketRoute) and route.path == path)
        for middleware in reversed(around):
            way = middleware.cls(way, *middleware.args, **middleware.kwargs)
        self._short_path, self._short_ways = path, {"http": way, "websocket": socket}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope.get("path") == self._short_path:
            await self._short_ways[scope["type"]](scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


class Alone:
    """The engine over one plugin of what is served, made anew when another graph has taken over."""

    def __init__(self, served: Served, name: str) -> None:
        self._served = served
        self._name = name
        self._made: tuple[LocalSubgraph, SubgraphEngine] | None = None

    def __call__(self) -> SubgraphEngine:
        """Raises: HTTPRefusal: the plugin is no longer in this process."""
        subgraph = self._served.local_subgraphs().get(self._name)
        if subgraph is None:
            raise HTTPRefusal(404, "NOT_FOUND", f"{self._name} is no longer served here.")
        if self._made is None or self._made[0] is not subgraph:
            self._made = subgraph, SubgraphEngine(subgraph)
        return self._made[1]


def _graphql(
    path: str,
    served: Served,
    engine: Callable[[], Engine],
    settings: ServerSettings,
    streams: OpenStreams,
    *,
    page: bool,
) -> list[BaseRoute]:
    endpoint = GraphQLEndpoint(served, engine, settings, streams)
    socket = GatewayWebSocket(served, engine, settings, streams)
    return [Route(path, WithPage(endpoint) if page else endpoint), WebSocketRoute(path, socket)]


class WithPage:
    """The Explorer for a browser that opens the endpoint's address, the endpoint for everything else."""

    def __init__(self, endpoint: GraphQLEndpoint) -> None:
        self._endpoint = endpoint

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asks = scope["method"] != "GET" or b"query=" in scope["query_string"]
        if not asks and wants_page(headers_of(scope).get("accept", "")):
            await explorer.page(scope)(scope, receive, send)
        else:
            await self._endpoint(scope, receive, send)


def _cors(settings: ServerSettings) -> Middleware:
    return Middleware(
        CORSMiddleware,
        allow_origins=settings.allowed_origins,
        allow_methods=("GET", "POST"),
        allow_headers=_ASKED_HEADERS,
        expose_headers=("x-request-id",),
    )


def _lifespan(served: Served) -> Callable[[Starlette], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with served.lifespan():
            yield

    return lifespan


async def _refused(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    code = {404: "NOT_FOUND", 405: "METHOD_NOT_ALLOWED"}.get(status, "BAD_REQUEST")
    headers = dict(getattr(error, "headers", None) or {})
    refusal = HTTPRefusal(status, code, {404: "There is nothing here."}.get(status, "This cannot be done here."))
    return Response(encode(refusal.as_map()), status, headers, "application/json")


async def _failed(request: Request, error: Exception) -> Response:
    refusal = HTTPRefusal(500, "INTERNAL_SERVER_ERROR", "Internal error", id=request.scope.get("request_id", ""))
    return Response(encode(refusal.as_map()), 500, media_type="application/json")
