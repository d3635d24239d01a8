"""Which operation of a document a request means, and the values of its variables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphql import DocumentNode, GraphQLSchema, OperationDefinitionNode, get_variable_values

from gateway.execution.errors import BAD_USER_INPUT, OPERATION_RESOLUTION_FAILURE, RequestError

ERRORS_MAX = 25


def operation_of(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    """The operation of that name, or the only one.

    Raises:
        RequestError: OPERATION_RESOLUTION_FAILURE.
    """
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
    values = get_variable_values(schema, definitions, dict(given), max_errors=ERRORS_MAX, hide_suggestions=True)
    if isinstance(values, list):
        raise RequestError.of(values, BAD_USER_INPUT)
    coerced = values.coerced
    return {name: given.get(name, value) for name, value in coerced.items()}, coerced
