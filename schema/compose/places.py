"""Where a value can be while a query runs: in a subgraph, as a type, with what @provides adds on the way."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from graphql import BooleanValueNode

from .elements import Field, Kind, all_applied, named
from .fieldsets import FieldSet
from .overrides import Overrides
from .supergraph import Member, Supergraph
from .usage import field_set, field_set_text


@dataclass(frozen=True, slots=True)
class Place:
    """``member`` is the subgraph's index, ``type`` a type of that subgraph, ``view`` what is provided there."""

    member: int
    type: str
    view: FieldSet = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """A way into a subgraph: by the key ``text`` of its type ``type``."""

    member: int
    type: str
    selection: FieldSet
    text: str


class Places:
    """The fields that each place resolves and the entries to each type, for one choice of override labels."""

    def __init__(self, supergraph: Supergraph, overrides: Overrides, labels: frozenset[str]) -> None:
        self.supergraph = supergraph
        self.members = supergraph.members
        self._overrides = overrides
        self._labels = labels
        self.child = cache(self._child)
        self.entries = cache(self._entries)
        self.concrete = cache(self._concrete)

    def field(self, place: Place, name: str) -> Field | None:
        """The field as the place's subgraph resolves it there, None where it does not."""
        subgraph = self.members[place.member].subgraph
        found = subgraph.fields(place.type).get(name)
        if found is None or self._provided(place, name) is not None:
            return found
        if subgraph.types[place.type].kind is Kind.INTERFACE:
            owners = [owner for owner in subgraph.possible(place.type) if name in subgraph.fields(owner)]
            return found if all(self._resolves(place.member, owner, name) for owner in owners) else None
        return found if self._resolves(place.member, place.type, name) else None

    def _resolves(self, index: int, owner: str, name: str) -> bool:
        member = self.members[index]
        if member.usage.is_external(member.subgraph, owner, name):
            return False
        coordinate = f"{owner}.{name}"
        taken = (coordinate, member.name) in self._overrides.taken
        if taken:
            label = self._overrides.taken[coordinate, member.name]
            return label is not None and label not in self._labels
        given = self._overrides.given.get((coordinate, member.name))
        if given is None or given[1] is None or given[1] in self._labels:
            return True
        # a field that is still off is there where the subgraph that it takes over from does not resolve it
        return (coordinate, given[0]) not in self._overrides.taken

    def depends_on_label(self, place: Place, name: str) -> bool:
        """Whether the place resolves the field only for some settings of an override label."""
        key = (f"{place.type}.{name}", self.members[place.member].name)
        return self._overrides.taken.get(key) is not None or self._overrides.given.get(key, (None, None))[1] is not None

    def _provided(self, place: Place, name: str) -> FieldSet | None:
        """What the place's view selects under the field, None where it does not select it."""
        found: list[FieldSet] = [
            item.selection
            for item in place.view
            if item.name == name and (item.on is None or self._is(place.member, place.type, item.on))
        ]
        return tuple(inner for selection in found for inner in selection) if found else None

    def _is(self, index: int, type_name: str, condition: str) -> bool:
        subgraph = self.members[index].subgraph
        return type_name == condition or type_name in subgraph.possible(condition)

    def _child(self, place: Place, name: str) -> Place | None:
        """Where the value of the field is, as long as the field is resolved there."""
        found = self.field(place, name)
        if found is None:
            return None
        view = self._provided(place, name) or ()
        for provides in all_applied(found, "provides"):
            view = (*view, *field_set(provides))
        return Place(place.member, named(found.type), view)

    def requirements(self, place: Place, name: str) -> FieldSet:
        """What the subgraph must be handed before it resolves the field."""
        found = self.members[place.member].subgraph.fields(place.type).get(name)
        if found is None or self._provided(place, name) is not None:
            return ()
        return tuple(item for requires in all_applied(found, "requires") for item in field_set(requires))

    def _entries(self, type_name: str) -> tuple[Entry, ...]:
        """Every resolvable key by which a value of the supergraph's type is looked up."""
        merged = self.supergraph.types.get(type_name)
        found = list(self._keys(type_name, stand_ins=False))
        if merged is not None and merged.kind is Kind.INTERFACE:
            found += self._keys(type_name, stand_ins=True)
        for interface in merged.interfaces if merged is not None and merged.kind is Kind.OBJECT else ():
            found += self._keys(interface, stand_ins=True)
        return tuple(found)

    def _keys(self, type_name: str, *, stand_ins: bool) -> Iterator[Entry]:
        for index, member in enumerate(self.members):
            definition = member.subgraph.types.get(type_name)
            if definition is None or member.subgraph.is_interface_object(type_name) != stand_ins:
                continue
            for key in all_applied(definition, "key"):
                resolvable = key.args.get("resolvable")
                if not isinstance(resolvable, BooleanValueNode) or resolvable.value:
                    yield Entry(index, type_name, field_set(key), field_set_text(key))

    def _concrete(self, type_name: str) -> tuple[str, ...]:
        """The object types that a value of the supergraph's type can be."""
        merged = self.supergraph.types[type_name]
        if merged.kind is Kind.OBJECT:
            names: Iterable[str] = (type_name,)
        elif merged.kind is Kind.UNION:
            names = merged.members
        else:
            names = (
                t.name for t in self.supergraph.types.values() if t.kind is Kind.OBJECT and type_name in t.interfaces
            )
        return tuple(name for name in names if name in self.supergraph.types)

    def possible(self, place: Place, concrete: str) -> bool:
        """Whether the place's value can be of the object type, as far as its subgraph knows."""
        return concrete in self.members[place.member].subgraph.possible(place.type)

    def is_stand_in(self, place: Place) -> bool:
        return self.members[place.member].subgraph.is_interface_object(place.type)

    def owner(self, place: Place) -> Member:
        return self.members[place.member]
