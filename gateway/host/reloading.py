"""Reloading: plugins.toml (or a supergraph) composed anew, checked, and put in place of the old without a pause.

What runs goes on over the old graph until it ends, subscriptions too; what comes after is answered over the new one. A
file that is worse than what runs is refused with its reasons, and the old graph stays. Python code that has been
imported is not imported again: new code of a plugin needs a restart.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, cast

import structlog

from gateway.context import Answer
from gateway.host.generation import Generation, Replaceable
from gateway.host.remotes import Returning
from gateway.problem import Problem
from gateway.request import RequestScope
from gateway.server.keys import KeyHolder
from gateway.server.questions import QuestionAnswerer
from gateway.server.served import SessionHolder, SignsOn
from gateway.subgraphs.local import LocalSubgraph
from identity.actor import Actor
from identity.tokens import InvalidToken

log = structlog.get_logger("gateway.host")

LOOK_EVERY_S = 1.0


class Reloading:
    """Serves what ``reopen`` opens, anew on SIGHUP and whenever ``file`` changes. ``first``: opened already."""

    def __init__(self, first: Replaceable, reopen: Callable[[], Replaceable], file: Path) -> None:
        self._first = first
        self._reopen = reopen
        self._file = file
        self._generation: Generation | None = None
        self._old: set[Generation] = set()
        self._asked = asyncio.Event()
        self._returning = Returning()
        self._on_end: list[Callable[[str], None]] = []

    @property
    def _served(self) -> Replaceable:
        return self._first if self._generation is None else self._generation.served

    @property
    def engine(self) -> Generation:
        assert self._generation is not None, "asked before the lifespan was entered"
        return self._generation

    def health(self) -> Mapping[str, Any]:
        return self._served.health()

    async def ready(self) -> Mapping[str, Any]:
        return await self._served.ready()

    async def authenticate(self, token: str | None) -> Actor:
        return await self._served.authenticate(token)

    @property
    def sign_on(self) -> SignsOn:
        """Raises: AttributeError: nobody signs in at what is served."""
        sign_on: SignsOn = cast(Any, self._served).sign_on
        return sign_on

    def on_session_end(self, call: Callable[[str], None]) -> None:
        """``call`` is told the id of each session that ends, whichever graph serves."""
        self._on_end.append(call)
        cast(SessionHolder, self._served).on_session_end(call)

    def jwks(self) -> Mapping[str, Any]:
        """No keys where what is served signs nothing."""
        return self._served.jwks() if isinstance(self._served, KeyHolder) else {"keys": []}

    async def answer_question(
        self, asker: str | None, token: str | None, question: str, scope: RequestScope, arguments: Mapping[str, Any]
    ) -> Sequence[Answer] | None:
        """None, as of a question that nobody answers, where what is served has no plugins.

        A plugin that has just moved into this process still asks from outside, for what runs over the old graph.
        """
        refused: InvalidToken | None = None
        for generation in (self.engine, *(each for each in self._old if not each.is_over)):
            if not isinstance(generation.served, QuestionAnswerer):
                continue
            try:
                with generation.in_use():
                    return await generation.served.answer_question(asker, token, question, scope, arguments)
            except InvalidToken as error:
                refused = refused or error
        if refused is not None:
            raise refused
        return None

    def local_subgraphs(self) -> Mapping[str, LocalSubgraph]:
        return self._served.local_subgraphs()

    @asynccontextmanager
    async def lifespan(self) -> AsyncIterator[None]:
        self._generation = Generation(self._first)
        await self._generation.started()
        watching = asyncio.create_task(self._watch(), name="reload")
        with suppress(NotImplementedError, RuntimeError, ValueError, AttributeError):
            # Not on every platform, nor outside the main thread.
            asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, self._asked.set)
        try:
            yield
        finally:
            watching.cancel()
            await asyncio.gather(
                watching, *(each.end() for each in (*self._old, self._generation)), return_exceptions=True
            )

    async def reload(self) -> bool:
        """Whether the file was good and is now in place."""
        try:
            new = await asyncio.to_thread(self._reopen)
        except (Problem, OSError) as problem:
            log.error("reload refused, the old graph stays", reason=str(problem))
            return False
        if worse := _worse(self._served.health(), new.health()):
            log.error("reload refused, the old graph stays", reason="; ".join(worse))
            new.close()
            return False
        generation = Generation(new)
        try:
            await generation.started()
        except Exception:
            log.exception("reload refused, the old graph stays")
            return False
        for call in self._on_end:
            cast(SessionHolder, new).on_session_end(call)
        old, self._generation = self._generation, generation
        if old is not None:
            self._old = {each for each in self._old if not each._task.done()} | {old}
            old.retire()
        log.info("reloaded", plugins=len(new.health()["plugins"]))
        return True

    async def _watch(self) -> None:
        seen = _stamp(self._file)
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY_S):
                    await self._asked.wait()
            now = _stamp(self._file)
            if (
                self._asked.is_set()
                or now != seen
                or await self._returning.any_is_back(self._served.missing_services())
            ):
                self._asked.clear()
                seen = now
                await self.reload()


def _worse(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """Reasons of the plugins that the new graph would lose without having been switched off or taken out."""
    was_out = {name for name, state in old["plugins"].items() if state["state"] == "out"}
    return [
        state["reason"]
        for name, state in new["plugins"].items()
        if state["state"] == "out" and name not in was_out and not state["reason"].startswith("switched off")
    ]


def _stamp(file: Path) -> tuple[int, int] | None:
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size
