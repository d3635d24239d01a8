"""Random operations over a public schema, the same for the same seed."""

from __future__ import annotations

from random import Random
from typing import Any

from graphql import (
    GraphQLSchema,
    get_named_type,
    is_abstract_type,
    is_composite_type,
    is_enum_type,
    is_input_object_type,
    is_list_type,
    is_non_null_type,
    is_required_argument,
    is_required_input_field,
    is_union_type,
)

PLAIN = {"Int": "2", "Float": "1.5", "Boolean": "true", "ID": '"x"', "String": '"s"'}


class Operations:
    """Writes queries with fragments, aliases and conditions on ``$v`` and ``$w``, at most ``depth`` deep."""

    def __init__(self, schema: GraphQLSchema, seed: int, depth: int = 3) -> None:
        self.schema = schema
        self.random = Random(seed)
        self.depth = depth

    def query(self) -> str:
        """A query that defines the variables that it uses."""
        body = self._selection(self.schema.query_type, self.depth)
        used = [f"${name}: Boolean!" for name in "vw" if f"${name}" in body]
        return f"query({', '.join(used)}) {body}" if used else body

    def variables(self) -> dict[str, bool]:
        """Values for both variables."""
        return {name: self.random.random() < 0.6 for name in "vw"}

    def _selection(self, type_: Any, depth: int) -> str:
        found = []
        names = [] if is_union_type(type_) else list(type_.fields)
        for name in self.random.sample(names, min(len(names), self.random.randint(1, 4))):
            found.append(self._field(name, type_.fields[name], depth))
        if is_abstract_type(type_):
            possible = list(self.schema.get_possible_types(type_))
            interfaces = list({i.name: i for one in possible for i in one.interfaces}.values())
            options: list[Any] = [*possible, *interfaces]
            for one in self.random.sample(options, min(len(options), self.random.randint(0, 3))):
                found.append(f"... on {one.name}{self._condition('w')} {self._selection(one, depth - 1)}")
        if self.random.random() < 0.1 or not any(found):
            found.append("__typename")
        return "{ " + " ".join(found) + " }"

    def _field(self, name: str, field: Any, depth: int) -> str:
        given = {
            key: self._value(argument.type)
            for key, argument in field.args.items()
            if is_required_argument(argument) or self.random.random() < 0.3
        }
        args = "(" + ", ".join(f"{key}: {value}" for key, value in given.items()) + ")" if given else ""
        named = get_named_type(field.type)
        if not is_composite_type(named):
            alias = f"x_{name}_{''.join(filter(str.isalnum, args))}: " if self.random.random() < 0.25 else ""
            return f"{alias}{name}{args}{self._condition('v')}"
        if depth <= 0:
            return ""
        return f"{name}{args}{self._condition('v')} {self._selection(named, depth - 1)}"

    def _condition(self, variable: str) -> str:
        chosen = self.random.choice(["", "", "", "", "include", "skip"])
        return f" @{chosen}(if: ${variable})" if chosen else ""

    def _value(self, type_: Any) -> str:
        if is_non_null_type(type_):
            return self._value(type_.of_type)
        if is_list_type(type_):
            return f"[{self._value(type_.of_type)}]"
        if is_enum_type(type_):
            return str(min(type_.values))
        if is_input_object_type(type_):
            needed = [key for key, field in type_.fields.items() if is_required_input_field(field)]
            return "{" + ", ".join(f"{key}: {self._value(type_.fields[key].type)}" for key in needed) + "}"
        return PLAIN.get(type_.name, '"z"')
