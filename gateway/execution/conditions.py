"""Whether ``@skip``, ``@include`` and ``@defer`` let a thing be in an answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from gateway.planner.plan import ProjectedField, When


def holds_all(conjunction: Iterable[When], values: Mapping[str, Any]) -> bool:
    """``values``: of the condition variables; one that is missing is false."""
    return all(bool(values.get(when.variable)) is when.expected for when in conjunction)


def holds(field: ProjectedField, values: Mapping[str, Any]) -> bool:
    """Whether a field is in the answer for these values of the condition variables."""
    return not field.when or any(holds_all(alternative, values) for alternative in field.when)
