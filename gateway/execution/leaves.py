"""Checks of leaf values against the public schema: scalars by the specification's result coercion, enums by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from graphql import GraphQLOutputType, get_nullable_type, is_enum_type, is_scalar_type, is_specified_scalar_type

LeafCheck: TypeAlias = Callable[[Any], Any]

# Values of exactly these classes are what the scalar serialises to. Int is not here: its range must be looked at.
_EXACT: dict[str, type] = {"String": str, "ID": str, "Boolean": bool, "Float": float}


def leaf_check(type_: GraphQLOutputType) -> tuple[type | None, LeafCheck]:
    """For a leaf type: the class whose values pass unchecked (None: none does), and the check of other values.

    The check returns the value for the response, and raises for a value that is not of the type. A scalar that the
    specification does not define takes every value. For a type that is not a leaf: None, and a check to ignore.
    """
    named = get_nullable_type(type_)
    if is_enum_type(named):
        return None, _enum_check(frozenset(named.values))
    if is_scalar_type(named) and is_specified_scalar_type(named):
        if named.name == "Int":
            return None, _int_check(named.coerce_output_value)
        return _EXACT[named.name], named.coerce_output_value
    return None, _any


def _any(value: Any) -> Any:
    return value


def _int_check(coerce: LeafCheck) -> LeafCheck:
    def check(value: Any) -> Any:
        if value.__class__ is int and -2_147_483_648 <= value <= 2_147_483_647:
            return value
        return coerce(value)

    return check


def _enum_check(names: frozenset[str]) -> LeafCheck:
    def check(value: Any) -> Any:
        if value in names:
            return value
        raise ValueError("not a value of the public enum")

    return check
