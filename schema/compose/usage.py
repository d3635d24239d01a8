"""Which fields of a subgraph its field sets use: in keys, in @requires, in @provides."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from graphql import StringValueNode

from .elements import Applied, Kind, all_applied, applied, named
from .fieldsets import FieldSet, FieldSetError, Selected, parse_field_set
from .subgraph import Subgraph


@dataclass(slots=True)
class Usage:
    """Coordinates ``Type.field``. ``extension_keys``: keys of extensions, which are never truly external."""

    keys: set[str] = field(default_factory=set)
    extension_keys: set[str] = field(default_factory=set)
    required: set[str] = field(default_factory=set)
    provided: set[str] = field(default_factory=set)

    def is_external(self, subgraph: Subgraph, type_name: str, field_name: str) -> bool:
        """Whether the subgraph refers to the field without being able to resolve it (but maybe provide it)."""
        found = subgraph.fields(type_name).get(field_name)
        if found is None or applied(found, "external") is None:
            return False
        return f"{type_name}.{field_name}" not in self.extension_keys

    def is_provided(self, subgraph: Subgraph, type_name: str, field_name: str) -> bool:
        return f"{type_name}.{field_name}" in self.provided and self.is_external(subgraph, type_name, field_name)

    def is_shareable(self, subgraph: Subgraph, type_name: str, field_name: str) -> bool:
        """Whether the subgraph agrees that others resolve the field too."""
        coordinate = f"{type_name}.{field_name}"
        if coordinate in self.keys or self.is_provided(subgraph, type_name, field_name):
            return True
        found = subgraph.fields(type_name).get(field_name)
        return found is not None and applied(found, "shareable") is not None


def usage_of(subgraph: Subgraph) -> Usage:
    """Walk every field set of the subgraph; those that are not valid are skipped here and reported elsewhere."""
    usage = Usage()
    for definition in subgraph.types.values():
        extends = applied(definition, "extends") is not None
        for key in all_applied(definition, "key"):
            found = _used(subgraph, definition.name, key)
            usage.keys |= found
            if key.extension or extends:
                usage.extension_keys |= found
        for item in definition.fields.values():
            for requires in all_applied(item, "requires"):
                usage.required |= _used(subgraph, definition.name, requires)
            for provides in all_applied(item, "provides"):
                usage.provided |= _used(subgraph, named(item.type), provides)
    return usage


def _used(subgraph: Subgraph, start: str, directive: Applied) -> set[str]:
    """What the directive's field set uses, up to where it selects what is not there."""
    found: set[str] = set()
    for coordinate in coordinates(subgraph, start, field_set(directive)):
        if coordinate is None:
            break
        found.add(coordinate)
    return found


def field_set(directive: Applied) -> FieldSet:
    """What ``fields:`` of @key, @requires or @provides selects; nothing where it is not valid."""
    try:
        return parse_field_set(field_set_text(directive))
    except FieldSetError:
        return ()


def field_set_text(directive: Applied) -> str:
    value = directive.args.get("fields")
    return value.value if isinstance(value, StringValueNode) else ""


def coordinates(subgraph: Subgraph, type_name: str, selection: FieldSet) -> Iterator[str | None]:
    """``Type.field`` of all that is selected, None for what the subgraph does not have.

    A field of an interface stands for those of its implementations too.
    """
    for item in selection:
        owner = item.on or type_name
        found = subgraph.fields(owner).get(item.name)
        if found is None:
            if item.name != "__typename":
                yield None
            continue
        yield f"{owner}.{item.name}"
        yield from _implementations(subgraph, owner, item)
        yield from coordinates(subgraph, named(found.type), item.selection)


def _implementations(subgraph: Subgraph, owner: str, item: Selected) -> Iterator[str]:
    if subgraph.types[owner].kind is Kind.INTERFACE:
        for name in subgraph.possible(owner):
            if item.name in subgraph.fields(name):
                yield f"{name}.{item.name}"
