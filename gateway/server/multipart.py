"""Answers in parts over HTTP: ``multipart/mixed``, in the two formats that clients read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import aclosing
from enum import Enum
from functools import lru_cache
from typing import Any, Final, cast

from starlette.types import Send

from gateway.execution.budget import ResponseLimitError
from gateway.execution.deferral import Deferral, Part
from gateway.execution.patches import Pending
from gateway.execution.patching import Patch
from gateway.request import GraphQLResponse
from gateway.server.media import quality
from gateway.server.payloads import RESPONSE_MAX, encode


class Format(Enum):
    """What a part is written as; the value is the parameter that asks for it, in ``Accept`` and in ``Content-Type``.

    ``BY_PATH``: of 2022-08-24, all of a fragment by its path; also for a client that names none. ``BY_ID``: of the
    present draft, fragments announced under ids, and nothing sent twice.
    """

    BY_PATH = "deferSpec=20220824"
    BY_ID = "incrementalSpec=v0.2"


_HEAD: Final = b"\r\nContent-Type: application/json; charset=utf-8\r\n\r\n"
# The delimiter follows a part at once: a client knows by it that the part has ended.
_NEXT: Final = b"\r\n---"
_END: Final = b"\r\n-----\r\n"


@lru_cache(maxsize=512)
def format_of(accept: str) -> Format | None:
    """The format in which the client takes an answer in parts, None when it names ``multipart/mixed`` in none of ours.

    The first named of them: ``multipart/mixed`` is for what nothing else can be, so its rank does not matter.
    """
    for part in accept.split(","):
        name, *parameters = (piece.strip().lower().replace('"', "") for piece in part.split(";"))
        if name != "multipart/mixed" or not quality(parameters):
            continue
        asked = [one for one in parameters if "spec=" in one]
        found = [one for one in Format if not asked or one.value.lower() in asked]
        if found:
            return found[0]
    return None


class PartsSender:
    """Sends one answer in parts. ``has_begun``: a refusal can no more be sent."""

    def __init__(self, send: Send, form: Format) -> None:
        self.has_begun = False
        self._send = send
        self._form = form
        self._left = RESPONSE_MAX

    async def one(self, response: GraphQLResponse, headers: Mapping[str, str]) -> None:
        """A whole answer as the only part."""
        await self._begin(headers)
        await self._part({**response.as_map(), "hasNext": False}, more=False)

    async def all(self, deferral: Deferral, headers: Mapping[str, str]) -> None:
        """The parts, each as soon as it is there; closes ``deferral``."""
        try:
            await self._begin(headers)
            first = deferral.first.as_map()
            if self._form is Format.BY_ID:
                first["pending"] = _announced(deferral.pending)
            await self._part({**first, "hasNext": True}, more=True)
            async with aclosing(cast("Any", deferral.parts())) as parts:
                async for part in parts:
                    if not await self._part(_written(part, self._form), more=part.has_next):
                        return
        finally:
            await deferral.close()

    async def _begin(self, headers: Mapping[str, str]) -> None:
        self.has_begun = True
        content_type = f'multipart/mixed; boundary="-"; {self._form.value}'
        raw = [(b"content-type", content_type.encode()), (b"cache-control", b"no-store")]
        raw += [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
        await self._send({"type": "http.response.start", "status": 200, "headers": raw})
        await self._write(b"---", more=True)

    async def _part(self, payload: Mapping[str, Any], *, more: bool) -> bool:
        """Whether there was room for it; where not, an error takes its place and the answer ends."""
        body = encode(payload)
        self._left -= len(body)
        fits = self._left >= 0
        if not fits:
            body, more = encode({"errors": [ResponseLimitError().error()], "hasNext": False}), False
        await self._write(_HEAD + body + (_NEXT if more else _END), more=more)
        return fits

    async def _write(self, body: bytes, *, more: bool) -> None:
        await self._send({"type": "http.response.body", "body": body, "more_body": more})


def _written(part: Part, form: Format) -> dict[str, Any]:
    if form is Format.BY_PATH:
        return {"incremental": [_by_path(patch) for patch in part.patches], "hasNext": part.has_next}
    written: dict[str, Any] = {
        "incremental": [piece for patch in part.patches for piece in _by_id(patch)],
        "completed": [_completed(patch) for patch in part.patches],
        "pending": _announced(part.pending),
        "hasNext": part.has_next,
    }
    return {name: value for name, value in written.items() if value != []}


def _by_path(patch: Patch) -> dict[str, Any]:
    written: dict[str, Any] = {"data": patch.data, "path": patch.pending.path}
    if patch.pending.label is not None:
        written["label"] = patch.pending.label
    if patch.errors:
        written["errors"] = patch.errors
    return written


def _by_id(patch: Patch) -> Iterable[dict[str, Any]]:
    """What is new to the client, place by place; the errors stand with the first."""
    if patch.data is None:
        return
    pending = patch.pending
    errors = patch.errors
    for place, _, new in patch.news or [(pending.path, {}, {})] * bool(errors):
        written: dict[str, Any] = {"id": pending.id, "data": new}
        if len(place) > len(pending.path):
            written["subPath"] = place[len(pending.path) :]
        if errors:
            written["errors"], errors = errors, []
        yield written


def _completed(patch: Patch) -> dict[str, Any]:
    if patch.data is None:
        return {"id": patch.pending.id, "errors": patch.errors}
    return {"id": patch.pending.id}


def _announced(pending: Sequence[Pending]) -> list[dict[str, Any]]:
    return [{"id": one.id, "path": one.path, **({} if one.label is None else {"label": one.label})} for one in pending]
