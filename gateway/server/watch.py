"""Watches over one request: a body that does not arrive, a client that leaves, an answer that takes too long."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Final

from starlette.types import Receive

from gateway.server.body import ClientGone
from gateway.server.refusals import HTTPRefusal
from gateway.server.settings import ServerSettings

# Most requests are answered before this: they cost one timer and no task.
_FIRST_LOOK_S: Final = 0.05


class RequestWatch:
    """``async with RequestWatch(receive, settings) as watch:`` around the reading and the running of one request.

    Call ``watch.read()`` once the body is there; from then on a client that closes cancels the block.

    Raises:
        ClientGone: the client closed the connection.
        HTTPRefusal: BODY_TIMEOUT (408), REQUEST_TIMEOUT (504).
    """

    def __init__(self, receive: Receive, settings: ServerSettings) -> None:
        self._receive = receive
        self._settings = settings
        self._watcher: asyncio.Task[None] | None = None
        self._reason: Exception | None = None
        self._is_read = False
        self._is_slow = False

    async def __aenter__(self) -> RequestWatch:
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("RequestWatch is for code that runs in a task.")
        self._task = task
        self._loop = task.get_loop()
        self._timer = self._loop.call_later(_FIRST_LOOK_S, self._look)
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

    def read(self) -> None:
        """The body is there."""
        self._is_read = True
        if self._is_slow:
            self._timer.cancel()
            self._look()

    def _look(self) -> None:
        if not self._is_read:
            self._is_slow = True
            body_timeout_s = self._settings.body_timeout_s
            text = f"The body did not arrive within {body_timeout_s:g} s."
            late = HTTPRefusal(408, "BODY_TIMEOUT", text, {"Connection": "close"})
            self._timer = self._loop.call_later(body_timeout_s, self._stop, late)
            return
        self._watcher = self._loop.create_task(self._watch())
        timeout_s = self._settings.request_timeout_s
        refusal = HTTPRefusal(504, "REQUEST_TIMEOUT", f"The answer took more than {timeout_s:g} s.")
        self._timer = self._loop.call_later(timeout_s, self._stop, refusal)

    async def _watch(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self._stop(ClientGone())

    def _stop(self, reason: Exception) -> None:
        if self._reason is None:
            self._reason = reason
            self._task.cancel()
