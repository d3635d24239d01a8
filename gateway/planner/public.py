"""The API schema: what clients see of a supergraph, without join, link and ``@inaccessible`` things."""

from __future__ import annotations

from typing import Any, TypeVar

from graphql import (
    DirectiveDefinitionNode,
    DocumentNode,
    EnumTypeDefinitionNode,
    GraphQLDeferDirective,
    GraphQLSchema,
    InputObjectTypeDefinitionNode,
    InterfaceTypeDefinitionNode,
    ObjectTypeDefinitionNode,
    SchemaDefinitionNode,
    UnionTypeDefinitionNode,
    build_ast_schema,
)

from gateway.planner.join import arguments

KEPT_DIRECTIVES = frozenset({"deprecated", "specifiedBy", "oneOf"})
EXECUTABLE = frozenset(
    {
        "QUERY",
        "MUTATION",
        "SUBSCRIPTION",
        "FIELD",
        "FRAGMENT_DEFINITION",
        "FRAGMENT_SPREAD",
        "INLINE_FRAGMENT",
        "VARIABLE_DEFINITION",
    }
)

NodeT = TypeVar("NodeT")


class PublicReader:
    """Filters the definitions of one supergraph document.

    ``hidden``: names of types that are not public: inaccessible, or of a linked specification.
    """

    def __init__(self, document: DocumentNode) -> None:
        self.document = document
        self.prefixes, self.inaccessible = _linked(document)
        self.hidden = frozenset(
            node.name.value
            for node in document.definitions
            if hasattr(node, "name") and (self._foreign(node.name.value) or self._is_hidden(node))
        )

    def schema(self, *, assume_valid: bool = False) -> GraphQLSchema:
        """Build the API schema. Raises: TypeError, when what remains is no schema."""
        kept = [kept for node in self.document.definitions if (kept := self._definition(node)) is not None]
        return build_ast_schema(DocumentNode(definitions=tuple(kept)), assume_valid=assume_valid, assume_valid_sdl=True)

    def _foreign(self, name: str) -> bool:
        return name.partition("__")[0] in self.prefixes and "__" in name.strip("_")

    def _is_hidden(self, node: Any) -> bool:
        return any(d.name.value == self.inaccessible for d in node.directives or ())

    def _definition(self, node: Any) -> Any:
        if isinstance(node, DirectiveDefinitionNode):
            name = node.name.value
            public = any(location.value in EXECUTABLE for location in node.locations)
            return node if public and not self._foreign(name) and name not in self.prefixes else None
        if isinstance(node, SchemaDefinitionNode):
            # A contract may take a whole Mutation out.
            roots = tuple(root for root in node.operation_types if root.type.name.value not in self.hidden)
            return _with(node, directives=(), operation_types=roots)
        if not hasattr(node, "name") or node.name.value in self.hidden:
            return None
        changes: dict[str, Any] = {"directives": self._kept_directives(node)}
        if isinstance(node, (ObjectTypeDefinitionNode, InterfaceTypeDefinitionNode)):
            changes["interfaces"] = tuple(i for i in node.interfaces or () if i.name.value not in self.hidden)
            changes["fields"] = self._members(node.fields)
        elif isinstance(node, InputObjectTypeDefinitionNode):
            changes["fields"] = self._members(node.fields)
        elif isinstance(node, EnumTypeDefinitionNode):
            changes["values"] = self._members(node.values)
        elif isinstance(node, UnionTypeDefinitionNode):
            changes["types"] = tuple(t for t in node.types or () if t.name.value not in self.hidden)
        return _with(node, **changes)

    def _members(self, nodes: Any) -> tuple[Any, ...]:
        kept = []
        for node in nodes or ():
            if self._is_hidden(node):
                continue
            changes: dict[str, Any] = {"directives": self._kept_directives(node)}
            if getattr(node, "arguments", None):
                changes["arguments"] = self._members(node.arguments)
            kept.append(_with(node, **changes))
        return tuple(kept)

    def _kept_directives(self, node: Any) -> tuple[Any, ...]:
        return tuple(d for d in node.directives or () if d.name.value in KEPT_DIRECTIVES)


def with_defer(schema: GraphQLSchema) -> GraphQLSchema:
    """The schema with ``@defer``, which the gateway itself answers: it stands in no supergraph."""
    kwargs = schema.to_kwargs()
    others = [one for one in kwargs["directives"] if one.name != GraphQLDeferDirective.name]
    kwargs["directives"] = (*others, GraphQLDeferDirective)
    return GraphQLSchema(**kwargs)


def _with(node: NodeT, **changes: Any) -> NodeT:
    values = {key: getattr(node, key, None) for key in node.keys}  # type: ignore[attr-defined]
    return type(node)(**{**values, **changes})


def _linked(document: DocumentNode) -> tuple[frozenset[str], str]:
    """The name prefixes of linked specifications, and what ``@inaccessible`` is called here."""
    prefixes = {"join", "link", "core", "federation", "tag", "inaccessible"}
    inaccessible = "inaccessible"
    for node in document.definitions:
        if not isinstance(node, SchemaDefinitionNode):
            continue
        for directive in node.directives or ():
            values = arguments(directive)
            url = str(values.get("url") or values.get("feature") or "")
            if directive.name.value not in {"link", "core"} or not url:
                continue
            parts = url.rstrip("/").split("/")
            name = str(values.get("as") or (parts[-2] if parts[-1].startswith("v") else parts[-1]))
            prefixes.add(name)
            if "/inaccessible/" in url:
                inaccessible = name
    return frozenset(prefixes), inaccessible
