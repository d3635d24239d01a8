"""Plain lists, completed quickly: objects whose selected fields are attributes and nothing more.

graphql-core walks every field of every object through the same eight calls. Most of what a fetch lists needs none of
them: a Strawberry field without a resolver is an attribute, and a value of the expected Python type serialises as
itself. Such a selection becomes a function of the object, made once per execution and list. Whatever does not fit (an
error, an awaitable, null where there may be none) leaves the list to graphql-core, which then says what is wrong.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, TypeAlias

from graphql import (
    GraphQLBoolean,
    GraphQLField,
    GraphQLFloat,
    GraphQLID,
    GraphQLInt,
    GraphQLLeafType,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLResolveInfo,
    GraphQLString,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
)
from graphql.pyutils import Path
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.field import StrawberryField

Read: TypeAlias = Callable[[Any], Any]

WORTH_IT: Final = 8
"""Items from which on making the function costs less than it saves."""


class NotPlainError(Exception):
    """A value that graphql-core must look at."""


class PlainExecutor(StrawberryGraphQLCoreExecutionContext):
    """Strawberry's executor, with a short way for lists of plain objects."""

    def complete_iterable_value(
        self,
        item_type: GraphQLOutputType,
        field_details_list: list[Any],
        info: GraphQLResolveInfo[Any],
        path: Path,
        items: Iterable[Any],
        position_context: Any,
    ) -> Any:
        if isinstance(items, (list, tuple)) and len(items) >= WORTH_IT:
            read = self._reader(item_type, field_details_list)
            if read is not None:
                try:
                    return [read(item) for item in items]
                except Exception:  # noqa: S110, what went wrong is found and told by the long way
                    pass
        return super().complete_iterable_value(item_type, field_details_list, info, path, items, position_context)

    def _reader(self, output_type: GraphQLOutputType, details: list[Any]) -> Read | None:
        """The function that completes a value of this type under this selection; None when it is not plain."""
        if is_non_null_type(output_type):
            inner = self._reader(output_type.of_type, details)
            return None if inner is None else _not_null(inner)
        if is_list_type(output_type):
            inner = self._reader(output_type.of_type, details)
            return None if inner is None else _each(inner)
        if is_leaf_type(output_type):
            return _STANDARD.get(output_type) or _leaf(output_type)
        return self._object(output_type, details) if isinstance(output_type, GraphQLObjectType) else None

    def _object(self, object_type: GraphQLObjectType, details: list[Any]) -> Read | None:
        grouped, defers, _ = self.collect_subfields(object_type, details)
        if defers:
            return None
        fields: list[tuple[str, str, Read]] = []
        constants: dict[str, Any] = {}
        for key, group in grouped.items():
            name = group[0].node.name.value
            if name == "__typename":
                constants[key] = object_type.name
                continue
            field = object_type.fields.get(name)
            attribute = _attribute(field)
            read = None if field is None or attribute is None else self._reader(field.type, group)
            if attribute is None or read is None:
                return None
            fields.append((key, attribute, read))
        return _fields(fields, constants, list(grouped), object_type)


def _attribute(field: GraphQLField | None) -> str | None:
    """The Python name of a field that is an attribute; None for one that has a resolver."""
    definition = field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF) if field is not None else None
    if not isinstance(definition, StrawberryField) or not definition.is_basic_field or definition.arguments:
        return None
    return definition.python_name if definition.default_resolver is getattr else None


def _fields(
    fields: Sequence[tuple[str, str, Read]],
    constants: dict[str, Any],
    order: list[str],
    object_type: GraphQLObjectType,
) -> Read:
    # Strawberry's looks at the value alone.
    is_type_of: Callable[[Any, Any], Any] | None = object_type.is_type_of
    in_order = not constants

    def read(value: Any) -> Any:
        if value is None:
            return None
        if isinstance(value, Exception) or (is_type_of is not None and is_type_of(value, None) is not True):
            raise NotPlainError
        out = {key: inner(getattr(value, attribute)) for key, attribute, inner in fields}
        if in_order:
            return out
        out.update(constants)
        return {key: out[key] for key in order}

    return read


def _not_null(inner: Read) -> Read:
    def read(value: Any) -> Any:
        completed = inner(value)
        if completed is None:
            raise NotPlainError
        return completed

    return read


def _each(inner: Read) -> Read:
    def read(value: Any) -> Any:
        if value is None:
            return None
        if not isinstance(value, (list, tuple)):
            raise NotPlainError
        return [inner(item) for item in value]

    return read


def _leaf(leaf_type: GraphQLLeafType) -> Read:
    coerce = leaf_type.coerce_output_value

    def read(value: Any) -> Any:
        if value is None:
            return None
        coerced = coerce(value)
        if isinstance(value, Exception) or coerced is None:
            raise NotPlainError
        return coerced

    return read


def _same(*kinds: type) -> Read:
    """A scalar whose values of these very Python types serialise as themselves."""

    def read(value: Any) -> Any:
        if value is None or type(value) in kinds:
            return value
        raise NotPlainError

    return read


def _int(value: Any) -> Any:
    if value is None or (type(value) is int and -0x80000000 <= value <= 0x7FFFFFFF):
        return value
    raise NotPlainError


def _float(value: Any) -> Any:
    if value is None or (type(value) is float and math.isfinite(value)):
        return value
    raise NotPlainError


_STANDARD: Final[dict[GraphQLLeafType, Read]] = {
    GraphQLString: _same(str),
    GraphQLID: _same(str),
    GraphQLBoolean: _same(bool),
    GraphQLInt: _int,
    GraphQLFloat: _float,
}
