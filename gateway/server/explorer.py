"""The Explorer: one page to write and run operations with, its files in ``static``; works without the Internet."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Scope

from gateway.server.envelope import OWN_POLICY

_STATIC: Final = Path(__file__).parent / "static"
_FILES: Final = ("explorer.js", "docs.js", "schema.js", "socket.js", "explorer.css")
_TYPES: Final = {".html": "text/html", ".js": "text/javascript", ".css": "text/css"}
# Nothing but what this server sends: no inline script or style, no other host, no frame.
_CSP: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def page(scope: Scope) -> Response:
    """The page itself."""
    return _file("explorer.html", scope)


def routes() -> list[Route]:
    """Of the files that the page asks for."""
    return [Route(f"/explorer/{name}", _serve) for name in _FILES]


async def _serve(request: Request) -> Response:
    return _file(request.url.path.rsplit("/", 1)[1], request.scope)


def _file(name: str, scope: Scope) -> Response:
    path = _STATIC / name
    scope[OWN_POLICY] = True
    headers = {"Content-Security-Policy": _CSP, "Cache-Control": "no-cache"}
    return Response(path.read_bytes(), headers=headers, media_type=_TYPES[path.suffix])
