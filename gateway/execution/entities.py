"""Entity fetches: objects of a whole level -> distinct representations -> answers back at every position."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from operator import itemgetter
from typing import Any, TypeAlias

from gateway.execution.merge import merge_into
from gateway.planner.plan import EntityCall, Key, OnTypes, Representation, RepresentationField, Step

Obj: TypeAlias = dict[str, Any]
ClientPath: TypeAlias = tuple[str | int, ...]


def objects_at(tree: Obj, path: Sequence[Step]) -> list[Obj]:
    """The distinct objects of the merged tree at ``path``, in the tree's order; lists are walked through."""
    level = [tree]
    for step in path:
        if isinstance(step, OnTypes):
            names = step.names
            level = [obj for obj in level if obj.get("__typename") in names]
        else:
            level = _below(level, step.source)
    return level


def _below(level: list[Obj], source: str) -> list[Obj]:
    # By id: answers of entities are shared by the positions that they came for, so an object can be met again.
    found: dict[int, Obj] = {}
    for obj in level:
        value = obj.get(source)
        if value.__class__ is list:
            _flatten(value, found)
        elif value.__class__ is dict:
            found[id(value)] = value
    return list(found.values())


def _flatten(values: list[Any], found: dict[int, Obj]) -> None:
    for value in values:
        if value.__class__ is dict:
            found[id(value)] = value
        elif value.__class__ is list:
            _flatten(value, found)


def places_at(tree: Obj, path: Sequence[Step]) -> Iterator[tuple[ClientPath, Obj]]:
    """Every position that ``path`` leads to, with its path of sources and indices. For errors only: it is slow.

    ``OnTypes`` is not asked: a fetch beside may have written another ``__typename`` since the objects were collected.
    """
    places: list[tuple[ClientPath, Any]] = [((), tree)]
    for step in path:
        if isinstance(step, Key):
            below = [((*place, step.source), obj.get(step.source)) for place, obj in places]
            places = [found for place, value in below for found in _positions(place, value)]
    return iter(places)


def _positions(place: ClientPath, value: Any) -> Iterator[tuple[ClientPath, Obj]]:
    if isinstance(value, dict):
        yield place, value
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _positions((*place, index), item)


class Batch:
    """The objects that one entity call completes, by distinct representation.

    ``representations``: what is sent. ``targets``: for each of them, the objects that its answer is merged into.
    """

    __slots__ = ("representations", "targets")

    def __init__(self) -> None:
        self.representations: list[Obj] = []
        self.targets: list[list[Obj]] = []

    def merge(self, answers: Sequence[Any]) -> None:
        """Merge the answers, one for each representation. A null leaves its objects as they are."""
        for answer, targets in zip(answers, self.targets, strict=True):
            if answer.__class__ is dict:
                merge_into(targets, answer)


class CallReader:
    """An entity call, made ready to read objects: one for each call of a plan, made once."""

    __slots__ = ("_readers", "_sole", "call")

    def __init__(self, call: EntityCall) -> None:
        self.call = call
        self._readers = [(item.on_types, RepresentationReader(item)) for item in call.representations]
        on_types, reader = self._readers[0]
        self._sole = reader if len(self._readers) == 1 and not on_types else None

    def read(self, tree: Obj) -> Batch:
        """What the call sends for the merged tree as it is now."""
        batch = Batch()
        known: dict[Any, list[Obj]] = {}
        for obj in objects_at(tree, self.call.path):
            reader = self._sole or self._reader_for(obj)
            if reader is None or (key := reader.key(obj)) is None:
                continue
            targets = known.get(key)
            if targets is None:
                targets = known[key] = []
                batch.representations.append(reader.build(obj))
                batch.targets.append(targets)
            targets.append(obj)
        return batch

    def _reader_for(self, obj: Obj) -> RepresentationReader | None:
        for on_types, reader in self._readers:
            if not on_types or obj.get("__typename") in on_types:
                return reader
        return None


class RepresentationReader:
    """One ``Representation``, made ready: ``build`` makes the dict to send, ``key`` what tells it from others."""

    __slots__ = ("_build_fields", "_mandatory", "_plain_sources", "_typename", "key")

    def __init__(self, representation: Representation) -> None:
        self._typename = representation.typename
        self._mandatory = representation.mandatory
        fields = representation.fields
        plain = not any(field.fields or field.on_types for field in fields)
        self._plain_sources = tuple(field.source for field in fields) if plain else None
        self._build_fields = _fields_builder(fields)
        # A hashable value, equal for equal representations; None when the object must not be sent.
        self.key: Callable[[Obj], Any] = self._key
        if self._typename is not None and self._plain_sources == self._mandatory:
            if len(fields) == 1:
                self.key = self._single_key(self._typename, fields[0].source)
            elif len(fields) > 1:
                self.key = self._plain_key(self._typename, self._mandatory)

    @staticmethod
    def _single_key(typename: str, source: str) -> Callable[[Obj], Any]:
        """The commonest by far: one plain field, of a type known beforehand."""

        def key(obj: Obj) -> Any:
            value = obj.get(source)
            if value.__class__ is str or value.__class__ is int:
                return (typename, value)
            return None if value is None else (typename, _frozen(value))

        return key

    def _plain_key(self, typename: str, sources: tuple[str, ...]) -> Callable[[Obj], Any]:
        """Several plain fields, all mandatory: their values are the key, unless one is no plain value."""
        read = itemgetter(*sources)

        def key(obj: Obj) -> Any:
            try:
                values = read(obj)
            except KeyError:
                return None
            for value in values:
                if value.__class__ not in _PLAIN:
                    return self._key(obj)
            return (typename, *values)

        return key

    def _key(self, obj: Obj) -> Any:
        for source in self._mandatory:
            if obj.get(source) is None:
                return None
        typename = self._typename or obj.get("__typename")
        if typename is None:
            return None
        if self._plain_sources is not None:
            # A missing field is not sent, a null is: they make different representations.
            return (typename, *[_frozen(obj.get(source, _MISSING)) for source in self._plain_sources])
        return (typename, _frozen(self.build(obj)))

    def build(self, obj: Obj) -> Obj:
        """The representation of ``obj``."""
        representation: Obj = {"__typename": self._typename or obj["__typename"]}
        self._build_fields(obj, representation)
        return representation


_MISSING = object()
_PLAIN = frozenset((str, int, float, bool))


def _fields_builder(fields: Sequence[RepresentationField]) -> Callable[[Obj, Obj], None]:
    """A function that copies ``fields`` from an object of the merged tree into a representation."""
    plain = [(field.name, field.source, field.on_types) for field in fields if not field.fields]
    composite = [
        (field.name, field.source, field.on_types, _fields_builder(field.fields)) for field in fields if field.fields
    ]

    def build(obj: Obj, out: Obj) -> None:
        for name, source, on_types in plain:
            if source in obj and (not on_types or obj.get("__typename") in on_types):
                out[name] = obj[source]
        for name, source, on_types, build_below in composite:
            if source in obj and (not on_types or obj.get("__typename") in on_types):
                out[name] = _composite(obj[source], build_below)

    return build


def _composite(value: Any, build: Callable[[Obj, Obj], None]) -> Any:
    if isinstance(value, dict):
        out: Obj = {}
        build(value, out)
        return out
    if isinstance(value, list):
        return [_composite(item, build) for item in value]
    return None


def _frozen(value: Any) -> Any:
    """``value`` as a hashable: equal for equal JSON, whatever the order of keys."""
    if isinstance(value, dict):
        return frozenset((key, _frozen(item)) for key, item in value.items())
    if isinstance(value, list):
        return tuple(_frozen(item) for item in value)
    return value
