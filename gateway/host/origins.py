"""Where in a plugin's files each type and field of its graph stands, for errors of composition."""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Iterator, Mapping
from functools import cache, cached_property
from pathlib import Path
from typing import Any, cast

from strawberry.schema import Schema
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.enum import StrawberryEnumDefinition
from strawberry.types.field import StrawberryField


class Origins(Mapping[str, str]):
    """Schema coordinate (``Agency``, ``Agency.name``) -> ``plugins/agencies/types.py:12``, relative to ``root``.

    Read when it is first asked: only errors need it, and the files of a large plugin take a while to parse.
    """

    def __init__(self, schema: Schema, root: Path) -> None:
        self._schema = schema
        self._root = root

    def __getitem__(self, coordinate: str) -> str:
        return self._found[coordinate]

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)

    @cached_property
    def _found(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for name, concrete in self._schema.schema_converter.type_map.items():
            definition = concrete.definition
            if isinstance(definition, StrawberryEnumDefinition):
                self._note(found, name, _class_place(definition.wrapped_cls))
            elif isinstance(definition, StrawberryObjectDefinition):
                self._note(found, name, _class_place(definition.origin))
                for field in definition.fields:
                    label = self._schema.config.name_converter.from_field(field)
                    self._note(found, f"{name}.{label}", _field_place(field, definition.origin))
        return found

    def _note(self, found: dict[str, str], coordinate: str, place: tuple[str, int] | None) -> None:
        if place is None:
            return
        path = Path(place[0])
        if "strawberry" in path.parts:
            return  # what federation adds is not the plugin's to mend
        shown = path.relative_to(self._root) if path.is_relative_to(self._root) else path
        found[coordinate] = f"{shown}:{place[1]}"


def _class_place(cls: Any) -> tuple[str, int] | None:
    file = getattr(sys.modules.get(cls.__module__), "__file__", None)
    line = _lines(file).get((cls.__qualname__, None)) if file else None
    return None if file is None or line is None else (file, line)


def _field_place(field: StrawberryField, cls: Any) -> tuple[str, int] | None:
    if field.base_resolver is not None:
        code = getattr(inspect.unwrap(cast(Any, field.base_resolver.wrapped_func)), "__code__", None)
        return (code.co_filename, code.co_firstlineno) if code else None
    owner = field.origin or cls
    place = _class_place(owner)
    if place is None:
        return None
    return place[0], _lines(place[0]).get((owner.__qualname__, field.python_name), place[1])


@cache
def _lines(file: str) -> dict[tuple[str, str | None], int]:
    """(class, None) or (class, annotated attribute) -> line, for one source file; nothing of one that is no source."""
    try:
        tree = ast.parse(Path(file).read_text(encoding="utf-8"))
    except (OSError, SyntaxError, UnicodeDecodeError):
        return {}
    lines: dict[tuple[str, str | None], int] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            lines[node.name, None] = node.lineno
            for item in node.body:
                if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name):
                    lines[node.name, item.target.id] = item.lineno
    return lines
