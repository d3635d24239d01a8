"""Arguments and values of an operation as compact GraphQL text, with the variables that they use."""

from __future__ import annotations

import json

from graphql import (
    BooleanValueNode,
    FieldNode,
    ListValueNode,
    NullValueNode,
    ObjectValueNode,
    StringValueNode,
    ValueNode,
    VariableNode,
)

NO_VARIABLES: frozenset[str] = frozenset()


def arguments_text(node: FieldNode) -> tuple[str, frozenset[str]]:
    """The arguments of a field as text with parentheses (empty without), sorted by name, and their variables."""
    if not node.arguments:
        return "", NO_VARIABLES
    variables: set[str] = set()
    parts = sorted(f"{a.name.value}:{value_text(a.value, variables)}" for a in node.arguments)
    return "(" + ",".join(parts) + ")", frozenset(variables)


def value_text(node: ValueNode, variables: set[str]) -> str:
    """A value as text; the variables in it are added to ``variables``."""
    if isinstance(node, VariableNode):
        variables.add(node.name.value)
        return "$" + node.name.value
    if isinstance(node, StringValueNode):
        return json.dumps(node.value, ensure_ascii=False)
    if isinstance(node, BooleanValueNode):
        return "true" if node.value else "false"
    if isinstance(node, NullValueNode):
        return "null"
    if isinstance(node, ListValueNode):
        return "[" + ",".join(value_text(item, variables) for item in node.values) + "]"
    if isinstance(node, ObjectValueNode):
        fields = (f"{field.name.value}:{value_text(field.value, variables)}" for field in node.fields)
        return "{" + ",".join(fields) + "}"
    return str(node.value)  # type: ignore[attr-defined]
