"""A subgraph behind a URL: GraphQL over HTTP for fetches, graphql-transport-ws or event streams for subscriptions."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import aclosing, asynccontextmanager
from typing import Any

import aiohttp
import orjson
import structlog

from gateway.planner.plan import Fetch
from gateway.request import RequestScope, SubgraphAnswer
from gateway.subgraphs.answer import GRAPHQL_RESPONSE, decoded
from gateway.subgraphs.breaker import Breaking
from gateway.subgraphs.client import HttpClient
from gateway.subgraphs.errors import SUBGRAPH_CIRCUIT_OPEN, SUBREQUEST_HTTP_ERROR, fault
from gateway.subgraphs.headers import hand_back, passed_values
from gateway.subgraphs.retry import Retrying
from gateway.subgraphs.settings import DEFAULTS, RemoteSettings
from gateway.subgraphs.sharing import Sharing
from gateway.subgraphs.transport import HttpRequest, Transport, TransportError
from gateway.subgraphs.upstream import open_socket, upstream_answers
from gateway.subgraphs.upstream_sse import EVENT_STREAM, event_answers
from identity.actor import Actor
from schema.circuit import Circuit

log = structlog.get_logger("gateway.subgraphs")

Credentials = Callable[[Actor], Mapping[str, str]]

_PREFIXES_MAX = 4000
_CONTENT_HEADERS = {"content-type": "application/json", "accept": f"{GRAPHQL_RESPONSE}, application/json"}
_STREAM_HEADERS = {"content-type": "application/json", "accept": EVENT_STREAM}


def no_credentials(_actor: Actor) -> Mapping[str, str]:
    """The service is not told who asks."""
    return {}


def _resumed(headers: Mapping[str, str], scope: RequestScope) -> Mapping[str, str]:
    """With the id by which a reconnecting client resumes."""
    return {**headers, "last-event-id": scope.resume_after} if scope.resume_after else headers


class HttpSubgraph:
    """One service of the graph, behind ``url``. A request goes through sharing, retry and the circuit to the client.

    ``client``: the process's HTTP client, which the caller closes; without one the subgraph has its own, closed by
    ``close``. ``transport``: what requests end in, the client itself unless a test or another client takes its place.
    ``credentials``: the headers that say who asks; they depend on the actor alone. ``websocket_url``: for
    subscriptions; None is ``url`` with the scheme of a WebSocket.
    """

    def __init__(
        self,
        name: str,
        url: str,
        *,
        settings: RemoteSettings = DEFAULTS,
        client: HttpClient | None = None,
        transport: Transport | None = None,
        credentials: Credentials = no_credentials,
        websocket_url: str | None = None,
    ) -> None:
        self.name = name
        self.schema = None
        self.passed_headers = settings.headers
        self.circuit = Circuit(name, failures=settings.circuit_failures, wait_s=settings.circuit_wait_s)
        self._url = url
        self._settings = settings
        self._client = client or HttpClient()
        self._owns_client = client is None
        guarded = Breaking(transport or self._client, self.circuit)
        self._transport: Transport = Sharing(Retrying(guarded, retries=settings.retries))
        self._credentials = credentials
        self._websocket_url = websocket_url or url.replace("http", "ws", 1)
        self._prefixes: OrderedDict[str, bytes] = OrderedDict()

    async def close(self) -> None:
        """Close the connections, unless they are of a client that others use too."""
        if self._owns_client:
            await self._client.close()

    async def fetch(self, fetch: Fetch, variables: Mapping[str, Any], scope: RequestScope) -> SubgraphAnswer:
        """Ask the service. Down, late, too large or no GraphQL: an error with a fixed code, and no data."""
        settings = self._settings
        passed = passed_values(settings.headers, scope)
        body = self._body(fetch.text, variables)
        request = HttpRequest(
            url=self._url,
            body=body,
            headers=self._headers(_CONTENT_HEADERS, passed, scope.actor),
            deadline=scope.deadline,
            timeout_s=settings.timeout_s,
            repeatable=fetch.kind == "query",
            size_max=settings.size_max_bytes,
            key=(body, scope.actor, passed),
        )
        try:
            answer = await self._transport.send(request)
        except TransportError as error:
            return self._failed(error, scope)
        if settings.answer_headers:
            hand_back(settings.answer_headers, answer.headers, scope)
        return decoded(answer, self.name, scope)

    async def subscribe(
        self, fetch: Fetch, variables: Mapping[str, Any], scope: RequestScope
    ) -> AsyncIterator[SubgraphAnswer]:
        """Events of the service; a connection that is lost answers an error and ends."""
        if self.circuit.state == "open":
            message = "keeps failing and is not asked for a while"
            yield self._failed(TransportError(SUBGRAPH_CIRCUIT_OPEN, message), scope)
            return
        by_events = self._settings.subscriptions == "sse"
        opened = self._event_stream if by_events else self._socket
        try:
            async with opened(fetch, variables, scope) as answers, aclosing(answers):
                async for answer in answers:
                    yield answer
        except TransportError as error:
            yield self._failed(error, scope)
        except (aiohttp.ClientError, OSError, ValueError) as error:
            failure = TransportError(SUBREQUEST_HTTP_ERROR, "could not be reached")
            failure.__cause__ = error
            yield self._failed(failure, scope)

    @asynccontextmanager
    async def _socket(
        self, fetch: Fetch, variables: Mapping[str, Any], scope: RequestScope
    ) -> AsyncIterator[AsyncGenerator[SubgraphAnswer, None]]:
        settings = self._settings
        credentials = self._credentials(scope.actor)
        headers = self._headers(_resumed({}, scope), passed_values(settings.headers, scope), scope.actor)
        async with open_socket(
            self._client.socket_session, self._websocket_url, headers, settings.size_max_bytes, settings.timeout_s
        ) as socket:
            payload = {"query": fetch.text, "variables": dict(variables)}
            yield upstream_answers(socket, payload, self.name, scope, settings.timeout_s, credentials)

    @asynccontextmanager
    async def _event_stream(
        self, fetch: Fetch, variables: Mapping[str, Any], scope: RequestScope
    ) -> AsyncIterator[AsyncGenerator[SubgraphAnswer, None]]:
        settings = self._settings
        async with self._client.open_stream(
            self._url,
            self._body(fetch.text, variables),
            self._headers(_resumed(_STREAM_HEADERS, scope), passed_values(settings.headers, scope), scope.actor),
            settings.timeout_s,
        ) as response:
            yield event_answers(response, self.name, scope, settings.size_max_bytes, settings.timeout_s)

    def _headers(self, base: Mapping[str, str], passed: tuple[str | None, ...], actor: Actor) -> Mapping[str, str]:
        headers = {**base, **self._credentials(actor)}
        for name, value in zip(self.passed_headers, passed, strict=False):
            if value is not None:
                headers[name] = value
        return headers

    def _failed(self, error: TransportError, scope: RequestScope) -> SubgraphAnswer:
        log.warning(
            "subgraph did not answer",
            subgraph=self.name,
            code=error.code,
            cause=type(error.__cause__).__name__,
            request_id=scope.request_id,
        )
        return {"data": None, "errors": [fault(self.name, error.code, f"{self.name} {error.message}")]}

    def _body(self, text: str, variables: Mapping[str, Any]) -> bytes:
        """The request's JSON; its beginning is the same for all requests of a fetch, and kept."""
        prefix = self._prefixes.get(text)
        if prefix is None:
            prefix = self._prefixes[text] = b'{"query":' + orjson.dumps(text)
            if len(self._prefixes) > _PREFIXES_MAX:
                self._prefixes.popitem(last=False)
        return b'%b,"variables":%b}' % (prefix, orjson.dumps(variables))
