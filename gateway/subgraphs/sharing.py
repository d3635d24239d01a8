"""Identical queries to one subgraph, in flight at the same time, are one request."""

from __future__ import annotations

from functools import partial

from gateway.subgraphs.errors import SUBREQUEST_TIMEOUT
from gateway.subgraphs.flights import Flights
from gateway.subgraphs.transport import HttpAnswer, HttpRequest, Transport, TransportError


class Sharing:
    """A transport of one subgraph around another. Requests with the same ``key`` share an answer.

    What is shared are its bytes: each asker decodes an answer of its own. A mutation ends the joining of all that began
    before it was over, so who changed something reads what is then.
    """

    def __init__(self, inner: Transport) -> None:
        self._inner = inner
        self._flights: Flights[HttpAnswer] = Flights()

    async def send(self, request: HttpRequest) -> HttpAnswer:
        if not request.repeatable:
            try:
                return await self._inner.send(request)
            finally:
                self._flights.forget()
        if request.key is None:
            return await self._inner.send(request)
        try:
            return await self._flights.share(
                request.key, partial(self._inner.send, request), deadline=request.deadline, again=_was_hurried
            )
        except TimeoutError:
            raise TransportError(SUBREQUEST_TIMEOUT, "did not answer in time") from None


def _was_hurried(error: Exception) -> bool:
    """The other had less time than the service may take: one's own request may have more."""
    return isinstance(error, TransportError) and error.hurried
