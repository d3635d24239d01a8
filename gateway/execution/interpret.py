"""Merged tree -> the client's data: its keys and order, checked values, nulls that rise to the nearest nullable place.

This is the definition of what a projection does; ``projection_code`` is faster where nothing is amiss. It is nested
closures, each of which completes one value: ``complete(value, parent, key, run)``, where ``parent`` and ``key`` are the
position, kept as linked pairs, which become a path only when there is an error to report.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from graphql import GraphQLOutputType, is_list_type, is_non_null_type

from gateway.execution.budget import ResponseLimitError, ResponseLimits
from gateway.execution.errors import RESPONSE_VALIDATION_FAILED, ErrorPaths, field_error
from gateway.execution.leaves import leaf_check
from gateway.execution.projection_code import fields_held
from gateway.planner.plan import ProjectedField, Projection

Position: TypeAlias = "tuple[Position, str | int] | None"
Complete: TypeAlias = "Callable[[Any, Position, str | int, ProjectionRun], Any]"
Table: TypeAlias = "list[tuple[str, str, type | None, Complete]]"
Denial: TypeAlias = "tuple[GraphQLOutputType, str, str]"


class NullRises(Exception):  # noqa: N818
    """A null stands where the schema allows none: the place above becomes null."""


class ProjectionRun:
    """The errors of one run of a projection, joined to those that the fetches left.

    ``left``: how many values more it may make; spent object by object and list by list.
    """

    __slots__ = ("_paths", "denied", "errors", "left")

    def __init__(self, errors: list[dict[str, Any]], left: int) -> None:
        self.errors = errors
        self.left = left
        self.denied: set[int] = set()
        self._paths: ErrorPaths | None = None

    def report(self, field: ProjectedField, message: str, code: str, parent: Position, key: str | int) -> None:
        """Add an error at a position, whatever other errors there are."""
        path = path_of(parent, key)
        self.errors.append(field_error(message, code, path, field.node))
        if self._paths is not None:
            self._paths.add(path)

    def missing(self, field: ProjectedField, parent: Position, key: str | int) -> None:
        """A null where none may be: an error, unless one at, above or below that place explains it."""
        if self._paths is None:
            self._paths = ErrorPaths(self.errors)
        if not self._paths.explain(path_of(parent, key)):
            message = f"Cannot return null for non-nullable field {field.parent}.{field.name}"
            self.report(field, message, RESPONSE_VALIDATION_FAILED, parent, key)


def path_of(parent: Position, key: str | int) -> list[str | int]:
    path = [key]
    while parent is not None:
        parent, step = parent
        path.append(step)
    path.reverse()
    return path


class Interpreter:
    """A projection, compiled for one assignment of its conditions.

    ``holds``: whether a field is in the answer. ``denied``: for a field that the actor may not see, its type in the
    public schema, and the message and code of its error.
    """

    def __init__(
        self,
        projection: Projection,
        holds: Callable[[ProjectedField], bool],
        denied: Callable[[ProjectedField], Denial | None] | None = None,
        denied_types: Mapping[str, tuple[str, str]] | None = None,
    ) -> None:
        self._holds = holds
        self._denied = denied
        self._denied_types = denied_types or {}
        # By the identity of a selection: under an interface its types share what lies below them.
        self._tables: dict[int, dict[str, Table]] = {}
        assert projection.sole is not None, "a root has one type"
        self._root = self._fields(projection.by_type[projection.sole], projection.sole, root=True)

    def project(
        self, tree: Mapping[str, Any], errors: list[dict[str, Any]], limits: ResponseLimits
    ) -> dict[str, Any] | None:
        """See ``Projector.project``."""
        run = ProjectionRun(errors, limits.values - len(self._root))
        out: dict[str, Any] = {}
        try:
            for key, source, exact, complete in self._root:
                value = tree.get(source)
                out[key] = value if value.__class__ is exact else complete(value, None, key, run)
        except NullRises:
            return None
        limits.check_projected(out, limits.values - run.left)
        return out

    def _fields(self, fields: tuple[ProjectedField, ...], typename: str, *, root: bool = False) -> Table:
        return [
            (field.key, field.source, *self._field(field, typename, root=root))
            for field in fields_held(fields, self._holds)
        ]

    def _field(self, field: ProjectedField, typename: str, *, root: bool) -> tuple[type | None, Complete]:
        """The class of values that need no completing, and what completes the others."""
        if self._denied is not None and (denial := self._denied(field)) is not None:
            return None, _deny(field, *denial)
        if field.name == "__typename":
            return None, lambda _value, _parent, _key, _run: typename
        if root and field.name in ("__schema", "__type"):
            return None, lambda value, _parent, _key, _run: value
        exact, _ = leaf_check(field.type)
        return exact, self._complete(field, field.type)

    def _complete(self, field: ProjectedField, type_: GraphQLOutputType) -> Complete:
        if is_non_null_type(type_):
            return _non_null(field, self._complete(field, type_.of_type))
        if is_list_type(type_):
            return _list(field, self._complete(field, type_.of_type))
        if field.selection is not None:
            return self._object(field, field.selection)
        return _leaf(field, type_)

    def _tables_of(self, selection: Projection) -> dict[str, Table]:
        tables = self._tables.get(id(selection))
        if tables is None:
            tables = {name: self._fields(fields, name) for name, fields in selection.by_type.items()}
            self._tables[id(selection)] = tables
        return tables

    def _object(self, field: ProjectedField, selection: Projection) -> Complete:
        tables = self._tables_of(selection)
        denied_types = self._denied_types
        sole = tables[selection.sole] if selection.sole is not None else None

        def complete(value: Any, parent: Position, key: str | int, run: ProjectionRun) -> Any:
            if value is None:
                return None
            if value.__class__ is not dict:
                return _invalid(field, parent, key, run)
            if sole is not None:
                fields = sole
            else:
                typename = value.get("__typename")
                if typename.__class__ is not str or typename not in tables:
                    return _invalid(field, parent, key, run)
                fields = tables[typename]
                if typename in denied_types:
                    run.report(field, *denied_types[typename], parent, key)
                    return None
            here = (parent, key)
            out: dict[str, Any] = {}
            run.left -= len(fields)
            if run.left < 0:
                raise ResponseLimitError
            try:
                for name, source, exact, complete_field in fields:
                    item = value.get(source)
                    out[name] = item if item.__class__ is exact else complete_field(item, here, name, run)
            except NullRises:
                return None
            return out

        return complete


def _non_null(field: ProjectedField, inner: Complete) -> Complete:
    def complete(value: Any, parent: Position, key: str | int, run: ProjectionRun) -> Any:
        result = inner(value, parent, key, run)
        if result is None:
            run.missing(field, parent, key)
            raise NullRises
        return result

    return complete


def _list(field: ProjectedField, inner: Complete) -> Complete:
    def complete(value: Any, parent: Position, key: str | int, run: ProjectionRun) -> Any:
        if value is None:
            return None
        if value.__class__ is not list:
            return _invalid(field, parent, key, run)
        here = (parent, key)
        run.left -= len(value)
        if run.left < 0:
            raise ResponseLimitError
        try:
            return [inner(item, here, index, run) for index, item in enumerate(value)]
        except NullRises:
            return None

    return complete


def _leaf(field: ProjectedField, type_: GraphQLOutputType) -> Complete:
    _, check = leaf_check(type_)

    def complete(value: Any, parent: Position, key: str | int, run: ProjectionRun) -> Any:
        if value is None:
            return None
        try:
            return check(value)
        except Exception:
            # Whatever a scalar's check raises means the same: the value is not of the type.
            return _invalid(field, parent, key, run)

    return complete


def _invalid(field: ProjectedField, parent: Position, key: str | int, run: ProjectionRun) -> None:
    # The value stays out of the message: it may be one that the public schema hides.
    message = f"{field.parent}.{field.name} got a value that is not a {field.type}"
    run.report(field, message, RESPONSE_VALIDATION_FAILED, parent, key)


def _deny(field: ProjectedField, type_: GraphQLOutputType, message: str, code: str) -> Complete:
    """Null with an error at the first place where the field would have stood; the places after it need no more."""
    non_null = is_non_null_type(type_)

    def complete(_value: Any, parent: Position, key: str | int, run: ProjectionRun) -> Any:
        if id(field) not in run.denied:
            run.denied.add(id(field))
            run.report(field, message, code, parent, key)
        if non_null:
            raise NullRises
        return None

    return complete
