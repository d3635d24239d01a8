"""Bounds of the values that come along with an operation: nesting, length of lists, number."""

from __future__ import annotations

from typing import Any

from graphql import GraphQLError

from gateway.guard.limits import Limits, refusal


def check_values(values: Any, limits: Limits) -> GraphQLError | None:
    """The first bound that ``values`` (decoded JSON) passes, or None. Level by level, so nothing recurses."""
    level: list[Any] = [values]
    seen = 0
    for _ in range(limits.value_nesting + 1):
        below: list[Any] = []
        for value in level:
            inner = list(value.values()) if isinstance(value, dict) else value
            if inner is value and len(inner) > limits.list_items:
                return refusal("LIST_ARGUMENT_LIMIT", f"A list has at most {limits.list_items} items.")
            seen += len(inner)
            if seen > limits.values:
                return refusal("VARIABLE_LIMIT", f"Variables hold at most {limits.values} values.")
            below += [item for item in inner if isinstance(item, (dict, list))]
        if not below:
            return None
        level = below
    return refusal("VARIABLE_LIMIT", f"Variables nest at most {limits.value_nesting} deep.")
