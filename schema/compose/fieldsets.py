"""Field sets: the little selections in @key, @requires and @provides, parsed and printed."""

from dataclasses import dataclass
from functools import lru_cache

from graphql import FieldNode, GraphQLError, InlineFragmentNode, OperationDefinitionNode, SelectionSetNode, parse


@dataclass(frozen=True, slots=True)
class Selected:
    """One field of a field set. ``on`` is the type condition of the inline fragment around it, if any.

    ``selection`` is empty for a leaf, None where braces are written with nothing in them.
    """

    name: str
    selection: tuple["Selected", ...]
    on: str | None = None
    arguments: tuple[str, ...] = ()
    alias: str | None = None
    directives: tuple[str, ...] = ()
    braces: bool = False


FieldSet = tuple[Selected, ...]


class FieldSetError(ValueError):
    """The text is not a field set."""


@lru_cache(maxsize=4096)
def parse_field_set(text: str) -> FieldSet:
    """``id organization { id }`` as values. Raises: FieldSetError."""
    body = text.strip()
    if not body:
        raise FieldSetError("it is empty")
    try:
        document = parse(body if body.startswith("{") else "{" + body + "}", no_location=True)
    except GraphQLError as fault:
        raise FieldSetError(fault.message) from None
    operation = document.definitions[0]
    if len(document.definitions) != 1 or not isinstance(operation, OperationDefinitionNode):
        raise FieldSetError("it is not one selection of fields")
    return tuple(_selected(operation.selection_set, None))


def _selected(node: SelectionSetNode, on: str | None) -> list[Selected]:
    found: list[Selected] = []
    for item in node.selections:
        if isinstance(item, FieldNode):
            inner = tuple(_selected(item.selection_set, None)) if item.selection_set else ()
            found.append(
                Selected(
                    item.name.value,
                    inner,
                    on,
                    tuple(argument.name.value for argument in item.arguments or ()),
                    item.alias.value if item.alias else None,
                    tuple(directive.name.value for directive in item.directives or ()),
                    item.selection_set is not None,
                )
            )
        elif isinstance(item, InlineFragmentNode):
            condition = item.type_condition.name.value if item.type_condition else on
            found += _selected(item.selection_set, condition)
        else:
            raise FieldSetError("a field set has no named fragments")
    return found
