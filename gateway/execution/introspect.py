"""Introspection, answered from the public schema; the answer of an operation without variables is kept with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    execute_sync,
)

from gateway.execution.authorize import copied

_FIELDS = ("__schema", "__type")


class Introspection:
    """The introspection part of one operation."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode, has_variables: bool) -> None:
        self._schema = schema
        self._document = document
        self._cached: dict[str, Any] | None = None
        self._cacheable = not has_variables

    @classmethod
    def of(
        cls, schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode
    ) -> Introspection | None:
        """The part of ``operation`` that asks about the schema, None when there is no such part."""
        fragments = {
            definition.name.value: definition
            for definition in document.definitions
            if isinstance(definition, FragmentDefinitionNode)
        }
        selections = _introspective(operation.selection_set, fragments)
        if not selections:
            return None
        part = copied(operation, selection_set=SelectionSetNode(selections=tuple(selections)))
        definitions = (part, *fragments.values())
        return cls(schema, DocumentNode(definitions=definitions), bool(operation.variable_definitions))

    def answer(self, variables: Mapping[str, Any]) -> dict[str, Any]:
        """What the client asked about the schema, by its response keys.

        The caller must not change it: it may be given again.
        """
        if self._cached is not None:
            return self._cached
        result = execute_sync(self._schema, self._document, variable_values=dict(variables))
        data = result.data or {}
        if self._cacheable:
            self._cached = data
        return data


def _introspective(
    selection_set: SelectionSetNode, fragments: Mapping[str, FragmentDefinitionNode]
) -> list[SelectionNode]:
    """The selections of a root that are, or hold, introspection fields; fragments are inlined."""
    kept: list[SelectionNode] = []
    for node in selection_set.selections:
        if isinstance(node, FieldNode):
            if node.name.value in _FIELDS:
                kept.append(node)
        elif isinstance(node, InlineFragmentNode):
            if below := _introspective(node.selection_set, fragments):
                kept.append(copied(node, selection_set=SelectionSetNode(selections=tuple(below))))
        elif isinstance(node, FragmentSpreadNode):
            fragment = fragments[node.name.value]
            if below := _introspective(fragment.selection_set, fragments):
                kept.append(
                    InlineFragmentNode(
                        type_condition=fragment.type_condition,
                        directives=node.directives,
                        selection_set=SelectionSetNode(selections=tuple(below)),
                    )
                )
    return kept
