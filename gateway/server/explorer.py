"""The Explorer: one page to write and run operations with, its files in ``static``; works without the Internet."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import Scope

from gateway.server.envelope import OWN_POLICY
from gateway.server.media import wants_page
from identity.people import seeded_people

_STATIC: Final = Path(__file__).parent / "static"
_FILES: Final = ("explorer.js", "docs.js", "people.js", "schema.js", "socket.js", "explorer.css")
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
    """Of what the page asks for, and of what a browser asks for that was given the host alone."""
    return [
        Route("/", _home),
        Route("/favicon.ico", _no_icon),
        Route("/explorer/people.json", _people),
        *(Route(f"/explorer/{name}", _serve) for name in _FILES),
    ]


async def _home(request: Request) -> Response:
    if not wants_page(request.headers.get("accept", "")):
        raise HTTPException(404)
    return RedirectResponse("/graphql", 307)


async def _no_icon(request: Request) -> Response:
    return Response(status_code=204, headers={"Cache-Control": "max-age=86400"})


async def _people(request: Request) -> Response:
    """Whom one may sign in as in development. The page shows them where the schema has ``signIn``."""
    people = [{"name": p.name, "roles": p.roles, "agency": p.agency} for p in seeded_people().values()]
    return JSONResponse(people)


async def _serve(request: Request) -> Response:
    return _file(request.url.path.rsplit("/", 1)[1], request.scope)


def _file(name: str, scope: Scope) -> Response:
    path = _STATIC / name
    scope[OWN_POLICY] = True
    headers = {"Content-Security-Policy": _CSP, "Cache-Control": "no-cache"}
    return Response(path.read_bytes(), headers=headers, media_type=_TYPES[path.suffix])
