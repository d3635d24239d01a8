"""Plain lists: the short way answers as graphql-core does, and leaves to it whatever it cannot answer."""

from __future__ import annotations

import enum
from typing import Any

import pytest
import strawberry
from graphql import execute_sync, parse
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from gateway.subgraphs.plain import WORTH_IT, PlainExecutor


@strawberry.enum
class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


@strawberry.interface
class Named:
    name: str | None


@strawberry.type
class Tag:
    text: str


@strawberry.type
class Thing(Named):
    id: strawberry.ID
    size: int
    weight: float | None
    colour: Colour | None
    tags: list[Tag] | None
    parent: Thing | None = None

    @strawberry.field
    def shout(self) -> str:
        return (self.name or "").upper()


THINGS: list[Any] = []


@strawberry.type
class Query:
    @strawberry.field
    def things(self) -> list[Thing | None] | None:
        return THINGS

    @strawberry.field
    def sure_things(self) -> list[Thing] | None:
        return THINGS


SCHEMA = strawberry.Schema(query=Query)


def thing(n: int, **changed: Any) -> Thing:
    made = Thing(
        id=strawberry.ID(str(n)), name=f"thing {n}", size=n, weight=n / 2, colour=Colour.RED, tags=[Tag(text="a")]
    )
    for name, value in changed.items():
        setattr(made, name, value)
    return made


def both(query: str, things: list[Any], variables: dict[str, Any] | None = None) -> tuple[Any, Any, bool]:
    """The formatted results of Strawberry's executor and of ours, and whether ours took the short way."""
    THINGS[:] = things
    long_ways: list[int] = []

    class Watched(StrawberryGraphQLCoreExecutionContext):
        def complete_iterable_value(self, *args: Any) -> Any:
            long_ways.append(1)
            return super().complete_iterable_value(*args)

    class Ours(PlainExecutor, Watched):
        pass

    run = {"document": parse(query), "variable_values": variables}
    expected = execute_sync(SCHEMA._schema, executor_class=StrawberryGraphQLCoreExecutionContext, **run)
    got = execute_sync(SCHEMA._schema, executor_class=Ours, **run)
    return expected.formatted, got.formatted, not long_ways


PLAIN = "{ things { id name size weight colour tags { text } parent { name } __typename again: name } }"


def test_plain_objects_are_answered_the_short_way_with_the_same_keys_in_the_same_order() -> None:
    things = [thing(n, parent=thing(100 + n) if n % 2 else None) for n in range(WORTH_IT)]
    expected, got, short = both(PLAIN, [*things, None])
    assert (got, short) == (expected, True)
    assert [list(item) for item in got["data"]["things"][:-1]] == [
        ["id", "name", "size", "weight", "colour", "tags", "parent", "__typename", "again"]
    ] * WORTH_IT


def test_fragments_and_conditions_are_followed() -> None:
    query = """query ($yes: Boolean!, $no: Boolean!) {
      sureThings { ...on Named { name } ...Size @include(if: $yes) weight @skip(if: $yes) colour @include(if: $no) }
    } fragment Size on Thing { size tags { text } }"""
    expected, got, short = both(query, [thing(n) for n in range(WORTH_IT)], {"yes": True, "no": False})
    assert (got, short) == (expected, True)
    assert list(got["data"]["sureThings"][0]) == ["name", "size", "tags"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"size": None},
        {"size": 2**40},
        {"size": "many"},
        {"weight": float("nan")},
        {"colour": "green"},
        {"tags": [None]},
        {"tags": 7},
        {"id": None},
        {"name": ValueError("not to be read")},
        {"parent": Tag(text="not a thing")},
    ],
    ids=str,
)
def test_a_value_that_does_not_fit_is_told_as_graphql_core_tells_it(wrong: dict[str, Any]) -> None:
    things = [thing(n) for n in range(WORTH_IT)]
    things[3] = thing(3, **wrong)
    expected, got, short = both(PLAIN, things)
    assert (got, short) == (expected, False)
    assert expected["errors"]


@pytest.mark.parametrize("odd", [{"size": True}, {"id": 7}, {"name": 5}, {"weight": 3}], ids=str)
def test_a_value_that_needs_converting_is_converted_as_graphql_core_does(odd: dict[str, Any]) -> None:
    expected, got, _ = both(PLAIN, [thing(n, **odd) for n in range(WORTH_IT)])
    assert got == expected


def test_a_field_with_a_resolver_leaves_the_list_to_graphql_core() -> None:
    expected, got, short = both("{ things { name shout } }", [thing(n) for n in range(WORTH_IT)])
    assert (got, short) == (expected, False)


def test_a_short_list_is_not_worth_it() -> None:
    expected, got, short = both(PLAIN, [thing(n) for n in range(WORTH_IT - 1)])
    assert (got, short) == (expected, False)
