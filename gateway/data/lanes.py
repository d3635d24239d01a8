"""Lanes: who waits for whom. Reads, changes and plugins wait in queues of their own, on the event loop, not in threads.

A thread that waits is one that nobody else has: so a turn is taken first, and a thread then. A turn is given back when
the thread has ended, also when whoever asked has gone away: a rule that hangs keeps its own plugin's turns, no more.
"""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from typing import TypeVar

from gateway.data.faults import DATABASE_BUSY, DatabaseFault

T = TypeVar("T")


class Lane:
    """A queue, first come first served, of which ``width`` go on at once."""

    def __init__(self, width: int) -> None:
        self._turns = asyncio.Semaphore(width)

    async def enter(self, until: float) -> None:
        """Wait for a turn until the loop's time is ``until``.

        Raises:
            DatabaseFault: DATABASE_BUSY, when there was none by then.
        """
        try:
            async with asyncio.timeout_at(until if self._turns.locked() else None):
                await self._turns.acquire()
        except TimeoutError:
            raise DatabaseFault(DATABASE_BUSY, "busy") from None

    async def leave(self, *_: object) -> None:
        self.leave_now()

    def leave_now(self) -> None:
        self._turns.release()


class Lanes:
    """One event loop's. ``readers``, ``writers``: how many rules of each kind run at once in threads."""

    def __init__(self, readers: int, writers: int) -> None:
        # A plugin has half of the readers at most, so that another finds some; one is left for events.
        self._share = max(1, readers // 2)
        self._all_plugins = Lane(max(1, readers - 1))
        self._all_readers = Lane(readers)
        self._of_plugin: dict[str, Lane] = {}
        self._writers = Lane(writers)
        self._read_threads = ThreadPoolExecutor(readers, "database read")
        self._write_threads = ThreadPoolExecutor(writers, "database change")

    async def begin_read(self, run: Callable[[], T], plugin: str | None, until: float) -> asyncio.Future[T]:
        """``run``, begun in a thread when there is a turn. Raises: DatabaseFault: DATABASE_BUSY."""
        if plugin is None:
            return await _begin(run, [self._all_readers], self._read_threads, until)
        own = self._of_plugin.setdefault(plugin, Lane(self._share))
        return await _begin(run, [own, self._all_plugins, self._all_readers], self._read_threads, until)

    async def begin_change(self, run: Callable[[], T], until: float) -> asyncio.Future[T]:
        """The same for a change."""
        return await _begin(run, [self._writers], self._write_threads, until)

    def close(self) -> None:
        self._read_threads.shutdown(wait=False)
        self._write_threads.shutdown(wait=False)


async def _begin(
    run: Callable[[], T], lanes: list[Lane], threads: ThreadPoolExecutor, until: float
) -> asyncio.Future[T]:
    async with AsyncExitStack() as given_up:
        for lane in lanes:
            await lane.enter(until)
            given_up.push_async_exit(lane.leave)
        loop = asyncio.get_running_loop()
        begun = loop.run_in_executor(threads, contextvars.copy_context().run, _contained, run)
        given_up.pop_all()

    def ended(future: asyncio.Future[T]) -> None:
        for lane in lanes:
            lane.leave_now()
        # Looked at, so that what nobody waits for any more is not reported as forgotten.
        if not future.cancelled():
            future.exception()

    begun.add_done_callback(ended)
    return begun


def _contained(run: Callable[[], T]) -> T:
    """What ``run`` returns; what would end a process or a task when it arrives there is an error of the rule."""
    try:
        return run()
    except Exception as error:
        if isinstance(error, StopIteration):
            raise RuntimeError("a rule raised StopIteration") from error
        raise
    except BaseException as error:
        raise RuntimeError(f"a rule raised {type(error).__name__}") from error
