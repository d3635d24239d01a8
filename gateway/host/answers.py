"""Values of questions: checked against the type that is said, and as JSON between processes."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, get_type_hints

import structlog
from pydantic import ConfigDict, TypeAdapter
from pydantic.errors import PydanticUserError
from pydantic_core import to_jsonable_python

log = structlog.get_logger("gateway.host")

# "always": a dataclass that is made with wrong values is wrong, too.
_CONFIG = ConfigDict(arbitrary_types_allowed=True, revalidate_instances="always")


def checked_answer(spec: Callable[..., Any], value: Any) -> Any:
    """The value as the question wants it; of JSON, what it stands for. ``spec``: the ``@question`` method.

    Raises:
        pydantic.ValidationError: it is something else.
    """
    return _checked(spec, "return", value)


def read_arguments(answering: Callable[..., Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """What JSON said, as the answering function's own annotations want it; what it does not take is left out.

    Raises:
        pydantic.ValidationError: one is something else.
    """
    taken = inspect.signature(answering).parameters
    return {name: _checked(answering, name, value) for name, value in given.items() if name in taken}


def as_json(value: Any) -> Any:
    """Plain values, dataclasses, models, dates, sets and enums as JSON has them.

    Raises:
        pydantic_core.PydanticSerializationError: it is nothing that JSON can say.
    """
    return to_jsonable_python(value)


def _checked(function: Callable[..., Any], place: str, value: Any) -> Any:
    adapter = _adapter(function, place)
    return value if adapter is None else adapter.validate_python((value,))[0]


@lru_cache(maxsize=2048)
def _adapter(function: Callable[..., Any], place: str) -> TypeAdapter[tuple[Any]] | None:
    """Of one annotation. None: it is not there, or cannot be checked, and every value is taken."""
    wanted = inspect.get_annotations(function).get(place, Any)
    if wanted is Any:
        return None
    try:
        holder = type("Holder", (), {"__annotations__": {"answer": wanted}})
        resolved = get_type_hints(holder, globalns=getattr(function, "__globals__", {}))["answer"]
        # In a tuple, since a model of pydantic's own takes no configuration from outside.
        whole: Any = tuple.__class_getitem__(resolved)
        return TypeAdapter(whole, config=_CONFIG)
    except (NameError, TypeError, PydanticUserError) as error:
        log.warning("a question is not checked", question=function.__name__, place=place, error=type(error).__name__)
        return None
