"""A subgraph's own schema from its SDL, with ``_entities`` added: what its fetches must be valid against."""

from __future__ import annotations

from typing import Any

from graphql import (
    DirectiveDefinitionNode,
    DocumentNode,
    GraphQLSchema,
    ObjectTypeDefinitionNode,
    SchemaDefinitionNode,
    SchemaExtensionNode,
    build_ast_schema,
    parse,
)

LISTS = ("fields", "values", "types", "interfaces")


def subgraph_schema(sdl: str) -> GraphQLSchema:
    """The schema that a subgraph server makes of ``sdl``: extensions merged, federation's directives gone."""
    merged: dict[str, Any] = {}
    keyed: set[str] = set()
    roots: dict[str, str] = {}
    for node in parse(sdl, no_location=True).definitions:
        if isinstance(node, (SchemaDefinitionNode, SchemaExtensionNode)):
            roots |= {o.operation.value: o.type.name.value for o in node.operation_types or ()}
        elif not isinstance(node, DirectiveDefinitionNode):
            name = node.name.value
            if any(d.name.value in {"key", "federation__key"} for d in node.directives or ()):
                keyed.add(name)
            merged[name] = _merge(merged.get(name), node)
    query = roots.get("query", "Query")
    entities = sorted(n for n in keyed if isinstance(merged[n], ObjectTypeDefinitionNode))
    extra = "scalar _Any\n"
    if entities:
        extra += f"union _Entity = {' | '.join(entities)}\n"
    entry = "_entities(representations: [_Any!]!): [_Entity]!" if entities else "_none: Boolean"
    extra += f"type {query} {{ {entry} }}\n"
    for node in parse(extra, no_location=True).definitions:
        name = node.name.value  # type: ignore[attr-defined]
        merged[name] = _merge(merged.get(name), node)
    definitions = [*merged.values(), *_schema(roots, query)]
    return build_ast_schema(DocumentNode(definitions=tuple(definitions)), assume_valid=True, assume_valid_sdl=True)


def _schema(roots: dict[str, str], query: str) -> list[Any]:
    if not roots:
        return []
    text = " ".join(f"{kind}: {name}" for kind, name in ({"query": query} | roots).items())
    return list(parse("schema {" + text + "}").definitions)


def _merge(old: Any, node: Any) -> Any:
    kind = node.kind.replace("_extension", "_definition")
    cls = type(node)
    if "extension" in node.kind:
        import graphql

        cls = getattr(graphql, "".join(part.title() for part in kind.split("_")) + "Node")
    values = {key: getattr(node, key, None) for key in cls.keys}
    values["directives"] = ()
    for key in LISTS:
        if key in values:
            joined = {_name(one): _plain(one) for one in (getattr(old, key, None) or ())}
            joined |= {_name(one): _plain(one) for one in (values[key] or ())}
            values[key] = tuple(joined.values())
    return cls(**values)


def _name(node: Any) -> str:
    return str(node.name.value)


def _plain(node: Any) -> Any:
    if "directives" not in type(node).keys:
        return node
    changes: dict[str, Any] = {"directives": ()}
    if getattr(node, "arguments", None):
        changes["arguments"] = tuple(_plain(one) for one in node.arguments)
    return _copied(node, **changes)


def _copied(node: Any, **changes: Any) -> Any:
    return type(node)(**{**{key: getattr(node, key, None) for key in type(node).keys}, **changes})
