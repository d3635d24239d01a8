"""/health and /ready: whether the process lives and who is in, and whether requests should come here."""

from __future__ import annotations

import asyncio
from typing import Any, Final

import orjson
import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.server.served import Served
from gateway.server.streams import OpenStreams

log = structlog.get_logger("gateway.server")

_READY_TIMEOUT_S: Final = 1.5


def routes(served: Served, streams: OpenStreams) -> list[Route]:
    async def health(request: Request) -> Response:
        """Always 200: a process that answers lives, whatever plugins are out."""
        return _json(200, {**served.health(), "streams": len(streams)})

    async def ready(request: Request) -> Response:
        if streams.draining:
            return _json(503, {"ready": False, "reason": "draining"})
        try:
            async with asyncio.timeout(_READY_TIMEOUT_S):
                answer = await served.ready()
        except TimeoutError:
            return _json(503, {"ready": False, "reason": "timeout"})
        except Exception:
            log.exception("readiness could not be told")
            return _json(503, {"ready": False, "reason": "error"})
        return _json(200 if answer.get("ready") else 503, answer)

    return [Route("/health", health), Route("/ready", ready)]


def _json(status: int, body: Any) -> Response:
    return Response(orjson.dumps(body), status, {"Cache-Control": "no-store"}, "application/json")
