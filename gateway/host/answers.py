"""What a plugin may answer to a question: the type that the question's own method says it returns."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import lru_cache
from typing import Any, get_type_hints

import structlog
from pydantic import ConfigDict, TypeAdapter
from pydantic.errors import PydanticUserError

log = structlog.get_logger("gateway.host")

# "always": a dataclass that is made with wrong values is wrong, too.
_CONFIG = ConfigDict(arbitrary_types_allowed=True, revalidate_instances="always")


def checked_answer(spec: Callable[..., Any], value: Any) -> Any:
    """The value as the question wants it. ``spec``: the ``@question`` method.

    Raises:
        pydantic.ValidationError: it is something else.
    """
    adapter = _adapter(spec)
    if adapter is None:
        return value
    return adapter.validate_python((value,))[0]


@lru_cache(maxsize=512)
def _adapter(spec: Callable[..., Any]) -> TypeAdapter[tuple[Any]] | None:
    """None: the question says no type, or one that cannot be checked, and takes every answer."""
    wanted = inspect.get_annotations(spec).get("return", Any)
    if wanted is Any:
        return None
    try:
        holder = type("Holder", (), {"__annotations__": {"answer": wanted}})
        resolved = get_type_hints(holder, globalns=getattr(spec, "__globals__", {}))["answer"]
        # In a tuple, since a model of pydantic's own takes no configuration from outside.
        whole: Any = tuple.__class_getitem__(resolved)
        return TypeAdapter(whole, config=_CONFIG)
    except (NameError, TypeError, PydanticUserError) as error:
        log.warning("answers to a question are not checked", question=spec.__name__, error=type(error).__name__)
        return None
