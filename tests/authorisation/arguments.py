"""The least that a field takes, made from its types: every required argument, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    is_required_argument,
    is_required_input_field,
)

_LATER = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=1)
_SCALARS = {
    "ID": "nothing",
    "String": "x",
    "Int": 1,
    "Float": 1.5,
    "Boolean": True,
    "Date": _LATER.date().isoformat(),
    "DateTime": _LATER.isoformat(),
    "Time": "21:00:00",
    "JSON": "x",
}
_BY_NAME = {"lat": 10.7769, "lng": 106.7009}
"""Where any value of the type will not do."""


class NoValue(Exception):  # noqa: N818
    """A scalar that this file knows no value of: add one to ``_SCALARS``."""


def arguments(field: GraphQLField, given: Mapping[str, str] | None = None) -> str:
    """``(input: {id: "x"})``, or nothing. ``given``: literals by path, such as ``input.id``, required or not."""
    given = given or {}
    parts = [
        f"{name}: {_literal(argument.type, name, given)}"
        for name, argument in field.args.items()
        if is_required_argument(argument) or _is_given(name, given)
    ]
    return f"({', '.join(parts)})" if parts else ""


def _is_given(path: str, given: Mapping[str, str]) -> bool:
    return any(name == path or name.startswith(f"{path}.") for name in given)


def _literal(type_: GraphQLInputType, path: str, given: Mapping[str, str]) -> str:
    if isinstance(type_, GraphQLNonNull):
        return _literal(type_.of_type, path, given)
    if isinstance(type_, GraphQLList):
        return f"[{_literal(type_.of_type, path, given)}]"
    if path in given:
        return given[path]
    if isinstance(type_, GraphQLEnumType):
        return next(iter(type_.values))
    if isinstance(type_, GraphQLInputObjectType):
        return _object(type_, path, given)
    if type_.name not in _SCALARS:
        raise NoValue(f"{path} is a {type_.name}: add a value of it to _SCALARS in tests/authorisation/arguments.py.")
    return json.dumps(_BY_NAME.get(path.rpartition(".")[2], _SCALARS[type_.name]))


def _object(type_: GraphQLInputObjectType, path: str, given: Mapping[str, str]) -> str:
    parts = [
        f"{name}: {_literal(field.type, f'{path}.{name}', given)}"
        for name, field in type_.fields.items()
        if is_required_input_field(field) or _is_given(f"{path}.{name}", given)
    ]
    if type_.is_one_of and not parts:
        name, field = next(iter(type_.fields.items()))
        parts = [f"{name}: {_literal(field.type, f'{path}.{name}', given)}"]
    return "{" + ", ".join(parts) + "}"
