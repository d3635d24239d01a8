"""The bus: hands events to whoever in this process is subscribed, with a bounded queue for each."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Iterator
from contextlib import contextmanager

from gateway.events.event import Event
from schema.errors import Refused

QUEUE_MOST = 1000


class Subscription:
    """One subscriber's queue. It ends by lagging: when it is full the subscriber is told the last id that it got."""

    def __init__(self, kinds: Collection[str], limit: int = QUEUE_MOST) -> None:
        self.kinds = frozenset(kinds)
        self._queue: asyncio.Queue[Event] = asyncio.Queue(limit)
        self._lagging = False

    def offer(self, event: Event) -> None:
        try:
            self._queue.put_nowait(event)
        except asyncio.QueueFull:
            self._lagging = True

    async def events(self, after: int) -> AsyncIterator[Event]:
        """Events with an id greater than ``after``, in order.

        Raises:
            Refused: LAGGING, when the subscriber read too slowly and events were dropped.
        """
        last = after
        while True:
            if self._lagging and self._queue.empty():
                raise Refused(f"You read too slowly. Subscribe again with after: {last}.", code="LAGGING")
            event = await self._queue.get()
            if event.id > last:
                last = event.id
                yield event


class Bus:
    """Fan-out in this process. ``publish`` is called on the event loop, in the order of ids."""

    def __init__(self) -> None:
        self._subscriptions: dict[str, set[Subscription]] = {}
        self._calls: dict[str, list[Callable[[Event], None]]] = {}

    def on(self, kind: str, call: Callable[[Event], None]) -> None:
        """``call`` is told every event of this kind at once, before anyone who waits: for the process's own use."""
        self._calls.setdefault(kind, []).append(call)

    @contextmanager
    def subscribed(self, kinds: Collection[str]) -> Iterator[Subscription]:
        """From here on every event of these kinds is queued for the subscriber."""
        subscription = Subscription(kinds)
        for kind in subscription.kinds:
            self._subscriptions.setdefault(kind, set()).add(subscription)
        try:
            yield subscription
        finally:
            for kind in subscription.kinds:
                self._subscriptions[kind].discard(subscription)

    def publish(self, event: Event) -> None:
        for call in self._calls.get(event.kind, ()):
            call(event)
        for subscription in self._subscriptions.get(event.kind, ()):
            subscription.offer(event)
