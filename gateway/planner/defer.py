"""``@defer``: which fragments of an operation may come later, and which steps of its plan only they need.

While an operation is planned, to be within a deferred fragment is one more condition: a literal with a name that no
variable can have. Steps and fields thus carry for whom they are wanted as they carry ``@skip`` and ``@include``. A
*chain* is the names of a deferred fragment and of those around it; the empty chain is the answer that comes first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from graphql import (
    BooleanValueNode,
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    OperationDefinitionNode,
    OperationType,
    SelectionNode,
    SelectionSetNode,
    StringValueNode,
    VariableNode,
)

from gateway.planner.conditions import Conditions, Conjunction, any_of
from gateway.planner.plan import Chain, Chains, DeferredFragment, When
from gateway.planner.schedule import bits
from gateway.planner.steps import Node, Step

Deferred: TypeAlias = "Mapping[int, Defer]"
FIRST: Chain = frozenset()
IN_FIRST: Chains = frozenset({FIRST})
NOTHING_DEFERRED: Deferred = {}
_MARK = "@"


@dataclass(frozen=True, slots=True, eq=False)
class Defer:
    """One ``@defer`` of a document. ``name``: unlike any variable's. ``variable``: that decides it; None: it holds."""

    name: str
    label: str | None
    variable: str | None


def defers_of(document: DocumentNode, operation: OperationDefinitionNode) -> dict[int, Defer]:
    """The ``@defer``s that the operation reaches and that may hold, by the identity of the directive's node.

    Of a subscription none: each of its events is answered whole.
    """
    if operation.operation is OperationType.SUBSCRIPTION:
        return {}
    fragments = {n.name.value: n for n in document.definitions if isinstance(n, FragmentDefinitionNode)}
    found: dict[int, Defer] = {}
    seen: set[str] = set()
    pending = [operation.selection_set]
    while pending:
        for node in pending.pop().selections:
            if (directive := defer_of(node)) is not None and (defer := _defer(directive, len(found))) is not None:
                found[id(directive)] = defer
            if isinstance(node, FragmentSpreadNode):
                name = node.name.value
                if name not in seen:
                    seen.add(name)
                    pending.append(fragments[name].selection_set)
            elif (below := _selection_set(node)) is not None:
                pending.append(below)
    return found


def holding(defers: Deferred, variables: Mapping[str, Any]) -> frozenset[int]:
    """The keys of those that hold. ``variables``: coerced values."""
    return frozenset(key for key, one in defers.items() if one.variable is None or variables.get(one.variable, True))


def defer_of(node: SelectionNode) -> DirectiveNode | None:
    """The ``@defer`` of a selection."""
    if isinstance(node, FieldNode):
        return None
    return next((one for one in node.directives or () if one.name.value == "defer"), None)


def _selection_set(node: SelectionNode) -> SelectionSetNode | None:
    return getattr(node, "selection_set", None)


def _defer(directive: DirectiveNode, number: int) -> Defer | None:
    """None for one that never holds."""
    values = {argument.name.value: argument.value for argument in directive.arguments or ()}
    condition, label = values.get("if"), values.get("label")
    if isinstance(condition, BooleanValueNode) and not condition.value:
        return None
    return Defer(
        f"{_MARK}{number}",
        label.value if isinstance(label, StringValueNode) else None,
        condition.name.value if isinstance(condition, VariableNode) else None,
    )


def within(defer: Defer, when: Conjunction) -> Conjunction:
    """``when``, and in the fragment."""
    return when | {(defer.name, True)}


def stands_at(defer: Defer, types: frozenset[str], when: Conjunction) -> DeferredFragment:
    """A deferred fragment at a place. ``when``: that of its selections."""
    chain = chain_of(when)
    plain = (When(variable, expected) for variable, expected in sorted(when) if variable not in chain)
    return DeferredFragment(defer.name, chain, types, tuple(plain))


def chain_of(when: Conjunction) -> Chain:
    """The deferred fragments that a thing is in."""
    return frozenset(name for name, _ in when if name.startswith(_MARK))


def chains_of(conditions: Conditions) -> Chains:
    """For whom a thing is wanted."""
    return _fewest({chain_of(one) for one in conditions})


def covers(wide: Chains, narrow: Chains) -> bool:
    """Whether what is there for ``wide`` is there in time for ``narrow``."""
    return all(any(one <= other for one in wide) for other in narrow)


def _fewest(chains: set[Chain]) -> Chains:
    """Without those that come with another: what is there for a fragment is there for those inside it."""
    return frozenset(one for one in chains if not any(other < one for other in chains))


def settle(steps: Sequence[Step]) -> list[Chains]:
    """For whom each step is made, by its number; in the steps themselves the conditions are as without ``@defer``.

    What a step waits for is there for all that the step is made for.
    """
    found = [chains_of(step.when) for step in steps]
    changed = True
    while changed:
        changed = False
        for step in steps:
            for earlier in bits(step.deps):
                joined = _fewest({*found[earlier], *found[step.number]})
                changed = changed or joined != found[earlier]
                found[earlier] = joined
    for step in steps:
        step.when = _plain(step.when)
        for node in _nodes(step):
            for entry in node.entries.values():
                entry.when = _plain(entry.when)
    return found


def _plain(conditions: Conditions) -> Conditions:
    return any_of(frozenset(one for one in alternative if not one[0].startswith(_MARK)) for alternative in conditions)


def _nodes(step: Step) -> Iterator[Node]:
    pending = list(step.roots.values())
    seen = {id(node) for node in pending}
    while pending:
        node = pending.pop()
        yield node
        for entry in node.entries.values():
            if entry.node is not None and id(entry.node) not in seen:
                seen.add(id(entry.node))
                pending.append(entry.node)
