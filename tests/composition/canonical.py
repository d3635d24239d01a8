"""A supergraph SDL as a dict of its facts, so that two can be compared without regard to order and layout."""

import re
from collections.abc import Iterable
from typing import Any

from graphql import ConstDirectiveNode, DirectiveDefinitionNode, SchemaDefinitionNode, parse, print_ast

_FIELD_SETS = ("requires", "provides", "key")
_DEFAULTS = {("listSize", "requireOneSlicingArgument", "true"), ("join__type", "resolvable", "true")}

Facts = dict[str, Any]


def facts(sdl: str) -> Facts:
    """Coordinate -> what is said of it. The definitions of the join and link specifications are left out."""
    found: Facts = {}
    for node in parse(sdl).definitions:
        if isinstance(node, SchemaDefinitionNode):
            roots = (f"{root.operation.value}: {root.type.name.value}" for root in node.operation_types or ())
            found["schema"] = sorted(roots)
            found["links"] = [text for text in _directives(node.directives) if "/join/" not in text]
        elif isinstance(node, DirectiveDefinitionNode):
            if not node.name.value.startswith(("join__", "link")):
                found[f"@{node.name.value}"] = _definition(node)
        elif not node.name.value.startswith(("join__", "link__")):  # type: ignore[attr-defined]
            found.update(_type(node))
        elif node.name.value == "join__Graph":  # type: ignore[attr-defined]
            found["graphs"] = sorted(value.name.value for value in node.values)  # type: ignore[attr-defined]
    return found


def differences(ours: str, theirs: str) -> list[str]:
    """The coordinates of which the two supergraphs do not say the same."""
    left, right = facts(ours), facts(theirs)
    return sorted(key for key in left.keys() | right.keys() if left.get(key) != right.get(key))


def _definition(node: DirectiveDefinitionNode) -> Any:
    arguments = sorted(
        f"{a.name.value}: {print_ast(a.type)} = {print_ast(a.default_value) if a.default_value else None}"
        for a in node.arguments or ()
    )
    return arguments, sorted(location.value for location in node.locations), node.repeatable


def _type(node: Any) -> Facts:
    name = node.name.value
    found: Facts = {
        name: (
            node.kind,
            _directives(node.directives),
            _text(node),
            sorted(i.name.value for i in getattr(node, "interfaces", None) or ()),
            sorted(member.name.value for member in getattr(node, "types", None) or ()),
        )
    }
    for field in getattr(node, "fields", None) or ():
        found[f"{name}.{field.name.value}"] = _element(field)
        for argument in getattr(field, "arguments", None) or ():
            found[f"{name}.{field.name.value}({argument.name.value}:)"] = _element(argument)
    for value in getattr(node, "values", None) or ():
        found[f"{name}.{value.name.value}"] = (_directives(value.directives), _text(value))
    return found


def _element(node: Any) -> Any:
    default = getattr(node, "default_value", None)
    return print_ast(node.type), _directives(node.directives), _text(node), default and print_ast(default)


def _text(node: Any) -> str | None:
    return node.description.value if node.description else None


def _directives(nodes: Iterable[ConstDirectiveNode] | None) -> list[str]:
    return sorted(_directive(node) for node in nodes or ())


def _directive(node: ConstDirectiveNode) -> str:
    name = node.name.value
    said = []
    for argument in node.arguments or ():
        text = _argument(name, argument.name.value, argument.value)
        if (name, argument.name.value, text) not in _DEFAULTS:
            said.append(f"{argument.name.value}: {text}")
    return f"@{name}({', '.join(sorted(said))})"


def _argument(directive: str, name: str, value: Any) -> str:
    if directive.startswith("join__") and name in _FIELD_SETS:
        return re.sub(r"\s*([{}()]|\.\.\.)\s*", r"\1", " ".join(value.value.split()))
    if name in ("scopes", "policies"):
        return str(sorted(sorted(item.value for item in row.values) for row in value.values))
    return print_ast(value)
