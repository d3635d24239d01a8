"""One graph that serves, from its start until its last operation has ended."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import ExitStack, aclosing, contextmanager
from typing import Any, Protocol, cast

from gateway.execution.deferral import Deferral
from gateway.execution.engine import Engine
from gateway.execution.operations import Prepared
from gateway.request import GraphQLRequest, GraphQLResponse, RequestScope
from gateway.server.served import Served


class Replaceable(Served, Protocol):
    """What can be exchanged: its engine is a whole one, and it can be closed before it has run."""

    @property
    def engine(self) -> Engine: ...

    def close(self) -> None: ...

    def missing_services(self) -> Mapping[str, str]:
        """name -> URL of the plugins that run elsewhere and were not to be had."""


class Generation:
    """One graph from its start until its last operation has ended."""

    def __init__(self, served: Replaceable) -> None:
        self.served = served
        self._uses = 0
        self._started: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._over = asyncio.Event()
        self._retired = False
        self._task = asyncio.create_task(self._live(), name="generation")

    async def _live(self) -> None:
        try:
            async with self.served.lifespan():
                self._started.set_result(None)
                await self._over.wait()
        except Exception as error:
            if self._started.done():
                raise
            self._started.set_exception(error)

    @property
    def is_over(self) -> bool:
        return self._over.is_set()

    async def started(self) -> None:
        """Raises: whatever kept it from starting."""
        await self._started

    def retire(self) -> None:
        """It ends as soon as nothing uses it any more."""
        self._retired = True
        self._release(0)

    async def end(self) -> None:
        self._over.set()
        await asyncio.gather(self._task, return_exceptions=True)

    def _release(self, uses: int) -> None:
        self._uses -= uses
        if self._retired and not self._uses:
            self._over.set()

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """It does not end while the block runs."""
        self._uses += 1
        try:
            yield
        finally:
            self._release(1)

    def prepare(self, request: GraphQLRequest) -> Prepared:
        return self.served.engine.prepare(request)

    async def execute(self, request: GraphQLRequest, scope: RequestScope) -> GraphQLResponse:
        with self.in_use():
            return await self.served.engine.execute(request, scope)

    async def execute_in_parts(self, request: GraphQLRequest, scope: RequestScope) -> GraphQLResponse | Deferral:
        with ExitStack() as use:
            use.enter_context(self.in_use())
            answer = await self.served.engine.execute_in_parts(request, scope)
            if isinstance(answer, Deferral):
                answer.at_close(use.pop_all().close)
            return answer

    async def subscribe(
        self, request: GraphQLRequest, scope: RequestScope
    ) -> AsyncIterator[GraphQLResponse] | GraphQLResponse:
        answer = await self.served.engine.subscribe(request, scope)
        return answer if isinstance(answer, GraphQLResponse) else self._held(answer)

    async def _held(self, answer: AsyncIterator[GraphQLResponse]) -> AsyncIterator[GraphQLResponse]:
        with self.in_use():
            async with aclosing(cast("Any", answer)):
                async for response in answer:
                    yield response
