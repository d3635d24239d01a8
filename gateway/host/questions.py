"""Questions: one plugin asks, every plugin that answers is heard, and one that fails, is late or wrong is left out."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Mapping
from typing import Any

import pluggy
import structlog
from pydantic import ValidationError

from gateway.context import Answer, Services
from gateway.host.answers import checked_answer
from gateway.request import RequestScope

log = structlog.get_logger("gateway.host")

ANSWER_WITHIN_S = 1.0


class Questions:
    """Puts questions to the plugins that are in. ``services``: of each of them, by name."""

    def __init__(self, manager: pluggy.PluginManager, services: Mapping[str, Services]) -> None:
        self._manager = manager
        self._services = services

    async def __call__(self, question: str, scope: RequestScope, arguments: dict[str, Any]) -> list[Answer]:
        """All answers, in the order of plugins.toml.

        Raises:
            LookupError: no plugin that is in asks this question.
        """
        caller = getattr(self._manager.hook, question, None)
        if caller is None or not caller.has_spec():
            raise LookupError(f"no plugin has a question {question!r}: name it in a questions() hook")
        order = list(self._services)
        impls = [impl for impl in caller.get_hookimpls() if impl.plugin_name in self._services]
        impls.sort(key=lambda impl: order.index(impl.plugin_name))
        spec = caller.spec.function
        answers = await asyncio.gather(*(self._one(spec, impl, scope, arguments) for impl in impls))
        return [answer for answer in answers if answer is not None]

    async def _one(
        self, spec: Callable[..., Any], impl: pluggy.HookImpl, scope: RequestScope, arguments: dict[str, Any]
    ) -> Answer | None:
        question = spec.__name__
        given = {name: value for name, value in arguments.items() if name in impl.argnames}
        context = self._services[impl.plugin_name].context(scope)
        try:
            async with asyncio.timeout(ANSWER_WITHIN_S):
                value = impl.function(context=context, **given)
                if inspect.isawaitable(value):
                    value = await value
            return Answer(impl.plugin_name, checked_answer(spec, value))
        except ValidationError as error:
            # Neither its words nor its places: they quote the value.
            wrong = sorted({fault["type"] for fault in error.errors(include_input=False, include_context=False)})
            log.error("a plugin's answer is not what is asked", plugin=impl.plugin_name, question=question, wrong=wrong)
            return None
        except Exception:
            log.exception("a plugin did not answer a question", plugin=impl.plugin_name, question=question)
            return None
