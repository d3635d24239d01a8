"""What @fromContext selects: one leaf of each type that sets the context, of the type that the argument has."""

from collections.abc import Iterator, Sequence

from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    parse,
)

from .elements import Argument, Kind, TypeDef, is_list, list_item, named, nullable
from .subgraph import Subgraph


class _Fault(Exception):  # noqa: N818 - it says what is wrong, and is caught in this file
    """Why the selection cannot be taken."""


def check_selection(subgraph: Subgraph, argument: Argument, text: str, setters: Sequence[TypeDef]) -> Iterator[str]:
    """What is wrong with the selection ``text`` on the types that set the context; at most one thing."""
    try:
        selections = _parsed(text)
        conditions = _conditions(selections)
        for setter in setters:
            if conditions:
                _check_fragments(subgraph, selections, setter, argument)
            else:
                _check_type(_leaf(subgraph, setter.name, selections), argument)
        possible = {name for setter in setters for name in subgraph.possible(setter.name)}
        for condition in conditions:
            if condition not in possible:
                raise _Fault(f'where nothing that sets the context can be a "{condition}": remove that part')
    except _Fault as fault:
        yield str(fault)


def _parsed(text: str) -> Sequence[SelectionNode]:
    body = text.strip()
    try:
        document = parse(body if body.startswith("{") else "{" + body + "}", no_location=True)
    except GraphQLError as fault:
        raise _Fault(f"which is no selection: {fault.message}") from None
    operation = document.definitions[0]
    if len(document.definitions) != 1 or not isinstance(operation, OperationDefinitionNode):
        raise _Fault("which is not one selection")
    _check_plain(operation.selection_set)
    return operation.selection_set.selections


def _check_plain(selection: SelectionSetNode) -> None:
    for item in selection.selections:
        if isinstance(item, FragmentSpreadNode):
            raise _Fault("where named fragments are not allowed")
        if item.directives:
            raise _Fault("where directives are not allowed")
        if isinstance(item, FieldNode) and item.alias:
            raise _Fault("where aliases are not allowed")
        if isinstance(item, FieldNode | InlineFragmentNode) and item.selection_set:
            _check_plain(item.selection_set)


def _conditions(selections: Sequence[SelectionNode]) -> list[str]:
    """The type conditions; none where one field is selected."""
    fragments = [item for item in selections if isinstance(item, InlineFragmentNode)]
    if not fragments and len(selections) == 1:
        return []
    if len(fragments) < len(selections):
        raise _Fault("which selects more than one field: select one")
    names = [item.type_condition.name.value for item in fragments if item.type_condition]
    if len(set(names)) < len(fragments):
        raise _Fault("where each part must be on another type: write ... on Type, each type once")
    return names


def _check_fragments(
    subgraph: Subgraph, selections: Sequence[SelectionNode], setter: TypeDef, argument: Argument
) -> None:
    matching = 0
    for item in selections:
        condition = (
            item.type_condition.name.value if isinstance(item, InlineFragmentNode) and item.type_condition else ""
        )
        found = subgraph.types.get(condition)
        if found is None or found.kind is not Kind.OBJECT:
            raise _Fault(f'where "{condition}" is no object type here')
        leaf = _leaf(subgraph, condition, item.selection_set.selections if isinstance(item, InlineFragmentNode) else ())
        if condition in subgraph.possible(setter.name):
            matching += 1
            _check_type(leaf, argument)
    if not matching:
        raise _Fault(f"of which nothing is for {setter.name}, which sets the context")


def _leaf(subgraph: Subgraph, owner: str, selections: Sequence[SelectionNode]) -> str:
    """The type of what is selected, without the marks of what cannot be null."""
    if subgraph.is_interface_object(owner):
        raise _Fault(f"where {owner} is an @interfaceObject")
    types = {_leaf_of(subgraph, owner, item) for item in selections}
    if len(types) != 1:
        raise _Fault("which selects values of different types")
    return types.pop()


def _leaf_of(subgraph: Subgraph, owner: str, item: SelectionNode) -> str:
    if not isinstance(item, FieldNode):
        raise _Fault("where parts on types may only stand at the top")
    if item.name.value == "__typename":
        return "String"
    found = subgraph.fields(owner).get(item.name.value)
    if found is None:
        raise _Fault(f'where "{item.name.value}" is no field of {owner} here')
    if any(a.required and name not in _given(item) for name, a in found.arguments.items()):
        raise _Fault(f"where {owner}.{item.name.value} lacks a required argument")
    if subgraph.is_composite(found.type) != (item.selection_set is not None):
        raise _Fault(f"where {owner}.{item.name.value} is a {found.type}: select down to a leaf")
    inner = named(found.type)
    if item.selection_set:
        inner = _leaf(subgraph, inner, item.selection_set.selections)
    return _wrapped(found.type, inner)


def _given(item: FieldNode) -> set[str]:
    return {argument.name.value for argument in item.arguments or ()}


def _wrapped(type_: str, inner: str) -> str:
    """``[Ward!]!`` and ``ID`` make ``[ID]``."""
    return f"[{_wrapped(list_item(type_), inner)}]" if is_list(type_) else inner


def _check_type(leaf: str, argument: Argument) -> None:
    wanted = argument.type
    if leaf != wanted:
        advice = f": make it {nullable(wanted)}" if leaf == nullable(wanted) else ""
        raise _Fault(f"which is a {leaf}, and the argument a {wanted}{advice}")
