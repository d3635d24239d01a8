"""Where in a plugin's files each type and field of its graph stands, for errors of composition."""

from __future__ import annotations

import ast
import inspect
from functools import cache
from pathlib import Path
from typing import Any, cast

from strawberry.schema import Schema
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.enum import StrawberryEnumDefinition
from strawberry.types.field import StrawberryField


def origins_of(schema: Schema, root: Path) -> dict[str, str]:
    """Schema coordinate (``Agency``, ``Agency.name``) -> ``plugins/agencies/types.py:12``, relative to ``root``."""
    found: dict[str, str] = {}
    for name, concrete in schema.schema_converter.type_map.items():
        definition = concrete.definition
        if isinstance(definition, StrawberryEnumDefinition):
            _note(found, name, _class_line(definition.wrapped_cls), root)
        elif isinstance(definition, StrawberryObjectDefinition):
            _note(found, name, _class_line(definition.origin), root)
            for field in definition.fields:
                label = schema.config.name_converter.from_field(field)
                _note(found, f"{name}.{label}", _field_line(field, definition.origin), root)
    return found


def _note(found: dict[str, str], coordinate: str, place: tuple[str, int] | None, root: Path) -> None:
    if place is None:
        return
    path = Path(place[0])
    if "strawberry" in path.parts:
        return  # what federation adds is not the plugin's to mend
    shown = path.relative_to(root) if path.is_relative_to(root) else path
    found[coordinate] = f"{shown}:{place[1]}"


def _class_line(cls: Any) -> tuple[str, int] | None:
    try:
        file = inspect.getsourcefile(cls)
        return (file, inspect.getsourcelines(cls)[1]) if file else None
    except (OSError, TypeError):
        return None


def _field_line(field: StrawberryField, cls: Any) -> tuple[str, int] | None:
    if field.base_resolver is not None:
        code = getattr(inspect.unwrap(cast(Any, field.base_resolver.wrapped_func)), "__code__", None)
        return (code.co_filename, code.co_firstlineno) if code else None
    owner = field.origin or cls
    place = _class_line(owner)
    if place is None:
        return None
    return place[0], _attribute_lines(place[0]).get((owner.__qualname__, field.python_name), place[1])


@cache
def _attribute_lines(file: str) -> dict[tuple[str, str], int]:
    """(class, annotated attribute) -> line, for one source file."""
    lines: dict[tuple[str, str], int] = {}
    for node in ast.walk(ast.parse(Path(file).read_text(encoding="utf-8"))):
        if isinstance(node, ast.ClassDef):
            for item in node.body:
                if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name):
                    lines[node.name, item.target.id] = item.lineno
    return lines
