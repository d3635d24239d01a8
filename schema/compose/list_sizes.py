"""@cost and @listSize: where they may stand, and what they may name."""

from collections.abc import Iterator

from graphql import IntValueNode, ListValueNode, StringValueNode, ValueNode

from .elements import Applied, Field, Kind, TypeDef, all_applied, applied, is_list, named, nullable
from .subgraph import Subgraph

Fault = tuple[str, str, str]


def check_costs(subgraph: Subgraph, definition: TypeDef) -> Iterator[Fault]:
    """(code, coordinate, fault) for each misuse on the fields of the type."""
    for name, item in definition.fields.items():
        at = f"{definition.name}.{name}"
        if definition.kind is Kind.INTERFACE:
            if applied(item, "cost"):
                yield "COST_APPLIED_TO_INTERFACE_FIELD", at, "is a field of an interface: put @cost on the types"
            for argument in item.arguments.values():
                if applied(argument, "cost"):
                    yield (
                        "COST_APPLIED_TO_INTERFACE_FIELD",
                        f"{at}({argument.name}:)",
                        "is of an interface's field: put @cost on the types",
                    )
        for directive in all_applied(item, "listSize"):
            for code, fault in _list_size(subgraph, item, directive):
                yield code, at, fault


def _list_size(subgraph: Subgraph, item: Field, directive: Applied) -> Iterator[tuple[str, str]]:
    sized = directive.args.get("sizedFields")
    if sized is None and not is_list(item.type):
        yield "LIST_SIZE_APPLIED_TO_NON_LIST", f"is a {item.type}, no list: name its lists in sizedFields"
    size = directive.args.get("assumedSize")
    if isinstance(size, IntValueNode) and int(size.value) < 0:
        yield "LIST_SIZE_INVALID_ASSUMED_SIZE", f"assumes the size {size.value}: give 0 or more"
    for name in _names(directive.args.get("slicingArguments")):
        argument = item.arguments.get(name)
        if argument is None or nullable(argument.type) != "Int":
            said = "has no such argument" if argument is None else f"is {argument.type}"
            yield "LIST_SIZE_INVALID_SLICING_ARGUMENT", f'is sliced by "{name}", which {said}: name an Int argument'
    target = subgraph.types.get(named(item.type))
    if sized is not None and (target is None or target.kind not in (Kind.OBJECT, Kind.INTERFACE)):
        yield "LIST_SIZE_INVALID_SIZED_FIELD", f"is a {item.type}, which has no fields to size"
        return
    for name in _names(sized):
        found = subgraph.fields(named(item.type)).get(name)
        if found is None:
            yield "LIST_SIZE_INVALID_SIZED_FIELD", f'sizes "{name}", which {named(item.type)} does not have'
        elif not is_list(found.type):
            yield "LIST_SIZE_APPLIED_TO_NON_LIST", f'sizes "{name}", which is a {found.type}, no list'


def _names(value: ValueNode | None) -> list[str]:
    items = value.values if isinstance(value, ListValueNode) else ()
    return [item.value for item in items if isinstance(item, StringValueNode)]
