"""What a projection has to do, said as plainly as can be: one value after another, slow, with the path at hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from graphql import is_enum_type, is_list_type, is_non_null_type, is_specified_scalar_type

from gateway.planner.plan import ProjectedField, Projection

CODE = "RESPONSE_VALIDATION_FAILED"


class Rises(Exception):  # noqa: N818
    """A null that may not stay where it is."""


class Reference:
    """Projects one tree. ``errors``: path and message of each that it found, those of ``known`` paths first."""

    def __init__(self, holds: Callable[[ProjectedField], bool], known: list[list[str | int]]) -> None:
        self._holds = holds
        self._paths = list(known)
        self.errors: list[tuple[list[str | int], str]] = []

    def project(self, projection: Projection, tree: Mapping[str, Any]) -> dict[str, Any] | None:
        assert projection.sole is not None
        try:
            return self._object(projection, projection.sole, tree, [])
        except Rises:
            return None

    def _object(self, selection: Projection, typename: str, value: Any, path: list[str | int]) -> dict[str, Any]:
        out: dict[str, Any] = {}
        for field in selection.by_type[typename]:
            if field.key in out or not self._holds(field):
                continue
            here = [*path, field.key]
            if field.name == "__typename":
                out[field.key] = typename
            else:
                out[field.key] = self._value(field, field.type, value.get(field.source), here)
        return out

    def _value(self, field: ProjectedField, type_: Any, value: Any, path: list[str | int]) -> Any:
        if is_non_null_type(type_):
            completed = self._value(field, type_.of_type, value, path)
            if completed is None:
                if not any(path[: len(other)] == other or other[: len(path)] == path for other in self._paths):
                    self._report(f"Cannot return null for non-nullable field {field.parent}.{field.name}", path)
                raise Rises
            return completed
        if value is None:
            return None
        try:
            if is_list_type(type_):
                return self._list(field, type_, value, path)
            if field.selection is not None:
                return self._composite(field, field.selection, value, path)
        except Rises:
            return None
        return self._leaf(field, type_, value, path)

    def _list(self, field: ProjectedField, type_: Any, value: Any, path: list[str | int]) -> Any:
        if not isinstance(value, list):
            return self._invalid(field, path)
        return [self._value(field, type_.of_type, item, [*path, index]) for index, item in enumerate(value)]

    def _composite(self, field: ProjectedField, selection: Projection, value: Any, path: list[str | int]) -> Any:
        if not isinstance(value, dict):
            return self._invalid(field, path)
        typename = selection.sole if selection.sole is not None else value.get("__typename")
        if not isinstance(typename, str) or typename not in selection.by_type:
            return self._invalid(field, path)
        return self._object(selection, typename, value, path)

    def _leaf(self, field: ProjectedField, type_: Any, value: Any, path: list[str | int]) -> Any:
        if is_enum_type(type_):
            return value if isinstance(value, str) and value in type_.values else self._invalid(field, path)
        if not is_specified_scalar_type(type_):
            return value
        try:
            return type_.coerce_output_value(value)
        except Exception:
            return self._invalid(field, path)

    def _invalid(self, field: ProjectedField, path: list[str | int]) -> None:
        self._report(f"{field.parent}.{field.name} got a value that is not a {field.type}", path)

    def _report(self, message: str, path: list[str | int]) -> None:
        self.errors.append((path, message))
        self._paths.append(path)
