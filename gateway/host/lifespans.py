"""A plugin's lifespan, entered and left within a time: what a plugin waits for, the city does not wait for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import structlog

log = structlog.get_logger("gateway.host")

START_WITHIN_S = 10.0
STOP_WITHIN_S = 5.0


@asynccontextmanager
async def bounded(plugin: str, lifespan: AbstractAsyncContextManager[Any]) -> AsyncIterator[None]:
    """Enter ``lifespan``, and leave it at the end. One that fails or hangs when it is left is logged and left behind.

    Raises:
        TimeoutError, or whatever it raises: it could not be entered.
    """
    async with asyncio.timeout(START_WITHIN_S):
        await lifespan.__aenter__()
    try:
        yield
    finally:
        try:
            async with asyncio.timeout(STOP_WITHIN_S):
                await lifespan.__aexit__(None, None, None)
        except Exception:
            log.exception("a plugin's lifespan did not end well", plugin=plugin)
