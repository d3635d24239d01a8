"""A subgraph behind a URL: GraphQL over HTTP for fetches, graphql-transport-ws for subscriptions."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import aclosing
from typing import Any

import aiohttp
import orjson
import structlog

from gateway.planner.plan import Fetch
from gateway.request import RequestScope, SubgraphAnswer
from gateway.subgraphs.answer import GRAPHQL_RESPONSE, decoded
from gateway.subgraphs.errors import SUBREQUEST_HTTP_ERROR, fault
from gateway.subgraphs.transport import HttpClient, HttpRequest, Transport, TransportError
from gateway.subgraphs.upstream import upstream_answers

log = structlog.get_logger("gateway.subgraphs")

MakeHeaders = Callable[[RequestScope], Mapping[str, str]]

_PREFIXES_MAX = 4000
_CONTENT_HEADERS = {"content-type": "application/json", "accept": f"{GRAPHQL_RESPONSE}, application/json"}


def no_headers(_scope: RequestScope) -> Mapping[str, str]:
    """Nothing of the client's goes along."""
    return {}


class HttpSubgraph:
    """One service of the graph, behind ``url``.

    ``client``: the process's HTTP client, which the caller closes; without one the subgraph has its own, closed by
    ``close``. ``transport``: what requests go through, the client itself unless something is wrapped around it.
    ``make_headers``: what goes along of who asks. ``timeout_s``: for a whole request, shortened by the scope's
    deadline. ``size_max``: bytes of an answer. ``websocket_url``: for subscriptions; None is ``url`` with the scheme
    of a WebSocket.
    """

    def __init__(
        self,
        name: str,
        url: str,
        *,
        client: HttpClient | None = None,
        transport: Transport | None = None,
        make_headers: MakeHeaders = no_headers,
        timeout_s: float = 10.0,
        size_max: int = 10 * 1024 * 1024,
        websocket_url: str | None = None,
    ) -> None:
        self.name = name
        self.schema = None
        self._url = url
        self._client = client or HttpClient()
        self._owns_client = client is None
        self._transport: Transport = transport or self._client
        self._make_headers = make_headers
        self._timeout_s = timeout_s
        self._size_max = size_max
        self._websocket_url = websocket_url or url.replace("http", "ws", 1)
        self._prefixes: OrderedDict[str, bytes] = OrderedDict()

    async def close(self) -> None:
        """Close the connections, unless they are of a client that others use too."""
        if self._owns_client:
            await self._client.close()

    async def fetch(self, fetch: Fetch, variables: Mapping[str, Any], scope: RequestScope) -> SubgraphAnswer:
        """Ask the service. Down, late, too large or no GraphQL: an error with a fixed code, and no data."""
        request = HttpRequest(
            url=self._url,
            body=b'%b,"variables":%b}' % (self._prefix(fetch.text), orjson.dumps(variables)),
            headers={**_CONTENT_HEADERS, **self._make_headers(scope)},
            deadline=self._deadline(scope),
            repeatable=fetch.kind == "query",
            size_max=self._size_max,
        )
        try:
            answer = await self._transport.send(request)
        except TransportError as error:
            log.warning(
                "subgraph did not answer",
                subgraph=self.name,
                code=error.code,
                cause=type(error.__cause__).__name__,
                request_id=scope.request_id,
            )
            return {"data": None, "errors": [fault(self.name, error.code, f"{self.name} {error.message}")]}
        return decoded(answer, self.name, scope)

    async def subscribe(
        self, fetch: Fetch, variables: Mapping[str, Any], scope: RequestScope
    ) -> AsyncIterator[SubgraphAnswer]:
        """Events of the service; a connection that is lost answers an error and ends."""
        payload = {"query": fetch.text, "variables": dict(variables)}
        try:
            async with self._client.session.ws_connect(
                self._websocket_url,
                protocols=("graphql-transport-ws",),
                headers=self._make_headers(scope),
                max_msg_size=self._size_max,
                heartbeat=30.0,
            ) as socket:
                answers = upstream_answers(socket, payload, self.name, scope, self._timeout_s)
                async with aclosing(answers):
                    async for answer in answers:
                        yield answer
        except (aiohttp.ClientError, OSError, ValueError) as error:
            log.warning("subscription failed", subgraph=self.name, cause=type(error).__name__)
            message = f"{self.name} could not be reached"
            yield {"data": None, "errors": [fault(self.name, SUBREQUEST_HTTP_ERROR, message)]}

    def _prefix(self, text: str) -> bytes:
        """The beginning of a body, the same for all requests of a fetch."""
        prefix = self._prefixes.get(text)
        if prefix is None:
            prefix = self._prefixes[text] = b'{"query":' + orjson.dumps(text)
            if len(self._prefixes) > _PREFIXES_MAX:
                self._prefixes.popitem(last=False)
        return prefix

    def _deadline(self, scope: RequestScope) -> float:
        own = asyncio.get_running_loop().time() + self._timeout_s
        return own if scope.deadline is None else min(own, scope.deadline)
