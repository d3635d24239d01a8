"""Random operations that are valid against a schema: aliases, arguments, fragments, conditions. The same for a seed."""

from __future__ import annotations

from random import Random
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLNamedType,
    GraphQLSchema,
    get_named_type,
    is_abstract_type,
    is_composite_type,
    is_enum_type,
    is_interface_type,
    is_object_type,
    is_required_argument,
)

VARIABLES: dict[str, tuple[str, Any]] = {
    "yes": ("Boolean! = true", None),
    "no": ("Boolean!", False),
    "maybe": ("Boolean", True),
    "count": ("Int = 2", None),
    "lang": ("String", "en"),
    "agency": ("ID!", "a2"),
}
VALUES = {"first": ["1", "3", "$count"], "lang": ['"vi"', '"en"', "$lang"], "text": ['"x"', "$lang"]}
IDS = {"agency": ['"a1"', '"a9"', "$agency"], "report": ['"r1"', '"r3"']}


class RandomQuery:
    """One operation. ``text``: the document; ``variables``: values for those that need one."""

    def __init__(self, schema: GraphQLSchema, seed: int, depth: int = 5) -> None:
        self._schema = schema
        self._random = Random(seed)
        self._used: set[str] = set()
        self._fragments: list[str] = []
        assert schema.query_type is not None
        body = self._selections(schema.query_type, depth)
        declared = ", ".join(f"${name}: {VARIABLES[name][0]}" for name in sorted(self._used))
        head = f"query ({declared})" if declared else "query"
        self.text = "\n".join([f"{head} {body}", *self._fragments])
        self.variables = {name: VARIABLES[name][1] for name in sorted(self._used) if VARIABLES[name][1] is not None}

    def _selections(self, type_: GraphQLNamedType, depth: int) -> str:
        parts = [self._part(type_, depth) for _ in range(self._random.randint(1, 4))]
        return "{ " + " ".join(part for part in parts if part) + " __typename }"

    def _part(self, type_: GraphQLNamedType, depth: int) -> str:
        chance = self._random.random()
        if depth > 1 and (chance < 0.15 or (is_abstract_type(type_) and chance < 0.6)):
            return self._fragment(type_, depth)
        if not (is_object_type(type_) or is_interface_type(type_)):
            return "kind: __typename"
        return self._field(type_.fields, depth)

    def _fragment(self, type_: GraphQLNamedType, depth: int) -> str:
        conditions = [type_]
        if is_abstract_type(type_):
            conditions += self._schema.get_possible_types(type_)
        condition = self._random.choice(conditions)
        body = self._selections(condition, depth - 1)
        if self._random.random() < 0.3:
            name = f"F{len(self._fragments)}"
            self._fragments.append(f"fragment {name} on {condition.name} {body}")
            return f"...{name}{self._condition()}"
        on = "" if condition is type_ and self._random.random() < 0.5 else f" on {condition.name}"
        return f"...{on}{self._condition()} {body}"

    def _field(self, fields: dict[str, GraphQLField], depth: int) -> str:
        names = [
            name for name, field in fields.items() if depth > 1 or not is_composite_type(get_named_type(field.type))
        ]
        if not names:
            return "kind: __typename"
        name = self._random.choice(names)
        field = fields[name]
        arguments = self._arguments(name, field)
        named = get_named_type(field.type)
        body = f" {self._selections(named, depth - 1)}" if is_composite_type(named) else ""
        # Two of one key must agree in their arguments, so a field with arguments gets a key that tells them.
        key = (
            f"{name}_{sum(arguments.encode()) % 997}" if arguments else self._random.choice([name, name, f"my_{name}"])
        )
        alias = "" if key == name else f"{key}: "
        return f"{alias}{name}{arguments}{self._condition()}{body}"

    def _arguments(self, name: str, field: GraphQLField) -> str:
        given = []
        for argument, definition in field.args.items():
            if not is_required_argument(definition) and self._random.random() < 0.5:
                continue
            given.append(f"{argument}: {self._value(name, argument, definition.type)}")
        return f"({', '.join(given)})" if given else ""

    def _value(self, field: str, argument: str, type_: Any) -> str:
        named = get_named_type(type_)
        if is_enum_type(named):
            return str(self._random.choice(list(named.values)))
        if argument == "filter":
            return self._random.choice(["{state: RECEIVED}", '{ids: ["r1", "x1"]}', "{}"])
        return self._use(self._random.choice(IDS[field] if argument == "id" else VALUES[argument]))

    def _condition(self) -> str:
        if self._random.random() > 0.2:
            return ""
        directive = self._random.choice(["include", "skip"])
        value = self._random.choice(["true", "false", "$yes", "$no"])
        return f" @{directive}(if: {self._use(value)})"

    def _use(self, value: str) -> str:
        if value.startswith("$"):
            self._used.add(value[1:])
        return value
