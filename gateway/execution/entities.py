"""Entity fetches: objects of a whole level -> distinct representations -> answers back at every position."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from operator import itemgetter
from typing import Any, Final, TypeAlias

from gateway.execution.merge import merge_into
from gateway.planner.plan import EntityCall, Key, OnTypes, Representation, RepresentationField, Step

Obj: TypeAlias = dict[str, Any]
ClientPath: TypeAlias = tuple[str | int, ...]


def objects_at(tree: Obj, path: Sequence[Step]) -> list[Obj]:
    """The distinct objects of the merged tree at ``path``, in the tree's order; lists are walked through."""
    level = [tree]
    for step in path:
        level = _of_types(level, step.names) if isinstance(step, OnTypes) else _below(level, step.source)
    return _distinct(level)


def _of_types(level: list[Obj], names: frozenset[str]) -> list[Obj]:
    return [obj for obj in level if _is_of(obj, names)]


def _is_of(obj: Obj, names: frozenset[str]) -> bool:
    # A service may answer anything, also a list, as its __typename.
    return (name := obj.get("__typename")).__class__ is str and name in names


def _below(level: list[Obj], source: str) -> list[Obj]:
    """The objects under ``source``, a level at a time: the loops over them are not Python's own.

    A list is walked once, so shared parts do not multiply; an object may still be there more than once.
    """
    try:
        values = list(map(itemgetter(source), level))
    except KeyError:
        values = [value for obj in level if (value := obj.get(source)) is not None]
    while (kinds := set(map(type, values))) != _OBJECTS:
        if kinds == _LISTS:
            values = list(chain.from_iterable(_distinct(values)))
        elif not kinds:
            return []
        else:
            # Lists beside objects keep their place; what is neither is no object's.
            lists = [value if value.__class__ is list else [value] for value in values if value.__class__ in _WALKED]
            values = list(chain.from_iterable(_distinct(lists)))
    return values


def _distinct(values: list[Any]) -> list[Any]:
    """By identity: answers of entities are shared by the positions that they came for, so one can be met again."""
    if len(set(map(id, values))) == len(values):
        return values
    return list({id(value): value for value in values}.values())


_OBJECTS: Final = {dict}
_LISTS: Final = {list}
_WALKED: Final = frozenset((dict, list))


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

    __slots__ = ("_plain", "_readers", "call")

    def __init__(self, call: EntityCall) -> None:
        self.call = call
        self._readers = [(item.on_types, RepresentationReader(item)) for item in call.representations]
        only = call.representations[0]
        self._plain = PlainReader.of(only) if len(call.representations) == 1 and not only.on_types else None

    def read(self, tree: Obj) -> Batch:
        """What the call sends for the merged tree as it is now."""
        objects = objects_at(tree, self.call.path)
        if self._plain is not None and (batch := self._plain.read(objects)) is not None:
            return batch
        return self._read_each(objects)

    def _read_each(self, objects: list[Obj]) -> Batch:
        batch = Batch()
        known: dict[Any, list[Obj]] = {}
        for obj in objects:
            reader = self._reader_for(obj)
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
            if not on_types or _is_of(obj, on_types):
                return reader
        return None


class PlainReader:
    """The commonest by far: one ``Representation`` for all objects, of fields that are leaves. It reads all at once."""

    __slots__ = ("_key", "_mandatory", "_names", "_typename")

    def __init__(self, representation: Representation) -> None:
        fields = {field.name: field.source for field in representation.fields}
        mandatory = set(representation.mandatory)
        self._typename = {} if representation.typename is None else {"__typename": representation.typename}
        if representation.typename is None:
            fields = {"__typename": "__typename", **fields}
            mandatory.add("__typename")
        self._names = tuple(fields)
        self._key = itemgetter(*fields.values())
        self._mandatory = tuple(index for index, source in enumerate(fields.values()) if source in mandatory)

    @classmethod
    def of(cls, representation: Representation) -> PlainReader | None:
        """None for a representation that is not plain."""
        fields = representation.fields
        sources = {field.source for field in fields}
        if not fields or any(field.fields or field.on_types for field in fields):
            return None
        return cls(representation) if sources.issuperset(representation.mandatory) else None

    def read(self, objects: list[Obj]) -> Batch | None:
        """None when an object lacks a field, or has a list or an object there: it has to be looked at alone."""
        groups: defaultdict[Any, list[Obj]] = defaultdict(list)
        try:
            for key, obj in zip(map(self._key, objects), objects, strict=True):
                groups[key].append(obj)
        except (KeyError, TypeError):
            return None
        batch = Batch()
        for key, targets in groups.items():
            values = key if len(self._names) > 1 else (key,)
            if all(values[index] is not None for index in self._mandatory):
                batch.representations.append({**self._typename, **dict(zip(self._names, values, strict=True))})
                batch.targets.append(targets)
        return batch


class RepresentationReader:
    """Any ``Representation``, made ready: ``build`` makes the dict to send, ``key`` what tells it from others."""

    __slots__ = ("_build_fields", "_mandatory", "_typename")

    def __init__(self, representation: Representation) -> None:
        self._typename = representation.typename
        self._mandatory = representation.mandatory
        self._build_fields = _fields_builder(representation.fields)

    def key(self, obj: Obj) -> Any:
        """A hashable value, equal for equal representations; None when the object must not be sent."""
        for source in self._mandatory:
            if obj.get(source) is None:
                return None
        if self._typename is None and obj.get("__typename") is None:
            return None
        return _frozen(self.build(obj))

    def build(self, obj: Obj) -> Obj:
        """The representation of ``obj``."""
        representation: Obj = {"__typename": self._typename or obj["__typename"]}
        self._build_fields(obj, representation)
        return representation


def _fields_builder(fields: Sequence[RepresentationField]) -> Callable[[Obj, Obj], None]:
    """A function that copies ``fields`` from an object of the merged tree into a representation."""
    plain = [(field.name, field.source, field.on_types) for field in fields if not field.fields]
    composite = [
        (field.name, field.source, field.on_types, _fields_builder(field.fields)) for field in fields if field.fields
    ]

    def build(obj: Obj, out: Obj) -> None:
        for name, source, on_types in plain:
            if source in obj and (not on_types or _is_of(obj, on_types)):
                out[name] = obj[source]
        for name, source, on_types, build_below in composite:
            if source in obj and (not on_types or _is_of(obj, on_types)):
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
