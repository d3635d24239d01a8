"""Cancels the work for a client that has gone, or that has waited too long."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Final

from starlette.types import Receive

from gateway.server.body import ClientGone
from gateway.server.refusals import HTTPRefusal

# Most answers are out before this: they are spared the task that watches.
_UNWATCHED_S: Final = 0.05


class Watched:
    """``async with Watched(receive, timeout_s): ...`` cancels its body within a moment after the client closes.

    Use it once the whole request has been read.

    Raises:
        ClientGone: the client closed the connection.
        HTTPRefusal: REQUEST_TIMEOUT, after ``timeout_s``.
    """

    def __init__(self, receive: Receive, timeout_s: float) -> None:
        self._receive = receive
        self._timeout_s = timeout_s
        self._watcher: asyncio.Task[None] | None = None
        self._reason: Exception | None = None

    async def __aenter__(self) -> Watched:
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("Watched is for code that runs in a task.")
        self._task = task
        self._timer = task.get_loop().call_later(_UNWATCHED_S, self._start)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()
        if self._watcher is not None:
            self._watcher.cancel()
        # Takes back the cancellation, which is ours; one of somebody else's remains.
        if self._reason is not None and self._task.uncancel() == 0 and kind is asyncio.CancelledError:
            raise self._reason from None

    def _start(self) -> None:
        loop = self._task.get_loop()
        self._watcher = loop.create_task(self._watch())
        text = f"The answer took more than {self._timeout_s:g} s."
        refusal = HTTPRefusal(504, "REQUEST_TIMEOUT", text)
        self._timer = loop.call_later(max(0.0, self._timeout_s - _UNWATCHED_S), self._stop, refusal)

    async def _watch(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self._stop(ClientGone())

    def _stop(self, reason: Exception) -> None:
        if self._reason is None:
            self._reason = reason
            self._task.cancel()
