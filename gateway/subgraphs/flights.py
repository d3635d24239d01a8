"""What is being fetched at this moment: whoever asks the same waits for the same answer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

V = TypeVar("V")


class Flights(Generic[V]):
    """Runs that others may join while they last. Nothing is kept afterwards.

    The first to ask runs in its own task and pays one dict entry for it; those who join get a future each. A first one
    that is cancelled (its client left) hands over to the next.
    """

    def __init__(self) -> None:
        self._waiting: dict[Hashable, list[asyncio.Future[tuple[V] | None]]] = {}

    async def share(
        self,
        key: Hashable,
        run: Callable[[], Awaitable[V]],
        *,
        deadline: float | None = None,
        again: Callable[[Exception], bool] | None = None,
    ) -> V:
        """The value of ``run``, or of a run under the same key that is on its way.

        ``deadline``: on the event loop's clock, for waiting on another's run. ``again``: whether a failure of another's
        run says nothing of one's own.

        Raises:
            TimeoutError: the other's run took longer than ``deadline``.
        """
        while (waiting := self._waiting.get(key)) is not None:
            arrival: asyncio.Future[tuple[V] | None] = asyncio.get_running_loop().create_future()
            waiting.append(arrival)
            try:
                async with asyncio.timeout_at(deadline):
                    landed = await arrival
            except Exception as error:
                if isinstance(error, TimeoutError) or again is None or not again(error):
                    raise
            else:
                if landed is not None:
                    return landed[0]
        return await self._lead(key, run)

    def forget(self) -> None:
        """Nobody joins what is on its way: the data has changed since it began. It may be called from any thread."""
        self._waiting.clear()

    async def _lead(self, key: Hashable, run: Callable[[], Awaitable[V]]) -> V:
        waiting = self._waiting[key] = []
        landed: tuple[V] | None = None
        failure: Exception | None = None
        try:
            value = await run()
            landed = (value,)
            return value
        except Exception as error:
            failure = error
            raise
        finally:
            if self._waiting.get(key) is waiting:
                self._waiting.pop(key, None)
            for arrival in waiting:
                if arrival.done():
                    continue
                if failure is not None:
                    arrival.set_exception(failure)
                    # Looked at, so that one whose asker leaves at this moment is not reported as never retrieved.
                    arrival.exception()
                else:
                    arrival.set_result(landed)
