"""Questions: one plugin asks, every plugin that answers is heard, and one that fails, is late or wrong is left out."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Any, Protocol

import pluggy
import structlog
from pydantic import ValidationError

from gateway.context import Answer, Services
from gateway.hooks import HOOK_NAMES
from gateway.host.answers import as_json, checked_answer, read_arguments
from gateway.request import RequestScope

log = structlog.get_logger("gateway.host")

ANSWER_WITHIN_S = 1.0

Arguments = Mapping[str, Any]


class Elsewhere(Protocol):
    """The plugins of other processes, as a question reaches them. ``asker``: the plugin that is not to be asked."""

    async def __call__(
        self, question: str, scope: RequestScope, arguments: Arguments, asker: str | None = None
    ) -> Sequence[Answer]:
        """Their answers, as JSON said them; of those that cannot be reached, none. Never raises."""
        ...


async def nowhere(
    question: str, scope: RequestScope, arguments: Arguments, asker: str | None = None
) -> Sequence[Answer]:
    """No plugin runs in another process."""
    return ()


class Questions:
    """Puts questions to the plugins that are in. ``services``: of each of them that is here, by name.

    ``order``: names of all plugins, as plugins.toml has them. ``elsewhere``: the way to those that are not here.
    """

    def __init__(
        self,
        manager: pluggy.PluginManager,
        services: Mapping[str, Services],
        order: Sequence[str],
        elsewhere: Elsewhere = nowhere,
    ) -> None:
        self._manager = manager
        self._services = services
        self._order = {name: place for place, name in enumerate(order)}
        self._elsewhere = elsewhere

    async def __call__(self, question: str, scope: RequestScope, arguments: dict[str, Any]) -> list[Answer]:
        """All answers, in the order of plugins.toml.

        Raises:
            LookupError: no plugin that is in asks this question.
        """
        caller = getattr(self._manager.hook, question, None)
        if caller is None or not caller.has_spec():
            raise LookupError(f"no plugin has a question {question!r}: name it in a questions() hook")
        spec = caller.spec.function
        here, far = await asyncio.gather(
            asyncio.gather(*(self._here(impl, spec, scope, arguments) for impl in self._impls(question))),
            self._elsewhere(question, scope, arguments),
        )
        read = [await self._judged(question, one.plugin, partial(_read, spec, one.value)) for one in far]
        return self._in_order([*here, *read])

    async def answer(
        self, question: str, scope: RequestScope, given: Arguments, asker: str | None
    ) -> list[Answer] | None:
        """What is answered to another process; arguments and values as JSON has them.

        ``asker``: a plugin that asks all others; None when those who are here are all that is wanted. None is
        answered where nobody answers this question.
        """
        impls = self._impls(question)
        here, far = await asyncio.gather(
            asyncio.gather(*(self._told(impl, scope, given) for impl in impls)),
            nowhere(question, scope, given) if asker is None else self._elsewhere(question, scope, given, asker),
        )
        return self._in_order([*here, *far]) if impls or far else None

    def _impls(self, question: str) -> list[pluggy.HookImpl]:
        # The gateway's own hooks stand beside the questions, and are nobody's to ask.
        caller = None if question in HOOK_NAMES else getattr(self._manager.hook, question, None)
        impls = caller.get_hookimpls() if isinstance(caller, pluggy.HookCaller) else ()
        return [impl for impl in impls if impl.plugin_name in self._services]

    def _in_order(self, answers: Sequence[Answer | None]) -> list[Answer]:
        heard = [answer for answer in answers if answer is not None]
        return sorted(heard, key=lambda answer: self._order.get(answer.plugin, len(self._order)))

    async def _here(
        self, impl: pluggy.HookImpl, spec: Callable[..., Any], scope: RequestScope, arguments: Arguments
    ) -> Answer | None:
        async def answered() -> Any:
            return checked_answer(spec, await self._call(impl, scope, arguments))

        return await self._judged(spec.__name__, impl.plugin_name, answered)

    async def _told(self, impl: pluggy.HookImpl, scope: RequestScope, given: Arguments) -> Answer | None:
        async def answered() -> Any:
            return as_json(await self._call(impl, scope, read_arguments(impl.function, given)))

        return await self._judged(impl.function.__name__, impl.plugin_name, answered)

    async def _call(self, impl: pluggy.HookImpl, scope: RequestScope, arguments: Arguments) -> Any:
        wanted = {name: value for name, value in arguments.items() if name in impl.argnames}
        value = impl.function(context=self._services[impl.plugin_name].context(scope), **wanted)
        return await value if inspect.isawaitable(value) else value

    async def _judged(self, question: str, plugin: str, answered: Callable[[], Awaitable[Any]]) -> Answer | None:
        try:
            async with asyncio.timeout(ANSWER_WITHIN_S):
                return Answer(plugin, await answered())
        except ValidationError as error:
            # Neither its words nor its places: they quote the value.
            wrong = sorted({fault["type"] for fault in error.errors(include_input=False, include_context=False)})
            log.error("a plugin's answer is not what is asked", plugin=plugin, question=question, wrong=wrong)
            return None
        except Exception:
            log.exception("a plugin did not answer a question", plugin=plugin, question=question)
            return None


async def _read(spec: Callable[..., Any], value: Any) -> Any:
    return checked_answer(spec, value)
