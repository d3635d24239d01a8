"""HTTP to remote subgraphs as values: a request, its answer, and the interface that sharing, retry and circuit wrap."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Protocol


class TransportError(Exception):
    """No whole answer came. ``code``: what the client is told; ``message``: for the client, naming nothing secret.

    ``hurried``: the asker's deadline left the service less than its own ``timeout_s``.
    """

    def __init__(self, code: str, message: str, *, hurried: bool = False) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hurried = hurried


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A request to a subgraph.

    ``deadline``: for all attempts, on the event loop's clock; None is without. ``timeout_s``: for one attempt.
    ``repeatable``: whether sending it twice does no harm. ``size_max``: bytes of the decoded answer that are read at
    most. ``key``: equal for requests that may share an answer; None for one that may not.
    """

    url: str
    body: bytes
    headers: Mapping[str, str]
    deadline: float | None
    timeout_s: float
    repeatable: bool
    size_max: int
    key: Hashable = None


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """A whole answer. ``media_type``: in lower case, without parameters. ``headers``: looked up in any case."""

    status: int
    media_type: str
    body: bytes
    headers: Mapping[str, str]


class Transport(Protocol):
    """Sends requests. What retries, breaks or deduplicates is a transport around another."""

    async def send(self, request: HttpRequest) -> HttpAnswer:
        """The answer, whatever its status.

        Raises:
            TransportError: none came, not in time, not whole, or too large.
        """
        ...
