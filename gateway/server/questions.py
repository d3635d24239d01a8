"""/questions/<question>: what plugins of other processes ask the plugins of this one."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Protocol, runtime_checkable

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.request import RequestScope
from gateway.server.body import ClientGone, read_body
from gateway.server.identification import bearer, headers_of, new_scope, refusing
from gateway.server.refusals import HTTPRefusal, refusal_response
from gateway.server.settings import ServerSettings
from identity.actor import ANONYMOUS

if TYPE_CHECKING:
    # An engine alone has no plugins, and does without what they need.
    from gateway.context import Answer

PATH: Final = "/questions/{question}"
_QUESTION: Final = re.compile(r"[a-z][a-z0-9_]{0,99}\Z")


@runtime_checkable
class QuestionAnswerer(Protocol):
    """What is served may have plugins that answer questions."""

    async def answer_question(
        self, asker: str | None, token: str | None, question: str, scope: RequestScope, arguments: Mapping[str, Any]
    ) -> Sequence[Answer] | None:
        """The answers as JSON has them, None when nobody answers this question. Sets the actor of ``scope``.

        Raises:
            InvalidToken, KeysUnavailable: who asks is not one who may.
        """


def routes(served: object, settings: ServerSettings) -> list[Route]:
    if not isinstance(served, QuestionAnswerer):
        return []

    async def ask(request: Request) -> Response:
        try:
            return _answers(await _asked(served, request, settings))
        except HTTPRefusal as refusal:
            return refusal_response(refusal)
        except ClientGone:
            return Response(status_code=400)

    return [Route(PATH, ask, methods=["POST"])]


async def _asked(served: QuestionAnswerer, request: Request, settings: ServerSettings) -> Sequence[Answer] | None:
    headers = headers_of(request.scope)
    question: str = request.path_params["question"]
    if not _QUESTION.match(question):
        return None
    asker, arguments = _read(await read_body(headers, request.receive, settings))
    with refusing():
        token = bearer(headers.get("authorization"))
        scope = new_scope(ANONYMOUS, request.scope["request_id"], headers, settings.request_timeout_s)
        return await served.answer_question(asker, token, question, scope, arguments)


def _read(body: bytes) -> tuple[str | None, dict[str, Any]]:
    try:
        data: Any = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise HTTPRefusal(400, "BAD_JSON", "The body is not JSON in UTF-8.") from None
    asker = data.get("asker") if isinstance(data, dict) else 0
    if not (asker is None or isinstance(asker, str)) or not isinstance(data.get("arguments"), dict):
        raise HTTPRefusal(400, "BAD_REQUEST", "A question is an object with the asker's name and its arguments.")
    return asker, data["arguments"]


def _answers(answers: Sequence[Answer] | None) -> Response:
    if answers is None:
        raise HTTPRefusal(404, "NOT_ANSWERED", "Nobody here answers this question.")
    told = {"answers": [{"plugin": answer.plugin, "value": answer.value} for answer in answers]}
    return Response(orjson.dumps(told), headers={"Cache-Control": "no-store"}, media_type="application/json")
