"""The words of a schema as plain values: types, fields, arguments, enum values, applied directives."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from graphql import BooleanValueNode, EnumValueNode, IntValueNode, StringValueNode, ValueNode, print_ast

_PLAIN = re.compile(r"[\w .,:;/@#!?()\[\]{}=+*-]*", re.ASCII)


class Kind(StrEnum):
    """What a named type is."""

    SCALAR = "scalar"
    OBJECT = "type"
    INTERFACE = "interface"
    UNION = "union"
    ENUM = "enum"
    INPUT = "input"


@dataclass(slots=True)
class Applied:
    """A directive as it is applied: ``spec`` is the federation name behind an alias, None for others."""

    name: str
    args: dict[str, ValueNode]
    spec: str | None = None
    extension: bool = False

    @property
    def text(self) -> str:
        """``@tag(name: "a")``; two applications are the same exactly when their texts are."""
        if not self.args:
            return f"@{self.name}"
        args = ", ".join(f"{name}: {value_text(value)}" for name, value in self.args.items())
        return f"@{self.name}({args})"


@dataclass(slots=True)
class Argument:
    """An argument or an input field; ``type`` is written as in SDL, ``[String!]!``."""

    name: str
    type: str
    default: ValueNode | None = None
    description: str | None = None
    directives: list[Applied] = field(default_factory=list)

    @property
    def required(self) -> bool:
        return self.type.endswith("!") and self.default is None


@dataclass(slots=True)
class Field:
    """A field of an object or interface type; ``extension`` when it is written on an ``extend`` block."""

    name: str
    type: str
    arguments: dict[str, Argument] = field(default_factory=dict)
    description: str | None = None
    directives: list[Applied] = field(default_factory=list)
    block: int = 0


@dataclass(slots=True)
class EnumValue:
    """One value of an enum."""

    name: str
    description: str | None = None
    directives: list[Applied] = field(default_factory=list)


@dataclass(slots=True)
class TypeDef:
    """A named type, its definition and extensions taken together. ``fields`` are those of objects and interfaces."""

    name: str
    kind: Kind
    description: str | None = None
    directives: list[Applied] = field(default_factory=list)
    fields: dict[str, Field] = field(default_factory=dict)
    inputs: dict[str, Argument] = field(default_factory=dict)
    values: dict[str, EnumValue] = field(default_factory=dict)
    members: list[str] = field(default_factory=list)
    interfaces: list[str] = field(default_factory=list)
    defined: bool = False
    extended: bool = False
    line: int = 0


@dataclass(slots=True)
class DirectiveDef:
    """A directive definition; ``locations`` in the order written."""

    name: str
    arguments: dict[str, Argument]
    locations: list[str]
    repeatable: bool = False
    description: str | None = None


Element = TypeDef | Field | Argument | EnumValue


def applied(element: Element, spec: str) -> Applied | None:
    """The first application of the federation directive ``spec``."""
    for directive in element.directives:
        if directive.spec == spec:
            return directive
    return None


def all_applied(element: Element, spec: str) -> list[Applied]:
    return [directive for directive in element.directives if directive.spec == spec]


def text_of(directive: Applied, argument: str) -> str | None:
    """The argument's string, None where there is none."""
    value = directive.args.get(argument)
    return value.value if isinstance(value, StringValueNode) else None


def every_element(types: Iterable[TypeDef]) -> Iterator[tuple[Element, str]]:
    """(element, coordinate) of the types and of all that is in them."""
    for definition in types:
        yield definition, definition.name
        for item in definition.fields.values():
            yield item, f"{definition.name}.{item.name}"
            for argument in item.arguments.values():
                yield argument, f"{definition.name}.{item.name}({argument.name}:)"
        for argument in definition.inputs.values():
            yield argument, f"{definition.name}.{argument.name}"
        for value in definition.values.values():
            yield value, f"{definition.name}.{value.name}"


def drop(element: Element, specs: Iterable[str]) -> None:
    """Take the federation directives ``specs`` off the element."""
    gone = set(specs)
    element.directives = [directive for directive in element.directives if directive.spec not in gone]


def value_text(value: ValueNode) -> str:
    """The value as SDL; numbers, names and plain strings, which are nearly all, without a visitor."""
    if isinstance(value, IntValueNode | EnumValueNode):
        return value.value
    if isinstance(value, BooleanValueNode):
        return "true" if value.value else "false"
    if isinstance(value, StringValueNode) and not value.block and _PLAIN.fullmatch(value.value):
        return f'"{value.value}"'
    return print_ast(value)


def named(type_: str) -> str:
    """``[String!]!`` -> ``String``."""
    return type_.strip("[]!")


def nullable(type_: str) -> str:
    return type_.removesuffix("!")


def is_list(type_: str) -> bool:
    return type_.startswith("[")


def list_item(type_: str) -> str:
    """``[String!]!`` -> ``String!``."""
    return nullable(type_)[1:-1]
