"""/.well-known/jwks.json: the public keys by which subgraphs elsewhere check the gateway's tokens."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Protocol, runtime_checkable

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

PATH: Final = "/.well-known/jwks.json"
_KEPT_S: Final = 300


@runtime_checkable
class KeyHolder(Protocol):
    """What is served may sign tokens for subgraphs; an engine alone signs none."""

    def jwks(self) -> Mapping[str, Any]:
        """A JSON Web Key Set, of public keys only."""


def routes(served: object) -> list[Route]:
    if not isinstance(served, KeyHolder):
        return []

    async def jwks(request: Request) -> Response:
        headers = {"Cache-Control": f"public, max-age={_KEPT_S}"}
        return Response(orjson.dumps(served.jwks()), headers=headers, media_type="application/jwk-set+json")

    return [Route(PATH, jwks)]
