"""@inaccessible: what is left for clients must still be a whole schema."""

from collections.abc import Callable, Iterator, Mapping

from graphql import EnumValueNode, ListValueNode, ObjectValueNode, ValueNode

from .composed import EXECUTABLE
from .elements import Argument, Element, EnumValue, Field, Kind, TypeDef, applied, named
from .errors import Report
from .supergraph import Supergraph

Complain = Callable[[str, str, str], None]


def check_inaccessible(supergraph: Supergraph, report: Report) -> None:
    """Report what refers to, implements or needs something that clients do not see."""

    def complain(code: str, at: str, fault: str) -> None:
        owner = at.split(".")[0].split("(")[0]
        where = [report.where(m.name, at) for m in supergraph.having(owner)]
        names = [m.name for m in supergraph.having(owner)]
        said = f" (in {', '.join(where)})" if where else ""
        report.error(code, f"{at}{said} {fault}", subgraphs=names, coordinate=at)

    if not _any_hidden(supergraph):
        return
    for definition in supergraph.types.values():
        if hidden(definition):
            if definition.name == "Query":
                complain("QUERY_ROOT_TYPE_INACCESSIBLE", "Query", "is @inaccessible: clients need a Query")
            continue
        _check_children(supergraph, definition, complain)
        for at, type_ in _references(definition):
            _check_reference(supergraph, at, type_, complain)
        _check_promises(supergraph, definition, complain)
        for at, argument in _arguments(definition):
            _check_argument(supergraph, at, argument, complain)
    for directive in supergraph.directives.values():
        if EXECUTABLE.issuperset(directive.locations):
            continue  # its arguments were merged without their directives, so what is hidden is not known
        for argument in directive.arguments.values():
            at = f"@{directive.name}({argument.name}:)"
            if not hidden(argument):
                _check_reference(supergraph, at, argument.type, complain)
            _check_argument(supergraph, at, argument, complain)


def hidden(element: Element) -> bool:
    return applied(element, "inaccessible") is not None


def _any_hidden(supergraph: Supergraph) -> bool:
    return any(hidden(element) for definition in supergraph.types.values() for element in _all(definition))


def _all(definition: TypeDef) -> Iterator[Element]:
    yield definition
    yield from _children(definition).values()
    for item in definition.fields.values():
        yield from item.arguments.values()


def _children(definition: TypeDef) -> Mapping[str, Field | Argument | EnumValue]:
    return {**definition.fields, **definition.inputs, **definition.values}


def _check_children(supergraph: Supergraph, definition: TypeDef, complain: Complain) -> None:
    children: list[Element] = [*_children(definition).values()]
    children += [supergraph.types[name] for name in definition.members if name in supergraph.types]
    if children and all(hidden(child) for child in children):
        fault = "has only @inaccessible members: hide the type too, or show one of them"
        complain("ONLY_INACCESSIBLE_CHILDREN", definition.name, fault)


def _references(definition: TypeDef) -> Iterator[tuple[str, str]]:
    """(coordinate, type) of the visible fields, arguments and input fields."""
    for name, item in definition.fields.items():
        if not hidden(item):
            yield f"{definition.name}.{name}", item.type
    for at, argument in _arguments(definition):
        if not hidden(argument):
            yield at, argument.type


def _check_reference(supergraph: Supergraph, at: str, type_: str, complain: Complain) -> None:
    target = supergraph.types.get(named(type_))
    if target is not None and hidden(target):
        fault = f"is a {type_}, which is @inaccessible: hide it too, or show the type"
        complain("REFERENCED_INACCESSIBLE", at, fault)


def _arguments(definition: TypeDef) -> Iterator[tuple[str, Argument]]:
    """Arguments of visible fields, and input fields."""
    for name, item in definition.fields.items():
        if not hidden(item):
            for argument in item.arguments.values():
                yield f"{definition.name}.{name}({argument.name}:)", argument
    for argument in definition.inputs.values():
        yield f"{definition.name}.{argument.name}", argument


def _check_promises(supergraph: Supergraph, definition: TypeDef, complain: Complain) -> None:
    for interface in definition.interfaces:
        merged = supergraph.types.get(interface)
        if merged is None or hidden(merged):
            continue
        for name, wanted in merged.fields.items():
            given = definition.fields.get(name)
            if hidden(wanted) or given is None:
                continue
            at = f"{definition.name}.{name}"
            if hidden(given):
                fault = f"is @inaccessible, and {interface}.{name}, which it implements, is not: hide both, or none"
                complain("IMPLEMENTED_BY_INACCESSIBLE", at, fault)
                continue
            for argument in wanted.arguments.values():
                own = given.arguments.get(argument.name)
                if own is not None and hidden(own) and not hidden(argument):
                    fault = f"is @inaccessible, and that of {interface}.{name} is not: hide both, or none"
                    complain("IMPLEMENTED_BY_INACCESSIBLE", f"{at}({argument.name}:)", fault)


def _check_argument(supergraph: Supergraph, at: str, argument: Argument, complain: Complain) -> None:
    if hidden(argument):
        if argument.required:
            fault = "is @inaccessible, and required, so that nobody could give it: make it optional, or show it"
            complain("REQUIRED_INACCESSIBLE", at, fault)
        return
    if argument.default is not None and _uses_hidden(supergraph, argument.default, argument.type):
        fault = "has a default with something @inaccessible in it: choose another, or show it"
        complain("DEFAULT_VALUE_USES_INACCESSIBLE", at, fault)


def _uses_hidden(supergraph: Supergraph, value: ValueNode, type_: str) -> bool:
    if isinstance(value, ListValueNode):
        return any(_uses_hidden(supergraph, item, type_) for item in value.values)
    definition = supergraph.types.get(named(type_))
    if definition is None:
        return False
    if isinstance(value, EnumValueNode) and definition.kind is Kind.ENUM:
        found = definition.values.get(value.value)
        return found is not None and hidden(found)
    if isinstance(value, ObjectValueNode):
        for part in value.fields:
            wanted = definition.inputs.get(part.name.value)
            if wanted is not None and (hidden(wanted) or _uses_hidden(supergraph, part.value, wanted.type)):
                return True
    return False
