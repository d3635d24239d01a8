"""What a resolver finds in ``info.context``, and what a plugin's lifespan is given."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Concatenate, ParamSpec, Protocol, TypeAlias, TypeVar, cast

import strawberry
from pydantic import BaseModel
from sqlmodel import Session

from gateway.data.database import Database
from gateway.events.bus import Bus
from gateway.events.event import Event
from gateway.events.outbox import check_kept, events_after
from gateway.loader import Loader
from gateway.request import RequestScope
from identity.actor import Actor
from identity.secrets import Secrets
from schema.errors import Refused

P = ParamSpec("P")
T = TypeVar("T")
K = TypeVar("K")
V = TypeVar("V")

_REPLAY_BATCH = 500


@dataclass(frozen=True, slots=True)
class Answer:
    """What one plugin answered to a question."""

    plugin: str
    value: Any


class Ask(Protocol):
    """Puts a question to every plugin that answers it."""

    async def __call__(self, question: str, scope: RequestScope, arguments: dict[str, Any]) -> list[Answer]: ...


@dataclass(frozen=True, slots=True)
class Services:
    """What the host gives one plugin. ``settings``: checked, of the plugin's own model; None without one.

    ``secrets``: for personal data, which is kept sealed or as a keyed hash.
    """

    plugin: str
    settings: Any
    database: Database
    bus: Bus
    ask: Ask
    secrets: Secrets
    sign_in: Callable[[str], str] | None = None
    """In development only: a person's name -> a signed token (None in production)."""

    def context(self, scope: RequestScope | None = None) -> Context:
        return Context(self, scope or RequestScope())


class Context:
    """One plugin's view of one operation: who asks, the data, other plugins."""

    def __init__(self, services: Services, scope: RequestScope) -> None:
        self._services = services
        self._scope = scope
        self._loaders: dict[type[Loader[Any, Any]], Loader[Any, Any]] = {}
        self.event_id: int | None = None
        """The id of the event that a subscription is being answered for."""

    @property
    def actor(self) -> Actor:
        return self._scope.actor

    @property
    def request_id(self) -> str:
        return self._scope.request_id

    @property
    def services(self) -> Services:
        return self._services

    def settings(self, model: type[_Settings]) -> _Settings:
        """The plugin's settings, as the model that its ``settings`` hook names."""
        return cast(_Settings, self._services.settings)

    async def read(self, rule: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run ``rule(session, ...)``: plain and synchronous, over one state of the data, in a thread."""
        return await self._services.database.read_for(self._services.plugin, rule, *args, **kwargs)

    async def change(self, rule: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The same for a rule that writes and emits: all of it commits, or nothing when it raises."""
        try:
            return await self._services.database.change(rule, *args, **kwargs)
        finally:
            self._loaders.clear()

    async def load(self, loader: type[Loader[K, V]], key: K) -> V | None:
        """What the loader finds for ``key``, read together with the other keys of this moment."""
        return await self.loader(loader).load(key)

    def loader(self, loader: type[Loader[K, V]]) -> Loader[K, V]:
        """The loader's instance of this operation."""
        if loader not in self._loaders:
            self._loaders[loader] = loader(self)
        return self._loaders[loader]

    async def ask(self, question: str, **arguments: Any) -> list[Answer]:
        """Every plugin's answer to a question; a plugin that raises is left out and logged."""
        return await self._services.ask(question, self._scope, arguments)

    async def events(
        self, *kinds: str, after: str | None = None, where: Callable[[Event], bool] | None = None
    ) -> AsyncIterator[Event]:
        """Events of these kinds as they are published; with ``after`` first those missed since, in order.

        Without ``after`` an event stream that a browser has opened anew goes on where it ended.

        Raises:
            Refused: BAD_EVENT_ID, EVENTS_GONE, or LAGGING when the subscriber reads too slowly.
        """
        if after is None:
            after = self._scope.resume_after
        last = _event_id(after)
        with self._services.bus.subscribed(kinds) as subscription:
            if after is not None:
                await self.read(check_kept, last)
                async for event in self._missed(last, kinds):
                    last = event.id
                    if self._begin(event, where):
                        yield event
            async for event in subscription.events(last):
                if self._begin(event, where):
                    yield event

    async def _missed(self, last: int, kinds: Sequence[str]) -> AsyncIterator[Event]:
        while True:
            batch = await self.read(events_after, last, kinds, _REPLAY_BATCH)
            for event in batch:
                last = event.id
                yield event
            if len(batch) < _REPLAY_BATCH:
                return

    def _begin(self, event: Event, where: Callable[[Event], bool] | None) -> bool:
        # What an earlier event's selection has loaded may have changed since.
        self._loaders.clear()
        self.event_id = event.id
        return where is None or where(event)


_Settings = TypeVar("_Settings", bound=BaseModel)

Info: TypeAlias = strawberry.Info[Context, None]


def _event_id(after: str | None) -> int:
    if after is None:
        return 0
    if not (after.isascii() and after.isdecimal() and len(after) < 19):
        raise Refused(
            "after is not an event id: use extensions.eventId of the last answer that you got.",
            code="BAD_EVENT_ID",
            field="after",
        )
    return int(after)
