"""Introspection, answered from the public schema; the last answers to questions without variables are kept."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from graphql import (
    REMOVE,
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    Visitor,
    execute_sync,
    print_ast,
    visit,
)

from gateway.execution.authorize import copied
from gateway.execution.budget import ResponseLimitError, ResponseLimits

_FIELDS = ("__schema", "__type")
_KEPT = ResponseLimits(values=50_000, characters=2_000_000)


class Answers:
    """The last answers about one schema, by the digest of the question. Shared by the operations of an engine."""

    def __init__(self, size: int = 20) -> None:
        self._size = size
        self._answers: OrderedDict[bytes, dict[str, Any]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._answers)

    def get(self, key: bytes) -> dict[str, Any] | None:
        found = self._answers.get(key)
        if found is not None:
            self._answers.move_to_end(key)
        return found

    def keep(self, key: bytes, answer: dict[str, Any]) -> None:
        """Keep an answer unless it is much more than tools ask for."""
        try:
            _KEPT.check(answer)
        except ResponseLimitError:
            return
        self._answers[key] = answer
        if len(self._answers) > self._size:
            self._answers.popitem(last=False)


class Introspection:
    """The introspection part of one operation. ``key``: of its answer, None when that hangs on variables."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode, key: bytes | None, answers: Answers) -> None:
        self._schema = schema
        self._document = document
        self._key = key
        self._answers = answers

    @classmethod
    def of(
        cls, schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode, answers: Answers
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
        question = visit(DocumentNode(definitions=definitions), _WithoutDefer())
        key = None if operation.variable_definitions else sha256(print_ast(question).encode()).digest()
        return cls(schema, question, key, answers)

    def answer(self, variables: Mapping[str, Any]) -> dict[str, Any]:
        """What the client asked about the schema, by its response keys.

        The caller must not change it: it may be given again.
        """
        if self._key is not None and (known := self._answers.get(self._key)) is not None:
            return known
        result = execute_sync(self._schema, self._document, variable_values=dict(variables))
        data = result.data or {}
        if self._key is not None:
            self._answers.keep(self._key, data)
        return data


class _WithoutDefer(Visitor):
    """Takes ``@defer`` out: there is nothing to wait for."""

    def enter_directive(self, node: DirectiveNode, *_: Any) -> Any:
        return REMOVE if node.name.value == "defer" else None


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
