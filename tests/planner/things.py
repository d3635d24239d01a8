"""Objects of the made-up world, and the small tools around them."""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass
from typing import Any

from graphql import FieldNode, GraphQLResolveInfo, SelectionSetNode, parse


class Refused(Exception):  # noqa: N818
    """A subgraph was asked for what it does not have, or was sent something wrong."""


@dataclass(frozen=True)
class Thing:
    """An object: its concrete type, its number, and what ``@provides`` on the way to it (or a representation) gives."""

    type: str
    number: int
    provided: tuple[SelectionSetNode, ...] = ()
    sent: frozenset[str] = frozenset()


def number_of(*parts: object) -> int:
    return zlib.crc32(json.dumps(parts, sort_keys=True, default=str).encode())


def field_set(text: str) -> SelectionSetNode:
    return parse("{" + text + "}").definitions[0].selection_set  # type: ignore[attr-defined]


def given(info: GraphQLResolveInfo, args: dict[str, Any]) -> dict[str, Any]:
    """The arguments that the operation names: a subgraph's default may be hidden from the public schema."""
    named = {argument.name.value for argument in info.field_nodes[0].arguments or ()}
    return {name: value for name, value in args.items() if name in named}


def with_provided(value: Any, provided: tuple[SelectionSetNode, ...]) -> Any:
    if isinstance(value, list):
        return [with_provided(item, provided) for item in value]
    return Thing(value.type, value.number, provided) if isinstance(value, Thing) else value


def fields_of(node: SelectionSetNode) -> list[FieldNode]:
    return [child for child in node.selections if isinstance(child, FieldNode)]
