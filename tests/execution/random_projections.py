"""Random projections, and merged trees for them: right ones, and such as no service should have answered."""

from __future__ import annotations

from random import Random
from typing import Any

from graphql import (
    FieldNode,
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLFloat,
    GraphQLID,
    GraphQLInt,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLString,
    parse,
)

from gateway.planner.plan import ProjectedField, Projection, When

KIND = GraphQLEnumType("Kind", {"OPEN": 1, "SHUT": 2})
JSON = GraphQLScalarType("JSON")
LEAVES: list[Any] = [GraphQLInt, GraphQLFloat, GraphQLString, GraphQLBoolean, GraphQLID, KIND, JSON]
ONE = GraphQLObjectType("One", {})
ANY = GraphQLInterfaceType("Any", {})
# Words of Python's, of the generated code's and of this house's names are as good as any.
KEYS = (
    *("id", "class", "None", "value", "value_", "left", "text", "tree"),
    *("len", "str", "leaf", "Odd", "_", "__x", "One_1"),
)
VARIABLES = ("yes", "no")
TRUTH = {"yes": True, "no": False}
RIGHT: dict[Any, list[Any]] = {
    GraphQLInt: [0, -2147483648, 2147483647],
    GraphQLFloat: [0.5, 3, -1.0],
    GraphQLString: ["", "vi", "Huế"],
    GraphQLBoolean: [True, False],
    GraphQLID: ["a", 7],
    KIND: ["OPEN", "SHUT"],
    JSON: [1, "x", True, {"a": ["b", {"c": None}]}, []],
}
# What a service may well answer for it all the same; some of it is coerced.
ALMOST: dict[Any, list[Any]] = {
    GraphQLInt: [None, 2**31, -(2**31) - 1, 3.0, "7", True],
    GraphQLFloat: [None, 10**400, "1.5", True],
    GraphQLString: [None, 5, 1.5, True, {}],
    GraphQLBoolean: [None, 0, 1, 1.0, "true"],
    GraphQLID: [None, 2.0, 1.5, True, 10**400],
    KIND: [None, "GONE", 1, ["OPEN"]],
    JSON: [None],
}
WRONG: list[Any] = [
    *(None, 5, -1, 2**31, -(2**31) - 1, 10**400, 1.5, 3.0, True, "text", "OPEN", "", [], {}, ["x"], [[None]], {"a": 1}),
    *({"__typename": "Two"}, {"__typename": "Nobody"}, {"__typename": []}, {"__typename": None, "id": 1}),
]


def holds(field: ProjectedField) -> bool:
    return not field.when or any(all(TRUTH[w.variable] is w.expected for w in each) for each in field.when)


def random_projection(random: Random, depth: int = 3) -> Projection:
    """Of the root, an object of type One."""
    return Projection({"One": _fields(random, "One", depth)}, "One")


def _selection(random: Random, depth: int) -> tuple[Any, Projection]:
    """A composite type and what is asked of it."""
    shape = random.random()
    if shape < 0.5:
        return ONE, random_projection(random, depth)
    if shape < 0.6:
        return ANY, Projection({"Any": _fields(random, "Any", depth)}, "Any")
    return ANY, Projection({name: _fields(random, name, depth) for name in ("One", "Two", "Three")}, None)


def _fields(random: Random, parent: str, depth: int) -> tuple[ProjectedField, ...]:
    fields: list[ProjectedField] = []
    for _ in range(random.randint(0 if depth < 3 else 1, 4)):
        key = random.choice(KEYS)
        type_, below = random.choice(LEAVES), None
        name = "__typename" if random.random() < 0.1 else "field"
        if depth and name == "field" and random.random() < 0.5:
            # A selection may be met at two places: fragments make it so.
            again = [field for field in fields if field.selection is not None]
            if again and random.random() < 0.3:
                fields.append(_field(random, key, parent, name, again[0].type, again[0].selection))
                continue
            type_, below = _selection(random, depth - 1)
        fields.append(_field(random, key, parent, name, _wrapped(random, type_), below))
    return tuple(fields)


def _field(random: Random, key: str, parent: str, name: str, type_: Any, below: Projection | None) -> ProjectedField:
    definition: Any = parse("{ field }").definitions[0]
    node: FieldNode = definition.selection_set.selections[0]
    source = key if random.random() < 0.8 else random.choice(KEYS)
    alternatives = range(0 if random.random() < 0.7 else random.randint(1, 2))
    when = tuple((When(random.choice(VARIABLES), random.random() < 0.5),) for _ in alternatives)
    return ProjectedField(key, source, parent, name, type_, node, when, below)


def _wrapped(random: Random, type_: Any) -> Any:
    for _ in range(random.choice((0, 0, 1, 1, 2))):
        type_ = GraphQLList(GraphQLNonNull(type_) if random.random() < 0.5 else type_)
    return GraphQLNonNull(type_) if random.random() < 0.3 else type_


class RandomTree:
    """Values for a projection. ``wrong``: how likely each is none of its type. ``most``: that many are at most."""

    def __init__(self, random: Random, wrong: float, most: int) -> None:
        self._random = random
        self._wrong = wrong
        self._left = most

    def object(self, projection: Projection) -> dict[str, Any]:
        random = self._random
        typename = random.choice(list(projection.by_type))
        out: dict[str, Any] = {}
        if projection.sole is None or random.random() < 0.3:
            out["__typename"] = typename
        for field in projection.by_type[typename]:
            # Two fields of one source have one value: right for one of them, perhaps.
            if field.name != "__typename" and field.source not in out:
                value = self._value(field.type, field.selection)
                if value is not None or random.random() < 0.5:
                    out[field.source] = value
        return out

    def _value(self, type_: Any, below: Projection | None) -> Any:
        random = self._random
        nullable = not isinstance(type_, GraphQLNonNull)
        type_ = type_ if nullable else type_.of_type
        if self._left and random.random() < self._wrong:
            self._left -= 1
            return random.choice(ALMOST[type_] if type_ in ALMOST and random.random() < 0.5 else WRONG)
        if nullable and random.random() < 0.15:
            return None
        if isinstance(type_, GraphQLList):
            return [self._value(type_.of_type, below) for _ in range(random.randint(0, 3))]
        return self.object(below) if below is not None else random.choice(RIGHT[type_])
