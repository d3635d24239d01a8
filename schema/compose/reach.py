"""From one place to all others by keys: the least set that the keys allow, found without guessing."""

from collections.abc import Iterable

from .elements import Kind, named
from .fieldsets import FieldSet, Selected
from .places import Entry, Place, Places

#: subgraphs that may not be entered, the latest last
Shut = tuple[int, ...]
Key = tuple[str, Place, Shut]
#: a field with requirements: type, place, field, what is shut
Asked = tuple[str, Place, str, Shut]
#: place -> the keys by which it is entered, None for the place that one starts from
Reached = dict[Place, frozenset[FieldSet] | None]
_NO_WAY: frozenset[FieldSet] = frozenset()


class Reach:
    """``of(type, place)``: where else a value of the supergraph's type can be looked up from ``place``.

    A key may need fields that are themselves looked up elsewhere, so sets depend on each other. They only grow;
    whenever one does, those that were computed from it are computed again. Each set grows at most as often as
    there are subgraphs, which bounds the work by the number of places times subgraphs.

    What a key asks for may not be fetched by entering the subgraph that the key leads into (``Shut``): planners
    do not go there either. Of nested keys the two innermost count, so that there are few such sets.
    """

    def __init__(self, places: Places) -> None:
        self.places = places
        self._sets: dict[Key, Reached] = {}
        self._readers: dict[Key, dict[Key, None]] = {}
        self._queue: dict[Key, None] = {}
        self._current: Key | None = None
        self._growths = 0
        self._yes: set[Asked] = set()
        self._no: dict[Asked, int] = {}
        self._waiting: dict[Key, None] = {}
        self._asking: dict[Asked, int] = {}
        self._outermost = 0

    def of(self, type_name: str, place: Place) -> list[Place]:
        """The places reached, ``place`` first."""
        key: Key = (type_name, place, ())
        if key not in self._sets:
            self._read(key)
        self._settle()
        return list(self._sets[key])

    def all_of(self, type_name: str, starts: Iterable[Place]) -> tuple[Place, ...]:
        """The places reached from any of ``starts``."""
        return tuple(dict.fromkeys(place for start in starts for place in self.of(type_name, start)))

    def resolves(self, type_name: str, place: Place, name: str) -> Place | None:
        """Where the field's value is, if the place resolves the field and can be handed what it requires."""
        found = self._resolves(type_name, place, name, ())
        while self._queue:  # what it asked for was not known yet
            self._settle()
            found = self._resolves(type_name, place, name, ())
        return found

    def _resolves(self, type_name: str, place: Place, name: str, shut: Shut) -> Place | None:
        child = self.places.child(place, name)
        if child is None or not self.places.requirements(place, name):
            return child
        return child if self._granted((type_name, place, name, shut)) else None

    def _granted(self, asked: Asked) -> bool:
        """Whether what the field requires can be had; a field that is only had by way of itself is not.

        Yes is for good, as sets only grow; no holds until one grows, unless it was said while something
        further out was still being asked.
        """
        if asked in self._yes:
            return True
        if self._no.get(asked) == self._growths:
            if self._current is not None:
                self._waiting[self._current] = None
            return False
        if asked in self._asking:
            self._outermost = min(self._outermost, self._asking[asked])
            return False
        depth, before = len(self._asking), self._outermost
        self._asking[asked], self._outermost = depth, depth + 1
        type_name, place, name, shut = asked
        reached = list(self._read((type_name, place, shut)))
        granted = self._can(self.places.requirements(place, name), type_name, reached, shut)
        del self._asking[asked]
        if granted:
            self._yes.add(asked)
        elif self._outermost >= depth:
            self._no[asked] = self._growths
        self._outermost = min(before, self._outermost)
        return granted

    def _read(self, key: Key) -> Reached:
        """The set as it stands, remembering who asked; a new one is queued."""
        if key not in self._sets:
            self._sets[key] = {key[1]: None}
            self._queue[key] = None
        if self._current is not None:
            self._readers.setdefault(key, {})[self._current] = None
        return self._sets[key]

    def _settle(self) -> None:
        while self._queue:
            key = next(iter(self._queue))
            del self._queue[key]
            self._current = key
            if self._grow(key):
                self._queue.update(self._readers.get(key, {}))
                self._queue.update(self._waiting)
                self._waiting = {}
            self._current = None

    def _grow(self, key: Key) -> bool:
        """Take every entry that has become possible; whether there was one."""
        type_name, _, shut = key
        reached = self._sets[key]
        before = len(reached)
        if type_name == "Query":
            roots = [i for i, member in enumerate(self.places.members) if "Query" in member.subgraph.types]
            reached.update({Place(index, "Query"): None for index in roots if Place(index, "Query") not in reached})
            self._growths += 1
            return len(reached) > before
        pending = [entry for entry in self.places.entries(type_name) if entry.member not in shut]
        progress = True
        while progress:
            progress = False
            for entry in list(pending):
                place = Place(entry.member, entry.type)
                ways = reached.get(place, _NO_WAY)
                if ways is None or entry.selection in ways:
                    pending.remove(entry)
                elif self._can(entry.selection, type_name, _others(reached, entry), (*shut[-1:], entry.member)):
                    reached[place] = ways | {entry.selection}
                    self._growths += 1
                    pending.remove(entry)
                    progress = True
        return len(reached) > before

    def _can(self, selection: FieldSet, type_name: str, places: list[Place], shut: Shut) -> bool:
        """Whether everything selected can be had by going from ``places``, whatever the override labels say."""
        for item in selection:
            if item.on is not None and item.on != type_name and type_name not in self.places.concrete(item.on):
                continue
            if item.name == "__typename":
                continue
            found = (
                self._resolves(type_name, place, item.name, shut)
                for place in places
                if not self.places.depends_on_label(place, item.name)
            )
            children = [child for child in found if child is not None]
            if not children:
                return False
            if item.selection and not self._can_below(item, type_name, children, shut):
                return False
        return True

    def _can_below(self, item: Selected, owner: str, children: list[Place], shut: Shut) -> bool:
        merged = self.places.supergraph.types[owner].fields.get(item.name)
        if merged is None or not self._knows_conditions(item.selection, children):
            return False
        for concrete in self.places.concrete(named(merged.type)):
            starts = self._as_concrete(named(merged.type), concrete, children, shut)
            if not starts:
                continue
            reached = dict.fromkeys(p for start in starts for p in self._read((concrete, start, shut)))
            if not self._can(item.selection, concrete, list(reached), shut):
                return False
        return True

    def _knows_conditions(self, selection: FieldSet, children: list[Place]) -> bool:
        """Whether each object type that is asked for by name can be what one of the places has."""
        if any(self.places.is_stand_in(place) for place in children):
            return True
        types = self.places.supergraph.types
        asked = {item.on for item in selection if item.on in types and types[item.on].kind is Kind.OBJECT}
        return all(any(self.places.possible(place, name) for place in children) for name in asked)

    def as_concrete(self, type_name: str, concrete: str, places: Iterable[Place]) -> list[Place]:
        """See ``_as_concrete``."""
        for place in places:
            self.of(type_name, place)
        return self._as_concrete(type_name, concrete, places, ())

    def _as_concrete(self, type_name: str, concrete: str, places: Iterable[Place], shut: Shut) -> list[Place]:
        """The same values, known to be of the object type ``concrete``; none where they cannot be.

        An interface object does not know what its values are: that must be asked of a subgraph that has
        the interface, and the way back is by a key again.
        """
        found: dict[Place, None] = {}
        for place in places:
            if type_name == concrete:
                found[place] = None
            elif self.places.is_stand_in(place):
                others = [p for p in self._read((type_name, place, shut)) if self.places.possible(p, concrete)]
                for other in others:
                    found[Place(other.member, concrete, other.view)] = None
            elif self.places.possible(place, concrete):
                found[Place(place.member, concrete, place.view)] = None
        return list(found)


def _others(reached: Reached, entry: Entry) -> list[Place]:
    """The places from where the entry is worth trying: one that was entered by the same key adds nothing to it."""
    return [place for place, ways in reached.items() if ways is None or ways - {entry.selection}]
