"""The guard: refuses an operation that asks too much, before it is validated, planned or run."""

from __future__ import annotations

import weakref
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    IntValueNode,
    OperationDefinitionNode,
)

from gateway.guard.limits import Limits, refusal
from gateway.guard.measure import Measure, Weight
from gateway.guard.repeats import count_comparisons
from gateway.guard.scan import scan
from gateway.guard.values import check_values


@dataclass(slots=True)
class _Known:
    """A document seen before; forgotten when nobody else holds the document any more.

    ``sizes``: the variables that sizes of lists are read from. ``errors``: by the values of those.
    """

    document: weakref.ref[DocumentNode]
    sizes: tuple[str, ...]
    errors: dict[tuple[Any, ...], list[GraphQLError]] = field(default_factory=dict)


class Guard:
    """One gateway's limits. Safe to share between the requests of one event loop."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._known: dict[tuple[int, str | None], _Known] = {}

    @property
    def hide_suggestions(self) -> bool:
        return not self.limits.suggestions

    def check_text(self, text: str) -> None:
        """Look at a document before it is parsed.

        Raises:
            GraphQLError: with a code of the guard; see ``gateway.guard.scan``.
        """
        scan(text, self.limits)

    def check_document(
        self,
        document: DocumentNode,
        operation_name: str | None = None,
        variables: Mapping[str, Any] | None = None,
        schema: GraphQLSchema | None = None,
    ) -> list[GraphQLError]:
        """What this operation asks too much of; empty when it may run.

        Meant for every request: a document is measured once for each combination of its list sizes, and only the
        values of the variables are looked at anew.
        """
        variables = variables or {}
        if variables and (refused := check_values(variables, self.limits)):
            return [refused]
        known = self._known.get((id(document), operation_name))
        if known is not None:
            errors = known.errors.get(_key(known.sizes, variables))
            if errors is not None:
                return errors
        errors, sizes = _measured(document, operation_name, variables, schema, self.limits)
        if not errors:
            self._remember(document, operation_name, sizes, variables)
        return errors

    def _remember(
        self, document: DocumentNode, operation_name: str | None, sizes: tuple[str, ...], variables: Mapping[str, Any]
    ) -> None:
        key = (id(document), operation_name)
        known = self._known.get(key)
        if known is None:
            forget = weakref.ref(document, lambda _: self._known.pop(key, None) and None)
            known = self._known[key] = _Known(forget, sizes)
        if len(known.errors) <= self.limits.list_size:
            known.errors[_key(sizes, variables)] = []


def _key(sizes: tuple[str, ...], variables: Mapping[str, Any]) -> tuple[Any, ...]:
    """True and 1 and 1.0 are the same key, so the kind of the value is a part of it."""
    values = [variables.get(name) for name in sizes]
    return tuple((type(value), value) if isinstance(value, (int, float)) else None for value in values)


def _measured(
    document: DocumentNode,
    operation_name: str | None,
    variables: Mapping[str, Any],
    schema: GraphQLSchema | None,
    limits: Limits,
) -> tuple[list[GraphQLError], tuple[str, ...]]:
    """Measure the operation of that name, or all of them where none is named; the size variables met on the way."""
    measure = Measure(document, limits, schema)
    try:
        for node in document.definitions:
            if isinstance(node, OperationDefinitionNode) and operation_name in (None, node.name and node.name.value):
                measure.errors += _above(measure.operation(node, _with_defaults(node, variables)), limits)
        weights = measure.fragments()
    except GraphQLError as error:
        return [error], ()
    if not measure.errors:
        measure.errors += _repeated(document, weights, limits)
    return measure.errors, tuple(sorted(measure.size_variables))


def _repeated(document: DocumentNode, fragment_weights: list[Weight], limits: Limits) -> list[GraphQLError]:
    """Validation compares within unused fragments, too; each is as bounded as an operation."""
    if any(weight.fields > limits.fields for weight in fragment_weights):
        return [refusal("FIELD_LIMIT", f"A fragment expands to at most {limits.fields} fields.")]
    sets = [
        node.selection_set
        for node in document.definitions
        if isinstance(node, (OperationDefinitionNode, FragmentDefinitionNode))
    ]
    if count_comparisons(document, sets, limits.comparisons) > limits.comparisons:
        text = "The same field is selected too often in one place: select it once."
        return [refusal("REPEAT_LIMIT", text)]
    return []


def _with_defaults(node: OperationDefinitionNode, variables: Mapping[str, Any]) -> Mapping[str, Any]:
    defaults = {
        variable.variable.name.value: int(variable.default_value.value[:12])
        for variable in node.variable_definitions or ()
        if isinstance(variable.default_value, IntValueNode)
    }
    return {**defaults, **variables} if defaults else variables


def _above(weight: Weight, limits: Limits) -> list[GraphQLError]:
    bounds = (
        ("DEPTH_LIMIT", weight.depth, limits.depth, "An operation nests at most {} fields."),
        ("ROOT_FIELD_LIMIT", weight.width, limits.root_fields, "An operation has at most {} root fields."),
        ("FIELD_LIMIT", weight.fields, limits.fields, "An operation expands to at most {} fields."),
        ("COST_LIMIT", weight.cost, limits.cost, "An operation may cost at most {}; ask for shorter lists."),
    )
    return [refusal(code, text.format(most)) for code, value, most, text in bounds if value > most]
