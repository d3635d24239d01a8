"""Checks of leaf values against the public schema: scalars by the specification's result coercion, enums by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeAlias

from graphql import GraphQLOutputType, get_nullable_type, is_enum_type, is_scalar_type, is_specified_scalar_type

LeafCheck: TypeAlias = Callable[[Any], Any]

INT_MIN: Final = -2_147_483_648
INT_MAX: Final = 2_147_483_647

# Values of exactly these classes are what the scalar serialises to. Int is not here: its range must be looked at.
_EXACT: dict[str, type] = {"String": str, "ID": str, "Boolean": bool, "Float": float}
# A whole number is what services often answer for these: what coercion makes of it needs no looking.
_FROM_INT = frozenset(("ID", "Float"))


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
        exact = _EXACT[named.name]
        if named.name in _FROM_INT:
            return exact, _from_int_check(exact, named.coerce_output_value)
        return exact, named.coerce_output_value
    return None, any_value


def any_value(value: Any) -> Any:
    """The check of a leaf that may be anything."""
    return value


def _from_int_check(exact: type, coerce: LeafCheck) -> LeafCheck:
    def check(value: Any) -> Any:
        return exact(value) if value.__class__ is int else coerce(value)

    return check


def _int_check(coerce: LeafCheck) -> LeafCheck:
    def check(value: Any) -> Any:
        if value.__class__ is int and INT_MIN <= value <= INT_MAX:
            return value
        return coerce(value)

    return check


def _enum_check(names: frozenset[str]) -> LeafCheck:
    def check(value: Any) -> Any:
        if value in names:
            return value
        raise ValueError("not a value of the public enum")

    return check
