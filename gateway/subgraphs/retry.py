"""Queries that met a passing fault are asked again, after a pause of random length."""

from __future__ import annotations

import asyncio
import random
from typing import Final

from gateway.subgraphs.errors import SUBREQUEST_HTTP_ERROR, SUBREQUEST_TIMEOUT
from gateway.subgraphs.transport import HttpAnswer, HttpRequest, Transport, TransportError

PASSING_STATUS: Final = frozenset((502, 503, 504))
_PASSING_CODES: Final = frozenset((SUBREQUEST_HTTP_ERROR, SUBREQUEST_TIMEOUT))


class Retrying:
    """A transport around another: no connection, no answer in time, and 502 to 504 are tried ``retries`` times more.

    Never a mutation, which may have been done; never past the request's deadline; not while the circuit is open.
    The n-th pause is ``pause_s`` times 2 to the n, give or take half, so that gateways do not come back as one.

    Not stamina, which was looked at: its limit counts from the first attempt and not to a deadline that is shared with
    the rest of the plan, an answer (503) is no failure to it unless raised as one, and it costs where nothing fails.
    """

    def __init__(self, inner: Transport, *, retries: int, pause_s: float = 0.05) -> None:
        self._inner = inner
        self._retries = retries
        self._pause_s = pause_s

    async def send(self, request: HttpRequest) -> HttpAnswer:
        most = self._retries if request.repeatable else 0
        tried = 0
        while True:
            try:
                answer = await self._inner.send(request)
            except TransportError as error:
                if tried == most or error.code not in _PASSING_CODES or not await self._pause(tried, request.deadline):
                    raise
            else:
                if (
                    answer.status not in PASSING_STATUS
                    or tried == most
                    or not await self._pause(tried, request.deadline)
                ):
                    return answer
            tried += 1

    async def _pause(self, tried: int, deadline: float | None) -> bool:
        """Wait; False at once when no time would be left after it."""
        pause_s = self._pause_s * 2**tried * random.uniform(0.5, 1.5)  # noqa: S311, no secret hangs on it
        if deadline is not None and asyncio.get_running_loop().time() + pause_s >= deadline:
            return False
        await asyncio.sleep(pause_s)
        return True
