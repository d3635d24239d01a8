"""Answers in parts, put together again as clients do: by path as of 2022, or by what is new."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

from graphql import (
    ArgumentNode,
    BooleanValueNode,
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    NameNode,
    SelectionSetNode,
    StringValueNode,
    ValueNode,
    VariableNode,
    Visitor,
    parse,
    print_ast,
    visit,
)

from gateway.execution.deferral import Part
from gateway.execution.engine import Engine
from gateway.execution.patching import Patch
from gateway.request import GraphQLRequest, GraphQLResponse, RequestScope
from identity.actor import ANONYMOUS, Actor

Error = dict[str, Any]


@dataclass
class InParts:
    """One answer. ``first``: as it was sent. ``by_path``, ``by_news``: the data in the end, put together either way."""

    first: GraphQLResponse
    parts: list[Part] = field(default_factory=list)
    by_path: Any = None
    by_news: Any = None

    @property
    def patches(self) -> list[Patch]:
        return [patch for part in self.parts for patch in part.patches]

    @property
    def errors(self) -> list[Error]:
        return [*self.first.errors, *(error for patch in self.patches for error in patch.errors)]

    def said(self) -> list[tuple[str | None, tuple[str | int, ...], Any]]:
        """Label, path and data of each patch."""
        return [(patch.pending.label, patch.pending.path, patch.data) for patch in self.patches]


async def ask_in_parts(
    engine: Engine, query: str, variables: Mapping[str, Any] | None = None, actor: Actor = ANONYMOUS
) -> InParts:
    """Ask, and keep every part as it was when it came."""
    answer = await engine.execute_in_parts(GraphQLRequest(query, None, variables or {}), RequestScope(actor))
    if isinstance(answer, GraphQLResponse):
        return InParts(answer, [], answer.data, answer.data)
    first = answer.first
    found = InParts(first, [], copy.deepcopy(first.data), copy.deepcopy(first.data))
    try:
        async for part in answer.parts():
            found.parts.append(part)
            for patch in part.patches:
                _merge_by_path(found, patch)
                _merge_by_news(found, patch)
    finally:
        await answer.close()
    return found


def _merge_by_path(found: InParts, patch: Patch) -> None:
    if patch.data is not None:
        deep_merge(_at(found.by_path, patch.pending.path), copy.deepcopy(patch.data))


def _merge_by_news(found: InParts, patch: Patch) -> None:
    for place, _, new in patch.news:
        target = _at(found.by_news, place)
        assert not target.keys() & new.keys(), "nothing is sent twice"
        target.update(copy.deepcopy(new))


def _at(data: Any, path: tuple[str | int, ...]) -> Any:
    for step in path:
        data = data[step]
    return data


def deep_merge(target: Any, source: Any) -> Any:
    """As Apollo Client and urql merge a patch: objects and lists index by index, all else is replaced."""
    if isinstance(target, dict) and isinstance(source, dict):
        for key, value in source.items():
            target[key] = deep_merge(target[key], value) if key in target else value
        return target
    if isinstance(target, list) and isinstance(source, list):
        for index, value in enumerate(source):
            target[index] = deep_merge(target[index], value)
        return target
    return source


class DeferAtRandom(Visitor):
    """Puts ``@defer`` on fragments, and fragments around fields. ``labels``: how many were put."""

    def __init__(self, seed: int, variables: list[str]) -> None:
        super().__init__()
        self._random = Random(seed)
        self._conditions: list[ValueNode | None] = [None, None, None, BooleanValueNode(value=True)]
        self._conditions += [VariableNode(name=NameNode(value=name)) for name in variables]
        self.labels = 0

    def leave_inline_fragment(self, node: InlineFragmentNode, *_: Any) -> InlineFragmentNode:
        if self._random.random() < 0.6:
            return InlineFragmentNode(
                type_condition=node.type_condition,
                directives=(*(node.directives or ()), self._defer()),
                selection_set=node.selection_set,
            )
        return node

    def leave_fragment_spread(self, node: FragmentSpreadNode, *_: Any) -> FragmentSpreadNode:
        if self._random.random() < 0.6:
            return FragmentSpreadNode(name=node.name, directives=(*(node.directives or ()), self._defer()))
        return node

    def leave_selection_set(self, node: Any, *_: Any) -> Any:
        selections = [self._wrapped(child) if isinstance(child, FieldNode) else child for child in node.selections]
        return type(node)(selections=tuple(selections))

    def _wrapped(self, node: FieldNode) -> FieldNode | InlineFragmentNode:
        if self._random.random() > 0.3:
            return node
        inside = SelectionSetNode(selections=(node,))
        return InlineFragmentNode(type_condition=None, directives=(self._defer(),), selection_set=inside)

    def _defer(self) -> DirectiveNode:
        arguments = []
        if self._random.random() < 0.7:
            arguments.append(_argument("label", StringValueNode(value=f"d{self.labels}")))
        condition = self._random.choice(self._conditions)
        if condition is not None:
            arguments.append(_argument("if", condition))
        self.labels += 1
        return DirectiveNode(name=NameNode(value="defer"), arguments=tuple(arguments))


def _argument(name: str, value: ValueNode) -> ArgumentNode:
    return ArgumentNode(name=NameNode(value=name), value=value)


def deferring(text: str, seed: int, variables: list[str]) -> str:
    """The document with ``@defer`` put in at random. ``variables``: Boolean ones that it has."""
    document: DocumentNode = visit(parse(text), DeferAtRandom(seed, variables))
    return print_ast(document)
