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
    parse,
    validate,
)

from gateway.execution.authorize import Denied, Guards, without_denied
from gateway.execution.chosen import ERRORS_MAX, operation_of
from gateway.execution.errors import (
    GRAPHQL_PARSE_FAILED,
    GRAPHQL_VALIDATION_FAILED,
    RequestError,
)
from gateway.execution.introspect import Answers, Introspection
from gateway.execution.program import Program
from gateway.planner.defer import NOTHING_DEFERRED, Deferred, defers_of
from gateway.planner.plan import OperationKind, Plan
from gateway.request import GraphQLRequest, RequestScope
from gateway.subgraphs.protocol import Subgraph

NO_LABELS: frozenset[str] = frozenset()
NO_DEFERS: frozenset[int] = frozenset()
# An actor's denied coordinates make a variant of an operation, and so do active overrides; no more than this are kept.
_VARIANTS_MAX = 32
# Bytes, see ``Prepared.weight``: of the whole cache, and of the heaviest operation that is kept.
_WEIGHT_MAX = 150_000_000
_OPERATION_MAX = 3_000_000
# Of an operation's variants together; one is always kept.
_VARIANTS_WEIGHT = 2_000_000
# A character of a document with its share of the parsed nodes, and an operation with nothing in it.
_CHARACTER_BYTES = 150
_EMPTY_BYTES = 4_000


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
        self,
        document: DocumentNode,
        operation_name: str | None,
        overrides: frozenset[str] = NO_LABELS,
        deferred: Deferred = NOTHING_DEFERRED,
    ) -> Plan:
        """``overrides``: the active labels of progressive overrides. ``deferred``: the ``@defer``s that hold."""


class Prepared:
    """An operation that may be run: valid, with a program for each set of what actors may not see and of overrides.

    ``defers``: the ``@defer``s that may hold. In ``program``, and wherever nothing else is asked for, they count as not
    there. ``weight``: about how many bytes it takes; it grows with the programs.
    """

    __slots__ = (
        "_guards",
        "_plan",
        "_schema",
        "_subgraphs",
        "_touched",
        "_variants",
        "defers",
        "document",
        "introspection",
        "kind",
        "operation",
        "program",
        "weight",
    )

    def __init__(
        self,
        document: DocumentNode,
        operation: OperationDefinitionNode,
        schema: GraphQLSchema,
        subgraphs: Mapping[str, Subgraph],
        guards: Guards,
        plan: PlanMaker,
        answers: Answers,
    ) -> None:
        self.document = document
        self.operation = operation
        self.kind: OperationKind = operation.operation.value
        self.introspection = Introspection.of(schema, document, operation, answers)
        self._schema = schema
        self._subgraphs = subgraphs
        self._guards = guards
        self._plan = plan
        self._touched = guards.touched(document, operation)
        self.defers = defers_of(document, operation)
        self._variants: OrderedDict[tuple[frozenset[str], bool, frozenset[str], frozenset[int]], Program]
        self._variants = OrderedDict()
        self.program = Program(plan(document, self._name()), schema, subgraphs)
        text = document.loc.end if document.loc is not None else 0
        self.weight = _EMPTY_BYTES + text * _CHARACTER_BYTES + self.program.weight
        if self._touched:
            # The variant that the first request makes, which is not seen until the next.
            self.weight += self.program.weight

    def program_for(
        self, scope: RequestScope, labels: frozenset[str] = NO_LABELS, deferred: frozenset[int] = NO_DEFERS
    ) -> Program:
        """The program that fetches nothing that the scope's actor may not see, and keeps to the active overrides.

        ``deferred``: keys of ``defers`` that hold.
        """
        denied = self._guards.denied(self._touched, scope) if self._touched else NO_LABELS
        if not denied and not labels and not deferred:
            return self.program
        key = (denied, bool(denied) and scope.actor.is_authenticated, labels, deferred)
        program = self._variants.get(key)
        if program is None:
            program = self._variants[key] = self._variant(*key)
            self.weight += program.weight
            most = max(1, min(_VARIANTS_MAX, _VARIANTS_WEIGHT // program.weight))
            while len(self._variants) > most:
                self.weight -= self._variants.popitem(last=False)[1].weight
        return program

    def _variant(
        self, coordinates: frozenset[str], signed_in: bool, labels: frozenset[str], holding: frozenset[int]
    ) -> Program:
        document, denied = self.document, None
        if coordinates:
            denied = Denied(coordinates, signed_in)
            document = without_denied(self._schema, document, denied)
        deferred = {key: self.defers[key] for key in holding}
        plan = self._plan(document, self._name(), labels, deferred)
        return Program(plan, self._schema, self._subgraphs, denied)

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
        self._entries: OrderedDict[tuple[str, str | None], tuple[Prepared, int]] = OrderedDict()
        self._weight = 0
        self._answers = Answers()

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, request: GraphQLRequest) -> Prepared:
        """The request's operation, prepared.

        Raises:
            RequestError: the text does not parse, is not valid, or has no such operation.
        """
        key = (request.query, request.operation_name)
        known = self._entries.get(key)
        if known is not None:
            prepared, weight = known
            self._entries.move_to_end(key)
            if prepared.weight != weight:
                self._keep(key, prepared)
            self._check_variables(prepared.document, request)
            return prepared
        prepared = self._prepare(request)
        if prepared.weight <= _OPERATION_MAX:
            self._keep(key, prepared)
        return prepared

    def _keep(self, key: tuple[str, str | None], prepared: Prepared) -> None:
        """Keep an operation with what it weighs now, and of the others those that there is room for beside it."""
        _, before = self._entries.get(key, (None, 0))
        self._entries[key] = prepared, prepared.weight
        self._weight += prepared.weight - before
        while len(self._entries) > self._size or (self._weight > _WEIGHT_MAX and len(self._entries) > 1):
            _, (_, weight) = self._entries.popitem(last=False)
            self._weight -= weight

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
        operation = operation_of(document, request.operation_name)
        self._check_variables(document, request)
        if errors := validate(self._schema, document, max_errors=ERRORS_MAX, hide_suggestions=hide_suggestions):
            raise RequestError.of(errors, GRAPHQL_VALIDATION_FAILED)
        return Prepared(document, operation, self._schema, self._subgraphs, self._guards, self._plan, self._answers)
