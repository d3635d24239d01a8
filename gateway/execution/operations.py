"""The operation cache: text and operation name -> parsed, validated, planned. Bounded; the least recently used goes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, Protocol

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    get_variable_values,
    parse,
    validate,
)

from gateway.execution.authorize import Denied, Guards, without_denied
from gateway.execution.errors import (
    BAD_USER_INPUT,
    GRAPHQL_PARSE_FAILED,
    GRAPHQL_VALIDATION_FAILED,
    OPERATION_RESOLUTION_FAILURE,
    RequestError,
)
from gateway.execution.introspect import Introspection
from gateway.execution.program import Program
from gateway.planner.plan import OperationKind, Plan
from gateway.request import GraphQLRequest, RequestScope
from gateway.subgraphs.protocol import Subgraph

NO_LABELS: frozenset[str] = frozenset()
# An actor's denied coordinates make a variant of an operation, and so do active overrides; no more than this are kept.
_VARIANTS_MAX = 32
_ERRORS_MAX = 25
# A prepared operation takes 0.4 to 1.1 KB for each character of its text: this keeps the cache under about 150 MB.
_CHARACTERS_MAX = 150_000


class RequestCheck(Protocol):
    """What the guard has to say of a request; ``gateway.guard.guard.Guard`` is one.

    ``hide_suggestions``: whether errors keep silent about names that nearly match.
    """

    @property
    def hide_suggestions(self) -> bool: ...

    def check_text(self, text: str) -> None:
        """Before the text is parsed. Raises: GraphQLError."""

    def check_document(
        self,
        document: DocumentNode,
        operation_name: str | None,
        variables: Mapping[str, Any],
        schema: GraphQLSchema,
    ) -> list[GraphQLError]:
        """Before the document is validated, and again for every later request's variables."""


class PlanMaker(Protocol):
    """Plans one operation of a validated document."""

    def __call__(
        self, document: DocumentNode, operation_name: str | None, overrides: frozenset[str] = NO_LABELS
    ) -> Plan:
        """``overrides``: the active labels of progressive overrides."""


class Prepared:
    """An operation that may be run: valid, with a program for each set of what actors may not see and of overrides."""

    __slots__ = (
        "_guards",
        "_plan",
        "_schema",
        "_subgraphs",
        "_touched",
        "_variants",
        "document",
        "introspection",
        "kind",
        "operation",
        "program",
    )

    def __init__(
        self,
        document: DocumentNode,
        operation: OperationDefinitionNode,
        schema: GraphQLSchema,
        subgraphs: Mapping[str, Subgraph],
        guards: Guards,
        plan: PlanMaker,
    ) -> None:
        self.document = document
        self.operation = operation
        self.kind: OperationKind = operation.operation.value
        self.introspection = Introspection.of(schema, document, operation)
        self._schema = schema
        self._subgraphs = subgraphs
        self._guards = guards
        self._plan = plan
        self._touched = guards.touched(document, operation)
        self._variants: OrderedDict[tuple[frozenset[str], bool, frozenset[str]], Program] = OrderedDict()
        self.program = Program(plan(document, self._name()), schema, subgraphs)

    def program_for(self, scope: RequestScope, labels: frozenset[str] = NO_LABELS) -> Program:
        """The program that fetches nothing that the scope's actor may not see, and keeps to the active overrides."""
        denied = self._guards.denied(self._touched, scope) if self._touched else NO_LABELS
        if not denied and not labels:
            return self.program
        key = (denied, bool(denied) and scope.actor.is_authenticated, labels)
        program = self._variants.get(key)
        if program is None:
            program = self._variants[key] = self._variant(*key)
            if len(self._variants) > _VARIANTS_MAX:
                self._variants.popitem(last=False)
        return program

    def _variant(self, coordinates: frozenset[str], signed_in: bool, labels: frozenset[str]) -> Program:
        document, denied = self.document, None
        if coordinates:
            denied = Denied(coordinates, signed_in)
            document = without_denied(self._schema, document, denied)
        return Program(self._plan(document, self._name(), labels), self._schema, self._subgraphs, denied)

    def _name(self) -> str | None:
        return self.operation.name.value if self.operation.name is not None else None


class OperationCache:
    """Prepared operations by text and operation name. What can't be prepared is refused anew each time."""

    def __init__(
        self,
        schema: GraphQLSchema,
        subgraphs: Mapping[str, Subgraph],
        guards: Guards,
        plan: PlanMaker,
        check: RequestCheck | None,
        size: int,
    ) -> None:
        self._schema = schema
        self._subgraphs = subgraphs
        self._guards = guards
        self._plan = plan
        self._check = check
        self._size = size
        self._entries: OrderedDict[tuple[str, str | None], Prepared] = OrderedDict()
        self._characters = 0

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, request: GraphQLRequest) -> Prepared:
        """The request's operation, prepared.

        Raises:
            RequestError: the text does not parse, is not valid, or has no such operation.
        """
        key = (request.query, request.operation_name)
        prepared = self._entries.get(key)
        if prepared is not None:
            self._entries.move_to_end(key)
            self._check_variables(prepared.document, request)
            return prepared
        prepared = self._prepare(request)
        self._entries[key] = prepared
        self._characters += len(request.query)
        while len(self._entries) > self._size or (self._characters > _CHARACTERS_MAX and len(self._entries) > 1):
            (text, _), _ = self._entries.popitem(last=False)
            self._characters -= len(text)
        return prepared

    def _check_variables(self, document: DocumentNode, request: GraphQLRequest) -> None:
        """Raises: RequestError: the guard refuses the document with these variables."""
        if self._check is None:
            return
        if errors := self._check.check_document(document, request.operation_name, request.variables, self._schema):
            raise RequestError.of(errors, GRAPHQL_VALIDATION_FAILED)

    def _prepare(self, request: GraphQLRequest) -> Prepared:
        hide_suggestions = self._check is not None and self._check.hide_suggestions
        try:
            if self._check is not None:
                self._check.check_text(request.query)
            # graphql-core lets "{}" pass by default.
            document = parse(request.query, allow_empty_selection_sets=False)
        except GraphQLSyntaxError as error:
            raise RequestError.of([error], GRAPHQL_PARSE_FAILED) from None
        except GraphQLError as error:
            raise RequestError.of([error], GRAPHQL_VALIDATION_FAILED) from None
        except RecursionError:
            raise RequestError.one("The document is nested too deeply", GRAPHQL_PARSE_FAILED) from None
        operation = _operation_of(document, request.operation_name)
        self._check_variables(document, request)
        if errors := validate(self._schema, document, max_errors=_ERRORS_MAX, hide_suggestions=hide_suggestions):
            raise RequestError.of(errors, GRAPHQL_VALIDATION_FAILED)
        return Prepared(document, operation, self._schema, self._subgraphs, self._guards, self._plan)


def _operation_of(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    if name is not None:
        operations = [node for node in operations if node.name is not None and node.name.value == name]
        problem = f'The document has no operation named "{name}"'
    elif not operations:
        problem = "The document has no operation"
    else:
        problem = "The document has several operations: name the one to run in operationName"
    if len(operations) != 1:
        raise RequestError.one(problem, OPERATION_RESOLUTION_FAILURE)
    return operations[0]


def request_variables(
    schema: GraphQLSchema, operation: OperationDefinitionNode, given: Mapping[str, Any]
) -> tuple[dict[str, Any], Mapping[str, Any]]:
    """What is sent to subgraphs, and the coerced values that decide conditions.

    A variable that the client left out is sent only when the operation has a default for it.

    Raises:
        RequestError: BAD_USER_INPUT, when a value is not of its type.
    """
    definitions = operation.variable_definitions
    if not definitions:
        return {}, {}
    values = get_variable_values(schema, definitions, dict(given), max_errors=_ERRORS_MAX, hide_suggestions=True)
    if isinstance(values, list):
        raise RequestError.of(values, BAD_USER_INPUT)
    coerced = values.coerced
    return {name: given.get(name, value) for name, value in coerced.items()}, coerced
