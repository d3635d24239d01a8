"""Deferred fragments in an answer: where they stand, what each of them is, what of it the client does not have yet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, TypeAlias

from gateway.execution.authorize import Denied
from gateway.execution.conditions import holds, holds_all
from gateway.execution.project import Projector
from gateway.execution.projection_code import fields_held
from gateway.planner.plan import Chain, DeferredFragment, Plan, ProjectedField, Projection

Obj: TypeAlias = dict[str, Any]
Place: TypeAlias = tuple[str | int, ...]
News: TypeAlias = list[tuple[Place, Obj, Obj]]
# Of one program, each about as heavy as a projector; with more they are made anew.
_PROJECTORS_MAX: Final = 32


class TakenBack(Exception):  # noqa: N818, a fact about two answers
    """A null would take the place of what the client has."""


@dataclass(slots=True, eq=False)
class Pending:
    """A deferred fragment at one object of the answer.

    ``obj``: the object in the merged tree. ``have``: what the client has of it.
    """

    id: str
    fragment: DeferredFragment
    label: str | None
    path: Place
    selection: Projection
    typename: str
    obj: Obj
    have: Obj


class Fragments:
    """The deferred fragments of a plan."""

    def __init__(self, plan: Plan, denied: Denied | None) -> None:
        self._plan = plan
        self._denied = denied
        self._leads: dict[int, bool] = {}
        self._projectors: dict[tuple[object, ...], Projector] = {}

    def found(self, root: Pending | None, tree: Obj, data: Obj, values: Mapping[str, Any]) -> Iterator[Pending]:
        """Those that stand directly in an answer: the first, or that of the fragment ``root``; without an id.

        ``values``: of the condition variables in that answer.
        """
        chain: Chain = frozenset() if root is None else root.fragment.chain
        selection = self._plan.projection if root is None else root.selection
        place: Place = () if root is None else root.path
        yield from self._in_object(selection, tree, data, place, values, chain)

    def _in_object(
        self, selection: Projection, obj: Obj, have: Obj, place: Place, values: Mapping[str, Any], chain: Chain
    ) -> Iterator[Pending]:
        typename = selection.sole or obj.get("__typename", "")
        for fragment in selection.deferred:
            of = selection.sole is not None or typename in fragment.types
            if of and fragment.chain - {fragment.name} == chain and holds_all(fragment.when, values):
                label = self._plan.labels[fragment.name]
                yield Pending("", fragment, label, place, selection, typename, obj, have)
        for field in fields_held(selection.by_type.get(typename, ()), lambda one: holds(one, values)):
            if field.selection is not None and self._leading(field.selection):
                below, known = obj.get(field.source), have.get(field.key)
                yield from self._in_value(field.selection, below, known, (*place, field.key), values, chain)

    def _in_value(
        self, selection: Projection, value: Any, have: Any, place: Place, values: Mapping[str, Any], chain: Chain
    ) -> Iterator[Pending]:
        if isinstance(value, dict) and isinstance(have, dict):
            yield from self._in_object(selection, value, have, place, values, chain)
        elif isinstance(value, list) and isinstance(have, list):
            for index, (one, known) in enumerate(zip(value, have, strict=False)):
                yield from self._in_value(selection, one, known, (*place, index), values, chain)

    def _leading(self, selection: Projection) -> bool:
        """Whether a deferred fragment stands in a selection or below it."""
        found = self._leads.get(id(selection))
        if found is None:
            found = self._leads[id(selection)] = bool(selection.deferred) or any(
                self._leading(field.selection)
                for fields in selection.by_type.values()
                for field in fields
                if field.selection is not None
            )
        return found

    def projector(self, pending: Pending, values: Mapping[str, Any]) -> Projector:
        """What projects the fragment alone, from its object. ``values``: of the condition variables within it."""
        key = (id(pending.selection), pending.typename, pending.fragment.name, *sorted(values.items()))
        projector = self._projectors.get(key)
        if projector is None:
            part = _Part(pending.fragment.name, values).of(pending.selection)
            root = Projection({pending.typename: part.by_type[pending.typename]}, pending.typename)
            denied = self._denied
            projector = (
                Projector(root, _always) if denied is None else Projector(root, _always, denied.denial, denied.types)
            )
            if len(self._projectors) >= _PROJECTORS_MAX:
                self._projectors.clear()
            self._projectors[key] = projector
        return projector


def _always(_field: ProjectedField) -> bool:
    return True


class _Part:
    """Cuts selections down to what stands in one deferred fragment, for some values of the condition variables."""

    def __init__(self, name: str, values: Mapping[str, Any]) -> None:
        self._name = name
        self._values = values
        self._cut: dict[int, Projection] = {}

    def of(self, selection: Projection) -> Projection:
        cut = self._cut.get(id(selection))
        if cut is None:
            by_type = {name: tuple(self._fields(fields)) for name, fields in selection.by_type.items()}
            cut = self._cut[id(selection)] = Projection(by_type, selection.sole)
        return cut

    def _fields(self, fields: tuple[ProjectedField, ...]) -> Iterator[ProjectedField]:
        for field in fields_held(fields, lambda one: holds(one, self._values)):
            if self._name in field.within:
                below = None if field.selection is None else self.of(field.selection)
                yield replace(field, when=(), selection=below)


def copied(value: Any) -> Any:
    """The same objects and lists anew, so that what is known of an answer may grow while the answer does not."""
    if isinstance(value, dict):
        return {key: copied(item) for key, item in value.items()}
    return [copied(item) for item in value] if isinstance(value, list) else value


def compare(have: Obj, got: Obj, place: Place, news: News) -> None:
    """Add to ``news`` what of ``got`` the client does not have: where, its object there, the keys that are new to it.

    What it has as null, since something else there went wrong, becomes null in ``got`` too. ``place``: of the object.

    Raises:
        TakenBack: a null in ``got`` stands where the client has something.
    """
    new: Obj = {}
    index = len(news)
    for key, value in got.items():
        if key not in have:
            new[key] = value
        elif have[key] is None:
            got[key] = None
        else:
            _compare_value(have[key], value, (*place, key), news)
    if new:
        news.insert(index, (place, have, new))


def _compare_value(have: Any, got: Any, place: Place, news: News) -> None:
    if got is None:
        raise TakenBack
    if isinstance(have, dict) and isinstance(got, dict):
        compare(have, got, place, news)
    elif isinstance(have, list) and isinstance(got, list):
        for index, (known, value) in enumerate(zip(have, got, strict=False)):
            if known is None:
                got[index] = None
            else:
                _compare_value(known, value, (*place, index), news)
