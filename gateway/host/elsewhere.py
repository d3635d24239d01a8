"""The way of a question to the plugins of other processes: one POST to each service, or to the gateway.

    POST <service>/questions/<question>   {"asker": "maps", "arguments": {...}}
    200   {"answers": [{"plugin": "feedback", "value": ...}]}
    404   nobody there answers this question

Who asks goes along as a token that the asking side signs (``identity.subgraph_tokens``).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urljoin

import orjson
import structlog

from gateway.context import Answer
from gateway.host.answers import as_json
from gateway.host.questions import ANSWER_WITHIN_S, Arguments
from gateway.request import RequestScope
from gateway.subgraphs.client import HttpClient
from gateway.subgraphs.transport import HttpRequest, TransportError
from identity.actor import Actor

log = structlog.get_logger("gateway.host")

KEYS_PATH: Final = ".well-known/jwks.json"

# What the other side takes to hear its own plugins, and the way there and back.
WITHIN_S: Final = ANSWER_WITHIN_S + 0.5
SIZE_MAX: Final = 5 * 1024 * 1024
LEFT_ALONE_S: Final = 60.0
"""How long a service that does not know a question is not asked it again."""
DOWN_S: Final = 2.0
"""How long a service that cannot be reached is asked nothing."""

_QUIET_MAX: Final = 10_000

Token = Callable[[Actor], str]


def beside(url: str, path: str) -> str:
    """What a process has beside its GraphQL endpoint: its keys, and the door that questions come in by."""
    return urljoin(url, path)


class NotReached(Exception):  # noqa: N818, a fact about the other side
    """No answers came. The message says why."""


class Unsayable(NotReached):
    """The question cannot be put: the asker's fault, and none of the other side."""


@dataclass(frozen=True, slots=True)
class QuestionDoor:
    """One process that answers questions. ``url``: of its GraphQL endpoint, beside which questions are asked."""

    url: str
    client: HttpClient
    token: Token

    async def ask(
        self, question: str, scope: RequestScope, arguments: Arguments, asker: str | None
    ) -> list[Answer] | None:
        """What is answered there; None when nobody there answers this question.

        Raises:
            NotReached: it is down, late, or answers something else; or the arguments are nothing that JSON can say.
        """
        try:
            body = orjson.dumps({"asker": asker, "arguments": as_json(dict(arguments))})
        except (ValueError, TypeError):
            raise Unsayable("the arguments are nothing that JSON can say") from None
        headers = {
            "content-type": "application/json",
            "authorization": f"Bearer {self.token(scope.actor)}",
            "x-request-id": scope.request_id,
        }
        place = beside(self.url, f"questions/{question}")
        try:
            answer = await self.client.send(
                HttpRequest(place, body, headers, scope.deadline, WITHIN_S, repeatable=False, size_max=SIZE_MAX)
            )
        except TransportError as error:
            raise NotReached(error.message) from None
        if answer.status in (404, 405):
            return None
        if answer.status != 200:
            raise NotReached(f"answered HTTP {answer.status}")
        try:
            return [Answer(str(one["plugin"]), one["value"]) for one in orjson.loads(answer.body)["answers"]]
        except (ValueError, TypeError, KeyError):
            raise NotReached("answered something else") from None


class ToServices:
    """The gateway's way to its services. ``doors``: of the plugins behind a URL, by name.

    A service that does not know a question, or any, is not asked it again for a while.
    """

    def __init__(self, doors: Mapping[str, QuestionDoor]) -> None:
        self._doors = doors
        self._quiet: dict[tuple[str, str | None], float] = {}

    async def __call__(
        self, question: str, scope: RequestScope, arguments: Arguments, asker: str | None = None
    ) -> Sequence[Answer]:
        asked = [name for name in self._doors if name != asker and not self._is_quiet(name, question)]
        if not asked:
            return ()
        heard = await asyncio.gather(*(self._ask(name, question, scope, arguments, asker) for name in asked))
        return [answer for answers in heard for answer in answers]

    async def _ask(
        self, name: str, question: str, scope: RequestScope, arguments: Arguments, asker: str | None
    ) -> list[Answer]:
        now = asyncio.get_running_loop().time()
        try:
            answers = await self._doors[name].ask(question, scope, arguments, asker)
        except NotReached as error:
            if not isinstance(error, Unsayable):
                self._quiet[name, None] = now + DOWN_S
            log.warning("a service did not answer a question", plugin=name, question=question, reason=str(error))
            return []
        if answers is None:
            if len(self._quiet) > _QUIET_MAX:
                self._quiet.clear()
            self._quiet[name, question] = now + LEFT_ALONE_S
            return []
        # It speaks for itself alone, and once.
        return [answer for answer in answers if answer.plugin == name][:1]

    def _is_quiet(self, name: str, question: str) -> bool:
        now = asyncio.get_running_loop().time()
        return any(self._quiet.get((name, about), 0.0) > now for about in (question, None))


class ThroughGateway:
    """A service's way to all other plugins: it asks the gateway, which asks them."""

    def __init__(self, name: str, gateway: QuestionDoor) -> None:
        self._name = name
        self._gateway = gateway

    async def __call__(
        self, question: str, scope: RequestScope, arguments: Arguments, asker: str | None = None
    ) -> Sequence[Answer]:
        try:
            answers = await self._gateway.ask(question, scope, arguments, self._name)
        except NotReached as error:
            log.warning("the gateway did not answer a question", question=question, reason=str(error))
            return ()
        return answers or ()
