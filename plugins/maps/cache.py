"""The index of wards that this process holds: made when first asked for, made anew when polygons were imported."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager, suppress
from functools import partial
from typing import Any
from weakref import WeakKeyDictionary

import structlog
from sqlalchemy import func
from sqlmodel import Session, select

from gateway.plugin import Services
from plugins.maps.models import ImportRow, ShapeRow, WardRow
from plugins.maps.settings import Settings
from plugins.maps.whereabouts import Place, Whereabouts
from schema.geo import Box, Point

log = structlog.get_logger("plugins.maps")

WARDS_IMPORTED = "maps.wards_imported"

_caches: WeakKeyDictionary[Any, WhereaboutsCache] = WeakKeyDictionary()


class WhereaboutsCache:
    """One for each database that this process has open."""

    def __init__(self, services: Services) -> None:
        self._read = partial(services.database.read_for, services.plugin)
        self._now: Whereabouts | None = None
        self._making = asyncio.Lock()

    async def get(self) -> Whereabouts:
        """The index; the first call makes it, in a thread, once however many ask at the same time."""
        if self._now is None:
            async with self._making:
                if self._now is None:
                    self._now = await self._read(make_whereabouts)
        return self._now

    async def refresh(self) -> None:
        """Make it anew if polygons were imported since; until that is done the old one is served."""
        async with self._making:
            if self._now is None or self._now.version == await self._read(polygons_version):
                return
            self._now = await self._read(make_whereabouts)
        log.info("ward polygons reloaded", plugin="maps", version=self._now.version)


def cache_of(services: Services) -> WhereaboutsCache:
    # The database, and not the services, is what all plugins' contexts of one city share.
    if services.database not in _caches:
        _caches[services.database] = WhereaboutsCache(services)
    return _caches[services.database]


@asynccontextmanager
async def refreshed(services: Services) -> AsyncIterator[None]:
    """While the block runs, the index follows the imports of this process and, by the outbox, of others."""
    task = asyncio.create_task(_follow(services), name="maps whereabouts")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        _caches.pop(services.database, None)


async def _follow(services: Services) -> None:
    cache = cache_of(services)
    settings: Settings = services.settings
    with services.bus.subscribed([WARDS_IMPORTED]) as subscription:
        while True:
            # An event that came while nobody followed, at start or after a failure, is made good by the timeout.
            with suppress(TimeoutError):
                async with asyncio.timeout(settings.refresh_s):
                    await _next(subscription)
            try:
                await cache.refresh()
            except Exception:
                log.exception("ward polygons could not be reloaded", plugin="maps")


async def _next(subscription: Any) -> None:
    async with aclosing(subscription.events(0)) as events:
        await anext(events)


def make_whereabouts(session: Session) -> Whereabouts:
    """The index of the wards and polygons as they are stored now."""
    shapes = {row.ward_code: row.wkb for row in session.exec(select(ShapeRow))}
    places = [
        Place(
            code=row.code,
            label=Point(row.lat, row.lng),
            box=Box(row.south, row.west, row.north, row.east),
            area_km2=row.area_km2,
            wkb=shapes.get(row.code),
        )
        for row in session.exec(select(WardRow))
    ]
    return Whereabouts(places, version=polygons_version(session))


def polygons_version(session: Session) -> int:
    """Grows with every import that changed polygons; 0 before the first."""
    return session.exec(select(func.max(ImportRow.id))).one() or 0
