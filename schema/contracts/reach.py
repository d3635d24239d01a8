"""Which types the visible part of a supergraph does not lead to."""

from collections.abc import Container, Iterator, Mapping

from schema.compose.elements import Kind, TypeDef, named

from .reading import Source, argument_at


def unreachable(source: Source, out: Container[str]) -> list[str]:
    """Names of the types that are not in ``out`` and that no operation can come to."""
    visible = {name: definition for name, definition in source.types.items() if name not in out}
    implementers: dict[str, list[str]] = {}
    for definition in visible.values():
        for interface in definition.interfaces:
            implementers.setdefault(interface, []).append(definition.name)
    reached: set[str] = set()
    waiting = list(source.roots.values())
    for directive in source.directives.values():
        waiting += [named(argument.type) for argument in directive.arguments.values()]
    while waiting:
        name = waiting.pop()
        if name in visible and name not in reached:
            reached.add(name)
            waiting += _next(visible[name], implementers, out)
    return [name for name in visible if name not in reached]


def _next(definition: TypeDef, implementers: Mapping[str, list[str]], out: Container[str]) -> Iterator[str]:
    """The types that a value of this one can be, hold or take."""
    if definition.kind is Kind.UNION:
        yield from definition.members
    yield from definition.interfaces
    yield from implementers.get(definition.name, ())
    for field in definition.fields.values():
        if f"{definition.name}.{field.name}" not in out:
            yield named(field.type)
            for argument in field.arguments.values():
                if argument_at(definition.name, field.name, argument) not in out:
                    yield named(argument.type)
    for argument in definition.inputs.values():
        if f"{definition.name}.{argument.name}" not in out:
            yield named(argument.type)
